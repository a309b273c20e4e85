"""Other frauds, tied to no ring: their victims, hands and money."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.flows import Lots, hand_on, split
from suyuan.lab.latent.ledger import BY_BANK, BY_QR, LedgerPayments, Money, payments, together
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import Rings
from suyuan.lab.latent.victims import ScamVictims
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

TYPES = (
    "刷单返利",
    "虚假贷款",
    "虚假购物",
    "虚假投资理财",
    "冒充客服",
    "冒充公检法",
    "冒充熟人",
    "网络游戏交易",
    "婚恋交友",
    "其他",
)
# Police figures of one city, first half of 2020, the rest shared out.
SHARES = np.array([22, 20, 16.5, 9.4, 6.6, 6, 6, 5, 4, 4.5])
IMPOSTOR = 4


@dataclass(frozen=True)
class OtherFraud:
    """One row for each report: victim, type, hand (who does it), first payee, loss, times."""

    person: np.ndarray
    type: np.ndarray
    hand: np.ndarray
    payee: np.ndarray
    loss: np.ndarray
    at: np.ndarray
    reported_at: np.ndarray
    accomplices: np.ndarray
    book: LedgerPayments

    def __len__(self) -> int:
        return len(self.person)


def build(
    setting: Setting,
    people: People,
    money: Money,
    rings: Rings,
    victims: ScamVictims,
    lines_first: np.ndarray,
) -> OtherFraud:
    """Small hands of one to four reports each, who launder by simple means."""
    rng = setting.rng("otherfraud")
    n = setting.counts["other_reports"]
    free = np.setdiff1d(np.arange(len(people)), np.concatenate([rings.person, victims.person]))
    free = rng.permutation(free)
    person, n_hands = free[:n], max(n * 2 // 3, 1)
    hand = rng.integers(0, n_hands, n)
    accomplices = free[n : n + n_hands]
    fraud_type = categories(rng, SHARES, n_hands)[hand]
    loss = np.round(np.exp(rng.normal(9.0, 1.2, n)).clip(100, 400_000)).astype(np.int64) * 100
    loss[rng.random(n) < 0.06] = 0
    moment = lines_first + (rng.gamma(2, 3, n) * HOUR).astype(np.int64)
    at = moment // SECOND * SECOND
    to = np.where(loss > 0, accomplices[hand], -1)
    book = _book(setting, rng, money, accomplices, (person, to, at, loss, hand))
    delay = rng.lognormal(1.2, 1.6, n) * HOUR * max(setting.knob("report_delay"), 0.05)
    reported_at = moment + 2 * HOUR + np.minimum(delay, 60 * DAY).astype(np.int64) + MINUTE
    return OtherFraud(person, fraud_type, hand, to, loss, at, reported_at, accomplices, book)


def _book(
    setting: Setting,
    rng: np.random.Generator,
    money: Money,
    accomplices: np.ndarray,
    reports: tuple[np.ndarray, ...],
) -> LedgerPayments:
    """What the victims paid, and where the hands sent it: to shops, desks and each other."""
    paid_reports = np.flatnonzero(reports[3] > 0)
    person, to, at, loss, hand = (column[paid_reports] for column in reports)
    first = payments(at, person, to, loss, rng.choice([BY_BANK, BY_QR], len(paid_reports)))
    lots = Lots(to, at, loss, paid_reports, hand)
    parts, _ = split(rng, lots, rng.beta(1.2, 20, len(lots)), setting.knob("evasion"))
    places = np.concatenate([money.desks, money.shops, money.voucher_shops[:4], accomplices])
    out = rng.choice(places, len(parts))
    out = np.where(out == parts.account, money.desks[0], out)
    transfers, payment = hand_on(parts, out)
    _, first_row = np.unique(payment, return_index=True)
    total = np.bincount(payment, parts.amount).astype(np.int64) if len(parts) else parts.amount
    later = payments(
        transfers.at[first_row], parts.account[first_row], out[first_row], total, BY_BANK
    )
    return together([first, later])[0]
