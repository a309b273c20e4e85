"""A case, and what its last investigation left behind: whole tables, or page by page."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from suyuan.model.errors import InputError
from suyuan.model.results import RESULTS
from suyuan.model.text import Text
from suyuan.store.conditions import Condition
from suyuan.store.layout import Layout
from suyuan.store.manifests import MANIFEST, check_bound
from suyuan.store.parquet_cache import SHARED_CACHE, stamp
from suyuan.store.result_pages import ResultPage, read_page

#: A zone, or how it is found out when it is first asked for.
Zone = str | Callable[[Path], str]


class Case:
    """A folder of an investigation's files.

    The `zone` is handed in, since ``case.toml`` is read on a higher floor; :class:`suyuan.Case`
    reads it from there.
    """

    def __init__(self, path: str | Path, zone: Zone) -> None:
        self.path = Path(path)
        self._zone = zone
        if not self.path.is_dir():
            raise InputError(
                Text("Case folder not found.", "找不到案件文件夹。"),
                value=path,
                hint=Text(
                    "Give the folder that holds the files. To try: suyuan example.",
                    "请给出存放案件文件的文件夹；试用示例：suyuan example。",
                ),
            )

    @cached_property
    def zone(self) -> str:
        """The IANA name of the zone of the case's clocks, such as ``Asia/Shanghai``."""
        return self._zone if isinstance(self._zone, str) else self._zone(self.path)

    def results(self, out: str | Path | None = None) -> "Results":
        """What the last investigation of this case left behind."""
        return Results(Path(out) if out else self.path / "suyuan", self)


class Results:
    """The result tables of an investigation, as Arrow tables by name.

    ``results[name]`` is a whole table; its file is read once a process, and anew when it was
    written again. :meth:`page` reads the rows and columns that it gives and no others.
    """

    def __init__(self, out: Path, case: Case, *, generation: Path | None = None) -> None:
        self.layout = Layout(out, generation)
        self.case = case

    def __getitem__(self, name: str) -> pa.Table:
        return SHARED_CACHE.read(self._file(name))

    def has(self, name: str) -> bool:
        """Whether the table was written."""
        return name in RESULTS and self.layout.result(name).exists()

    def page(
        self,
        name: str,
        conditions: Iterable[Condition] = (),
        *,
        order: Sequence[str] = (),
        limit: int = 100,
        offset: int = 0,
        columns: Sequence[str] | None = None,
    ) -> ResultPage:
        """Rows `offset` to ``offset + limit`` of those that fulfil all `conditions`, and a count.

        `order` is written as the tables declare theirs (``-score``: the largest first); ties stand
        in the table's own order, so that pages share no row and leave none out. Times are UTC,
        money is decimal yuan. Raises :class:`InputError` for an unknown table or column.
        """
        path = self._file(name)
        return read_page(
            path,
            RESULTS[name],
            conditions,
            order=order,
            limit=limit,
            offset=offset,
            columns=columns,
        )

    def generation(self) -> str:
        """Sixteen hex digits that change whenever a result table is written anew."""
        stamps = []
        for path in map(self.layout.result, RESULTS):
            with suppress(FileNotFoundError):  # a look for each file, not two
                stamps.append((path.name, stamp(path)))
        return hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]

    @property
    def report(self) -> Path:
        return self.layout.report

    def _file(self, name: str) -> Path:
        if name not in RESULTS:
            raise InputError(
                Text("No such result table.", "没有这个结果表。"),
                value=name,
                hint=Text(f"One of: {', '.join(RESULTS)}.", f"可用：{'、'.join(RESULTS)}。"),
            )
        path = self.layout.result(name)
        if not path.exists():
            raise InputError(
                Text("This case has not been investigated yet.", "本案尚未分析。"),
                value=path,
                hint=Text(
                    f"Run: suyuan investigate {self.case.path}",
                    f"请先运行：suyuan investigate {self.case.path}",
                ),
            )
        if self.layout.generation is None or (self.layout.generation / MANIFEST).exists():
            check_bound(path)
        return path
