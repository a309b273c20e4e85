"""Changes of a case that a finding must follow: other ids, other days, other files."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from suyuan.model.columns import Type
from suyuan.model.records import RECORDS

Case = dict[str, pl.DataFrame]

#: Digits are exchanged for these, beyond the first ones of an id; nought stays nought.
DIGITS = str.maketrans("123456789", "739184625")
#: What is reference data or a word: the same in both cases.
SHARED = frozenset({
    "operator", "network", "service", "segment", "owner", "action", "goods", "kind",
    "event", "channel", "currency", "status", "product", "functions", "customer_kind", "country",
    "fraud_type", "item", "memo", "institution", "role_hint", "by", "reason",
})  # fmt: skip
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建文斌宇浩凯欣怡梓涵"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
TURNED = str.maketrans(GIVEN + SURNAMES, GIVEN[7:] + GIVEN[:7] + SURNAMES[3:] + SURNAMES[:3])
ID = re.compile(r"1\d{2}\*{4}\d{4}|\d+")
DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")


def other_id(text: str) -> str:
    """Another id of the same form: a one-to-one map that keeps lengths, masks and first digits.

    Of a number on the mainland its segment stays, of a long number its first six digits.
    """

    def turned(found: re.Match[str]) -> str:
        word = found.group()
        keep = 4 if len(word) == 11 and word[0] == "1" else 6 if len(word) > 14 else 1
        return word[:keep] + word[keep:].translate(DIGITS)

    return ID.sub(turned, text)


def other_subject(subject: str) -> str:
    """The subject after :func:`relabelled`."""
    kind, _, rest = subject.partition(":")
    if kind == "operator":
        return subject
    return f"{kind}:{other_ip(rest) if kind == 'ip' else other_id(rest)}"


def other_name(text: str) -> str:
    return text.translate(TURNED)


def _in_prose(text: str) -> str:
    """Ids within sentences; what is shorter is an amount or a date."""
    return re.sub(r"(?<![\d.])\d{9,}(?![\d.])", lambda found: other_id(found.group()), text)


def other_address(text: str) -> str:
    """Other houses in the same streets."""
    return text.translate(DIGITS)


def other_ip(text: str) -> str:
    """Another network address; those of one block stay in one block."""
    return ".".join(str((int(part) * 85 + 41) % 256) for part in text.split("."))


#: Columns whose text is no id.
SPECIAL: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("name", "buyer_name", "holder_name"), other_name),
    **dict.fromkeys(("narrative", "text"), _in_prose),
    "address": other_address,
    "ip": other_ip,
}


def relabelled(case: Case) -> Case:
    """The case with every id exchanged for another of its form, and names for others."""
    return {name: _each(name, frame, _renaming) for name, frame in case.items()}


def _renaming(column: str) -> Callable[[str], str] | None:
    if column in SHARED:
        return None
    return SPECIAL.get(column, other_id)


def _each(
    name: str, frame: pl.DataFrame, changing: Callable[[str], Callable[[str], str] | None]
) -> pl.DataFrame:
    """Every text of a table (and of its lists) changed by the function for its column."""
    changed = []
    for column in RECORDS[name]:
        function = changing(column.name) if column.name in frame.columns else None
        if function is None or column.type not in (Type.TEXT, Type.LIST):
            continue
        cells = frame[column.name]
        flat = cells.explode() if column.type is Type.LIST else cells
        known = flat.drop_nulls().unique()
        words = {word: function(word) for word in known}
        element = pl.element().replace(words)
        text = pl.col(column.name)
        changed.append(text.list.eval(element) if column.type is Type.LIST else text.replace(words))
    return frame.with_columns(changed)


def later(case: Case, weeks: int) -> Case:
    """The case so many weeks later; the days named in statements move along."""
    step = timedelta(weeks=weeks)
    shifted = {name: frame.with_columns(pl.col(pl.Datetime) + step) for name, frame in case.items()}
    reports = shifted["reports"]
    years = reports["reported_at"].dt.year()
    told = [
        text and DAY.sub(lambda found, y=year: _moved(found, y, step), text)
        for text, year in zip(reports["narrative"], years, strict=True)
    ]
    return shifted | {"reports": reports.with_columns(narrative=pl.Series(told, dtype=pl.String))}


def _moved(found: re.Match[str], year: int, step: timedelta) -> str:
    day = date(int(found[1] or year), int(found[2]), int(found[3])) + step
    return f"{day.year}年{day.month}月{day.day}日" if found[1] else f"{day.month}月{day.day}日"


def shuffled(case: Case, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    return {name: frame[rng.permutation(len(frame))] for name, frame in case.items()}


def merged(*cases: Case) -> Case:
    """The rows of all; those of reference data once."""
    names = {name for case in cases for name in case}
    whole = {n: pl.concat([c[n] for c in cases if n in c], how="diagonal") for n in names}
    return whole | {"number_segments": whole["number_segments"].unique(maintain_order=True)}


def read(folder: Path) -> Case:
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def write(case: Case, folder: Path) -> Path:
    """As Parquet, a file for each table."""
    folder.mkdir(parents=True)
    for name, frame in case.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def write_mixed(case: Case, folder: Path, encodings: Sequence[str]) -> Path:
    """As CSV, each table in three pieces, each piece in the next of the encodings."""
    folder.mkdir(parents=True)
    for place, (name, frame) in enumerate(sorted(case.items())):
        parts = min(3, max(len(frame), 1))
        size = -(-len(frame) // parts) or 1
        text = _as_text(frame)
        for part in range(parts):
            code = encodings[(place + part) % len(encodings)]
            written = text[part * size : (part + 1) * size].write_csv()
            (folder / f"{name}-{part}.csv").write_bytes(written.encode(code))
    return folder


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists joined by semicolons, times in ISO 8601 with their zone."""
    cells = []
    for name, kind in frame.schema.items():
        if kind == pl.List:
            cells.append(pl.col(name).list.join(";"))
        elif kind == pl.Datetime:
            cells.append(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z"))
    return frame.with_columns(cells)
