"""What happens, as records of one size.

| kind | a | b | c | amount | seconds |
| --- | --- | --- | --- | --- | --- |
| LINK | a subject (phone, account) | the entity behind it | | | |
| ORDER | buyer | merchant | software | fen | |
| CALL | caller | callee | | | duration |
| LOAN | the account it was paid to | lender | | fen | |
| PAYMENT | payer's account | payee's account | | fen | |
| NUMBER_NAMED | a number named in a report | | | | |
| ACCOUNT_NAMED | a payee named in a report | | | | |
| VICTIM | who reported | | | fen lost | |
| OPENED | a bank account | | | 1: a shop's | |
"""

from enum import IntEnum
from typing import Final

import numpy as np


class EventKind(IntEnum):
    """What happened; the values stand in logs and never change."""

    LINK = 1
    ORDER = 2
    CALL = 3
    LOAN = 4
    PAYMENT = 5
    NUMBER_NAMED = 6
    ACCOUNT_NAMED = 7
    VICTIM = 8
    OPENED = 9


#: One event: times in microseconds UTC (``at`` when it happened, ``known`` when it was learnt),
#: keys of :class:`suyuan.live.keys.Keyring`, money in fen, ``row`` its place in the source.
EVENT: Final = np.dtype(
    [
        ("at", np.int64),
        ("known", np.int64),
        ("a", np.uint64),
        ("b", np.uint64),
        ("c", np.uint64),
        ("amount", np.int64),
        ("seconds", np.int32),
        ("row", np.int32),
        ("kind", np.uint8),
    ],
    align=True,
)


def in_order(events: np.ndarray) -> np.ndarray:
    """`events` in the total order of folding: when known, when it was, kind, row.

    What is known of people and reports goes before what is judged at the same instant.
    """
    order = np.lexsort((events["row"], events["kind"], events["at"], events["known"]))
    return events[order]
