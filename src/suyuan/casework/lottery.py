"""A lottery that anybody can draw again: the seed is bound by its hash before anybody signs up.

The organiser publishes SHA-256 of a secret seed, people sign up, sign-up closes, the seed is
revealed (commit and reveal). Who knows the seed could still tell a friend which name wins, so a
public number may be named beforehand that nobody knows before sign-up closes (an index, a national
draw); it is mixed in. Each person's lot is SHA-256 of the mixed seed and their identifier; the
smallest lots have the seats, the rest waits in that order.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.items import item_state
from suyuan.casework.office import Office
from suyuan.model.errors import InputError
from suyuan.model.text import Text


@dataclass(frozen=True, slots=True)
class Lot:
    """A person's place (from 1) and lot in a draw."""

    place: int
    person: str
    lot: str
    seat: bool


def new_seed() -> tuple[str, str]:
    """A seed that cannot be guessed from its hash (256 bits), and the hash to publish."""
    seed = secrets.token_hex(32)
    return seed, seed_hash(seed)


def seed_hash(seed: str) -> str:
    """What is published before sign-up opens."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, beacon: str, people: Iterable[str], seats: int, commitment: str) -> list[Lot]:
    """The draw, in its order; raises :class:`InputError` where the seed is not the one promised."""
    if seed_hash(seed) != commitment.lower():
        raise InputError(
            Text("This is not the seed whose hash was published.", "种子与事先公布的哈希不符。"),
            value=commitment,
            hint=Text(
                f"The hash of this one is {seed_hash(seed)}.", f"其哈希为 {seed_hash(seed)}。"
            ),
        )
    mix = hashlib.sha256(f"{seed}\0{beacon}".encode()).hexdigest()
    lots = sorted((hashlib.sha256(f"{mix}\0{p}".encode()).hexdigest(), p) for p in set(people))
    return [Lot(place, p, lot, place <= seats) for place, (lot, p) in enumerate(lots, 1)]


@dataclass(frozen=True, slots=True)
class LotteryRecord:
    """All that somebody needs to draw again; `seed` is None until it is revealed.

    `people` are those who signed up and did not give up.
    """

    commitment: str
    published_at: datetime
    beacon_source: str
    seed: str | None
    beacon: str
    seats: int
    people: tuple[str, ...]
    with_seat: tuple[str, ...]


def lottery_record(office: Office, matter: str, now: datetime) -> LotteryRecord:
    """What is to be published of an event's lottery; raises where it has none."""
    state = office.state(matter, now)
    commit = next((event for event in state.events if event.kind == "commit_seed"), None)
    if commit is None:
        raise InputError(Text("This event has no lottery.", "该活动没有抽签。"), value=matter)
    states = {item.subject: item_state(item, now) for item in state.items.values()}
    scope = state.scope
    return LotteryRecord(
        str(commit.body["seed_hash"]),
        commit.at,
        str(commit.body.get("beacon_source") or ""),
        scope.get("seed"),
        str(scope.get("beacon") or ""),
        int(scope["seats"]),
        tuple(sorted(person for person, name in states.items() if name != "gave_up")),
        tuple(sorted(p for p, name in states.items() if name in ("seat", "attended"))),
    )
