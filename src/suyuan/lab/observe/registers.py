"""People and dealings as the investigation knows them."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.cards import COMPANY
from suyuan.lab.latent.lines import BUSY
from suyuan.lab.latent.market import MERCHANT
from suyuan.lab.latent.supply import CHAT, GOODS, RECORDS, SIM, TOKEN, VOUCHER
from suyuan.lab.latent.world import World
from suyuan.lab.observe.carriers import customer_ids
from suyuan.lab.observe.noise import blank, seized_at
from suyuan.lab.observe.platforms import chat_of
from suyuan.lab.observe.stock import NO_SELLER, bulk_cards, farmed_accounts
from suyuan.lab.observe.wording import addresses
from suyuan.lab.observe.wording import names as written_names
from suyuan.lab.seeds import distinct
from suyuan.lab.setting import HOUR, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, lists, texts, words, write
from suyuan.model.records import DECISIONS, PARTIES, TRADES

#: Deals in which a seller hands over what others bought already, at middling noise.
SOLD_TWICE = 0.05
HINTS = words("疑似卡商", "疑似号商", "疑似料商", "跑分", "中间人", "证人", "商户负责人", "未查明")


def known_people(world: World) -> np.ndarray:
    """Whether the investigation has each person on file: two in five, suspects more often."""
    rng = world.setting.rng("observe/known")
    is_known = rng.random(len(world.people)) < 0.4
    suspects = np.unique(world.rings.person)
    is_known[suspects] = rng.random(len(suspects)) < 0.9
    sellers = world.supply.seller[world.supply.seller >= 0]
    is_known[sellers] |= rng.random(len(sellers)) < 0.8
    is_known[world.victims.person] |= rng.random(len(world.victims)) < 0.7
    return is_known


def parties(world: World, names: pa.Array, folder: Path) -> int:
    """People on file with the numbers, handsets and accounts known of them, and some firms."""
    rng, people = world.setting.rng("observe/parties"), world.people
    gaps = world.setting.knob("missing")
    rows = np.flatnonzero(known_people(world))
    customers = np.unique(customer_ids(world)[world.cards.customer >= COMPANY])
    firms = np.concatenate([customers[rng.random(len(customers)) < 0.7], _shops(world, rng)])
    n, m = len(rows), len(firms)
    total = n + m
    accounts, counts = _accounts(world, rng, rows, names, gaps)
    phones = blank(rng, people.phone[rows], 0.2 * gaps)
    devices = blank(rng, people.device[rows], 0.5 * gaps)
    zeros = np.zeros(m, dtype=np.int64)
    person = np.concatenate([rows, np.zeros(m, dtype=np.int64)])
    is_person = np.arange(total) < n
    hint = np.where(rng.random(total) < 0.03, rng.integers(0, len(HINTS), total), -1)
    cells: dict[str, Cells] = {
        "party_id": Ids(np.concatenate([people.id[rows], firms])),
        "kind": Words((~is_person).astype(np.int64), words("person", "company")),
        "name": Texts(
            pa.compute.if_else(
                pa.array(is_person & (rng.random(total) > 0.05 * gaps)),
                written_names(people.name[person]),
                _firm_names(rng, total),
            )
        ),
        "id_number": Ids(
            np.where(
                is_person, blank(rng, distinct(rng, total, 10**17, 9 * 10**17), 0.3 * gaps), -1
            )
        ),
        "phones": lists(
            texts(Ids(phones[phones > 0])), np.concatenate([(phones > 0).astype(np.int64), zeros])
        ),
        "devices": lists(
            texts(Ids(devices[devices > 0])),
            np.concatenate([(devices > 0).astype(np.int64), zeros]),
        ),
        "accounts": lists(accounts, np.concatenate([counts, zeros])),
        "address": Texts(
            pa.compute.if_else(
                pa.array(is_person & (rng.random(total) < 0.7)),
                addresses(people.city[person], people.address[person]),
                pa.scalar(None, pa.string()),
            )
        ),
        "role_hint": Words(hint, HINTS),
    }
    return write(folder, PARTIES, cells)


def _shops(world: World, rng: np.random.Generator) -> np.ndarray:
    merchants = np.flatnonzero(world.market.org_kind == MERCHANT)
    return world.market.org_id[merchants[rng.random(len(merchants)) < 0.5]]


def _firm_names(rng: np.random.Generator, n: int) -> pa.Array:
    firm_names = [
        a + b + c
        for a in ["云河", "泗南", "临港", "锦州", "潭州", "汴河"]
        for b in ["宏达", "众信", "鑫源", "天诚", "佳和", "顺达", "汇通"]
        for c in ["商贸有限公司", "科技有限公司", "网络店铺", "物流有限公司"]
    ]
    return pa.array(firm_names).take(pa.array(rng.integers(0, len(firm_names), n)))


def _accounts(
    world: World, rng: np.random.Generator, rows: np.ndarray, names: pa.Array, gaps: float
) -> tuple[pa.Array, np.ndarray]:
    """A person's chat account and bank account, each where it is known."""
    chat = chat_of(world)[rows]
    chat = np.where(rng.random(len(rows)) < 0.35 * gaps, -1, chat)
    bank = np.where(rng.random(len(rows)) < 0.5 * gaps, -1, rows)
    pairs = np.stack([chat, np.where(bank >= 0, bank + len(names), -1)], axis=1).ravel()
    every = pa.concat_arrays([names, texts(Ids(world.money.number[: len(world.people)]))])
    counts = (chat >= 0).astype(np.int64) + (bank >= 0)
    return every.take(pa.array(pairs[pairs >= 0])), counts


def trades(
    world: World,
    names: pa.Array,
    book_ids: np.ndarray,
    cards: np.ndarray,
    ids: np.ndarray,
    folder: Path,
) -> int:
    """Dealings from ledgers and chats; people stand under their id, an account, or a name."""
    deals, rng = world.supply, world.setting.rng("observe/trades")
    gaps = world.setting.knob("missing")
    rows = np.flatnonzero(rng.random(len(deals)) > 0.12 * gaps)
    row_of, card_of = world.book.row_of["supply"], world.book.row_of["cards"]
    payment = np.where(
        deals.payment >= 0,
        book_ids[row_of[np.maximum(deals.payment, 0)]] if len(row_of) else -1,
        -1,
    )
    by_card = world.trade.event_payment[np.maximum(deals.card_event, 0)]
    card_paid = (deals.card_event >= 0) & (by_card >= 0)
    payment = np.where(card_paid, book_ids[card_of[np.maximum(by_card, 0)]], payment)
    ledger = np.where(deals.seller[rows] >= 0, deals.seller[rows], 0)
    items, counts = _items(world, rng, rows, names, cards)
    cells: dict[str, Cells] = {
        "trade_id": Ids(ids[rows]),
        "at": Numbers(deals.at[rows] // SECOND * SECOND),
        "seller": Texts(_party_labels(world, rng, deals.seller[rows], names)),
        "buyer": Texts(_party_labels(world, rng, deals.buyer[rows], names)),
        "goods": Words(deals.goods[rows], words(*GOODS)),
        "quantity": Numbers(deals.quantity[rows]),
        "price": Numbers(deals.price[rows]),
        "items": lists(items, counts),
        "payment_id": Ids(blank(rng, payment[rows], 0.25 * gaps)),
        "known_at": Numbers(np.maximum(seized_at(world.setting, ledger), deals.at[rows] + HOUR)),
    }
    return write(folder, TRADES, cells)


def _party_labels(
    world: World, rng: np.random.Generator, party: np.ndarray, names: pa.Array
) -> pa.Array:
    """How a ledger names each person: by id mostly, by chat account, now and then not at all."""
    person = np.maximum(party, 0)
    by_id = texts(Ids(world.people.id[person]))
    chat = chat_of(world)[person]
    by_chat = names.take(pa.array(np.maximum(chat, 0)))
    use_chat = (chat >= 0) & (rng.random(len(party)) < 0.35)
    labels = pa.compute.if_else(pa.array(use_chat), by_chat, by_id)
    absent = (party < 0) | (rng.random(len(party)) < 0.03 * world.setting.knob("missing"))
    return pa.compute.if_else(pa.array(absent), pa.scalar(None, pa.string()), labels)


def _items(
    world: World, rng: np.random.Generator, rows: np.ndarray, names: pa.Array, cards: np.ndarray
) -> tuple[pa.Array, np.ndarray]:
    """Ids of some of what was sold: accounts, numbers, cards, exhibits' rows."""
    deals = world.supply
    has_items = rng.random(len(rows)) < 0.5
    items: list[list[str]] = [[] for _ in rows]
    guilty = np.zeros(len(world.people), dtype=bool)
    guilty[world.rings.person] = True
    # Honest wholesalers' cards are those of people and of busy but honest numbers.
    busy = world.lines.phone[world.lines.rows(BUSY)]
    honest = np.concatenate([busy, world.people.phone[:2000]])
    accounts, numbers = farmed_accounts(world), bulk_cards(world)
    twice = SOLD_TWICE * world.setting.knob("noise")
    for place in np.flatnonzero(has_items).tolist():
        row, ware = int(rows[place]), int(deals.goods[rows[place]])
        many, seller = min(int(deals.quantity[row]), 30), int(deals.seller[row])
        ring, at = int(deals.ring[row]), int(deals.at[row])
        if ware in (CHAT, TOKEN):
            if guilty[seller]:
                pick = accounts.sell(seller, ring, at, many, again=rng.random() < twice)
            else:
                pick = rng.integers(0, len(world.accounts), 1)
            items[place] = [names[int(i)].as_py() for i in pick]
        elif ware == SIM:
            if guilty[seller]:
                pick = numbers.sell(NO_SELLER, ring, at, min(many, 8), again=rng.random() < twice)
                items[place] = [str(p) for p in world.cards.phone[pick]]
            else:
                items[place] = [str(p) for p in rng.choice(honest, min(many, 8))]
        elif ware == RECORDS:
            person = rng.integers(0, len(world.people), min(many, 5))
            items[place] = [str(p) for p in world.people.phone[person]]
        elif ware == VOUCHER:
            items[place] = [str(cards[world.trade.event_card[deals.card_event[row]]])]
    return pa.array([i for entry in items for i in entry], pa.string()), np.array(
        [len(s) for s in items]
    )


def decisions(world: World, folder: Path) -> int:
    """Nobody has decided anything yet: the table is there, and empty."""
    _ = world
    no_rows = np.empty(0, dtype=np.int64)
    empty = Texts(pa.array([], pa.string()))
    cells: dict[str, Cells] = {
        "decision_id": Ids(no_rows),
        "at": Numbers(no_rows),
        "by": empty,
        "kind": empty,
        "subject": empty,
        "report_ids": Texts(pa.array([], pa.list_(pa.string()))),
        "role": empty,
        "ring_id": empty,
        "reason": empty,
    }
    return write(folder, DECISIONS, cells)
