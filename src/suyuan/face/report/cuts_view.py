"""What would have stopped it, as a report and a dossier show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc

from suyuan.face.display import Display, SubjectDisplay, money
from suyuan.face.source import ResultTables
from suyuan.face.wording import many
from suyuan.model.links import CAUSES, link_title
from suyuan.model.text import Text

#: Links told of one ring; the others stand in the table.
LINKS_SHOWN = 12
ASSUMPTION = Text(
    "A report counts as stopped where every known way to its victim, in one stage of the fraud "
    "(the order record, the call, the chat account, the laundering), passed through what is cut; "
    "for money, where nine tenths of it did. Ways that the records do not show are held to stay "
    "open. What a ring would have found instead is not known, so nothing is said of it.",
    "某一环节（订单信息、拨打号码、聊天账号、洗钱）中通往被害人的已知路径全部经过被切断之处的，"
    "计为可阻断；资金以九成以上经过为准。记录未显示的路径视为仍然畅通。"
    "团伙会否另寻渠道无从得知，不作推断。",
)


@dataclass(frozen=True, slots=True)
class Cut:
    """One cause or link: shares of the loss for the bar, and its row of ``cuts``."""

    title: Text
    row: dict[str, Any]
    through: float
    loss_share: float
    source: SubjectDisplay | None = None
    target: SubjectDisplay | None = None


@dataclass(frozen=True, slots=True)
class Cuts:
    """The four causes (of one ring or over all), and the links that matter most."""

    causes: list[Cut]
    links: list[Cut]
    more: int


def cuts(source: ResultTables, display: Display, ring: str | None = None) -> Cuts | None:
    """Those of `ring`; without it causes over all rings and the links of all."""
    table = source.table("cuts")
    own = table.filter(pc.equal(table["ring_id"], ring)) if ring else table
    of_causes = own.filter(pc.is_null(own["link"]))
    if ring is None:
        of_causes = of_causes.filter(pc.is_null(of_causes["ring_id"]))
    if of_causes.num_rows == 0:
        return None
    of_links = own.filter(pc.is_valid(own["link"]))
    causes = [_cut(row, display) for row in of_causes.sort_by(_worst()).to_pylist()]
    links = of_links.sort_by([*_worst(), ("cut_id", "ascending")])
    return Cuts(
        causes,
        [_cut(row, display) for row in links.slice(0, LINKS_SHOWN).to_pylist()],
        max(links.num_rows - LINKS_SHOWN, 0),
    )


def sentence(cut: Cut) -> Text:
    """One cut as a sentence of a dossier."""
    row = cut.row
    target = cut.title
    if cut.source and cut.target:
        target = Text(
            f"{cut.source.short} {cut.title.en} {cut.target.short}",
            f"{cut.source.short} → {cut.title.zh} → {cut.target.short}",
        )
    return Text(
        f"Without it ({target.en}): {row['reports_stopped']:,} of {many(row['reports'], 'report')} "
        f"and {money(row['loss_stopped'])} yuan stopped; {many(row['reports_left'], 'report')} and "
        f"{money(row['loss_left'])} yuan remain. {row['reports_through']:,} passed through it.",
        f"若无此环节（{target.zh}）：{row['reports']:,}起报案中可阻断{row['reports_stopped']:,}起、"
        f"{money(row['loss_stopped'])}元；仍剩{row['reports_left']:,}起、"
        f"{money(row['loss_left'])}元。经过此环节的有{row['reports_through']:,}起。",
    )


def _worst() -> Iterable[tuple[str, str]]:
    return [("loss_stopped", "descending"), ("loss_through", "descending")]


def _cut(row: dict[str, Any], display: Display) -> Cut:
    loss = row["loss"] or Decimal(1)
    link = row["link"]
    return Cut(
        link_title(link) if link else CAUSES[row["cause"]],
        row,
        float(row["loss_through"] / loss),
        float(row["loss_stopped"] / loss),
        display.subject(row["source"]) if link else None,
        display.subject(row["target"]) if link else None,
    )
