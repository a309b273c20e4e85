"""What a world must be: the same from one seed, complete, conserved, silent about guilt."""

import hashlib
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
import yaml

from suyuan.lab.scoring.folder import Comparison
from suyuan.lab.setting import names, resolve
from suyuan.lab.truth import TRUTH
from suyuan.lab.world import make_world
from suyuan.model.columns import FILE_TYPES
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS

#: Nobody in the lab's worlds plants marked orders (see docs/lab.md) or has taken measures yet.
WRITTEN = {name: table for name, table in RECORDS.items() if name not in {"canaries", "measures"}}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def case(world: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(world / "case" / f"{name}.parquet")


def true(world: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(world / "truth" / f"{name}.parquet")


def test_the_same_seed_gives_the_same_bytes(world: Path, scenario: Path, tmp_path: Path) -> None:
    make_world(tmp_path, scenario, 0.001, 1)
    assert digests(tmp_path) == digests(world)


def test_another_seed_gives_another_world(world: Path, scenario: Path, tmp_path: Path) -> None:
    make_world(tmp_path, scenario, 0.001, 2)
    mine, other = digests(tmp_path), digests(world)
    same = {name for name in mine if mine[name] == other[name]}
    assert same <= {"case/decisions.parquet", "truth/populations.parquet"}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_every_standard_table_is_there_in_its_form(world: Path, name: str) -> None:
    schema = pq.read_schema(world / "case" / f"{name}.parquet")
    columns = [c for c in schema.names if c != "known_at"]
    assert columns == [c.name for c in RECORDS[name] if c.name in columns]
    for column in RECORDS[name]:
        assert column.optional or column.name in columns
        if column.name in columns:
            assert schema.field(column.name).type == FILE_TYPES[column.type]


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_keys_are_unique_and_needed_cells_filled(world: Path, name: str) -> None:
    frame = case(world, name)
    key = list(RECORDS[name].key)
    assert not key or frame.select(key).is_duplicated().sum() == 0
    for column in RECORDS[name]:
        if column.mandatory and column.name in frame.columns:
            assert frame[column.name].null_count() == 0, column.name


def test_as_csv_the_case_says_the_same(world: Path, scenario: Path, tmp_path: Path) -> None:
    made = make_world(tmp_path, scenario, 0.001, 1, form="csv")
    assert {p.suffix for p in (tmp_path / "case").iterdir()} == {".csv"}
    for name in WRITTEN:
        kinds = {c.name: pl.String for c in RECORDS[name]} | {"known_at": pl.String}
        frame = pl.read_csv(tmp_path / "case" / f"{name}.csv", schema_overrides=kinds)
        one = case(world, name)
        assert frame.columns == one.columns
        assert len(frame) == len(one) == made.rows[name]
    pay = Comparison(tmp_path, tmp_path / "truth").case("payments")
    assert pay is not None
    assert pl.from_arrow(pay).equals(case(world, "payments"))


def test_truth_is_apart(world: Path) -> None:
    assert {p.stem for p in (world / "truth").glob("*.parquet")} == set(TRUTH)
    for name in WRITTEN:
        frame = case(world, name)
        text = frame.select(pl.col(pl.String)).head(3000)
        for column in text.columns:
            assert not text[column].drop_nulls().str.contains("ring-").any(), (name, column)


def test_stolen_money_rests_somewhere_to_the_fen(world: Path) -> None:
    rest = true(world, "exits").group_by("report_id").agg(pl.col("amount").sum())
    reports = true(world, "reports").filter(pl.col("ring_id").is_not_null())
    both = reports.join(rest, on="report_id", how="left")
    assert (both["amount"] == both["loss"]).all()
    assert both["loss"].sum() > Decimal(100_000)


def test_balances_follow_and_never_fall_below_nothing(world: Path) -> None:
    payments = case(world, "payments").filter(pl.col("balance_after").is_not_null())
    assert (payments["balance_after"] >= 0).all()


def test_victims_orders_were_exposed_before_the_call(world: Path) -> None:
    exposed = (
        true(world, "exposed")
        .filter("used")
        .group_by("order_id")
        .agg(pl.col("at").min().alias("out"))
    )
    called = (
        true(world, "called").filter(pl.col("order_id").is_not_null()).join(exposed, on="order_id")
    )
    assert len(called) > 1000
    assert (called["out"] < called["at"]).all()


def test_a_sim_is_opened_before_its_number_calls(world: Path) -> None:
    first = case(world, "calls").group_by("caller").agg(pl.col("started_at").min())
    scam = true(world, "roles").filter((pl.col("role") == "scam_caller") & pl.col("counts"))
    numbers = scam["subject"].str.strip_prefix("phone:").alias("caller")
    sims = case(world, "sims").rename({"msisdn": "caller"}).join(numbers.to_frame(), on="caller")
    both = sims.join(first, on="caller")
    assert len(both) > 20
    # Clocks of carriers disagree by up to an hour and some minutes.
    late = (both["opened_at"] - both["started_at"]).dt.total_seconds()
    assert late.max() < 2 * 3600


def test_the_resellers_rules_can_be_judged_from_the_case(world: Path) -> None:
    sims, segments = case(world, "sims"), case(world, "number_segments")
    home = segments.filter(pl.col("product") == "industry").select("segment", "owner")
    industry = sims.filter(pl.col("product") == "industry").with_columns(
        pl.col("msisdn").str.slice(0, 4).alias("segment")
    )
    placed = industry.join(home, on="segment", how="left")
    outside = placed.filter(pl.col("owner") != pl.col("operator")).select("operator")
    outside = pl.concat([outside, placed.filter(pl.col("owner").is_null()).select("operator")])
    broken = true(world, "rules").filter(
        (pl.col("rule_id") == "sim-segment") & (pl.col("answer") == "broken")
    )
    assert {f"operator:{o}" for o in outside["operator"]} == set(broken["subject"])
    speaks = industry.filter(
        pl.col("functions").list.set_intersection(["sms", "voice"]).list.len() > 0
    )
    assert {f"operator:{o}" for o in speaks["operator"]} == set(broken["subject"])


def test_a_quiet_world_holds_no_fraud(tmp_path: Path) -> None:
    few = {"name": "q", "counts": {"ordinary_calls": [20_000] * 3, "payments": [50_000] * 3}}
    quiet = yaml.safe_load(
        (Path(resolve.__code__.co_filename).parent / "scenarios" / "quiet.yml").read_text("utf-8")
    )
    path = tmp_path / "quiet.yml"
    path.write_text(
        yaml.safe_dump({**quiet, **few, "counts": {**quiet["counts"], **few["counts"]}}), "utf-8"
    )
    make_world(tmp_path / "w", path, 0.001, 4)
    assert true(tmp_path / "w", "roles").filter("counts").height == 0
    assert case(tmp_path / "w", "reports").height == 0
    assert set(true(tmp_path / "w", "rules")["answer"]) == {"kept"}


@pytest.mark.parametrize("name", names())
def test_every_scenario_resolves(name: str) -> None:
    setting = resolve(name, scale=0.01, seed=1)
    assert setting.config["name"] == name
    assert len(setting.digest) == 64


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "nonsense: 1",
        "calls: 3",
        "calls: {answered: yes}",
        "leaks: {coverage: -1}",
        "knobs: {wind: 1}",
        "knobs: {noise: 9}",
        "a: [",
    ],
)
def test_a_wrong_scenario_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        resolve(path, scale=0.001, seed=1)


def test_components_do_not_disturb_one_another() -> None:
    a = resolve("515", scale=0.001, seed=5).rng("people").random(4)
    b = resolve("noisy", scale=0.01, seed=5).rng("people").random(4)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, resolve("515", scale=0.001, seed=5).rng("market").random(4))
