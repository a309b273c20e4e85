"""Whose numbers: each scam number that a ring's handsets, cards, outlets and cells tie to it.

A ring uses up numbers by the hundred and only some of them ever rang a victim who reported. The
others were spoken from the same handsets, opened for the same names by the same outlets, bought in
the same dealings and used in the same places. Each of these is weighed by how rare it is in the
case: with r's known numbers as witnesses, a thing x counts log P(x | r) / P(x | any caller), within
bounds by kind; what the detector of callers says of the number is the prior odds.
"""

from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.chain.ring_evidence import ground
from suyuan.detect.openings import opening
from suyuan.identity.aliases import with_entity
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: What one thing of each kind counts at most, in nats: things of one owner, then shared ones.
MOST: Final = {
    "handset": 4.0,
    "customer": 4.0,
    "opening": 4.0,
    "buyer": 4.0,
    "outlet": 2.0,
    "cell": 1.0,
}
#: Likelier than that a candidate is a scam number, for it to be asked whose it is.
ASKED = 0.1
#: What the things are worth beside the score, which rests on some of them too.
BESIDE = 0.6
#: Witnesses that a ring is given beforehand, of the case's own mix.
BEFORE = 2.0
#: The chance from which on a number is held to be a ring's, and from which on it is a witness.
HELD, WITNESS = 0.6, 0.9
ROUNDS = 3
#: The role and the link of a number's grounds.
ROLE, LINK = "scam_caller", "belongs_to"
NUMBERS = pa.schema([("number", pa.string()), ("ring_id", pa.string()), ("chance", pa.float64())])


def numbers(known: ir.Table, tables: Tables) -> pa.Table:
    """Columns ``number``, ``ring_id``, ``chance``: each listed scam number with the ring it is of.

    `known` has pairs ``number``, ``ring_id``, each once, that records of victims tie; they stay
    where they are.
    """
    fetch = tables.engine.fetch
    callers = fetch(derive_table(tables, _callers, tables)).sort_by("number").combine_chunks()
    ids = callers["number"]
    if len(ids) == 0:
        return NUMBERS.empty_table()
    tied = fetch(known).sort_by([("number", "ascending"), ("ring_id", "ascending")])
    rings = sorted(set(tied["ring_id"].to_pylist()))
    if not rings:
        return NUMBERS.empty_table()
    own = _places(tied, ids, rings)
    if (own < 0).all():
        return NUMBERS.empty_table()
    things = fetch(derive_table(tables, _things, tables)).sort_by(
        [("kind", "ascending"), ("thing", "ascending")]
    )
    score = np.clip(callers["score"].to_numpy(), 1e-6, 1.0 - 1e-6)
    home, chance = _assigned(np.log(score / (1.0 - score)), own, _uses(things, ids))
    held = np.flatnonzero((home >= 0) & (chance >= HELD))
    return pa.table(
        {
            "number": ids.take(pa.array(held)),
            "ring_id": pa.array([rings[place] for place in home[held].tolist()], pa.string()),
            "chance": chance[held],
        }
    )


def belonging(links: ir.Table, series: ir.Table, members: ir.Table, tables: Tables) -> ir.Table:
    """Grounds on which scam numbers belong to rings: the number's first call and its card.

    Numbers that stand for a member already (`members`) are left to that.
    """
    known = derive_table(tables, _known, links, series, tables)
    held = tables.engine.arrow(numbers(known, tables))
    return derive_table(tables, _grounds, held, members, tables)


def _grounds(held: ir.Table, members: ir.Table, tables: Tables) -> ir.Table:
    keep = tables.engine.keep
    standing = members.select("ring_id", "entity").distinct().view()
    held = held.mutate(subject="phone:" + held["number"]).view()
    same = (held["ring_id"] == standing["ring_id"]) & (held["subject"] == standing["entity"])
    held = held.anti_join(standing, same)
    held = keep(held.mutate(target="ring:" + held["ring_id"], none=ibis.null("int64")))
    calls, sims = tables["calls"], tables["sims"]
    first = calls.semi_join(held, calls["caller"] == held["number"])
    when = first["started_at"].min().over(group_by="caller")
    first = first.mutate(begun=when).filter(lambda t: t["started_at"] == t["begun"])
    spoken = first.inner_join(held, first["caller"] == held["number"])
    opened = sims.inner_join(held, sims["msisdn"] == held["number"])
    return ibis.union(
        ground(spoken, "calls", ROLE, "subject", "target", LINK, "none", "started_at"),
        ground(opened, "sims", ROLE, "subject", "target", LINK, "none", "opened_at"),
    )


def _known(links: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Pairs ``number``, ``ring_id`` of decided scam numbers that reports of a ring touch."""
    found = tables["findings:scam_caller"]
    found = found.filter(found["decided"]).select(scammer="subject").view()
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    joined = links.filter(links["how"].isin(("called", "named", "told")))
    joined = joined.semi_join(found, joined["node"] == found["scammer"]).view()
    rings = rings.view()
    joined = joined.inner_join(rings, joined["report_id"] == rings["of"])
    counted = joined.group_by(number=joined["node"].substr(6), ring_id="ring_id").aggregate(
        n=joined["report_id"].nunique()
    )
    # A report may name one ring's number by mistake: most of its reports say whose it is.
    best = counted.mutate(most=counted["n"].max().over(group_by="number"))
    return best.filter(best["n"] == best["most"]).select("number", "ring_id").distinct()


def _callers(tables: Tables) -> ir.Table:
    found = tables["findings:scam_caller"]
    asked = found.filter((found["score"] >= ASKED) | found["decided"])
    return asked.select("score", number=asked["subject"].substr(6))


def _things(tables: Tables) -> ir.Table:
    """Rows ``number``, ``kind``, ``thing``: what each candidate was used with, opened and sold."""
    asked = tables.engine.keep(_callers(tables).select("number"))
    calls = tables["calls"].semi_join(asked, tables["calls"]["caller"] == asked["number"])
    sims = tables["sims"].semi_join(asked, tables["sims"]["msisdn"] == asked["number"])
    trades = with_entity(tables, tables["trades"], "buyer", into="who")
    sold = trades.filter((trades["goods"] == "sim") & trades["who"].notnull())
    sold = sold.select("who", item=sold["items"].unnest()).semi_join(asked, [("item", "number")])
    opened = sims.filter(sims["customer_id"].notnull())
    parts = (
        _kind(calls, "caller", calls["imei"], "handset"),
        _kind(sims, "msisdn", sims["customer_id"], "customer"),
        _kind(opened, "msisdn", opening(opened), "opening"),
        _kind(sold, "item", sold["who"], "buyer"),
        _kind(sims, "msisdn", sims["agent"], "outlet"),
        _kind(calls, "caller", calls["cell"], "cell"),
    )
    return ibis.union(*parts).distinct()


def _kind(rows: ir.Table, number: str, thing: ir.StringValue, kind: str) -> ir.Table:
    built = rows.select(number=rows[number], kind=ibis.literal(kind), thing=thing)
    return built.filter(built["thing"].notnull())


def _places(tied: pa.Table, ids: pa.ChunkedArray, rings: list[str]) -> np.ndarray:
    """For each number the ring that records tie it to, -1 where none or several."""
    where = {number: place for place, number in enumerate(ids.to_pylist())}
    own = np.full(len(ids), -1)
    for number, ring in zip(tied["number"].to_pylist(), tied["ring_id"].to_pylist(), strict=True):
        place = where.get(number)
        if place is not None:
            own[place] = rings.index(ring) if own[place] == -1 else -2
    return own


@dataclass(frozen=True, slots=True)
class _Uses:
    """Which number was used with which thing of a kind, each pair once: places of both."""

    number: NDArray[np.int64]
    thing: NDArray[np.int64]
    numbers: int
    things: int

    def of_numbers(self) -> np.ndarray:
        """How many things each number has."""
        return np.bincount(self.number, minlength=self.numbers)

    def of_things(self) -> np.ndarray:
        """How many numbers each thing has."""
        return np.bincount(self.thing, minlength=self.things)

    def by_thing(self, values: np.ndarray) -> np.ndarray:
        """The sum over each thing's numbers, column by column of `values` (numbers by rings)."""
        columns = [np.bincount(self.thing, c[self.number], self.things) for c in values.T]
        return np.stack(columns, axis=1)

    def by_number(self, values: np.ndarray) -> np.ndarray:
        """The sum over each number's things, column by column of `values` (things by rings)."""
        columns = [np.bincount(self.number, c[self.thing], self.numbers) for c in values.T]
        return np.stack(columns, axis=1)


def _uses(things: pa.Table, ids: pa.ChunkedArray) -> dict[str, _Uses]:
    """For each kind which number was used with which thing."""
    order = {number: place for place, number in enumerate(ids.to_pylist())}
    kinds = np.array(things["kind"].to_pylist(), dtype=object)
    rows = np.array([order[number] for number in things["number"].to_pylist()], dtype=np.int64)
    names = np.array(things["thing"].to_pylist(), dtype=object)
    built = {}
    for kind in MOST:
        of_kind = kinds == kind
        if of_kind.any():
            known, place = np.unique(names[of_kind].astype(str), return_inverse=True)
            built[kind] = _Uses(rows[of_kind], place, len(ids), len(known))
    return built


def _assigned(
    prior: np.ndarray, own: np.ndarray, uses: dict[str, _Uses]
) -> tuple[np.ndarray, np.ndarray]:
    """For each number its ring (-1: none) and the chance that it is that ring's."""
    count = int(own.max()) + 1 if (own >= 0).any() else 0
    home, chance = own.copy(), np.where(own >= 0, 1.0, 0.0)
    for _ in range(ROUNDS):
        witness = (home[:, None] == np.arange(count)[None, :]) & (chance >= WITNESS)[:, None]
        lift = BESIDE * sum(
            _lift(each, witness.astype(float), MOST[kind]) for kind, each in uses.items()
        )
        odds = np.exp(np.clip(prior[:, None] + lift, -30.0, 30.0))
        # One number is one ring's, or nobody's.
        each = odds / (1.0 + odds.sum(axis=1, keepdims=True))
        best = each.argmax(axis=1)
        tied = np.asarray(lift).max(axis=1) > 0.0
        free = own == -1
        home = np.where(free, np.where(tied, best, -1), own)
        chance = np.where(free, np.where(tied, each.max(axis=1), 0.0), chance)
    return np.where(home == -2, -1, home), chance


def _lift(uses: _Uses, witness: np.ndarray, most: float) -> np.ndarray:
    """What a kind of things says of each number and ring: the strongest of its things."""
    own_things, own_numbers = uses.of_numbers(), uses.of_things()
    has = own_things > 0
    share = own_numbers / max(int(has.sum()), 1)
    total = witness[has].sum(axis=0)
    own = (uses.by_thing(witness) + BEFORE * share[:, None]) / (total[None, :] + BEFORE)
    lift = np.clip(np.log(own / share[:, None]), -most / 4.0, most)
    lift = np.where((own_numbers > 1)[:, None], lift, 0.0)
    return uses.by_number(lift) / np.maximum(own_things, 1.0)[:, None]
