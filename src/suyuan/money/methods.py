"""The methods of allocating mixed money, each with its name and its source."""

from dataclasses import dataclass
from typing import Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: The kernels' numbers for the methods; poison has a kernel of its own.
FIFO: Final = 0
LIFO: Final = 1
FIRST: Final = 2
HAIRCUT: Final = 3
LIBR: Final = 4
POISON: Final = -1


@dataclass(frozen=True, slots=True)
class Method:
    """A way to say whose money a payment out of a mixed account is.

    `code` is the kernel's number for it; -1 for poison, which has a kernel of its own.
    """

    name: str
    code: int
    title: Text
    rule: Text
    source: str
    conserves: bool = True


METHODS: Final[dict[str, Method]] = {
    method.name: method
    for method in (
        Method(
            "fifo",
            FIFO,
            Text("first in, first out", "先进先出"),
            Text("Money leaves in the order in which it came.", "先进入账户的钱先转出。"),
            "Devaynes v Noble (Clayton's case) (1816) 1 Mer 572; "
            "Anderson, Shumailov, Ahmed: Making Bitcoin Legal (2018)",
        ),
        Method(
            "lifo",
            LIFO,
            Text("last in, first out", "后进先出"),
            Text("Money that came last leaves first.", "最后进入账户的钱先转出。"),
            "cf. Devaynes v Noble (1816) 1 Mer 572 (FIFO ⇄ LIFO); docs/decisions/0030",
        ),
        Method(
            "first",
            FIRST,
            Text("stolen money first", "赃款先出"),
            Text(
                "Stolen money leaves before the account's own, in the order in which it came.",
                "赃款先于账户自有资金转出，赃款之间先进先出。",
            ),
            "Re Oatway [1903] 2 Ch 356; Shalson v Russo [2003] EWHC 1637 (Ch)",
        ),
        Method(
            "haircut",
            HAIRCUT,
            Text("pro rata", "按比例"),
            Text(
                "Every payment carries each owner's money in proportion to what lies there.",
                "每笔转出按账户内各方资金的比例分摊。",
            ),
            "Barlow Clowes v Vaughan [1992] 4 All ER 22 (rolling charge); "
            "Moeser, Boehme, Breuker: Towards Risk Scoring of Bitcoin Transactions (2014)",
        ),
        Method(
            "libr",
            LIBR,
            Text("lowest intermediate balance", "最低中间余额"),
            Text(
                "The account's own money leaves first; what has left does not come back.",
                "账户自有资金先转出；已转出的赃款不因后来入账而恢复。",
            ),
            "Re Hallett's Estate (1880) 13 Ch D 696; James Roscoe v Winder [1915] 1 Ch 62",
        ),
        Method(
            "poison",
            POISON,
            Text("poison", "全部污染"),
            Text(
                "Whatever leaves an account that holds stolen money counts in full.",
                "账户内只要有赃款，转出的全部金额都计入。",
            ),
            "Moeser, Boehme, Breuker: Towards Risk Scoring of Bitcoin Transactions (2014)",
            conserves=False,
        ),
    )
}
#: Argued for in docs/decisions/0030.
DEFAULT: Final = "lifo"


def method(name: str) -> Method:
    """The method of that name; raises :class:`InputError` where there is none."""
    if name not in METHODS:
        raise InputError(
            Text("No such method.", "没有这种方法。"),
            value=name,
            hint=Text(f"Use one of {', '.join(METHODS)}.", f"可用：{'、'.join(METHODS)}。"),
        )
    return METHODS[name]
