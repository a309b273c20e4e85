"""Reading one narrative: text in, facts, stages and fraud type out. A pure function."""

from datetime import datetime
from typing import Final

from suyuan.model.times import DEFAULT_ZONE
from suyuan.reading.accounts import accounts
from suyuan.reading.amounts import amounts
from suyuan.reading.dates import dates
from suyuan.reading.facts import Ground, NarrativeFact, NarrativeReading
from suyuan.reading.fraud_types import fraud_types
from suyuan.reading.normalise import plain
from suyuan.reading.numbers import phones, references
from suyuan.reading.places import places
from suyuan.reading.stages import stages, with_signs

#: Characters read of one narrative. A long statement has some ten thousand; the bound keeps a
#: hostile text from holding up a case. What lies beyond is told as a fact of kind ``unread``.
LIMIT: Final = 50_000


def read_text(
    text: str,
    reported_at: datetime | None,
    *,
    zone: str = DEFAULT_ZONE,
    label: str | None = None,
) -> NarrativeReading:
    """What `text` says, each fact with its place in `text` as given.

    `reported_at` (naive UTC) fills in missing years and dates 昨天 and its kin; `zone` is where
    the story plays; `label` is the officer's fraud type. Nothing is ever raised for what the text
    holds; the work is linear in its length, and no more than ``LIMIT`` characters are read.
    """
    plain_text = plain(text[:LIMIT])
    ground = Ground(len(plain_text))
    # Who claims first wins: an account may look like a phone, a phone like an amount.
    claims = ground.claim(accounts(plain_text))
    claims += ground.claim(references(plain_text))
    claims += ground.claim(phones(plain_text))
    claims += ground.claim(dates(plain_text, reported_at, zone))
    claims += ground.claim(amounts(plain_text))
    claims += ground.claim(places(plain_text))
    mentions = stages(with_signs(plain_text, claims))
    facts = sorted(
        (fact._replace(value=text[fact.start : fact.end]) for fact in claims),
        key=lambda fact: fact.start,
    )
    if len(text) > LIMIT:
        facts.append(NarrativeFact("unread", "", str(len(text) - LIMIT), LIMIT, len(text)))
    return NarrativeReading(tuple(facts), mentions, fraud_types(plain_text, mentions, label))
