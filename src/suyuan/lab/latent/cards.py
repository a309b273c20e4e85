"""SIM openings: who opened which card where, bulk ones among fleets and ordinary ones."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.firms import Firms
from suyuan.lab.latent.lines import BUSY, FARM, OTHER_FRAUD, SCAM, Lines
from suyuan.lab.latent.numbering import GUILTY, INDUSTRY, IOT, PERSONAL, Numbering
from suyuan.lab.latent.people import People
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import DAY, HOUR, SECOND, Setting

FUNCTIONS = ("voice;sms;data", "sms;data", "data", "voice;sms", "sms")
ALL_FUNCTIONS, SMS_DATA, DATA, VOICE_SMS, SMS = range(5)
NOT_A_LINE = -1
COMPANY = 10**9  # customers from here on are companies, below are people


@dataclass(frozen=True)
class SimCards:
    """One row for each opening, shuffled. ``bulk`` (truth): opened in bulk for others.

    ``agent`` indexes ``agent_id``; ``guilty_agent`` marks those who opened in bulk (truth).
    """

    iccid: np.ndarray
    phone: np.ndarray
    operator: np.ndarray
    product: np.ndarray
    customer: np.ndarray
    agent: np.ndarray
    opened_at: np.ndarray
    closed_at: np.ndarray
    functions: np.ndarray
    quota: np.ndarray
    bulk: np.ndarray
    line: np.ndarray
    agent_id: np.ndarray
    guilty_agent: np.ndarray
    straw: np.ndarray

    def __len__(self) -> int:
        return len(self.iccid)


@dataclass(frozen=True)
class _Openings:
    """Openings of one sort, before they are put together."""

    phone: np.ndarray
    operator: np.ndarray
    product: np.ndarray
    customer: np.ndarray
    agent: np.ndarray
    opened_at: np.ndarray
    functions: np.ndarray
    bulk: bool
    line: np.ndarray


def build(
    setting: Setting, numbering: Numbering, people: People, lines: Lines, firms: Firms
) -> SimCards:
    """Bulk openings, illegal industry cards, legal fleets, firms' and ordinary openings."""
    rng = setting.rng("cards")
    counts = setting.counts
    agents = max(counts["sims"] // 25, 24)
    guilty = (
        rng.permutation(agents)[: max(agents // 9, 5)]
        if counts["bulk_sims"]
        else np.empty(0, dtype=np.int64)
    )
    scam, busy = rng.permutation(lines.rows(SCAM)), rng.permutation(lines.rows(BUSY))
    farm = rng.permutation(lines.rows(FARM))
    in_bulk = min(int(0.33 * len(scam)), counts["bulk_sims"] // 2)
    bulk = np.concatenate([scam[:in_bulk], farm[: max(counts["bulk_sims"] - in_bulk, 0)]])
    fleet = int(max(counts["bulk_sims"], 40) * 1.3 * max(setting.knob("lookalikes"), 0.1))
    staff = busy[: min(fleet // 2, int(0.6 * len(busy)))]
    other_fraud = rng.permutation(lines.rows(OTHER_FRAUD))
    alone = np.concatenate(
        [
            scam[in_bulk:][: len(scam) // 3],
            busy[len(staff) :][: len(busy) // 4],
            other_fraud[: len(other_fraud) // 2],
        ]
    )
    parts = [
        _bulk(rng, setting, numbering, people, lines, guilty, bulk),
        _industry(rng, setting, numbering, agents),
        _fleets(rng, setting, numbering, lines, agents, staff, fleet - len(staff)),
    ]
    rest = max(counts["sims"] - sum(len(part.phone) for part in parts), counts["sims"] // 4)
    parts.append(_ordinary(rng, setting, people, lines, agents, alone, rest))
    parts.append(_firms(setting, firms, agents))
    return _together(rng, setting, parts, agents, guilty)


def _together(
    rng: np.random.Generator,
    setting: Setting,
    parts: list[_Openings],
    agents: int,
    guilty: np.ndarray,
) -> SimCards:
    def column(name: str) -> np.ndarray:
        whole = np.concatenate([np.broadcast_to(getattr(p, name), len(p.phone)) for p in parts])
        return whole[order]

    order = rng.permutation(sum(len(part.phone) for part in parts))
    # A firm's card is the number's first; an employee opened no other of it.
    phone = np.concatenate([part.phone for part in parts])
    own, last = len(parts[-1].phone), len(phone)
    is_double = np.isin(phone[: last - own], phone[last - own :]) if own else np.zeros(0, bool)
    order = order[~np.isin(order, np.flatnonzero(is_double))]
    n = len(order)
    opened_at, product = column("opened_at"), column("product")
    closes = opened_at + (rng.gamma(2, 18, n) * DAY).astype(np.int64)
    quota = np.where(product == PERSONAL, rng.choice([1024, 5120, 20480], n), 100)
    over = (product != PERSONAL) & (rng.random(n) < 0.1)
    guilty_agent = np.zeros(agents, dtype=bool)
    guilty_agent[guilty] = True
    bulk = column("bulk")
    customer = column("customer")
    return SimCards(
        iccid=898_600_000_000 * 10**6 + distinct(rng, n, 0, 10**11),
        phone=column("phone"),
        operator=column("operator"),
        product=product,
        customer=customer,
        agent=column("agent"),
        opened_at=opened_at,
        closed_at=np.where((rng.random(n) < 0.25) & (closes < setting.end), closes, -1),
        functions=column("functions"),
        quota=np.where(over, 1024, quota),
        bulk=bulk,
        line=column("line"),
        agent_id=distinct(rng, agents, 100_000, 1_000_000),
        guilty_agent=guilty_agent,
        straw=np.unique(customer[bulk]),
    )


def _batches(rng: np.random.Generator, n: int, low: int, high: int) -> tuple[np.ndarray, int]:
    """Rows in batches of unequal sizes: the batch of each row, and how many batches."""
    sizes = rng.integers(low, high + 1, n // low + 1)
    batch = np.repeat(np.arange(len(sizes)), sizes)[:n]
    return batch, int(batch.max()) + 1 if n else 0


def _moments(
    rng: np.random.Generator, setting: Setting, batch: np.ndarray, batches: int, spread: int
) -> np.ndarray:
    """Openings of a batch lie within `spread` days, in shop hours."""
    day = rng.integers(-60, setting.days - 8, max(batches, 1))[batch] if len(batch) else batch
    day = day + rng.integers(0, spread + 1, len(batch))
    seconds = (
        9 * 3600
        + rng.integers(0, 9 * 3600, max(batches, 1))[batch]
        + rng.integers(0, 5400, len(batch))
    )
    return setting.start + day * DAY + np.minimum(seconds, 75_000) * SECOND


def _before(
    rng: np.random.Generator, first: np.ndarray, batch: np.ndarray, batches: int, spread: int
) -> np.ndarray:
    """Openings of a batch lie within `spread` days, before any of its lines is used."""
    earliest = np.full(max(batches, 1), np.iinfo(np.int64).max)
    np.minimum.at(earliest, batch, first)
    day = (earliest + 8 * HOUR) // DAY - 1 - rng.geometric(0.2, len(earliest))
    seconds = 9 * 3600 + rng.integers(0, 8 * 3600, len(earliest))
    spread_days = rng.integers(0, spread + 1, len(batch))
    moment = (
        day[batch] * DAY - 8 * HOUR + (seconds[batch] + rng.integers(0, 5400, len(batch))) * SECOND
    )
    times: np.ndarray = moment - spread_days * DAY
    return times


def _shares(
    rng: np.random.Generator, n: int, resellers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Batch of each row, reseller of each batch, and whether it is his plain case.

    Each reseller has one plain case, a batch of fourteen to twenty cards for one person; the
    others are of any size, for people and shell companies.
    """
    plain = rng.integers(14, 21, len(resellers))
    sizes = np.concatenate([plain, rng.integers(6, 31, n // 6 + 1)])
    many = int(np.searchsorted(np.cumsum(sizes), n)) + 1 if n else 0
    order = rng.permutation(many)
    carriers = np.flatnonzero(order >= len(resellers))
    if (
        many and order[-1] < len(resellers) and len(carriers)
    ):  # the last is cut short: no plain case
        order[[-1, carriers[-1]]] = order[[carriers[-1], -1]]
    batch = np.repeat(np.arange(many), sizes[order])[:n]
    owner = resellers[order % max(len(resellers), 1)] if many else order
    return batch, owner, order < len(resellers)


def _bulk(
    rng: np.random.Generator,
    setting: Setting,
    numbering: Numbering,
    people: People,
    lines: Lines,
    guilty: np.ndarray,
    line: np.ndarray,
) -> _Openings:
    """Opened for straw people and shell companies at guilty outlets of the nine resellers."""
    line = line[np.argsort(lines.first[line], kind="stable")]
    n = len(line)
    resellers = np.flatnonzero(numbering.bulk)
    batch, owner, sure = _shares(rng, n, resellers)
    batches = len(owner)
    shell = (rng.random(batches) < 0.4) & ~sure
    customer = np.where(
        shell,
        COMPANY + rng.integers(0, 10**6, batches),
        rng.integers(0, len(people), batches),
    )
    operator = owner[batch]
    product = np.where(shell[batch], categories(rng, np.array([0.5, 0.35, 0.15]), n), PERSONAL)
    functions = rng.choice([ALL_FUNCTIONS, SMS_DATA, VOICE_SMS], n)
    agent = guilty[rng.integers(0, len(guilty), batches)][batch] if len(guilty) else batch
    # The card's number is the line's own: change the line's operator to the seller's.
    phone = numbering.draw(rng, operator, np.full(n, PERSONAL)) if n else batch
    lines.phone[line] = phone
    lines.operator[line] = operator
    return _Openings(
        phone,
        operator,
        product,
        customer[batch],
        agent,
        _before(rng, lines.first[line], batch, batches, 1 + int(2 * setting.knob("evasion"))),
        functions,
        bulk=True,
        line=line,
    )


def _industry(
    rng: np.random.Generator, setting: Setting, numbering: Numbering, agents: int
) -> _Openings:
    """Industry cards that the guilty resellers sold outside their segments with SMS switched on."""
    guilty = np.flatnonzero(numbering.kind == GUILTY)
    count = max(setting.counts["sims"] // 400, 3)
    operator = np.repeat(guilty, count)
    n = len(operator)
    # A few outlets that knew no better sold most of them.
    sellers = rng.permutation(agents)[: max(agents // 6, 4)]
    return _Openings(
        phone=numbering.draw(rng, operator, np.full(n, PERSONAL)),
        operator=operator,
        product=np.full(n, INDUSTRY),
        customer=COMPANY + rng.integers(0, 10**6, n),
        agent=sellers[categories(rng, 1.0 / np.arange(1, len(sellers) + 1), n)],
        opened_at=_moments(rng, setting, np.arange(n), n, 0),
        functions=rng.choice([SMS_DATA, ALL_FUNCTIONS, VOICE_SMS], n),
        bulk=False,
        line=np.full(n, NOT_A_LINE),
    )


def _fleets(
    rng: np.random.Generator,
    setting: Setting,
    numbering: Numbering,
    lines: Lines,
    agents: int,
    busy: np.ndarray,
    machines: int,
) -> _Openings:
    """Legal bulk: companies' machines (industry and IoT, data only) and their staff's numbers."""
    busy = busy[np.argsort(lines.first[busy], kind="stable")]
    n = len(busy) + machines
    batch, batches = _batches(rng, n, 8, 50)
    any_day = setting.start + (rng.random(n) * (setting.days + 40) - 45) * DAY
    first = np.concatenate([lines.first[busy], any_day[len(busy) :].astype(np.int64)])
    operator = rng.integers(0, len(numbering.kind), max(batches, 1))[batch]
    outlets = rng.permutation(agents)[: max(agents // 9, 5)]
    line = np.concatenate([busy, np.full(machines, NOT_A_LINE)])
    staff = line >= 0
    operator = np.where(staff, lines.operator[line], operator)
    product = np.where(staff, PERSONAL, rng.choice([INDUSTRY, IOT], max(batches, 1))[batch])
    # Who never used the dedicated segments has no lawful industry cards to show beside the others.
    lawless = (product == INDUSTRY) & (numbering.kind[operator] == GUILTY)
    lawful = np.flatnonzero(numbering.kind != GUILTY)
    operator = np.where(lawless, lawful[batch % len(lawful)], operator)
    phone = numbering.draw(rng, operator, product)
    phone[staff] = lines.phone[busy]
    return _Openings(
        phone=phone,
        operator=operator,
        product=product,
        customer=COMPANY + rng.integers(0, 10**6, max(batches, 1))[batch],
        agent=outlets[rng.integers(0, len(outlets), max(batches, 1))][batch],
        opened_at=_before(rng, first, batch, batches, 1),
        functions=np.where(staff, ALL_FUNCTIONS, DATA),
        bulk=False,
        line=line,
    )


def _firms(setting: Setting, firms: Firms, agents: int) -> _Openings:
    """An honest firm's cards, opened at any outlet in its own name or its manager's."""
    outlet = setting.rng("cards/firms").integers(0, agents, len(firms) + 1)
    n = len(firms)
    return _Openings(
        phone=firms.phone,
        operator=firms.operator,
        product=np.full(n, PERSONAL),
        customer=np.where(firms.company, COMPANY + 10**7 + firms.firm, firms.manager),
        agent=outlet[firms.firm],
        opened_at=firms.opened_at,
        functions=np.full(n, ALL_FUNCTIONS),
        bulk=False,
        line=np.full(n, NOT_A_LINE),
    )


def _ordinary(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    lines: Lines,
    agents: int,
    line: np.ndarray,
    n: int,
) -> _Openings:
    """People's own cards, a quarter of the scam numbers bought one by one, some busy numbers."""
    line = line[: n // 2]
    person = rng.choice(len(people), n - len(line), replace=False)
    recent = rng.random(n) < 0.5
    day = np.where(recent, rng.integers(-60, setting.days - 4, n), -60 - rng.integers(0, 900, n))
    second = 9 * 3600 + rng.integers(0, 10 * 3600, n)
    customer = np.concatenate([rng.integers(0, len(people), len(line)), person])
    opened_at = setting.start + day * DAY + second * SECOND
    before = lines.first[line] - (rng.gamma(1.5, 5, len(line)) * DAY).astype(np.int64) - HOUR
    opened_at[: len(line)] = before // SECOND * SECOND
    # Whoever wants a card for bad ends goes where few questions are asked.
    careless = rng.permutation(agents)[: max(agents // 4, 3)]
    agent = rng.integers(0, agents, n)
    is_careless = rng.random(len(line)) < 0.6
    odds = 1.0 / np.arange(1, len(careless) + 1)
    agent[: len(line)][is_careless] = careless[categories(rng, odds, int(is_careless.sum()))]
    return _Openings(
        phone=np.concatenate([lines.phone[line], people.phone[person]]),
        operator=np.concatenate([lines.operator[line], people.operator[person]]),
        product=np.full(n, PERSONAL),
        customer=customer,
        agent=agent,
        opened_at=opened_at,
        functions=np.full(n, ALL_FUNCTIONS),
        bulk=False,
        line=np.concatenate([line, np.full(len(person), NOT_A_LINE)]),
    )
