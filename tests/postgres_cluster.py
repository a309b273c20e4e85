"""A PostgreSQL of the tests' own, in a temporary folder, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: initdb refuses to run as root; Debian's package makes this user.
OWNER = "postgres"


def why_not() -> str | None:
    """Why no cluster can be brought up here; None where one can."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed (extra office)"
    if _program("initdb") is None:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "initdb does not run as root, and runuser is not there"
    return None


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """The address of a running server; `durable` waits for the disk as one in use does."""
    folder = Path(tempfile.mkdtemp(prefix="suyuan-pg-"))
    folder.chmod(0o755)
    data, prefix = folder / "data", []
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
        prefix = ["runuser", "-u", OWNER, "--"]
    settings = f"-k {folder} -c listen_addresses='' -c max_connections=60"
    if not durable:
        settings += " -c fsync=off -c synchronous_commit=off"

    def run(*command: str) -> None:
        subprocess.run(
            [*prefix, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120
        )

    try:
        run(_program("initdb"), "-D", str(data), "-U", "suyuan", "-A", "trust", "-E", "UTF8")
        run(
            _program("pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            settings,
            "start",
        )
        try:
            yield f"host={folder} user=suyuan dbname=postgres"
        finally:
            run(_program("pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
