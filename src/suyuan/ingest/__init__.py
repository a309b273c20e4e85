"""Files in: readers, mapping profiles, cleaning, quarantine, the quality report.

:func:`import_case` is the door; everything else serves it.
"""

from suyuan.ingest.importing import Imported, import_case
from suyuan.ingest.mapping.proposing import Proposal, propose_mapping, write_profile
from suyuan.ingest.quality.comparing import Progress
from suyuan.ingest.settings import CaseSettings, read_settings

__all__ = [
    "CaseSettings",
    "Imported",
    "Progress",
    "Proposal",
    "import_case",
    "propose_mapping",
    "read_settings",
    "write_profile",
]
