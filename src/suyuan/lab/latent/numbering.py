"""Number segments, operators and the numbers drawn from them."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import Setting

PERSONAL, INDUSTRY, IOT = 0, 1, 2
CARRIER, GUILTY, INNOCENT = 0, 1, 2
_CARRIER_PREFIXES = (
    (135, 136, 137, 138, 139, 150, 151, 158, 188),
    (130, 131, 156, 185, 186),
    (133, 153, 180, 181, 189),
)
_RESELLER_PREFIXES = (162, 165, 167, 170, 171)


@dataclass(frozen=True)
class Numbering:
    """Operators (carriers, then resellers) and the four-digit segments that each may use.

    ``segment`` are leading digits with ``owner`` and ``product``; ``kind`` tells carriers, guilty
    and innocent resellers apart (truth); ``bulk`` marks resellers that open for one user in bulk.
    """

    operator_id: np.ndarray
    kind: np.ndarray
    bulk: np.ndarray
    network: np.ndarray
    segment: np.ndarray
    owner: np.ndarray
    product: np.ndarray
    reseller_share: float

    def personal(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers and operators of `n` ordinary subscribers."""
        weights = np.where(self.kind == CARRIER, (1 - self.reseller_share) / 3, 0.0)
        resellers = self.kind != CARRIER
        weights[resellers] = self.reseller_share / resellers.sum()
        operator = categories(rng, weights, n)
        return self.draw(rng, operator, np.full(n, PERSONAL)), operator

    def draw(
        self, rng: np.random.Generator, operator: np.ndarray, product: np.ndarray
    ) -> np.ndarray:
        """A new number of the operator's segment of that product, for each row."""
        return self.segment[self.segments(rng, operator, product)] * 10**7 + self._tails(
            rng, len(operator)
        )

    def segments(
        self, rng: np.random.Generator, operator: np.ndarray, product: np.ndarray
    ) -> np.ndarray:
        order = np.argsort(self.owner * 3 + self.product, kind="stable")
        keys = (self.owner * 3 + self.product)[order]
        target = operator * 3 + product
        low = np.searchsorted(keys, target, "left")
        high = np.searchsorted(keys, target, "right")
        return order[low + (rng.random(len(target)) * (high - low)).astype(np.int64)]

    @staticmethod
    def _tails(rng: np.random.Generator, n: int) -> np.ndarray:
        return distinct(rng, n, 0, 10**7) if n < 3 * 10**6 else rng.integers(0, 10**7, n)


def build(setting: Setting) -> Numbering:
    """Three carriers and the resellers, each with personal, industry and IoT segments."""
    rng = setting.rng("numbering")
    config = setting.config["resellers"]
    kind = np.repeat(
        [CARRIER, GUILTY, INNOCENT], [config["carriers"], config["guilty"], config["innocent"]]
    )
    n = len(kind)
    bulk = np.zeros(n, dtype=bool)
    bulk[rng.choice(np.flatnonzero(kind == GUILTY), config["bulk"], replace=False)] = True
    segment, owner, product = _segments(rng, kind)
    return Numbering(
        operator_id=distinct(rng, n, 10_000, 100_000),
        kind=kind,
        bulk=bulk,
        network=np.where(kind == CARRIER, np.arange(n), rng.integers(0, config["carriers"], n)),
        segment=segment,
        owner=owner,
        product=product,
        reseller_share=setting.config["people"]["reseller_share"],
    )


def _segments(
    rng: np.random.Generator, kind: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    segment: list[int] = []
    owner: list[int] = []
    product: list[int] = []
    reseller = rng.permutation([p * 10 + d for p in _RESELLER_PREFIXES for d in range(10)]).tolist()
    industry = rng.permutation([p * 10 + d for p in (144, 146, 148, 172) for d in range(10)])
    iot = rng.permutation([p * 10 + d for p in (140, 141, 149, 147) for d in range(10)])
    for index, segment_kind in enumerate(kind.tolist()):
        if segment_kind == CARRIER:
            own = [p * 10 + d for p in _CARRIER_PREFIXES[index % 3] for d in range(10)]
        else:
            own = [reseller.pop()]
        codes = [*own, int(industry[index]), int(iot[index])]
        segment += codes
        owner += [index] * len(codes)
        product += [PERSONAL] * len(own) + [INDUSTRY, IOT]
    return np.array(segment), np.array(owner), np.array(product)
