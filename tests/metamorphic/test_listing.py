"""Another table arrives: nobody who was listed is hidden."""

import pytest

from suyuan.model.times import DEFAULT_ZONE
from suyuan.run.order import steps
from suyuan.store.steps import execute
from suyuan.store.tables import Tables

from .conftest import First

#: Tables that a case may get late, with the roles that read them.
LATE = (
    ("scam_caller", ("sims", "leaked", "orders")),
    ("sms_activation", ("sims", "accounts")),
    ("sim_supplier", ("trades", "accounts")),
)


@pytest.mark.parametrize(
    ("role", "late"), LATE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_table_that_arrives_hides_nobody(first: First, role: str, late: tuple[str, ...]) -> None:
    step = next(step for step in steps() if step.name == f"detect {role}")
    before = {name: rows for name, rows in first.tables.items() if name not in late}
    seen: set[str] = set()
    for name in (None, *late):
        if name is not None:
            before[name] = first.tables[name]
        held = {key: rows for key, rows in before.items() if not key.endswith(f":{role}")}
        tables = Tables(first.engine, zone=DEFAULT_ZONE, held=held)
        execute(step, tables)
        now = set(
            first.engine.fetch(tables[f"findings:{role}"].select("subject"))["subject"].to_pylist()
        )
        assert now
        assert seen <= now, f"{name} hides {len(seen - now)} of {len(seen)}"
        seen = now
