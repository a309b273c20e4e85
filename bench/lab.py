"""Rows a second for each table of a world: ``python bench/lab.py [scale] [seed] [parquet|csv]``.

Beside it the plainest rival: the same number of bytes written by copying the finished files.
"""

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from suyuan.lab.world import make_world


def main(scale: float = 0.01, seed: int = 1, form: str = "parquet") -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "world"
        started = time.monotonic()
        made = make_world(out, "515", scale, seed, form=form)
        whole = time.monotonic() - started
        for table, rows in made.rows.items():
            seconds = max(made.seconds[table], 1e-3)
            print(
                f"{table:16s} {rows:>12,d} rows {seconds:>8.2f} s {rows / seconds:>12,.0f} rows/s"
            )
        started = time.monotonic()
        shutil.copytree(out, Path(folder) / "copy")
        copied = time.monotonic() - started
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"scale {scale:g} as {form}: {whole:.1f} s, {size / 1e6:,.0f} MB, peak {peak:.2f} GB")
        print(
            f"copying the bytes: {copied:.1f} s; making them takes {whole / copied:.0f} times that"
        )


if __name__ == "__main__":
    main(*(float(a) for a in sys.argv[1:2]), *(int(a) for a in sys.argv[2:3]), *sys.argv[3:4])
