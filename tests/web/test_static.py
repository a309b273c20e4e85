"""The pages in the wheel are those that ``make web`` makes of ``web/``."""

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

from suyuan.model.roles import ROLES

WEB = Path(__file__).parents[2] / "web"
STATIC = Path(str(files("suyuan.face.web"))) / "static"
MANIFEST = json.loads((STATIC / "manifest.json").read_text("utf-8"))


def test_no_source_changed_since_the_build() -> None:
    sources = [*(WEB / "src").rglob("*.ts*"), *(WEB / "src").rglob("*.css")]
    names = {path.relative_to(WEB).as_posix() for path in sources}
    assert {name for name in MANIFEST["sources"] if name.startswith("src/")} == names
    stale = [
        name
        for name, digest in MANIFEST["sources"].items()
        if hashlib.sha256((WEB / name).read_bytes()).hexdigest() != digest
    ]
    assert not stale, f"run `make web`: {stale}"


def test_pages_know_no_role_by_name() -> None:
    """Words, letters and colours of roles come with the answers, from the one table of roles."""
    own_words = re.compile(rf"(?<![A-Za-z_])({'|'.join(ROLES)})(?![A-Za-z_])")
    sources = [path for path in (WEB / "src").rglob("*") if path.is_file()]
    assert len(sources) > 20
    named = {
        path.name: found
        for path in sources
        if (found := own_words.findall(path.read_text("utf-8")))
    }
    assert not named


def test_names_carry_the_hash_of_what_they_hold() -> None:
    for name in MANIFEST["files"].values():
        digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
        assert name.split(".")[1] == digest[:12]
    assert {path.name for path in STATIC.iterdir()} == {
        *MANIFEST["files"].values(),
        "manifest.json",
        "LICENSES.txt",
    }


def test_first_load_is_light() -> None:
    import gzip

    script = (STATIC / MANIFEST["files"]["script"]).read_bytes()
    style = (STATIC / MANIFEST["files"]["style"]).read_bytes()
    assert len(gzip.compress(script)) <= 60_000
    assert len(gzip.compress(style)) <= 12_000
