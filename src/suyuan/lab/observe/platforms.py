"""What chat platforms record, and the messages found on seized phones."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.farms import CAFE, CAMPUS, FARM_ACCOUNT, FIRM, PLATFORMS, SHOP
from suyuan.lab.latent.registration_dates import RETENTION
from suyuan.lab.latent.supply import CHAT, RECORDS, SIM, TOKEN, VOUCHER
from suyuan.lab.latent.world import World
from suyuan.lab.observe.noise import blank, seized_at
from suyuan.lab.observe.wording import ip_addresses
from suyuan.lab.seeds import categories, distinct, scramble
from suyuan.lab.setting import DAY, HOUR, SECOND
from suyuan.lab.sheet import Cells, Flags, Ids, Numbers, Texts, Words, texts, words, write
from suyuan.model.records import ACCOUNTS, LOGINS, MESSAGES

STATUSES = words("active", "restricted", "banned")
NAMES = words(*PLATFORMS)


def account_names(world: World) -> pa.Array:
    """``platform:id`` of every account."""
    digits = texts(Ids(world.accounts.id))
    platform = NAMES.take(pa.array(world.accounts.platform))
    return pa.compute.binary_join_element_wise(platform, digits, ":")


def accounts(world: World, names: pa.Array, folder: Path) -> int:
    """Registrations as the platforms know them; real names for some."""
    chats, rng = world.accounts, world.setting.rng("observe/accounts")
    gaps = world.setting.knob("missing")
    holder = np.where(chats.person >= 0, world.people.id[chats.person], -1)
    cells: dict[str, Cells] = {
        "account_id": Texts(names),
        "platform": Words(chats.platform, NAMES),
        "registered_at": Numbers(chats.at // SECOND * SECOND),
        "phone": Ids(chats.phone),
        "device": Ids(blank(rng, chats.device, 0.12 * gaps)),
        "ip": Texts(ip_addresses(blank(rng, chats.ip, 0.1 * gaps))),
        "holder_id": Ids(_real_names(world, rng, holder)),
        "token": Flags(chats.token),
        "status": Words(chats.status, STATUSES),
        "status_at": Numbers(np.where(chats.status_at < 0, -1, chats.status_at // SECOND * SECOND)),
    }
    return write(folder, ACCOUNTS, cells)


def _real_names(world: World, rng: np.random.Generator, holder: np.ndarray) -> np.ndarray:
    """Half of the people are known by name; farmed accounts bear straw people's names, or none."""
    straw = world.cards.customer[world.cards.customer < len(world.people)]
    straw = straw[: max(len(straw) // 10, 1)]
    straw_id = world.people.id[rng.choice(straw, len(holder))]
    holder_id = np.where(holder >= 0, holder, straw_id)
    odds = np.where(world.accounts.sort == FARM_ACCOUNT, 0.35, 0.5)
    return np.where(rng.random(len(holder)) < odds, holder_id, -1)


def logins(world: World, names: pa.Array, folder: Path) -> int:
    """Later use: by their owners, on new handsets too; sold accounts by whoever bought them."""
    chats, people = world.accounts, world.people
    rng = world.setting.rng("observe/logins")
    end = world.setting.end + 10 * DAY
    visits = rng.poisson(1.3 if len(chats) > 10**6 else 2.2, len(chats))
    row = np.repeat(np.arange(len(chats)), visits)
    wait = rng.exponential(12 * DAY, len(row)).astype(np.int64) + HOUR
    is_sold = chats.sold_at[row] > 0
    rest = handed_wait(rng, chats.sort[row])
    # Warming up: the farm itself logs in before the sale.
    before_sale = is_sold & (rng.random(len(row)) < 0.2 * world.setting.knob("evasion"))
    # Platforms keep logins for some weeks, however old the account is.
    since = np.maximum(chats.at, world.setting.start - RETENTION)
    at = np.where(is_sold & ~before_sale, chats.sold_at[row] + wait // 2, since[row] + wait + rest)
    buyer = scramble(chats.batch[row] * 3 + chats.ring[row] + 11) % len(people)
    # Whoever had a shop or a friend register for them uses their own handset from then on.
    is_communal = np.isin(chats.sort[row], (SHOP, CAFE, CAMPUS))
    move_odds = np.where(is_sold & ~before_sale, 0.8, np.where(is_communal, 0.75, 0.3))
    new_device = people.device[
        np.where(is_sold, (buyer + row % 5) % len(people), rng.integers(0, len(people), len(row)))
    ]
    # A firm's account is used by whoever works with it, on a handset of their own.
    worker = chats.sort[row] == FIRM
    new_device = np.where(worker, people.device[chats.person[row].clip(0)], new_device)
    move_odds = np.where(worker, 0.6, move_odds)
    device = np.where(rng.random(len(row)) < move_odds, new_device, chats.device[row])
    ip = np.where(
        rng.random(len(row)) < move_odds, scramble(buyer + 10**9 + row % 3), chats.ip[row]
    )
    in_time = at < end
    row, at, device, ip = row[in_time], at[in_time], device[in_time], ip[in_time]
    phone = np.where(rng.random(len(row)) < 0.4, chats.phone[row], -1)
    gaps = world.setting.knob("missing")
    cells: dict[str, Cells] = {
        "account_id": Words(row, names),
        "at": Numbers(at // SECOND * SECOND),
        "device": Ids(blank(rng, device, 0.12 * gaps)),
        "ip": Texts(ip_addresses(blank(rng, ip, 0.12 * gaps))),
        "phone": Ids(phone),
    }
    return write(folder, LOGINS, cells)


def handed_wait(rng: np.random.Generator, sort: np.ndarray) -> np.ndarray:
    """Accounts made in advance lie some days before their owners use them."""
    lies = np.isin(sort, (SHOP, CAFE, CAMPUS)) & (rng.random(len(sort)) < 0.6)
    return np.where(lies, (rng.gamma(2.0, 5.0, len(sort)) * DAY).astype(np.int64), 0)


def chat_of(world: World) -> np.ndarray:
    """One account of each person, -1 where there is none."""
    chat_row = np.full(len(world.people), -1)
    index = np.flatnonzero(world.accounts.person >= 0)
    chat_row[world.accounts.person[index]] = index
    return chat_row


PHRASES = {
    RECORDS: (
        "今天的单子有吗",
        "新料 {n} 条,{p} 一条",
        "客户名单整理好了,{n} 条",
        "昨天那批电话好多空号",
        "料发你了,查收",
        "名单按地区分好了",
    ),
    CHAT: (
        "号还有吗,要 {n} 个",
        "微信号 {p} 一个,老号贵点",
        "号发过去了,登不上找我",
        "游戏号出吗,{p} 我收",
        "换绑好了,密码改一下",
    ),
    TOKEN: ("令牌号 {p},不容易封", "带令牌的要 {n} 个", "这个号带令牌,放心用", "令牌解绑找我"),
    SIM: (
        "卡到了 {n} 张",
        "流量卡批发价 {p}",
        "开卡资料发我",
        "有一批物联卡要不要",
        "卡停了两张,给换吗",
    ),
    VOUCHER: (
        "苏宁卡 97 收",
        "Q币今天 86",
        "卡密发来,{n} 张",
        "购物卡回收,九五折",
        "卡验过了,钱转你",
        "公司发的卡用不完,收吗",
    ),
}
SMALL_TALK = words(
    "在吗",
    "好的",
    "收到",
    "明天再说",
    "吃了没",
    "钱转过去了",
    "晚点给你",
    "[图片]",
    "没问题",
    "稍等",
    "到家了",
    "多少钱",
    "货到了吗",
    "谢谢老板",
)


def messages(world: World, names: pa.Array, folder: Path) -> int:
    """Chats about dealings (honest ones too) and everyday talk of the same people."""
    rng = world.setting.rng("observe/messages")
    deals, chat = world.supply, chat_of(world)
    is_seized = rng.random(len(world.people)) < 0.05
    is_seized[np.unique(world.rings.person)] = rng.random(len(np.unique(world.rings.person))) < 0.6
    able = (deals.seller >= 0) & (deals.buyer >= 0)
    deal = np.flatnonzero(
        able & (is_seized[deals.seller] | is_seized[deals.buyer] | (rng.random(len(able)) < 0.15))
    )
    deal = np.repeat(deal, rng.integers(1, 5, len(deal)))
    talk = np.flatnonzero(is_seized)
    talk = rng.choice(talk, min(len(talk) * 12, 400_000)) if len(talk) else talk
    friend = (talk + 1 + rng.integers(0, 9, len(talk)) * 733) % len(world.people)
    sender = np.concatenate([deals.seller[deal], talk])
    receiver = np.concatenate([deals.buyer[deal], friend])
    swap = rng.random(len(sender)) < 0.45
    sender, receiver = np.where(swap, receiver, sender), np.where(swap, sender, receiver)
    at = np.concatenate(
        [
            deals.at[deal] + (rng.normal(0, 3 * HOUR, len(deal))).astype(np.int64),
            world.setting.start
            + (rng.random(len(talk)) * world.setting.days * DAY).astype(np.int64),
        ]
    )
    quotes, code = _quotes(
        rng, deals.goods[deal], deals.quantity[deal], deals.price[deal], len(talk)
    )
    has_chats = (chat[sender] >= 0) & (chat[receiver] >= 0)
    n = int(has_chats.sum())
    phone_of = np.where(is_seized[sender], sender, receiver)[has_chats]
    cells: dict[str, Cells] = {
        "message_id": Ids(distinct(rng, n, 10**10, 10**11)),
        "at": Numbers(at[has_chats] // SECOND * SECOND),
        "sender": Words(chat[sender][has_chats], names),
        "receiver": Words(chat[receiver][has_chats], names),
        "text": Words(code[has_chats], quotes),
        "known_at": Numbers(np.maximum(seized_at(world.setting, phone_of), at[has_chats] + HOUR)),
    }
    return write(folder, MESSAGES, cells)


def _quotes(
    rng: np.random.Generator, goods: np.ndarray, quantity: np.ndarray, price: np.ndarray, talk: int
) -> tuple[pa.Array, np.ndarray]:
    """Sentences and which one each message is."""
    sentences: list[str] = SMALL_TALK.to_pylist()
    codes: list[int] = []
    chatter = rng.random(len(goods)) < 0.45
    for ware, many, cost, small in zip(
        goods.tolist(), quantity.tolist(), price.tolist(), chatter.tolist(), strict=True
    ):
        choice = PHRASES.get(ware)
        if small or choice is None:
            codes.append(int(rng.integers(0, len(SMALL_TALK))))
            continue
        unit = f"{cost / 100 / max(many, 1):.2f}".rstrip("0").rstrip(".")
        sentences.append(choice[int(rng.integers(0, len(choice)))].format(n=many, p=unit))
        codes.append(len(sentences) - 1)
    everyday = categories(rng, np.ones(len(SMALL_TALK)), talk)
    return words(*sentences), np.concatenate([np.array(codes, dtype=np.int64), everyday])
