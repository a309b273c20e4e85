"""Groups by sittings and shared things."""

import pyarrow as pa
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from suyuan.detect.registering import crowds, groups
from suyuan.detect.ties import group_members, thing
from suyuan.store.duck import DuckEngine
from tables import given


def account(id_, day, **cells):
    return {"account_id": id_, "platform": "qq", "registered_at": f"2019-03-{day:02d}"} | cells


def test_one_device_two_sittings(duck):
    accounts = [account(f"a{d}", d, device="D") for d in (1, 2, 3, 20, 21)]
    slim = crowds.registrations(given(duck, accounts=accounts)["accounts"])
    found = duck.fetch(groups.sittings(slim, "device")).to_pylist()
    sitting = {row["account_id"]: row["sitting"] for row in found}
    assert sitting["a1"] == sitting["a2"] == sitting["a3"]
    assert sitting["a20"] == sitting["a21"] != sitting["a1"]


def test_a_placeholder_device_is_no_device(duck):
    accounts = [account(f"a{i}", 1, device="000000") for i in range(300)]
    accounts += [account(f"b{i}", 1, device=f"D{i // 2}") for i in range(50)]
    slim = crowds.registrations(given(duck, accounts=accounts)["accounts"])
    devices = duck.fetch(slim.select("device"))["device"].to_pylist()
    assert devices.count(None) == 300


def test_what_is_known_of_the_others(duck):
    tied = duck.arrow(pa.table({"member": ["a", "b", "c"], "group": ["a"] * 3}))
    marked = duck.arrow(pa.table({"account_id": ["a", "a"]}))
    found = duck.fetch(groups.company(tied, marked)).to_pylist()
    assert {row["account_id"]: row["group_known"] for row in found} == {
        "a": 0.0,
        "b": 0.5,
        "c": 0.5,
    }


@settings(max_examples=25, deadline=None)
@drawn(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 8)), max_size=30))
def test_groups_are_the_components(pairs):
    """Against a plain flood fill; things of one member tie nobody."""
    with DuckEngine() as engine:
        table = pa.table(
            {
                "member": pa.array([f"m{m:02d}" for m, _ in pairs], pa.string()),
                "thing": pa.array([f"t{t}" for _, t in pairs], pa.string()),
            }
        )
        ties = engine.arrow(table)
        ties = ties.select("member", thing=thing("x:", ties["thing"])).distinct()
        found = engine.fetch(group_members(engine, ties, widest=100)).to_pylist()
    got = {row["member"]: row["group"] for row in found}
    assert got == _flooded(set(pairs))


def _flooded(pairs):
    by_thing = {}
    for member, shared in pairs:
        by_thing.setdefault(shared, set()).add(f"m{member:02d}")
    sets = [set(members) for members in by_thing.values() if len(members) > 1]
    merged = []
    for one in sets:
        touching = [m for m in merged if m & one]
        merged = [m for m in merged if not m & one] + [one.union(*touching)]
    return {member: min(group) for group in merged for member in group}
