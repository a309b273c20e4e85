"""What the journal of a live service says of a day: warnings, and a case folder with decisions."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from suyuan.ingest import import_case
from suyuan.live.day_folder import DayCounts, write_day
from suyuan.live.history import JournalHistory, history
from suyuan.live.keys import Keyring, secret_in
from suyuan.live.messages import instant_of_naive
from suyuan.live.names import KeyNames, keys_of, names_in
from suyuan.live.people_to_warn import DayWarnings, warnings_of
from suyuan.live.policy import Policy
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Text
from suyuan.rulebook.dates import start_of
from suyuan.store.claim import claim
from suyuan.store.engines import open_engine
from suyuan.store.layout import Layout
from suyuan.store.lock import writing
from suyuan.store.records import open_records


class JournalDay(NamedTuple):
    """A live journal judged again, the names that registers give, and the days meant."""

    found: JournalHistory
    names: KeyNames
    policy: Policy
    start: int
    end: int

    def warnings(self) -> DayWarnings:
        """Whom to warn, one row a person and day."""
        return warnings_of(self.found, self.policy, self.names, self.start, self.end)

    def write(self, into: Path) -> DayCounts:
        """The days as a case folder with its decisions; `into` must be new or empty."""
        if into.exists() and any(into.iterdir()):
            raise InputError(
                Text("The folder is not empty.", "文件夹不是空的。"),
                value=into,
                hint=Text("Name a new one.", "请指定新文件夹。"),
            )
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        return write_day(self.found, self.names, self.start, self.end, into)


def journal_day(
    folder: Path,
    registers: Sequence[Path],
    judge: tuple[Scorecard, Policy],
    first: date,
    last: date,
) -> JournalDay:
    """The Beijing days `first` to `last` of the journal in `folder`, named by case folders.

    Raises :class:`InputError` where there is no journal. The journal is read only.
    """
    if not (folder / "secret").exists() or not any(folder.glob("*.seg")):
        raise InputError(
            Text("There is no log of events here.", "此处没有事件日志。"),
            value=folder,
            hint=Text(
                "Name the folder of suyuan live serve.", "请指明 suyuan live serve 的文件夹。"
            ),
        )
    card, policy = judge
    found = history(folder, card, policy)
    names = _names(registers, Keyring(secret_in(folder)), found)
    start, end = start_of(first), start_of(last + timedelta(days=1))
    return JournalDay(found, names, policy, instant_of_naive(start), instant_of_naive(end))


def _names(registers: Sequence[Path], keyring: Keyring, found: JournalHistory) -> KeyNames:
    wanted, known = keys_of(found.events), dict[int, str]()
    for case in registers:
        layout = Layout(case / "suyuan")
        claim(layout, case)
        with writing(layout, "live"), open_engine("duckdb", layout.work) as engine:
            imported = import_case(case, layout.out)
            tables = open_records(engine, layout, zone=imported.settings.timezone)
            known |= names_in(tables, keyring, wanted)
    return KeyNames(known)
