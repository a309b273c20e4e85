"""What the files of ``catalog/fraud_types/`` may hold."""

from datetime import date

import msgspec

from suyuan.model.text import Text


class FraudTypePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a file of fraud types."""


class TypeLabel(FraudTypePart, frozen=True):
    """The name that a list has for a type; `assumed` where it is not in the source."""

    label: str
    is_assumed: bool = msgspec.field(default=False, name="assumed")


class PoliceListFile(FraudTypePart, frozen=True, kw_only=True):
    """``list-*.yml``."""

    year: int
    in_force: date
    title: str
    source: str
    source_urls: list[str]
    source_quality: str
    note: str | None = None
    labels: dict[str, TypeLabel]


class WeightScale(FraudTypePart, frozen=True):
    """What the weights of cues mean, in nats."""

    decisive: float
    strong: float
    weak: float


class BaseRateSource(FraudTypePart, frozen=True):
    """Where the base rates are from."""

    source: str
    source_url: str
    source_quality: str
    note: str


class FraudType(FraudTypePart, frozen=True):
    """A kind of fraud, its base rate, and words by which a label names it."""

    title: Text
    prior: float
    label_words: tuple[str, ...] = msgspec.field(name="named")


class FraudTypesFile(FraudTypePart, frozen=True):
    """``types.yml``; the cues of a type stand under their weight."""

    scale: WeightScale
    temper: float
    label: float
    base_rates: BaseRateSource
    types: dict[str, FraudType]
    stages: dict[str, dict[str, float]]
    cues: dict[str, dict[float, list[str]]]

    def __post_init__(self) -> None:
        unknown_types = (self.stages.keys() | self.cues.keys()) - self.types.keys()
        if unknown_types:
            raise ValueError(f"no such type: {', '.join(sorted(unknown_types))}")
