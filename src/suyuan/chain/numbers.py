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
from suyuan.chain.ring_reports import ring_of_report
from suyuan.chain.touch_kinds import CONTACTS
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
LEAST_SCORE = 0.1
#: What the things are worth beside the score, which rests on some of them too.
BESIDE = 0.6
#: Witnesses that a ring is given beforehand, of the case's own mix.
BEFORE = 2.0
#: The chance from which on a number is held to be a ring's, and from which on it is a witness.
MEMBER_CHANCE, WITNESS = 0.6, 0.9
ROUNDS = 3
#: The role and the link of a number's grounds.
ROLE, LINK = "scam_caller", "belongs_to"
NUMBERS = pa.schema([("number", pa.string()), ("ring_id", pa.string()), ("chance", pa.float64())])


def numbers(known_numbers: ir.Table, tables: Tables) -> pa.Table:
    """Columns ``number``, ``ring_id``, ``chance``: each listed scam number with the ring it is of.

    `known_numbers` has pairs ``number``, ``ring_id``, each once, that records of victims tie; they
    stay where they are.
    """
    fetch = tables.engine.fetch
    callers = fetch(derive_table(tables, _callers, tables)).sort_by("number").combine_chunks()
    ids = callers["number"]
    if len(ids) == 0:
        return NUMBERS.empty_table()
    tied = fetch(known_numbers).sort_by([("number", "ascending"), ("ring_id", "ascending")])
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
    home, chance = _assign(np.log(score / (1.0 - score)), own, _uses(things, ids))
    members = np.flatnonzero((home >= 0) & (chance >= MEMBER_CHANCE))
    return pa.table(
        {
            "number": ids.take(pa.array(members)),
            "ring_id": pa.array([rings[place] for place in home[members].tolist()], pa.string()),
            "chance": chance[members],
        }
    )


def number_grounds(
    links: ir.Table, series: ir.Table, members: ir.Table, tables: Tables
) -> ir.Table:
    """Grounds on which scam numbers belong to rings: the number's first call and its card.

    Numbers that stand for a member already (`members`) are left to that.
    """
    known_numbers = derive_table(tables, _known_numbers, links, series, tables)
    member_numbers = tables.engine.arrow(numbers(known_numbers, tables))
    return derive_table(tables, _grounds, member_numbers, members, tables)


def _grounds(ring_numbers: ir.Table, members: ir.Table, tables: Tables) -> ir.Table:
    keep = tables.engine.keep
    members_by_name = members.select("ring_id", "entity").distinct().view()
    ring_numbers = ring_numbers.mutate(subject="phone:" + ring_numbers["number"]).view()
    same_person = (ring_numbers["ring_id"] == members_by_name["ring_id"]) & (
        ring_numbers["subject"] == members_by_name["entity"]
    )
    ring_numbers = ring_numbers.anti_join(members_by_name, same_person)
    ring_numbers = keep(
        ring_numbers.mutate(target="ring:" + ring_numbers["ring_id"], none=ibis.null("int64"))
    )
    calls, sims = tables["calls"], tables["sims"]
    first = calls.semi_join(ring_numbers, calls["caller"] == ring_numbers["number"])
    when = first["started_at"].min().over(group_by="caller")
    first = first.mutate(begun=when).filter(lambda t: t["started_at"] == t["begun"])
    calls_of_number = first.inner_join(ring_numbers, first["caller"] == ring_numbers["number"])
    openings = sims.inner_join(ring_numbers, sims["msisdn"] == ring_numbers["number"])
    return ibis.union(
        ground(calls_of_number, "calls", ROLE, "subject", "target", LINK, "none", "started_at"),
        ground(openings, "sims", ROLE, "subject", "target", LINK, "none", "opened_at"),
    )


def _known_numbers(links: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Pairs ``number``, ``ring_id`` of decided scam numbers that reports of a ring touch."""
    scammers = tables["findings:scam_caller"]
    scammers = scammers.filter(scammers["decided"]).select(scammer="subject").view()
    rings = ring_of_report(series)
    contacts = links.filter(links["how"].isin(CONTACTS))
    contacts = contacts.semi_join(scammers, contacts["node"] == scammers["scammer"]).view()
    rings = rings.view()
    contacts = contacts.inner_join(rings, contacts["report_id"] == rings["of"])
    counts = contacts.group_by(number=contacts["node"].substr(6), ring_id="ring_id").aggregate(
        n=contacts["report_id"].nunique()
    )
    # A report may name one ring's number by mistake: most of its reports say whose it is.
    best = counts.mutate(most=counts["n"].max().over(group_by="number"))
    return best.filter(best["n"] == best["most"]).select("number", "ring_id").distinct()


def _callers(tables: Tables) -> ir.Table:
    leads = tables["findings:scam_caller"]
    candidates = leads.filter((leads["score"] >= LEAST_SCORE) | leads["decided"])
    return candidates.select("score", number=candidates["subject"].substr(6))


def _things(tables: Tables) -> ir.Table:
    """Rows ``number``, ``kind``, ``thing``: what each candidate was used with, opened and sold."""
    callers = tables.engine.keep(_callers(tables).select("number"))
    calls = tables["calls"].semi_join(callers, tables["calls"]["caller"] == callers["number"])
    sims = tables["sims"].semi_join(callers, tables["sims"]["msisdn"] == callers["number"])
    trades = with_entity(tables, tables["trades"], "buyer", into="who")
    sales = trades.filter((trades["goods"] == "sim") & trades["who"].notnull())
    sales = sales.select("who", item=sales["items"].unnest()).semi_join(
        callers, [("item", "number")]
    )
    openings = sims.filter(sims["customer_id"].notnull())
    parts = (
        _kind(calls, "caller", calls["imei"], "handset"),
        _kind(sims, "msisdn", sims["customer_id"], "customer"),
        _kind(openings, "msisdn", opening(openings), "opening"),
        _kind(sales, "item", sales["who"], "buyer"),
        _kind(sims, "msisdn", sims["agent"], "outlet"),
        _kind(calls, "caller", calls["cell"], "cell"),
    )
    return ibis.union(*parts).distinct()


def _kind(rows: ir.Table, number: str, thing: ir.StringValue, kind: str) -> ir.Table:
    rows_of_kind = rows.select(number=rows[number], kind=ibis.literal(kind), thing=thing)
    return rows_of_kind.filter(rows_of_kind["thing"].notnull())


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
    use_of_kind = {}
    for kind in MOST:
        of_kind = kinds == kind
        if of_kind.any():
            distinct, place = np.unique(names[of_kind].astype(str), return_inverse=True)
            use_of_kind[kind] = _Uses(rows[of_kind], place, len(ids), len(distinct))
    return use_of_kind


def _assign(
    prior: np.ndarray, own: np.ndarray, uses: dict[str, _Uses]
) -> tuple[np.ndarray, np.ndarray]:
    """For each number its ring (-1: none) and the chance that it is that ring's."""
    count = int(own.max()) + 1 if (own >= 0).any() else 0
    home, chance = own.copy(), np.where(own >= 0, 1.0, 0.0)
    for _ in range(ROUNDS):
        witness = (home[:, None] == np.arange(count)[None, :]) & (chance >= WITNESS)[:, None]
        lift = BESIDE * sum(
            _lift(chances, witness.astype(float), MOST[kind]) for kind, chances in uses.items()
        )
        odds = np.exp(np.clip(prior[:, None] + lift, -30.0, 30.0))
        # One number is one ring's, or nobody's.
        chances = odds / (1.0 + odds.sum(axis=1, keepdims=True))
        best = chances.argmax(axis=1)
        tied = np.asarray(lift).max(axis=1) > 0.0
        free = own == -1
        home = np.where(free, np.where(tied, best, -1), own)
        chance = np.where(free, np.where(tied, chances.max(axis=1), 0.0), chance)
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
