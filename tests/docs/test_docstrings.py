"""What a docstring refers to is there: a name that was changed leaves no trace in prose."""

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import suyuan

SOURCE = Path(__file__).parents[2] / "src"
_ROLE = re.compile(r":(?:class|func|data|meth|mod|attr):`~?([\w.]+)`")


def _names(path: Path) -> Iterator[str]:
    """What a module binds or defines, as ``name`` and, within a class, ``Class.name``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                target = getattr(part, "target", None)
                name = getattr(part, "name", getattr(target, "id", ""))
                yield f"{node.name}.{name}"
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).rpartition(".")[2]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


BY_MODULE = {_module(path): set(_names(path)) for path in SOURCE.rglob("*.py")}
ALL = set().union(*BY_MODULE.values())


def lost(text: str) -> list[str]:
    """Targets of roles in `text` that are no module and no name of theirs."""

    def known(target: str) -> bool:
        parts = target.split(".")
        if parts[0] != "suyuan":
            of_another = len(parts) > 1 and parts[0].islower()
            return target in ALL or hasattr(builtins, target) or of_another
        if target in BY_MODULE or len(parts) == 2:
            return target in BY_MODULE or hasattr(suyuan, parts[1])
        return any(
            ".".join(parts[place:]) in BY_MODULE.get(".".join(parts[:place]), set())
            for place in (len(parts) - 1, len(parts) - 2)
        )

    return [target for target in _ROLE.findall(text) if not known(target)]


@pytest.mark.parametrize(
    "room", sorted({module.split(".")[1] for module in BY_MODULE if "." in module})
)
def test_what_docstrings_refer_to_is_there(room: str) -> None:
    paths = [path for path in SOURCE.rglob("*.py") if _module(path).split(".")[1:2] == [room]]
    found = {_module(path): lost(path.read_text("utf-8")) for path in paths}
    assert {module: targets for module, targets in found.items() if targets} == {}


def test_a_lost_name_is_found() -> None:
    assert lost(":func:`suyuan.money.settlement.settled`") == ["suyuan.money.settlement.settled"]
    assert lost(":data:`WALKED_NOWHERE`") == ["WALKED_NOWHERE"]
    assert lost(":class:`suyuan.money.ledger.Ledger` and :meth:`Ledger.codes`") == []
