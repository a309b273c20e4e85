"""A case folder under watch: which of its files somebody added, changed or took away."""

import time
from dataclasses import dataclass

from suyuan.run.run_manifest import CaseFiles, case_files
from suyuan.store.layout import Layout

#: Seconds between two looks at the folder, and how many times as long as a look takes at least.
#: A change counts once two looks see the same; what is still written then is the next change.
PACE = 0.1
AT_LEAST = 20


@dataclass(frozen=True, slots=True)
class CaseChange:
    """Files by their path in the case, each in order of name; ``files`` are all of now."""

    files: CaseFiles
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def case_change(before: CaseFiles, now: CaseFiles) -> CaseChange:
    """What differs by inode, size and times; contents are not read."""
    old, new = before.stamps, now.stamps
    return CaseChange(
        files=now,
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def await_change(before: CaseFiles, layout: Layout, pace: float = PACE) -> CaseChange:
    """Come back when the case is another than `before`, and whoever wrote there has done."""
    last = before
    while True:
        began = time.perf_counter()
        now = _with_stamps(before, layout)
        change = case_change(before, now)
        if change and now == last:
            return change
        last = now
        time.sleep(max(pace, AT_LEAST * (time.perf_counter() - began)))


def _with_stamps(before: CaseFiles, layout: Layout) -> CaseFiles:
    """The files of now; those of `before` where one vanished between listing and looking."""
    try:
        return case_files(before.case, layout)
    except FileNotFoundError:
        return before
