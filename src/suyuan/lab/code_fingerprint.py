"""Which code made a result: what other code made is not taken for what this code would make."""

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
#: What a world is made with; scores and scorecards have no part in it.
WORLD = (
    "lab/latent/", "lab/observe/", "lab/scenarios/", "lab/seeds.py", "lab/setting.py",
    "lab/sheet.py", "lab/world.py", "model/",
)  # fmt: skip


@cache
def fingerprint(*parts: str) -> str:
    """A hash of the named parts of the package; of all its code and catalog where none is named.

    The face is no part of that: it shows and decides nothing.
    """
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE).as_posix()
        counts = inside.startswith(parts) if parts else not inside.startswith("face/")
        if counts and path.suffix in {".py", ".yml"}:
            digest.update(f"{inside}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
