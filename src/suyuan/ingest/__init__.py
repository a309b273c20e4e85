"""Files in: readers, mapping profiles, cleaning, quarantine, the quality report.

:func:`import_case` is the door; everything else serves it.
"""

from suyuan.ingest.importing import Imported, Progress, import_case
from suyuan.ingest.settings import CaseSettings, read_settings

__all__ = ["CaseSettings", "Imported", "Progress", "import_case", "read_settings"]
