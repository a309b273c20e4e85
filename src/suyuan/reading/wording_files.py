"""What the files of ``catalog/wording/`` may hold."""

from typing import Literal

import msgspec

from suyuan.model.text import Text


class WordingPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a file of wording."""


class StageCues(WordingPart, frozen=True, rename={"but_not": "not"}):
    """A stage of ``stages.yml``."""

    title: Text
    cues: tuple[str, ...]
    but_not: tuple[str, ...] = ()


class PlaceNames(WordingPart, frozen=True):
    """``places.yml``: for each kind the names, and how each is written."""

    marketplace: dict[str, list[str]]
    wallet: dict[str, list[str]]
    chat: dict[str, list[str]]
    lender: dict[str, list[str]]
    courier: dict[str, list[str]]
    meetings: dict[str, list[str]] = msgspec.field(name="meeting")
    voucher: dict[str, list[str]]


class AmountRoles(WordingPart, frozen=True):
    """What an amount may be in the story, with its cues."""

    price: list[str]
    compensation: list[str]
    loan: list[str]
    transfer: list[str]
    fee: list[str]
    loss: list[str]
    gain: list[str]


class PhoneRoles(WordingPart, frozen=True):
    """Whose a number may be."""

    own: list[str]
    counterpart: list[str] = msgspec.field(name="other")


class CardRoles(WordingPart, frozen=True):
    """Whose a card may be."""

    own: list[str]
    payee: list[str]


class FactRoles(WordingPart, frozen=True):
    """``roles.yml``."""

    amount: AmountRoles
    phone: PhoneRoles
    card: CardRoles


class Grades(WordingPart, frozen=True):
    """From which score a warning is high, or medium."""

    high: float
    medium: float


class SpokenSignal(WordingPart, frozen=True):
    """What a caller says, and how much it weighs."""

    weight: float
    title: Text
    cues: list[str]


class SignalPair(WordingPart, frozen=True):
    """Signals that weigh more together."""

    of: list[str]
    weight: float
    title: Text


class WarningWords(WordingPart, frozen=True):
    """``warning.yml``."""

    grades: Grades
    denials: tuple[str, ...] = msgspec.field(name="denying")
    warning: tuple[str, ...]
    signals: dict[str, SpokenSignal]
    pairs: list[SignalPair]

    def __post_init__(self) -> None:
        names = {name for pair in self.pairs for name in pair.of} | {PRICE_SIGNAL}
        if unknown_names := names - self.signals.keys():
            raise ValueError(f"no such signal: {', '.join(sorted(unknown_names))}")


#: The signal that is also heard in two amounts of one sentence.
PRICE_SIGNAL: Literal["over_compensation"] = "over_compensation"
#: ``typos.yml`` and ``goods.yml``: every key is a word of the field itself.
Typos = dict[str, str]
Goods = dict[str, list[str]]
Stages = dict[str, StageCues]
