"""The engine for data that outgrows one machine: Apache Spark."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.errors import EngineError
from suyuan.model.text import Text
from suyuan.store.derivation import Derivation
from suyuan.store.fold import Kernel, outcome
from suyuan.store.plans import Plans

#: Keys are spread over so many shards; the rows of one must fit into the memory of a worker.
SHARDS: Final = 256
_SHARD: Final = "shard of the fold"


class SparkEngine(AbstractContextManager["SparkEngine"]):
    """Spark behind Ibis, on this machine (``local[*]``) or at a master URL.

    Times are naive UTC everywhere, so the session's zone is UTC. Small tables go in, and kept ones
    stay, as Parquet in `work`, which at a remote master must be a path that all its workers see.
    """

    name = "spark"
    recordings = None

    def __init__(
        self, work: Path | None = None, *, master: str = "local[*]", plans: Path | None = None,
        check_plans: bool = False,
    ) -> None:  # fmt: skip
        self._work = Path(tempfile.mkdtemp(prefix="suyuan-", dir=work and _folder(work)))
        os.environ["PYSPARK_PYTHON"] = sys.executable
        self._session = _session(master, self._work)
        self._ibis = ibis.pyspark.connect(self._session)
        self.plans = Plans(
            "spark", "pyspark", self._ibis.compile, _quote, folder=plans, check=check_plans
        )
        self._kept = 0

    def expect(self, size: int) -> None:
        pass

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

    def view(self, expression: ir.Table) -> ir.Table:
        name = self._name()
        self._session.sql(self.plans.sql(expression)).createOrReplaceTempView(name)
        return self._ibis.table(name).cast(expression.schema())

    def keep(self, expression: ir.Table) -> ir.Table:
        # Spark takes 5.0 in SQL for a decimal; what Ibis derived is what later steps count on.
        return self.parquet([self._evaluate(expression)]).cast(expression.schema())

    def derive(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> ir.Table:
        return self.keep(derivation(*tables, *by))  # a job takes longer than its expression

    def repeat(
        self, kind: str, schema: ibis.Schema, content: str, inputs: Mapping[int, ir.Table]
    ) -> ir.Table:
        raise NotImplementedError(kind)  # nothing is recorded here

    def gather(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> pa.Table:
        return self.fetch(derivation(*tables, *by))

    def fetch(self, expression: ir.Table) -> pa.Table:
        rows = pq.read_table(self._evaluate(expression))
        return rows.cast(expression.schema().to_pyarrow())

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        schema = expression.schema().to_pyarrow()
        for part in sorted(self._evaluate(expression).glob("*.parquet")):  # numbered in order
            for batch in pq.ParquetFile(part).iter_batches():
                yield batch.cast(schema)

    def fold(
        self,
        expression: ir.Table,
        *,
        by: str,
        order: Sequence[str],
        kernel: Kernel,
        schema: pa.Schema,
    ) -> ir.Table:
        from pyspark.sql.functions import col, lit, pmod, xxhash64  # noqa: PLC0415  # an extra
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415

        def of_shard(rows: pa.Table) -> pa.Table:
            # Sorted here: not every engine that speaks Spark keeps an order up to the function.
            keys = [(name, "ascending") for name in (by, *order)]
            return outcome(kernel, rows.drop_columns([_SHARD]).sort_by(keys), schema)

        frame = self._session.sql(self.plans.sql(expression))
        frame = frame.withColumn(_SHARD, pmod(xxhash64(col(by)), lit(SHARDS)))
        result = frame.groupBy(_SHARD).applyInArrow(
            of_shard, from_arrow_schema(schema, prefer_timestamp_ntz=True)
        )
        path = self._work / f"{self._name()}.parquet"
        result.write.parquet(str(path))
        return self.parquet([path]).cast(ibis.Schema.from_pyarrow(schema))

    def trim(self) -> None:
        pass  # kept tables lie on disk

    def close(self) -> None:
        self.plans.save()
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
        self._session.sql(self.plans.sql(expression)).write.parquet(str(path))
        return path

    def _name(self) -> str:
        self._kept += 1
        return f"kept_{self._kept}"


def _quote(name: str) -> str:
    return f"`{name}`"


def _folder(work: Path) -> Path:
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
    session = (
        SparkSession.builder.master(master)
        .appName("suyuan")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.warehouse.dir", str(work / "warehouse"))
        .config("spark.driver.memory", os.environ.get("SUYUAN_SPARK_MEMORY", "4g"))
        .getOrCreate()
    )
    session.conf.set("spark.sql.shuffle.partitions", _partitions(session))
    return session


def _partitions(session) -> str:  # type: ignore[no-untyped-def]
    """Parts of a shuffle: three a core, of which Spark puts small ones together again."""
    cores = int(session.sparkContext.defaultParallelism)
    return os.environ.get("SUYUAN_SPARK_PARTITIONS", str(max(4, 3 * cores)))
