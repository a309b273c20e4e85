"""Honest firms: numbers opened together whose codes all go to one manager, and which also live.

A shop of eight hands, a studio, an agency: the owner opens the cards in one go, registers the work
accounts on his own handset, and has every code forwarded to his number. Some of the numbers are the
employees' own and are talked on daily; some lie in a drawer and only ever receive codes. Nobody is
harmed through any of them. With the share at nought nothing is drawn and nothing changes.
"""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.numbering import PERSONAL, Numbering
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import Rings
from suyuan.lab.setting import DAY, HOUR, MINUTE, Setting

#: Numbers of a firm: logarithm of the median, its spread, least and most.
MEDIAN, SPREAD, LEAST, MOST = 2.1, 0.6, 3, 40
#: Cards of a firm that is not young were opened so many days before, on average.
OLD = 500.0


@dataclass(frozen=True)
class Firms:
    """One row for each number; ``firm`` says whose.

    ``person`` is who uses it (the manager where it lies in a drawer: ``silent``), ``manager`` whose
    number receives its codes, ``opened_at`` when its card was, ``company`` whether in a company's
    name (else the manager's). ``services`` is how many senders a number of it has, ``codes`` how
    many codes, ``pass_share`` the share passed on, ``burst`` whether they come within days of the
    opening.
    """

    firm: np.ndarray
    person: np.ndarray
    manager: np.ndarray
    phone: np.ndarray
    operator: np.ndarray
    silent: np.ndarray
    opened_at: np.ndarray
    company: np.ndarray
    services: np.ndarray
    codes: np.ndarray
    pass_share: np.ndarray
    burst: np.ndarray

    def __len__(self) -> int:
        return len(self.firm)


def build(setting: Setting, numbering: Numbering, people: People, rings: Rings) -> Firms:
    """Draw firms among people who work for no ring."""
    rng, config = setting.rng("firms"), setting.config["firms"]
    free = rng.permutation(np.setdiff1d(np.arange(len(people)), rings.person))
    n = min(int(config["share"] * len(people)), len(free))
    sizes = rng.lognormal(MEDIAN, SPREAD, n // LEAST + 1).clip(LEAST, MOST).astype(np.int64)
    firm = np.repeat(np.arange(len(sizes)), sizes)[:n]
    firms = int(firm.max()) + 1 if n else 0
    _, first = np.unique(firm, return_index=True)
    manager = free[first][firm]
    silent = (rng.random(firms) < config["silent"])[firm]
    person = np.where(silent, manager, free[:n])
    operator = people.operator[manager]
    spare = numbering.draw(rng, operator, np.full(n, PERSONAL)) if n else operator
    burst = (rng.random(firms) < 0.3)[firm]
    return Firms(
        firm=firm,
        person=person,
        manager=manager,
        phone=np.where(silent, spare, people.phone[person]),
        operator=np.where(silent, operator, people.operator[person]),
        silent=silent,
        opened_at=_openings(rng, setting, firm, firms, float(config["young"])),
        company=(rng.random(firms) < 0.6)[firm],
        services=rng.integers(2, 11, firms)[firm],
        codes=rng.poisson(rng.integers(4, 40, firms)[firm]) + 1,
        pass_share=rng.uniform(0.4, 1.0, firms)[firm],
        burst=burst,
    )


def _openings(
    rng: np.random.Generator, setting: Setting, firm: np.ndarray, firms: int, young: float
) -> np.ndarray:
    """The cards of a firm within an afternoon or two: in these weeks, or long before."""
    new = rng.random(firms) < young
    day = np.where(
        new, rng.integers(-30, setting.days - 5, firms), -30 - rng.exponential(OLD, firms)
    ).astype(np.int64)
    hour = rng.integers(9, 17, firms)
    moment = setting.start + day * DAY + hour * HOUR
    later = rng.integers(0, 2, len(firm)) * DAY + rng.integers(0, 90, len(firm)) * MINUTE
    times: np.ndarray = moment[firm] + later
    return times


def codes(rng: np.random.Generator, setting: Setting, firms: Firms, senders: int) -> np.ndarray:
    """Codes that the numbers receive: rows of place in `firms`, sender and time."""
    row = np.repeat(np.arange(len(firms)), firms.codes)
    # The senders that a firm works with; every number of it has the same few.
    sender = (firms.firm[row] * 7 + rng.integers(0, firms.services[row]) ** 2) % senders
    begin = np.maximum(firms.opened_at[row], setting.start - 20 * DAY)
    span = np.maximum(setting.end - begin, 2 * DAY)
    spread = begin + (rng.random(len(row)) * span).astype(np.int64)
    close = begin + (rng.gamma(1.2, 8.0, len(row)) * HOUR).astype(np.int64)
    return np.stack([row, sender, np.where(firms.burst[row], close, spread)], axis=1)


def registrations(rng: np.random.Generator, firms: Firms) -> tuple[np.ndarray, np.ndarray]:
    """Work accounts: places in `firms` (a number may have two), and when each was registered."""
    row = np.repeat(np.arange(len(firms)), rng.integers(0, 3, len(firms)))
    _, label = np.unique(firms.firm, return_inverse=True)
    wait = rng.exponential(3.0, int(label.max()) + 1 if len(label) else 0)
    at = firms.opened_at[row] + (wait[label[row]] * DAY).astype(np.int64) if len(row) else row
    return row, at + (rng.random(len(row)) * 5 * HOUR).astype(np.int64)
