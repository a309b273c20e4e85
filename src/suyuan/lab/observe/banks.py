"""What banks, wallets and card sellers record."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.cardhands import EVENTS, KINDS
from suyuan.lab.latent.ledger import CHANNELS, KIND_NAMES
from suyuan.lab.latent.world import World
from suyuan.lab.observe.noise import blank, mask_names, skew
from suyuan.lab.observe.wording import names
from suyuan.lab.seeds import distinct
from suyuan.lab.setting import DAY, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, texts, words, write
from suyuan.model.records import BANK_ACCOUNTS, PAYMENTS, VOUCHERS

MEMOS = words("工资", "转账", "货款", "还款", "借款", "服务费", "生活费", "购物")
INSTITUTIONS = words(
    "云河银行",
    "沭源农商行",
    "海东银行",
    "岭南银行",
    "川西商行",
    "湘中银行",
    "顺通支付",
    "快捷钱包",
    "诚信小贷",
    "苏宁卡中心",
    "点券商城",
)
STATUSES = words("settled", "reversed", "failed")


def payment_ids(world: World) -> np.ndarray:
    """An id for each payment of the book, in its order."""
    return distinct(
        world.setting.rng("observe/payment_ids"), len(world.book.payments), 10**14, 10**15
    )


def payments(world: World, ids: np.ndarray, folder: Path) -> int:
    """Statements: balances and memos are often missing, orders known for half of the purchases."""
    book, money = world.book.payments, world.money
    rng = world.setting.rng("observe/payments")
    gaps, n = world.setting.knob("missing"), len(book)
    numbers = texts(Ids(money.number))
    order = np.where(book.order >= 0, world.market.order_id[book.order], -1)
    memo = np.where(book.memo >= 0, book.memo, rng.integers(1, len(MEMOS), n))
    off = skew(rng, world.setting, money.kind[book.payer])
    sold_for = np.full(len(money), -1)
    sold_for[: len(world.people)] = 0
    complete = rng.random(len(money)) < 1 - 0.3 * min(gaps, 3)
    cells: dict[str, Cells] = {
        "payment_id": Ids(ids),
        "at": Numbers((book.at + off) // SECOND * SECOND),
        "payer": Words(book.payer, numbers),
        "payee": Words(book.payee, numbers),
        "amount": Numbers(book.amount),
        "currency": Words(np.zeros(n, dtype=np.int8), words("CNY")),
        "channel": Words(blank(rng, book.channel, 0.05 * gaps), words(*CHANNELS)),
        "balance_after": Numbers(np.where(complete[book.payer], world.book.balance_after, -1)),
        "memo": Words(blank(rng, memo, 0.75), MEMOS),
        "merchant_order": Ids(blank(rng, order, 0.4 * gaps)),
        "status": Words(blank(rng, world.book.status, 0.05 * gaps), STATUSES),
    }
    return write(folder, PAYMENTS, cells, order=np.lexsort((ids, book.at)))


def bank_accounts(world: World, folder: Path) -> int:
    """All accounts; a tenth of the holders are told by a masked name only."""
    money, people = world.money, world.people
    rng = world.setting.rng("observe/bank_accounts")
    gaps, n = world.setting.knob("missing"), len(money)
    person = np.maximum(money.owner, 0)
    has_owner = money.owner >= 0
    holder = np.where(
        has_owner, people.id[person], np.where(money.org >= 0, world.market.org_id[money.org], -1)
    )
    name = mask_names(names(people.name[person]), rng.random(n) < 0.1 * world.setting.knob("noise"))
    name = pa.compute.if_else(
        pa.array(has_owner & (rng.random(n) > 0.05 * gaps)), name, pa.scalar(None, pa.string())
    )
    bank = rng.integers(0, 6, n)
    institution = np.choose(money.kind, [bank, 6 + bank % 2, np.full(n, 8), bank, 9 + bank % 2])
    opened_at = world.setting.start - (rng.gamma(1.2, 500, n) * DAY).astype(np.int64) - 25 * DAY
    recent = rng.random(n) < 0.05
    recent[: len(people)] |= np.isin(np.arange(len(people)), world.rings.of(8)) & (
        rng.random(len(people)) < 0.35
    )
    opened_at = np.where(
        recent,
        world.setting.start - (rng.random(n) * 60 * DAY).astype(np.int64) - 21 * DAY,
        opened_at,
    )
    cells: dict[str, Cells] = {
        "account_no": Ids(money.number),
        "holder_id": Ids(blank(rng, holder, 0.06 * gaps)),
        "holder_name": Texts(name),
        "institution": Words(institution, INSTITUTIONS),
        "kind": Words(money.kind, words(*KIND_NAMES)),
        "opened_at": Numbers(blank(rng, opened_at // SECOND * SECOND, 0.05 * gaps)),
        "phone": Ids(blank(rng, np.where(has_owner, people.phone[person], -1), 0.15 * gaps)),
        "opening_balance": Numbers(blank(rng, world.book.opening, 0.1 * gaps)),
        "status": Words(blank(rng, np.zeros(n, dtype=np.int64), 0.3), words("open")),
    }
    return write(folder, BANK_ACCOUNTS, cells)


def voucher_ids(world: World) -> np.ndarray:
    return distinct(world.setting.rng("observe/voucher_ids"), len(world.trade), 10**15, 10**16)


def vouchers(world: World, ids: np.ndarray, book_ids: np.ndarray, folder: Path) -> int:
    """Events of cards. Issuers know sales and redemptions; transfers stand on seized phones."""
    trade, rng = world.trade, world.setting.rng("observe/vouchers")
    gaps, people = world.setting.knob("missing"), world.people
    visible = (trade.event != 1) | (rng.random(len(trade.event)) > 0.08 * gaps)
    rows = np.flatnonzero(visible)
    row_of = world.book.row_of["cards"]
    payment = trade.event_payment[rows]
    paid_by = np.where(payment >= 0, book_ids[row_of[np.maximum(payment, 0)]], -1)

    def party(person: np.ndarray, rate: float) -> Ids:
        return Ids(
            blank(rng, np.where(person >= 0, people.id[np.maximum(person, 0)], -1), rate * gaps)
        )

    cells: dict[str, Cells] = {
        "voucher_id": Ids(ids[trade.event_card[rows]]),
        "event": Words(trade.event[rows], words(*EVENTS)),
        "at": Numbers(trade.event_at[rows]),
        "kind": Words(trade.kind[trade.event_card[rows]], words(*KINDS)),
        "face_value": Numbers(trade.face[trade.event_card[rows]]),
        "price": Numbers(blank(rng, trade.event_price[rows], 0.05 * gaps)),
        "from_party": party(trade.event_from[rows], 0.05),
        "to_party": party(trade.event_to[rows], 0.05),
        "payment_id": Ids(blank(rng, paid_by, 0.05 * gaps)),
    }
    return write(folder, VOUCHERS, cells)
