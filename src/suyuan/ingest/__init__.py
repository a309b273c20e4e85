"""Files in: readers, mapping profiles, cleaning, quarantine, the quality report.

:func:`import_case` is the door; everything else serves it. Names are imported when they are asked
for: the process that parses packed files needs few of them, and starts in half a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from suyuan.ingest.case_import import CaseImport, import_case
    from suyuan.ingest.proposing.draft_profile import write_profile
    from suyuan.ingest.proposing.proposal import Proposal, propose_mapping
    from suyuan.ingest.settings import CaseSettings, read_settings

__all__ = [
    "CaseImport",
    "CaseSettings",
    "Proposal",
    "import_case",
    "propose_mapping",
    "read_settings",
    "write_profile",
]
_MODULES: Final = {
    "CaseSettings": "settings",
    "CaseImport": "case_import",
    "Proposal": "proposing.proposal",
    "import_case": "case_import",
    "propose_mapping": "proposing.proposal",
    "read_settings": "settings",
    "write_profile": "proposing.draft_profile",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
