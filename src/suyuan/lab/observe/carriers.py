"""What carriers and resellers record: openings, segments, verification messages."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.cards import COMPANY, FUNCTIONS
from suyuan.lab.latent.farms import FARM_ACCOUNT, PLATFORMS, SHOP, STUDIO
from suyuan.lab.latent.firms import codes
from suyuan.lab.latent.lines import FARM
from suyuan.lab.latent.registration_dates import RETENTION
from suyuan.lab.latent.world import World
from suyuan.lab.observe.noise import blank
from suyuan.lab.seeds import categories, scramble
from suyuan.lab.setting import DAY, HOUR, SECOND, Setting
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, texts, words, write
from suyuan.model.records import NUMBER_SEGMENTS, OTPS, SIMS

PRODUCTS = words("personal", "industry", "iot")
SERVICES = words(*PLATFORMS, "weibo", "douyin", "meituan", "jd", "bank", "didi")


def customer_ids(world: World) -> np.ndarray:
    """Ids of the customers of all openings: people's own, and companies' alike in form."""
    customer = world.cards.customer
    company = 10**9 + scramble(customer + world.setting.seed) % (9 * 10**9)
    return np.where(customer >= COMPANY, company, world.people.id[customer % len(world.people)])


def sims(world: World, folder: Path) -> int:
    """The openings; agents and customers are not always told."""
    cards, rng = world.cards, world.setting.rng("observe/sims")
    gaps = world.setting.knob("missing")
    operators = texts(Ids(world.numbering.operator_id))
    company = cards.customer >= COMPANY
    functions = pa.array([label.split(";") for label in FUNCTIONS], pa.list_(pa.string()))
    customer = blank(rng, customer_ids(world), 0.06 * gaps)
    cells: dict[str, Cells] = {
        "iccid": Ids(cards.iccid),
        "msisdn": Ids(cards.phone),
        "operator": Words(cards.operator, operators),
        "network": Words(
            blank(rng, world.numbering.network[cards.operator], 0.1 * gaps), operators
        ),
        "product": Words(cards.product, PRODUCTS),
        "customer_id": Ids(customer),
        "customer_kind": Words(
            blank(rng, company.astype(np.int64), 0.08 * gaps), words("person", "company")
        ),
        "agent": Ids(blank(rng, cards.agent_id[cards.agent], 0.08 * gaps)),
        "opened_at": Numbers(cards.opened_at // SECOND * SECOND),
        "closed_at": Numbers(np.where(cards.closed_at < 0, -1, cards.closed_at // SECOND * SECOND)),
        "functions": Texts(functions.take(pa.array(cards.functions))),
        "data_quota_mb": Numbers(blank(rng, cards.quota, 0.1 * gaps)),
    }
    return write(folder, SIMS, cells)


def number_segments(world: World, folder: Path) -> int:
    """The reference table of segments; some have been in use since long before."""
    numbers, rng = world.numbering, world.setting.rng("observe/segments")
    since = world.setting.start - rng.integers(400, 3000, len(numbers.segment)) * DAY
    cells: dict[str, Cells] = {
        "segment": Ids(numbers.segment),
        "valid_from": Numbers(since // DAY * DAY - 8 * HOUR),
        "owner": Ids(numbers.operator_id[numbers.owner]),
        "product": Words(numbers.product, PRODUCTS),
        "valid_to": Numbers(np.full(len(since), -1)),
    }
    return write(folder, NUMBER_SEGMENTS, cells)


#: Whose codes they are, which decides how readily they are passed on.
_FARM, _GROUP, _SINGLE = range(3)


def otps(world: World, folder: Path) -> int:
    """Codes sent at registrations, and the codes of everyday life; some are passed on."""
    rng = world.setting.rng("observe/otps")
    codes, sort = _codes_sent(world, rng)
    every = np.concatenate([_passed_on(world, rng, codes, sort), _firm_codes(world)])
    every = every[every[:, 2] >= world.setting.start - RETENTION]
    cells: dict[str, Cells] = {
        "msisdn": Ids(every[:, 0]),
        "service": Words(every[:, 1], SERVICES),
        "received_at": Numbers(every[:, 2] // SECOND * SECOND),
        "relayed_to": Ids(every[:, 3]),
    }
    return write(folder, OTPS, cells)


def _codes_sent(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of number, service and time; and whose code each is (``_FARM`` …)."""
    accounts, lines = world.accounts, world.lines
    bound_accounts = np.flatnonzero((accounts.phone > 0) & (rng.random(len(accounts)) < 0.7))
    farm = lines.rows(FARM)
    # Farm lines receive codes of other services for other customers as well.
    extra = rng.choice(farm, len(farm) * 3) if len(farm) else farm
    shops = np.flatnonzero(np.isin(accounts.sort, (SHOP, STUDIO)) & (accounts.phone > 0))
    busy = rng.choice(shops, len(shops)) if len(shops) else shops
    desks = _desks(world, rng, max(len(farm), 20))
    person = categories(rng, world.people.activity, len(bound_accounts))
    services = [rng.integers(0, len(SERVICES), len(part)) for part in (extra, busy, person)]
    at = [
        accounts.at[bound_accounts] - rng.integers(10, 120, len(bound_accounts)) * SECOND,
        lines.first[extra] + (rng.gamma(1.2, 30.0, len(extra)) * HOUR).astype(np.int64),
        accounts.at[busy] + (rng.gamma(1.2, 40.0, len(busy)) * HOUR).astype(np.int64),
        _any_time(world.setting, rng, len(person)),
    ]
    phones = [accounts.phone[bound_accounts], lines.phone[extra], accounts.phone[busy]]
    phones.append(world.people.phone[person])
    columns = zip(phones, [accounts.platform[bound_accounts], *services], at, strict=True)
    rows = [np.stack(part, axis=1) for part in columns]
    kind = accounts.sort[bound_accounts]
    group_sort = np.where(np.isin(kind, (SHOP, STUDIO)), _GROUP, _SINGLE)
    sorts = [np.where(kind == FARM_ACCOUNT, _FARM, group_sort)]
    alike = ((_FARM, extra), (_GROUP, busy), (_SINGLE, person), (_GROUP, desks))
    sorts += [np.full(len(part), sort) for sort, part in alike]
    return np.concatenate([*rows, desks]), np.concatenate(sorts)


def _any_time(setting: Setting, rng: np.random.Generator, n: int) -> np.ndarray:
    return setting.start + (rng.random(n) * setting.days * DAY).astype(np.int64)


def _passed_on(
    world: World, rng: np.random.Generator, codes: np.ndarray, sort: np.ndarray
) -> np.ndarray:
    """`codes` with the number that each code is passed on to, -1 for most; a farm has few."""
    phone, is_farm = codes[:, 0], sort == _FARM
    ready = 0.3 / max(world.setting.knob("evasion"), 0.3)
    odds = np.select([is_farm, sort == _GROUP], [ready, 0.18], 0.015).clip(0, 0.9)
    pool = np.where(is_farm, scramble(phone // 7 % 37 + 5), scramble(phone // 3 % 997 + 5)) % 10**10
    target = np.where(rng.random(len(phone)) < odds, pool + 10**9, -1)
    return np.column_stack([codes, target])


def _firm_codes(world: World) -> np.ndarray:
    """Codes to honest firms' numbers, passed on to the manager's: number, service, time, target."""
    firms, rng = world.firms, world.setting.rng("observe/firms")
    row, sender, at = codes(rng, world.setting, firms, len(SERVICES)).T
    is_passed = rng.random(len(row)) < firms.pass_share[row]
    target = np.where(is_passed, world.people.phone[firms.manager[row]], -1)
    return np.stack([firms.phone[row], sender, at, target], axis=1)


def _desks(world: World, rng: np.random.Generator, lines: int) -> np.ndarray:
    """Numbers of firms' test desks, shops and helpful relatives: codes of many services, passed on.

    Rows of number, service and time; half of the numbers are of resellers, as a farm's are.
    """
    many = int(lines * 2 * world.setting.knob("lookalikes"))
    resellers = np.flatnonzero(world.numbering.kind[world.people.operator] > 0)
    own = np.where(
        rng.random(many) < 0.5,
        rng.choice(resellers, many),
        rng.integers(0, len(world.people), many),
    )
    count = rng.integers(3, 14, many)
    row = np.repeat(own, count)
    first = world.setting.start + ((rng.random(many) * 70 - 35) * DAY).astype(np.int64)
    at = np.repeat(first, count) + (rng.gamma(1.2, 25.0, len(row)) * HOUR).astype(np.int64)
    kinds = rng.choice([0, 1, 2, 3, 0, 1, 4, 5, 6, 7, 8], len(row))
    return np.stack([world.people.phone[row], kinds, at], axis=1)
