"""One body for both databases: appending, reading, sealing, verifying."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger_drafts import T0, draft
from suyuan.model.errors import InputError
from suyuan.store.ledger import EventLedger, TreeHead, verify
from suyuan.store.ledger.event import canonical
from suyuan.store.ledger.seam import UnwrittenError


def test_events_come_back_as_they_were_appended(ledger: EventLedger) -> None:
    ledger.append(*(draft(n, "a" if n % 2 else "b") for n in range(6)))
    assert [e.body["n"] for e in ledger.events()] == [0, 1, 2, 3, 4, 5]
    [first, *_] = ledger.events("b")
    assert (first.at, first.subject, first.actor, first.number) == (
        T0,
        "bank_account:0",
        "person:1",
        1,
    )
    assert [e.number for e in ledger.events("a")] == [1, 2, 3]
    assert [e.body["n"] for e in ledger.events(after=first.sequence)] == [1, 2, 3, 4, 5]
    assert verify(ledger).whole


def test_all_of_a_group_or_nothing(ledger: EventLedger) -> None:
    def work(transaction) -> None:
        transaction.append(draft(1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.write(work, ["a"])
    assert list(ledger.events()) == []
    ledger.append(draft(2))
    assert [e.number for e in ledger.events()] == [1]


def test_a_key_names_one_deed(ledger: EventLedger) -> None:
    [first] = ledger.append(draft(1, key="k"))
    [again] = ledger.append(replace(draft(1, key="k"), at=T0 + timedelta(days=1)))
    assert again == first
    assert len(list(ledger.events())) == 1
    with pytest.raises(InputError, match="Something else"):
        ledger.append(draft(2, key="k"))
    ledger.append(draft(2, "b", key="k"))  # another chain


def test_what_was_learnt_later_is_not_recorded_earlier(ledger: EventLedger) -> None:
    ledger.append(draft(5), draft(1))
    assert [e.recorded for e in ledger.events()] == [T0 + timedelta(minutes=5)] * 2
    assert [e.at for e in ledger.events()] == [T0 + timedelta(minutes=n) for n in (5, 1)]


def test_a_body_has_one_way_of_writing(ledger: EventLedger) -> None:
    with pytest.raises(InputError, match="cannot hold"):
        ledger.append(replace(draft(1), body={"x": 0.1}))
    with pytest.raises(UnicodeEncodeError):
        ledger.append(replace(draft(1), body={"x": "\ud800"}))
    ledger.append(replace(draft(1), body={"名": ["止付", None, True, {"a": 1}]}))
    [event] = ledger.events()
    assert event.body == {"名": ["止付", None, True, {"a": 1}]}


def test_a_head_covers_all_and_grows(ledger: EventLedger) -> None:
    ledger.append(*(draft(n) for n in range(5)))
    small = ledger.seal(T0)
    ledger.append(*(draft(n) for n in range(5, 12)))
    large = ledger.seal(T0)
    assert (small.size, large.size) == (5, 12)
    assert large.root == verify(ledger).root
    assert ledger.heads() == [small, large]
    assert verify(ledger, [TreeHead.read(str(small)), large]).whole


def test_a_head_of_another_ledger_is_found(ledger: EventLedger) -> None:
    ledger.append(draft(1))
    stranger = TreeHead(1, "0" * 64, T0)
    verdict = verify(ledger, [stranger])
    assert [fault.kind for fault in verdict.faults] == ["witness_differs"]


def test_the_database_refuses_change_and_deletion(ledger: EventLedger) -> None:
    ledger.append(draft(1))
    for sql in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with pytest.raises(Exception, match=r"append-only|could not be written"):
            ledger.write(lambda transaction, sql=sql: transaction.execute(sql))
    assert [e.actor for e in ledger.events()] == ["person:1"]


def test_many_writers_lose_nothing(ledger: EventLedger) -> None:
    start = threading.Barrier(8)

    def client(n: int) -> None:
        start.wait()
        for k in range(10):
            ledger.append(draft(k, f"c{n % 3}", key=f"{n}:{k}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    assert len(list(ledger.events())) == 80
    ledger.seal(T0)
    verdict = verify(ledger, ledger.heads())
    assert verdict.whole
    assert verdict.chains == 3


def test_work_reads_what_it_appended(ledger: EventLedger) -> None:
    def work(transaction) -> list[int]:
        transaction.append(draft(1))
        transaction.append(draft(2))
        return [event.number for event in transaction.events("a")]

    assert ledger.write(work, ["a"]) == [1, 2]


def test_tables_beside_the_ledger_share_its_transaction(ledger: EventLedger) -> None:
    ledger.write(lambda t: t.execute("CREATE TABLE beside (n BIGINT)"))

    def work(transaction) -> None:
        transaction.execute("INSERT INTO beside VALUES (?)", (1,))
        transaction.append(draft(1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.write(work)
    assert ledger.read("SELECT * FROM beside") == []


#: Everything a writer of JSON escapes or sorts in its own way.
CHARACTERS = [chr(n) for n in (0, 8, 9, 10, 12, 13, 31, 32, 34, 47, 92, 97, 127, 128, 0x2028)]
CHARACTERS += ["\u07ff", "\uffff", "𬭎", "\U0010ffff"]
_texts = st.text(st.sampled_from(CHARACTERS), max_size=6)
_scalars = st.none() | st.booleans() | st.integers() | _texts
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3)
)


@given(st.dictionaries(_texts, _values, max_size=4))
def test_a_body_has_the_bytes_it_always_had(body: dict[str, Any]) -> None:
    """Old ledgers were written by the standard library's encoder; their hashes must hold."""
    before = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert canonical(body) == before


def test_kinds_of_text_number_and_mapping_are_written_as_what_they_are() -> None:
    class Word(str):
        __slots__ = ()

    body = MappingProxyType({"a": Word("止付"), "b": (1, Word("x")), "c": 2**70})
    assert canonical(body) == '{"a":"止付","b":[1,"x"],"c":1180591620717411303424}'


def test_clients_that_append_at_once_share_nothing_but_the_wait(ledger: EventLedger) -> None:
    """What one of them cannot append is its own; what two append under one key is one event."""
    ledger.append(draft(0, chain="c0", key="k"))

    def client(c: int) -> int | str:
        try:
            if c == 4:
                deep = replace(draft(4, chain="c4"), body={"why": "\0'\\\"\n\t日本"})
                return ledger.append(deep)[0].number
            if c == 5:
                return ledger.append(draft(1, chain="c5"), draft(2, chain="c0", key="k"))[0].number
            if c == 6:
                lone = replace(draft(1, chain="c6"), body={"why": "\ud800"})
                return ledger.append(lone)[0].number
            return ledger.append(draft(7, chain="same", key="k"), draft(c, chain=f"c{c}"))[1].number
        except (InputError, ValueError):
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        found = [list(pool.map(client, range(8))) for _ in range(3)]
    assert found[0] == [2, 1, 1, 1, 1, "refused", "refused", 1]
    assert found[2] == [4, 3, 3, 3, 3, "refused", "refused", 3]
    assert [event.number for event in ledger.events("same")] == [1]
    assert not list(ledger.events("c5"))
    verdict = verify(ledger)
    assert verdict.whole
    assert verdict.events == 1 + 1 + 6 * 3


def test_a_database_that_is_gone_says_so(postgres_schema: str) -> None:
    from suyuan.store.ledger.postgres import PostgresLedger

    ledger = PostgresLedger(postgres_schema)
    ledger.append(draft(1))
    own = ledger.read("SELECT pg_backend_pid()")[0][0]
    with suppress(UnwrittenError):
        ledger.read("SELECT pg_terminate_backend(?)", (own,))
    ledger.address = "host=/nowhere user=nobody"
    with pytest.raises(UnwrittenError):
        ledger.write(lambda transaction: transaction.append(draft(2)))
    ledger.close()


def test_a_thread_that_ends_leaves_no_connection_behind(postgres_schema: str) -> None:
    from suyuan.store.ledger.postgres import PostgresLedger

    ledger = PostgresLedger(postgres_schema)
    mine = "SELECT count(*) FROM pg_stat_activity WHERE state IS NOT NULL"
    before = ledger.read(mine)[0][0]
    for _ in range(5):
        thread = threading.Thread(target=ledger.read, args=("SELECT 1",))
        thread.start()
        thread.join()
    assert ledger.read(mine)[0][0] <= before + 2
    ledger.close()


def test_a_group_whose_answer_is_lost_is_not_kept_twice(
    postgres_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    from suyuan.store.ledger import postgres

    ledger = postgres.PostgresLedger(postgres_schema)
    kept_first = postgres.append_group

    def lost(*asked: Any) -> None:
        kept_first(*asked)
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(postgres, "append_group", lost)
    outcomes = ledger._outcomes([[draft(1)], [draft(2, "b")]])
    assert all(isinstance(each, UnwrittenError) for each in outcomes)
    assert "unknown whether" in outcomes[0].text("en")
    assert sorted(event.body["n"] for event in ledger.events()) == [1, 2]
    ledger.close()
