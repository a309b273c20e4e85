"""The rows behind a lead or a link, and signals in words."""

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc

from suyuan.detect.cards import behind, card_of
from suyuan.face.display import Display, number
from suyuan.face.evidence_rows import place, words_of
from suyuan.face.source import ResultTables
from suyuan.face.web.words import Json, text
from suyuan.model.records import RECORDS
from suyuan.model.results import EVIDENCE
from suyuan.model.text import Text

#: Units of signals as people write them.
UNITS: dict[str, Text] = {
    "share": Text("", ""),
    "ratio": Text("", ""),
    "cards": Text("cards", "张"),
    "hours": Text("h", "小时"),
    "days": Text("days", "天"),
    "people": Text("people", "人"),
    "deals": Text("deals", "次"),
    "calls": Text("calls", "次"),
    "accounts": Text("accounts", "个"),
    "orders": Text("orders", "单"),
    "reports": Text("reports", "起"),
    "numbers": Text("numbers", "个号码"),
    "nat": Text("nat", "奈特"),
    "payments": Text("payments", "笔"),
    "codes": Text("codes", "条"),
    "sellers": Text("sellers", "名卖家"),
    "buyers": Text("buyers", "名买家"),
    "services": Text("services", "个平台"),
    "records": Text("records", "条"),
    "rows": Text("rows", "行"),
    "targets": Text("targets", "个"),
    "per day": Text("per day", "每日"),
    "people a day": Text("people a day", "人/日"),
    "per account": Text("per account", "每账号"),
    "per device": Text("per device", "每设备"),
    "yes or no": Text("", ""),
    "flag": Text("", ""),
    "0/1": Text("", ""),
    "0..1": Text("", ""),
    "d": Text("days", "天"),
    "h": Text("h", "小时"),
    "s": Text("s", "秒"),
    "excess": Text("excess", "超出"),
    "rules": Text("rules", "条规则"),
    "openings": Text("openings", "次开卡"),
    "sd": Text("standard deviations", "个标准差"),
    "logarithm of the times": Text("(logarithm)", "（对数）"),
    "0 outlet, 1 operator, 2 customer, 3 seller in a ledger": Text(
        "(0 outlet, 1 operator, 2 customer, 3 seller in a ledger)",
        "（0网点，1运营商，2卡主，3账本中的卖家）",
    ),
}


def signals_of(source: ResultTables, row: Mapping[str, Any]) -> Json:
    """Signals by what they add; the card that judged, or today's."""
    card = behind(row["role"], row["version"]) if card_of(row["role"]) else None
    titles = {signal.name: signal.title for signal in card.signals} if card else {}
    own = source.where("signals", "finding_id", [row["finding_id"]])
    lines = [
        {
            "title": text(titles[line["signal"]])
            if line["signal"] in titles
            else {"en": line["signal"], "zh": line["signal"]},
            "value": number(line["value"]),
            "unit": _unit(line["unit"] or ""),
            "weight": round(line["weight"], 3),
            "missing": line["missing"],
        }
        for line in own.sort_by([("weight", "descending")]).to_pylist()
    ]
    return {
        "signals": lines,
        "prior": round(card.prior, 3) if card else None,
        "threshold": card.threshold if card else None,
        "detector": row["detector"],
        "version": row["version"],
    }


def evidence_of(display: Display, source: ResultTables, evidence_id: str, limit: int = 50) -> Json:
    """The rows behind an id, the heaviest first, at most `limit`; ``rows_total`` counts all."""
    own = source.where("evidence", "evidence_id", [evidence_id])
    order = pc.sort_indices(own, [("weight", "descending"), ("table", "ascending")])
    rows = own.take(order).slice(0, limit).to_pylist()
    return {"rows": [_row(display, row) for row in rows], "rows_total": own.num_rows}


def _row(display: Display, row: dict[str, Any]) -> Json:
    record = RECORDS.get(row["table"])
    return {
        "place": place(row, display),
        "table": row["table"],
        "table_zh": record.zh if record else row["table"],
        "row_id": row["row_id"],
        "sha256": row["sha256"],
        "share": round(row["weight"], 4),
        "key": display.cell(EVIDENCE, row, "key"),
        "note": text(words_of(row, display)),
    }


def _unit(unit: str) -> Json:
    return text(UNITS.get(unit, Text(unit, unit)))
