"""What the police write down: reports, people, dealings."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.lines import OTHER_FRAUD, SCAM
from suyuan.lab.latent.otherfraud import IMPOSTOR, TYPES
from suyuan.lab.latent.victims import LOAN, VOUCHER
from suyuan.lab.latent.world import World
from suyuan.lab.observe import narratives
from suyuan.lab.observe.noise import blank, mistype
from suyuan.lab.observe.wording import ITEMS
from suyuan.lab.seeds import distinct
from suyuan.lab.setting import MINUTE, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, lists, texts, words, write
from suyuan.model.records import REPORTS


@dataclass(frozen=True)
class ReportFacts:
    """What every report says, before it is written down; the ring's first, then the others.

    ``victim`` is the row of Victims (-1 for other frauds), ``caller`` a number, ``chat`` an
    account, ``payees`` money accounts by report (up to three, -1 absent), ``order`` the quoted one.
    """

    id: np.ndarray
    victim: np.ndarray
    person: np.ndarray
    at: np.ndarray
    reported_at: np.ndarray
    caller: np.ndarray
    chat: np.ndarray
    payees: np.ndarray
    order: np.ndarray
    loss: np.ndarray
    type: np.ndarray
    loan: np.ndarray
    card: np.ndarray


def listen(world: World) -> ReportFacts:
    """Gather the facts of all reports."""
    rng = world.setting.rng("observe/told")
    victims, calls, other_frauds = world.victims, world.calls, world.other_fraud
    index = np.flatnonzero(victims.reported_at > 0)
    n, m = len(index), len(other_frauds)
    call = victims.call[index]
    scam, foreign = world.lines.rows(SCAM), world.lines.rows(OTHER_FRAUD)
    lead = calls.lead[call] if n else call
    order = np.where(lead >= 0, world.leaks.order[lead] if len(world.leaks.order) else -1, -1)
    has_order = rng.random(n) < 0.6
    caller = np.concatenate(
        [
            world.lines.phone[scam[calls.number[call]]] if n else call,
            world.lines.phone[foreign[other_frauds.hand % len(foreign)]],
        ]
    )
    payees = np.concatenate(
        [_payees(world, index), np.stack([other_frauds.payee, *[np.full(m, -1)] * 2], 1)]
    )
    bystander = rng.random(n + m) < 0.3 * world.setting.knob("lookalikes")
    payees[bystander, 2] = _bystanders(world, rng, int(bystander.sum()))
    return ReportFacts(
        id=distinct(rng, n + m, 10**8, 10**9),
        victim=np.concatenate([index, np.full(m, -1)]),
        person=np.concatenate([victims.person[index], other_frauds.person]),
        at=np.concatenate(
            [calls.at[call], other_frauds.at - rng.integers(10, 4000, m) * SECOND * 10]
        ),
        reported_at=np.concatenate([victims.reported_at[index], other_frauds.reported_at]),
        caller=np.where(rng.random(n + m) < np.where(np.arange(n + m) < n, 0.95, 0.6), caller, -1),
        chat=np.concatenate([victims.chat[index], np.full(m, -1)]),
        payees=payees,
        order=np.concatenate([np.where(has_order, order, -1), np.full(m, -1)]),
        loss=np.concatenate([victims.loss[index], other_frauds.loss]),
        type=np.concatenate([np.full(n, IMPOSTOR), other_frauds.type]),
        loan=np.concatenate([victims.path[index] == LOAN, np.zeros(m, bool)]),
        card=np.concatenate([victims.path[index] == VOUCHER, np.zeros(m, bool)]),
    )


def _bystanders(world: World, rng: np.random.Generator, n: int) -> np.ndarray:
    """Accounts that victims name though nothing is wrong with them: shops, traders, relatives."""
    traders = world.book.payments.payee[rng.integers(0, len(world.book.payments), n)]
    return np.where(rng.random(n) < 0.3, rng.choice(world.money.shops, n), traders)


def _payees(world: World, index: np.ndarray) -> np.ndarray:
    """The first accounts that each victim paid into, up to three different ones."""
    payees = np.full((len(index), 3), -1)
    dirty = world.laundering
    pairs = (
        np.unique(np.stack([dirty.first_victim, dirty.first_payee], 1), axis=0)
        if len(dirty.first_victim)
        else np.empty((0, 2), dtype=np.int64)
    )
    row = np.searchsorted(index, pairs[:, 0]).clip(0, max(len(index) - 1, 0))
    ok = (index[row] == pairs[:, 0]) if len(index) else np.zeros(len(pairs), bool)
    row, payee = row[ok], pairs[ok, 1]
    nth = np.arange(len(row)) - np.searchsorted(row, row, "left")
    payees[row[nth < 3], nth[nth < 3]] = payee[nth < 3]
    return payees


def reports(world: World, report: ReportFacts, names: pa.Array, folder: Path) -> int:
    """The report table; half of the facts are missing somewhere, a tenth of the labels wrong."""
    rng = world.setting.rng("observe/reports")
    gaps, noise = world.setting.knob("missing"), world.setting.knob("noise")
    people, n = world.people, len(report.id)
    caller = mistype(rng, np.where(rng.random(n) < 0.12 * gaps, -1, report.caller), 0.02 * noise)
    chat = np.where(rng.random(n) < 0.25 * gaps, -1, report.chat)
    payees = np.where(rng.random((n, 3)) < 0.15 * gaps, -1, report.payees)
    cells: dict[str, Cells] = {
        "report_id": Ids(report.id),
        "reported_at": Numbers(report.reported_at // MINUTE * MINUTE),
        "victim_id": Ids(blank(rng, people.id[report.person], 0.1 * gaps)),
        "victim_phone": Ids(blank(rng, people.phone[report.person], 0.03 * gaps)),
        "contacted_at": Numbers(blank(rng, _recall_times(rng, report.at), 0.12 * gaps)),
        "caller_numbers": lists(texts(Ids(caller[caller > 0])), (caller > 0).astype(np.int64)),
        "chat_accounts": lists(names.take(pa.array(chat[chat >= 0])), (chat >= 0).astype(np.int64)),
        "quoted_order_id": Ids(
            np.where(report.order >= 0, world.market.order_id[report.order], -1)
        ),
        "payee_accounts": lists(
            texts(Ids(world.money.number[payees[payees >= 0]])), (payees >= 0).sum(axis=1)
        ),
        "loss": Numbers(report.loss),
        "fraud_type": Words(_labels(rng, report.type, gaps), words(*TYPES)),
        "narrative": Texts(_statements(world, report, names)),
    }
    return write(folder, REPORTS, cells)


def _recall_times(rng: np.random.Generator, at: np.ndarray) -> np.ndarray:
    """Times as remembered: to the minute, to the half hour, or off by some."""
    rough = at // (30 * MINUTE) * 30 * MINUTE
    off = at + (rng.normal(0, 25, len(at)) * MINUTE).astype(np.int64)
    how = rng.random(len(at))
    times: np.ndarray = np.where(
        how < 0.4, at // MINUTE * MINUTE, np.where(how < 0.8, rough, off // MINUTE * MINUTE)
    )
    return times


def _labels(rng: np.random.Generator, true: np.ndarray, gaps: float) -> np.ndarray:
    wrong = rng.random(len(true)) < 0.1
    label = np.where(wrong, rng.integers(0, len(TYPES), len(true)), true)
    return blank(rng, label, 0.15 * gaps)


def _statements(world: World, report: ReportFacts, names: pa.Array) -> pa.Array:
    rng = world.setting.rng("observe/narratives")
    wording = world.setting.knob("wording")
    items = ITEMS.to_pylist()
    market = world.market
    texts = []
    for row in range(len(report.id)):
        order = int(report.order[row])
        lead = order if order >= 0 else int(rng.integers(0, len(market)))
        price = market.amount[lead] / 100
        facts = {
            **_when(int(report.at[row])),
            "caller": str(report.caller[row]) if report.caller[row] > 0 else "",
            "chat": names[int(report.chat[row])].as_py().split(":")[1]
            if report.chat[row] >= 0
            else "",
            "payee": str(world.money.number[report.payees[row, 0]])
            if report.payees[row, 0] >= 0
            else "",
            "item": items[int(market.category[lead] * 40 + market.item[lead])],
            "price": f"{price:g}" if order >= 0 else "",
            "claim": f"{price * rng.choice([2, 2.5, 3]):.0f}",
            "loss": f"{report.loss[row] / 100:g}",
            "loan": f"{np.ceil(report.loss[row] / 1_000_000) * 10_000:.0f}"
            if report.loan[row]
            else "",
            "card": str(rng.choice(["Q币", "苏宁卡", "点卡", "购物卡"]))
            if report.card[row]
            else "",
        }
        ring = report.victim[row] >= 0
        texts.append(
            narratives.impostor(rng, facts, wording)
            if ring
            else narratives.other_narrative(rng, int(report.type[row]), facts, wording)
        )
    return blank_text(rng, texts, 0.05 * world.setting.knob("missing"))


def blank_text(rng: np.random.Generator, texts: list[str], rate: float) -> pa.Array:
    return pa.array([None if rng.random() < rate else text for text in texts], pa.string())


def _when(at: int) -> dict[str, str]:
    moment = datetime.fromtimestamp(at / SECOND, UTC) + timedelta(hours=8)
    noon = "上午" if moment.hour < 12 else "下午" if moment.hour < 18 else "晚上"
    return {
        "day": f"{moment.year}年{moment.month}月{moment.day}日",
        "clock": f"{noon}{(moment.hour - 1) % 12 + 1}点{moment.minute}分",
    }
