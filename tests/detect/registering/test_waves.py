"""A wave of registrations stands out against the days around it."""

from suyuan.detect.registering import crowds
from suyuan.detect.registering.waves import waves
from suyuan.store.engine import Engine
from tables import given


def test_a_wave_and_the_days_around_it(engine: Engine) -> None:
    spread = [
        {"account_id": f"a{n}", "platform": "qq", "registered_at": f"2019-0{m}-{d:02}"}
        for n, (m, d) in enumerate((m, d) for m in (1, 2, 3, 4, 5) for d in range(1, 28, 3))
    ]
    wave = [
        {"account_id": f"b{n}", "platform": "qq", "registered_at": f"2019-03-{11 + n % 3:02}"}
        for n in range(30)
    ]
    undated = {"account_id": "c", "platform": "qq"}
    tables = given(engine, accounts=[*spread, *wave, undated])
    found = engine.fetch(waves(crowds.registrations(tables["accounts"]))).to_pylist()
    height = {row["account_id"]: row["wave"] for row in found}
    assert min(height[f"b{n}"] for n in range(30)) > 1.0
    assert height["a0"] < 0.5
    assert "c" not in height
