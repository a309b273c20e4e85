"""Chat accounts: the population's, the farms', and innocent registrations in batches."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.firms import Firms, registrations
from suyuan.lab.latent.lines import FARM, Lines
from suyuan.lab.latent.people import People
from suyuan.lab.latent.registration_dates import ages
from suyuan.lab.latent.rings import QQ, WECHAT, Rings
from suyuan.lab.seeds import categories, distinct, scramble
from suyuan.lab.setting import DAY, HOUR, MINUTE, Setting

PLATFORMS = ("qq", "wechat", "alipay", "taobao")
ORDINARY, FARM_ACCOUNT, SHOP, CAFE, STUDIO, CAMPUS, FIRM = range(7)
ACTIVE, RESTRICTION, BAN = range(3)


@dataclass(frozen=True)
class Accounts:
    """One row for each account, shuffled. ``sort`` is what it is (truth: FARMED).

    ``phone`` is a number, -1 where none; ``person`` the user, -1 where nobody (yet); ``merchant``
    the person who sells a farmed account; ``sold_at`` when; ``ring`` who used it to deceive.
    """

    id: np.ndarray
    platform: np.ndarray
    at: np.ndarray
    phone: np.ndarray
    device: np.ndarray
    ip: np.ndarray
    person: np.ndarray
    token: np.ndarray
    status: np.ndarray
    status_at: np.ndarray
    sort: np.ndarray
    batch: np.ndarray
    merchant: np.ndarray
    sold_at: np.ndarray
    ring: np.ndarray
    line: np.ndarray

    def __len__(self) -> int:
        return len(self.id)


def build(setting: Setting, people: People, rings: Rings, lines: Lines, firms: Firms) -> Accounts:
    """Registrations: farms in bursts, innocents in bursts too, everybody's own, and firms'."""
    rng = setting.rng("farms")
    n, farm_count = setting.counts["accounts"], setting.counts["farmed"]
    sort = _sorts(rng, setting, farm_count if len(lines.rows(FARM)) else 0)
    batch = np.where(sort == ORDINARY, -1, sort * 10**7 + _sizes(rng, n))
    person = categories(rng, people.activity, n)
    ring_people = np.unique(rings.person)[: int((sort == ORDINARY).sum())]
    person[n - len(ring_people) :] = ring_people
    starts = _together(rng, sort, person)
    at, device, ip = _circumstances(rng, setting, people, sort, batch, person)
    line = _lines_of(lines, int((sort == FARM_ACCOUNT).sum()), n)
    platform = np.where(
        sort == FARM_ACCOUNT,
        categories(rng, np.array([0.62, 0.3, 0.05, 0.03]), n),
        categories(rng, np.array([0.45, 0.38, 0.1, 0.07]), n),
    )
    at = _times(rng, setting, lines, at, line, starts)
    phone = _phones(rng, setting, people, lines, sort, person, line)
    aged = ages(setting, "aged", sort == FARM_ACCOUNT)
    device, ip, phone = _with_paid_people(
        rng, setting, people, sort, batch, aged > 0, (device, ip, phone)
    )
    merchant, sold_at = _sales(rng, setting, rings, sort, platform, batch, at)
    back = ages(setting, "history", sort == ORDINARY)
    at = at - aged - np.where(starts >= 0, back[starts], back)
    status, status_at = _status(rng, setting, sort, platform, at)
    order = rng.permutation(n)
    columns = {
        "platform": platform,
        "at": at,
        "phone": phone,
        "device": device,
        "ip": ip,
        "person": np.where(sort == FARM_ACCOUNT, -1, person),
        "token": _tokens(rng, sort, platform, setting.config["farms"]["token_share"]),
        "status": status,
        "status_at": status_at,
        "sort": sort,
        "batch": batch,
        "merchant": merchant,
        "sold_at": sold_at,
        "ring": _users(rng, rings, merchant, sold_at),
        "line": line,
    }
    columns = {name: column[order] for name, column in columns.items()}
    whole = _with_work(setting, columns, _work_accounts(setting, people, firms))
    return Accounts(id=distinct(rng, len(whole["at"]), 10**8, 4 * 10**9), **whole)


def _sorts(rng: np.random.Generator, setting: Setting, farm_count: int) -> np.ndarray:
    """What each account is: the farmed first, then innocent batches, then everybody's own."""
    n, share = setting.counts["accounts"], setting.config["farms"]["look_alikes"]
    group = int(farm_count * share * setting.knob("lookalikes")) or n // 20
    alike = rng.choice([SHOP, CAFE, STUDIO, CAMPUS], group, p=[0.4, 0.2, 0.2, 0.2])
    own = np.full(n - farm_count - group, ORDINARY)
    return np.concatenate([np.full(farm_count, FARM_ACCOUNT), np.sort(alike), own])


def _times(
    rng: np.random.Generator,
    setting: Setting,
    lines: Lines,
    at: np.ndarray,
    line: np.ndarray,
    starts: np.ndarray,
) -> np.ndarray:
    """`at`, but on a farm's line soon after its opening, and together soon after the first."""
    wait = rng.exponential(9 * (0.5 + setting.knob("evasion")), len(at)) * HOUR
    at = np.where(line >= 0, lines.first[line] + wait.astype(np.int64), at)
    lag = (rng.gamma(1.2, 1.2, len(at)) * HOUR).astype(np.int64)
    return np.where(starts >= 0, at[starts] + lag, at)


def _with_work(
    setting: Setting, columns: dict[str, np.ndarray], work: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Everybody's accounts and those of firms, mixed."""
    whole = {name: np.concatenate([column, work[name]]) for name, column in columns.items()}
    if not len(work["at"]):
        return whole
    order = setting.rng("farms/mixed").permutation(len(whole["at"]))
    return {name: column[order] for name, column in whole.items()}


def _work_accounts(setting: Setting, people: People, firms: Firms) -> dict[str, np.ndarray]:
    """Accounts that a manager registers for the firm's numbers, mostly on a handset or two."""
    rng = setting.rng("farms/firms")
    row, at = registrations(rng, firms)
    n, firm = len(row), firms.firm[row]
    office = scramble(firm + 7 * 10**9)
    desk = np.where(
        rng.random(n) < 0.7, people.device[firms.manager[row]], scramble(firm + 8 * 10**14)
    )
    own = (rng.random(n) < 0.25) & ~firms.silent[row]
    absent = np.full(n, -1)
    return {
        "platform": categories(rng, np.array([0.2, 0.4, 0.15, 0.25]), n),
        "at": at,
        "phone": firms.phone[row],
        "device": np.where(own, people.device[firms.person[row]], desk),
        "ip": np.where(own, scramble(people.home[firms.person[row]] // 3 + 10**9), office),
        "person": firms.person[row],
        "token": absent,
        "status": np.full(n, ACTIVE),
        "status_at": absent,
        "sort": np.full(n, FIRM),
        "batch": FIRM * 10**7 + firm,
        "merchant": absent,
        "sold_at": absent,
        "ring": absent,
        "line": absent,
    }


def _sizes(rng: np.random.Generator, n: int) -> np.ndarray:
    """Batch number of each row in turn: batches of 4 to 40."""
    sizes = np.clip(rng.lognormal(2.4, 0.7, n // 4 + 1), 4, 60).astype(np.int64)
    return np.repeat(np.arange(len(sizes)), sizes)[:n]


def _circumstances(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    sort: np.ndarray,
    batch: np.ndarray,
    person: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, device and address. A batch shares few of each, to a degree that varies by batch."""
    n = len(sort)
    _, label = np.unique(batch, return_inverse=True)
    labels = int(label.max()) + 1
    span = rng.gamma(1.2, 1.0, labels)[label] * np.choose(sort, [0, 1.5, 5, 8, 4, 6])
    start = setting.start + (rng.random(labels)[label] * 76 - 38) * DAY
    spread = (np.abs(rng.normal(0, 1, n)) * span * HOUR).astype(np.int64)
    day = setting.start + (rng.random(n) * 76 - 38) * DAY
    at = np.where(batch >= 0, start + spread, day).astype(np.int64)
    # A farm's handsets and addresses, where not its own, are rented ones: anybody's.
    resident = np.where(sort == FARM_ACCOUNT, rng.integers(0, len(people), n), person)
    elsewhere = rng.random(n) < 0.15
    person_device = people.device[np.where(elsewhere, rng.integers(0, len(people), n), resident)]
    devices = rng.integers(1, 7, labels)[label]
    batch_device = 8 * 10**14 + label * 64 + (rng.random(n) * devices).astype(np.int64)
    share_odds = rng.beta(2, 2, labels)[label] * np.choose(sort, [0, 1, 1.1, 0.5, 1.2, 0.6])
    share_odds /= max(0.6 + 0.4 * setting.knob("evasion"), 0.3)
    device = np.where(rng.random(n) < share_odds, scramble(batch_device), person_device)
    home_ip = scramble(people.home[resident] // 3 + 10**9)
    ips = rng.integers(1, 5, labels)[label]
    batch_ip = scramble(label * 16 + (rng.random(n) * ips).astype(np.int64) + 5 * 10**9)
    ip_odds = rng.beta(2, 2, labels)[label] * np.choose(sort, [0, 1, 1.2, 1.4, 1.1, 1.4])
    return at, device, np.where(rng.random(n) < ip_odds, batch_ip, home_ip)


def _lines_of(lines: Lines, farm_count: int, n: int) -> np.ndarray:
    """The farm's line behind each farmed account (they come first), in runs."""
    line = np.full(n, -1)
    rows = lines.rows(FARM)
    if farm_count and len(rows):
        line[:farm_count] = rows[
            np.minimum(np.arange(farm_count) * len(rows) // farm_count, len(rows) - 1)
        ]
    return line


def _together(rng: np.random.Generator, sort: np.ndarray, person: np.ndarray) -> np.ndarray:
    """People who set up a new handset register two to five accounts within the hour.

    Changes ``person`` so; returns for such rows the row that each goes with, else -1.
    """
    rows = np.flatnonzero(sort == ORDINARY)
    group = np.arange(len(rows)) // 4
    many = (rng.random(len(rows)) < 0.35)[group] & (rng.random(len(rows)) < 0.9)
    many[len(rows) - len(rows) // 8 :] = False  # the last rows belong to those known by name
    first = rows[group * 4]
    person[rows[many]] = person[first[many]]
    starts = np.full(len(sort), -1)
    starts[rows[many]] = first[many]
    return starts


def _phones(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    lines: Lines,
    sort: np.ndarray,
    person: np.ndarray,
    line: np.ndarray,
) -> np.ndarray:
    """Own numbers; farm lines; studios and shops put several accounts on one number as well."""
    n = len(sort)
    label = np.arange(n) // 5
    several = np.isin(sort, (SHOP, STUDIO)) & (rng.random(n) < 0.6)
    phone = people.phone[np.where(several, person[np.minimum(label * 5, n - 1)], person)]
    # A good part of a farm's accounts is bound to numbers used once, borrowed from a pool.
    once = rng.random(n) < min(0.3 * setting.knob("evasion") + 0.1, 0.8)
    pool_phone = people.phone[rng.integers(0, len(people), n)]
    phone = np.where(line >= 0, np.where(once, pool_phone, lines.phone[line]), phone)
    return np.where(rng.random(n) < 0.08 * setting.knob("missing"), -1, phone)


def _with_paid_people(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    sort: np.ndarray,
    batch: np.ndarray,
    aged: np.ndarray,
    things: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Device, address and number of accounts that were paid people's own, from the first day."""
    share = setting.config["farms"]["own_phones"]
    device, ip, phone = things
    if share <= 0 and not aged.any():
        return things
    label = np.where(batch >= 0, batch, 0) % 100_003
    own = ((sort == FARM_ACCOUNT) & (rng.random(100_003) < share)[label]) | aged
    person = rng.integers(0, len(people), len(sort))
    home = scramble(people.home[person] // 3 + 10**9)
    return (
        np.where(own, people.device[person], device),
        np.where(own, home, ip),
        np.where(own & (phone >= 0), people.phone[person], phone),
    )


def _tokens(
    rng: np.random.Generator, sort: np.ndarray, platform: np.ndarray, share: float
) -> np.ndarray:
    """1, 0, or -1 where it has no meaning. Gamers' studios bind tokens too."""
    odds = np.where(np.isin(sort, (FARM_ACCOUNT, STUDIO)), share, share * 0.7)
    return np.where(platform == 0, (rng.random(len(sort)) < odds).astype(np.int64), -1)


def _sales(
    rng: np.random.Generator,
    setting: Setting,
    rings: Rings,
    sort: np.ndarray,
    platform: np.ndarray,
    batch: np.ndarray,
    at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Who sells each farmed account, and when; -1 where it stayed on the disk."""
    n = len(sort)
    merchant = np.full(n, -1)
    for role, index in ((WECHAT, platform == 1), (QQ, platform != 1)):
        sellers = rings.of(role)
        if len(sellers):
            merchant[index & (sort == FARM_ACCOUNT)] = sellers[
                (batch % len(sellers))[index & (sort == FARM_ACCOUNT)]
            ]
    unsold = rng.random(n) < setting.config["farms"]["on_disk_only"]
    wait = (rng.gamma(2.0, 5.0 + 4.0 * setting.knob("evasion"), n) * DAY).astype(np.int64)
    sold_at = np.where((merchant >= 0) & ~unsold, at + wait + HOUR, -1)
    return merchant, sold_at


def _users(
    rng: np.random.Generator, rings: Rings, merchant: np.ndarray, sold_at: np.ndarray
) -> np.ndarray:
    """The ring that bought an account, for a fifth of those sold; the rest go to strangers."""
    ring = np.full(len(merchant), -1)
    for role in (WECHAT, QQ):
        for person in rings.of(role):
            clients = rings.rings_of(int(person), role)
            index = np.flatnonzero(
                (merchant == person) & (sold_at > 0) & (rng.random(len(sold_at)) < 0.3)
            )
            ring[index] = clients[rng.integers(0, len(clients), len(index))]
    return ring


def _status(
    rng: np.random.Generator,
    setting: Setting,
    sort: np.ndarray,
    platform: np.ndarray,
    at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Banned or restricted, a little more often where farmed; tokens are not looked at here."""
    n = len(sort)
    odds = np.where(sort == FARM_ACCOUNT, 0.16, np.where(sort == ORDINARY, 0.05, 0.12))
    hit = rng.random(n) < odds * np.where(platform == 0, 1.0, 1.2)
    status = np.where(hit, np.where(rng.random(n) < 0.5, BAN, RESTRICTION), ACTIVE)
    when = at + (rng.gamma(1.5, 8.0, n) * DAY).astype(np.int64) + 10 * MINUTE
    late = when > setting.end + 20 * DAY
    return np.where(late, ACTIVE, status), np.where(hit & ~late, when, -1)
