"""The engine for data that outgrows one machine: Apache Spark."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.errors import EngineError
from suyuan.model.text import Text


class SparkEngine(AbstractContextManager["SparkEngine"]):
    """Spark behind Ibis, on this machine (``local[*]``) or at a master URL.

    Times are naive UTC everywhere, so the session's zone is UTC. Small tables go in, and kept ones
    stay, as Parquet in `work`, which at a remote master must be a path that all its workers see.
    """

    name = "spark"

    def __init__(self, work: Path | None = None, *, master: str = "local[*]") -> None:
        self._work = Path(tempfile.mkdtemp(prefix="suyuan-", dir=work and _made(work)))
        os.environ["PYSPARK_PYTHON"] = sys.executable
        self._session = _session(master, self._work)
        self._ibis = ibis.pyspark.connect(self._session)
        self._kept = 0

    def parquet(self, files: Sequence[Path]) -> ir.Table:
        frame = self._session.read.parquet(*(str(file) for file in files))
        name = self._name()
        frame.createOrReplaceTempView(name)
        return self._ibis.table(name)

    def arrow(self, table: pa.Table) -> ir.Table:
        path = self._work / f"{self._name()}.parquet"
        pq.write_table(table, path)
        # A table that is absent must have the very types of one that is there, or no union holds.
        return self.parquet([path]).cast(ibis.Schema.from_pyarrow(table.schema))

    def keep(self, expression: ir.Table) -> ir.Table:
        # Spark takes 5.0 in SQL for a decimal; what Ibis derived is what later steps count on.
        return self.parquet([self._evaluate(expression)]).cast(expression.schema())

    def fetch(self, expression: ir.Table) -> pa.Table:
        evaluated = pq.read_table(self._evaluate(expression))
        return evaluated.cast(expression.schema().to_pyarrow())

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        schema = expression.schema().to_pyarrow()
        for part in sorted(self._evaluate(expression).glob("*.parquet")):  # numbered in order
            for batch in pq.ParquetFile(part).iter_batches():
                yield batch.cast(schema)

    def close(self) -> None:
        self._session.stop()
        shutil.rmtree(self._work, ignore_errors=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _evaluate(self, expression: ir.Table) -> Path:
        path = self._work / f"{self._name()}.parquet"
        self._session.sql(self._ibis.compile(expression)).write.parquet(str(path))
        return path

    def _name(self) -> str:
        self._kept += 1
        return f"kept_{self._kept}"


def _made(work: Path) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    return work


def _session(master: str, work: Path):  # type: ignore[no-untyped-def]  # pyspark is an extra
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise EngineError(
            Text("Spark is not installed.", "未安装 Spark。"),
            hint=Text("pip install 'suyuan[spark]'", "请运行 pip install 'suyuan[spark]'"),
        ) from error
    return (
        SparkSession.builder.master(master)
        .appName("suyuan")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.warehouse.dir", str(work / "warehouse"))
        .config("spark.driver.memory", os.environ.get("SUYUAN_SPARK_MEMORY", "4g"))
        .getOrCreate()
    )
