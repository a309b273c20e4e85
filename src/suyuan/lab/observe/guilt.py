"""How the truth names things, and who truly plays which role."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab import truth
from suyuan.lab.latent.farms import FARM_ACCOUNT
from suyuan.lab.latent.leaks import MECHANISMS
from suyuan.lab.latent.lines import FARM, OTHER_FRAUD, SCAM
from suyuan.lab.latent.market import KIND_NAMES
from suyuan.lab.latent.rings import (
    CASHIER,
    MIDDLEMAN,
    MULE,
    ROLE_NAMES,
)
from suyuan.lab.latent.world import World
from suyuan.lab.observe.carriers import customer_ids
from suyuan.lab.observe.police import ReportFacts
from suyuan.lab.observe.staff import Staff
from suyuan.lab.sheet import Cells, Flags, Ids, Texts, Words, texts, words, write

ARREST_COUNT = 29


@dataclass(frozen=True)
class Names:
    """What the truth's tables are made from, and how things are called in them."""

    world: World
    statements: ReportFacts
    staff: Staff
    account_names: pa.Array
    cards: np.ndarray
    leaked_rows: dict[str, np.ndarray]
    folder: Path

    def _out(self, table: str, **cells: Cells) -> None:
        first = next(iter(cells.values()))
        order = np.arange(len(first))
        write(self.folder, truth.TRUTH[table], {k.rstrip("_"): v for k, v in cells.items()}, order)

    # --- names ---------------------------------------------------------------------------------
    def party(self, person: np.ndarray) -> pa.Array:
        return texts(Ids(self.world.people.id[person], "party:"))

    def bank(self, account: np.ndarray) -> pa.Array:
        return texts(Ids(self.world.money.number[account], "bank_account:"))

    def phone(self, number: np.ndarray) -> pa.Array:
        return texts(Ids(number, "phone:"))

    def account(self, rows: np.ndarray) -> pa.Array:
        return pc.binary_join_element_wise("account:", self.account_names.take(pa.array(rows)), "")

    def org(self, rows: np.ndarray) -> pa.Array:
        kinds = words(*KIND_NAMES).take(pa.array(self.world.market.org_kind[rows]))
        return pc.binary_join_element_wise(kinds, texts(Ids(self.world.market.org_id[rows])), ":")

    def ring(self, rings: np.ndarray) -> pa.Array:
        ring_names = words(*(f"ring-{i}" for i in range(max(self.world.rings.n, 1))))
        return ring_names.take(pa.array(rings, mask=rings < 0))


class Roles(Names):
    """The table of roles."""

    # --- tables --------------------------------------------------------------------------------
    def roles(self) -> None:
        parts = [*self._guilty(), *self._neutral()]
        role = np.concatenate([np.repeat(p[0], len(p[1])) for p in parts])
        subject = pa.concat_arrays([p[1] for p in parts])
        ring = np.concatenate([p[2] for p in parts])
        counts = np.concatenate([np.full(len(p[1]), p[3]) for p in parts])
        role, subject, ring, counts, how = self._with_leaks(role, subject, ring, counts)
        people = pc.starts_with(subject, "party:").to_numpy(zero_copy_only=False)
        rng = self.world.setting.rng("arrests")
        is_arrested = np.zeros(len(role), dtype=bool)
        is_arrested[rng.permutation(np.flatnonzero(counts & people))[:ARREST_COUNT]] = True
        self._out(
            "roles",
            role=Texts(pa.array(role, pa.string())),
            subject=Texts(subject),
            ring_id=Texts(self.ring(ring)),
            counts=Flags(counts.astype(np.int64)),
            arrested=Flags(is_arrested.astype(np.int64)),
            mechanism=Words(how, words(*MECHANISMS)),
        )

    def _guilty(self) -> list[tuple[str, pa.Array, np.ndarray, bool]]:
        """Role, subjects, rings served."""
        world, rings, lines = self.world, self.world.rings, self.world.lines
        parts: list[tuple[str, pa.Array, np.ndarray, bool]] = []
        for index, name in enumerate(ROLE_NAMES):
            rows = np.flatnonzero(rings.role == index)
            subject_of = self.bank if index == MULE else self.party
            parts.append((name, subject_of(rings.person[rows]), rings.ring[rows], True))
        scam, farm = lines.rows(SCAM), lines.rows(FARM)
        parts.append(("scam_caller", self.phone(lines.phone[scam]), world.calls.number_ring, True))
        agents = world.cards.agent_id[np.unique(world.cards.agent[world.cards.bulk])]
        farm_rows = np.flatnonzero(world.accounts.sort == FARM_ACCOUNT)
        for name, subjects in (
            ("farmed_account", self.account(farm_rows)),
            ("sms_activation", self.phone(lines.phone[farm])),
            ("sim_supplier", texts(Ids(agents, "agent:"))),
        ):
            parts.append((name, subjects, np.full(len(subjects), -1), True))
        return parts

    def _neutral(self) -> list[tuple[str, pa.Array, np.ndarray, bool]]:
        """Neither right nor wrong: hands of other frauds, the rings' own cashiers, straw people."""
        world = self.world
        straw = np.unique(customer_ids(world)[world.cards.bulk])  # people and shell companies
        foreign = world.lines.phone[world.lines.rows(OTHER_FRAUD)]
        loose = [
            ("mule_account", self.bank(np.unique(world.other_fraud.accomplices))),
            ("mule_account", self.bank(world.rings.of(CASHIER))),
            ("mule_account", self.bank(world.rings.of(MIDDLEMAN))),
            ("scam_caller", self.phone(foreign)),
            ("sim_supplier", texts(Ids(straw, "party:"))),
            (
                "sim_supplier",
                texts(Ids(world.numbering.operator_id[world.numbering.bulk], "operator:")),
            ),
            ("ring_member", self.party(world.rings.of(MULE))),
        ]
        return [(role, subjects, np.full(len(subjects), -1), False) for role, subjects in loose]

    def _with_leaks(
        self, role: np.ndarray, subject: pa.Array, ring: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, pa.Array, np.ndarray, np.ndarray, np.ndarray]:
        leaks = self.world.leaks
        actor, terminal = self._culprits()
        hand = np.where(leaks.mechanism == 1, terminal, actor)
        leak_subjects = pa.concat_arrays([self.org(leaks.org), pa.array(hand, pa.string())])
        n = len(leak_subjects)
        how = np.concatenate([np.full(len(role), -1), np.tile(leaks.mechanism, 2)])
        return (
            np.concatenate([role, np.full(n, "leak_source")]),
            pa.concat_arrays([subject, leak_subjects]),
            np.concatenate([ring, np.full(n, -1)]),
            np.concatenate([counts, np.tile(leaks.used, 2)]),
            how,
        )

    def _culprits(self) -> tuple[np.ndarray, np.ndarray]:
        """Actor and terminal of each leak as subjects."""
        actors, terminals = [], []
        for org in self.world.leaks.org.tolist():
            seat, place = self.staff.culprit(org)
            name = self.world.market.org_id[org]
            actors.append(f"actor:{name}/{self.staff.logins[seat]}")
            terminals.append(f"terminal:{name}/{self.staff.terminals[place]}")
        return np.array(actors, dtype=object), np.array(terminals, dtype=object)
