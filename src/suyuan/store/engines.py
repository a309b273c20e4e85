"""Engines by name."""

from pathlib import Path

from suyuan.model.errors import EngineError
from suyuan.model.text import Text
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine


def open_engine(name: str, work: Path) -> Engine:
    """``duckdb``, ``spark`` (on this machine) or a Spark master URL such as ``spark://host:7077``."""
    if name == "duckdb":
        return DuckEngine(work)
    if name == "spark" or name.startswith(("local[", "spark://", "yarn", "k8s://")):
        from suyuan.store.spark import SparkEngine  # noqa: PLC0415  # an extra

        return SparkEngine(work, master="local[*]" if name == "spark" else name)
    raise EngineError(
        Text("No such engine.", "没有这个引擎。"),
        value=name,
        hint=Text(
            "Use duckdb, spark or a Spark master URL.", "可用 duckdb、spark 或 Spark 主节点地址。"
        ),
    )
