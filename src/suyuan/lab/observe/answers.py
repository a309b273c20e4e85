"""Writing the truth down, apart from the case."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab import truth
from suyuan.lab.latent.busy import KINDS as BUSY_KINDS
from suyuan.lab.latent.farms import FARMED, ORDINARY
from suyuan.lab.latent.laundering import REASONS
from suyuan.lab.latent.leaks import MECHANISMS
from suyuan.lab.latent.lines import BUSY, FARM, OTHER_FRAUD, SCAM
from suyuan.lab.latent.market import KIND_NAMES
from suyuan.lab.latent.numbering import CARRIER, GUILTY
from suyuan.lab.latent.otherfraud import TYPES
from suyuan.lab.latent.rings import (
    BOSS, BROKER, CALLER, CASHIER, MIDDLEMAN, MULE, QCOIN, QQ, ROLE_NAMES, SIM_TRADER, SUNING, WECHAT,
)  # fmt: skip
from suyuan.lab.latent.world import World
from suyuan.lab.observe.callrecords import scam_callees
from suyuan.lab.observe.carriers import customer_ids
from suyuan.lab.observe.police import Told
from suyuan.lab.observe.staff import Staff
from suyuan.lab.sheet import Cells, Flags, Ids, Numbers, Texts, Words, texts, words, write

LINKS = {
    BROKER: "sold_records_to", WECHAT: "sold_accounts_to", QQ: "sold_accounts_to", MULE: "laundered_for",
    MIDDLEMAN: "laundered_for", SUNING: "laundered_for", QCOIN: "laundered_for",
    CALLER: "belongs_to", BOSS: "belongs_to", CASHIER: "belongs_to", SIM_TRADER: "opened_sim_for",
}  # fmt: skip
ARRESTED = 29


@dataclass(frozen=True)
class Writer:
    """Names of things, and the truth's tables written one by one into ``folder``."""

    world: World
    told: Told
    staff: Staff
    account_names: pa.Array
    cards: np.ndarray
    leaked: dict[str, np.ndarray]
    folder: Path

    def write(self) -> None:
        for table in (
            self.roles, self.rings, self.reports, self.leaks, self.exposed, self.rows_leaked,
            self.called, self.exits, self.edges, self.entities, self.rules, self.openings, self.lookalikes,
            self.populations,
        ):  # fmt: skip
            table()

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
        known = words(*(f"ring-{i}" for i in range(max(self.world.rings.n, 1))))
        return known.take(pa.array(rings, mask=rings < 0))

    # --- tables --------------------------------------------------------------------------------
    def roles(self) -> None:
        world, rings, lines = self.world, self.world.rings, self.world.lines
        scam = lines.rows(SCAM)
        people = rings.role != MULE
        parts: list[tuple[str | np.ndarray, pa.Array, np.ndarray, bool]] = []
        for role in range(len(ROLE_NAMES)):
            rows = np.flatnonzero((rings.role == role) & people)
            parts.append((ROLE_NAMES[role], self.party(rings.person[rows]), rings.ring[rows], True))
        mules = rings.role == MULE
        parts.append(("mule_account", self.bank(rings.person[mules]), rings.ring[mules], True))
        parts.append(("scam_caller", self.phone(lines.phone[scam]), world.calls.number_ring, True))
        farmed = np.flatnonzero(world.accounts.sort == FARMED)
        none = np.full(len(farmed), -1)
        parts.append(("farmed_account", self.account(farmed), none, True))
        farm = lines.rows(FARM)
        parts.append(("sms_activation", self.phone(lines.phone[farm]), np.full(len(farm), -1), True))
        agents = world.cards.agent_id[np.unique(world.cards.agent[world.cards.bulk])]
        parts.append(("sim_supplier", texts(Ids(agents, "agent:")), np.full(len(agents), -1), True))
        parts += self._neutral()
        role = np.concatenate([np.repeat(p[0], len(p[1])) for p in parts])
        subject = pa.concat_arrays([p[1] for p in parts])
        ring = np.concatenate([p[2] for p in parts])
        counts = np.concatenate([np.full(len(p[1]), p[3]) for p in parts])
        role, subject, ring, counts, how = self._with_leaks(role, subject, ring, counts)
        rng = world.setting.rng("arrests")
        able = np.flatnonzero(counts & pc.starts_with(subject, "party:").to_numpy(zero_copy_only=False))
        arrested = np.zeros(len(role), dtype=bool)
        arrested[rng.permutation(able)[:ARRESTED]] = True
        self._out(
            "roles", role=Texts(pa.array(role, pa.string())), subject=Texts(subject),
            ring_id=Texts(self.ring(ring)), counts=Flags(counts.astype(np.int64)),
            arrested=Flags(arrested.astype(np.int64)), mechanism=Words(how, words(*MECHANISMS)),
        )  # fmt: skip

    def _neutral(self) -> list[tuple[str, pa.Array, np.ndarray, bool]]:
        """Neither right nor wrong: hands of other frauds, the rings' own cashiers, straw people."""
        world = self.world
        straw = np.unique(customer_ids(world)[world.cards.bulk])  # people and shell companies
        foreign = world.lines.phone[world.lines.rows(OTHER_FRAUD)]
        loose = [
            ("mule_account", self.bank(np.unique(world.other.accomplices))),
            ("mule_account", self.bank(world.rings.of(CASHIER))),
            ("mule_account", self.bank(world.rings.of(MIDDLEMAN))),
            ("scam_caller", self.phone(foreign)),
            ("sim_supplier", texts(Ids(straw, "party:"))),
            ("sim_supplier", texts(Ids(world.numbering.operator_id[world.numbering.bulk], "operator:"))),
            ("ring_member", self.party(world.rings.of(MULE))),
        ]
        return [(role, subjects, np.full(len(subjects), -1), False) for role, subjects in loose]

    def _with_leaks(
        self, role: np.ndarray, subject: pa.Array, ring: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, pa.Array, np.ndarray, np.ndarray, np.ndarray]:
        leaks = self.world.leaks
        actor, terminal = self._hands()
        hand = np.where(leaks.mechanism == 1, terminal, actor)
        found = pa.concat_arrays([self.org(leaks.org), pa.array(hand, pa.string())])
        n = len(found)
        how = np.concatenate([np.full(len(role), -1), np.tile(leaks.mechanism, 2)])
        return (
            np.concatenate([role, np.full(n, "leak_source")]),
            pa.concat_arrays([subject, found]),
            np.concatenate([ring, np.full(n, -1)]),
            np.concatenate([counts, np.tile(leaks.used, 2)]),
            how,
        )

    def _hands(self) -> tuple[np.ndarray, np.ndarray]:
        """Actor and terminal of each leak as subjects."""
        actors, terminals = [], []
        for org in self.world.leaks.org.tolist():
            seat, place = self.staff.culprit(org)
            name = self.world.market.org_id[org]
            actors.append(f"actor:{name}/{self.staff.logins[seat]}")
            terminals.append(f"terminal:{name}/{self.staff.terminals[place]}")
        return np.array(actors, dtype=object), np.array(terminals, dtype=object)

    def rings(self) -> None:
        world, n = self.world, self.world.rings.n
        victims = world.victims
        self._out(
            "rings", ring_id=Texts(self.ring(np.arange(n))), callers=Numbers(world.rings.sizes(CALLER)),
            victims=Numbers(np.bincount(victims.ring, minlength=n)),
            loss=Numbers(np.bincount(victims.ring, victims.loss, minlength=n).astype(np.int64)),
        )  # fmt: skip

    def reports(self) -> None:
        world, told = self.world, self.told
        mine = told.victim >= 0
        victim = np.maximum(told.victim, 0)
        call = world.victims.call[victim] if len(world.victims) else victim
        lead = np.where(mine, world.calls.lead[call] if len(world.calls) else -1, -1)
        order = np.where(lead >= 0, world.leaks.order[np.maximum(lead, 0)] if len(world.leaks.order) else -1, -1)
        source = np.where(lead >= 0, world.leaks.source[np.maximum(lead, 0)] if len(world.leaks.order) else -1, -1)
        ring = np.where(mine, world.victims.ring[victim] if len(world.victims) else -1, -1)
        others = np.arange(len(told.id)) - len(told.id) + len(world.other)
        hands = np.where(mine, ring, 1000 + world.other.hand[np.maximum(others, 0)])
        self._out(
            "reports", report_id=Ids(told.id), ring_id=Texts(self.ring(ring)), fraud_type=Words(told.type, words(*TYPES)),
            hand=Ids(hands, "hand-"),
            order_id=Ids(np.where(order >= 0, world.market.order_id[order], -1)),
            source=Words(source, self.org(world.leaks.org)), loss=Numbers(told.loss),
        )  # fmt: skip

    def leaks(self) -> None:
        leaks = self.world.leaks
        actor, terminal = self._hands()
        self._out(
            "leaks", source=Texts(self.org(leaks.org)), mechanism=Words(leaks.mechanism, words(*MECHANISMS)),
            actor=Texts(pa.array(actor, pa.string())), terminal=Texts(pa.array(terminal, pa.string())),
            from_=Numbers(leaks.opened), to=Numbers(leaks.closed), used=Flags(leaks.used.astype(np.int64)),
            orders=Numbers(np.bincount(leaks.source, minlength=len(leaks))),
        )  # fmt: skip

    def exposed(self) -> None:
        leaks = self.world.leaks
        self._out(
            "exposed", order_id=Ids(self.world.market.order_id[leaks.order]), source=Words(leaks.source, self.org(leaks.org)),
            at=Numbers(leaks.exposed_at), used=Flags(leaks.used[leaks.source].astype(np.int64)),
        )  # fmt: skip

    def rows_leaked(self) -> None:
        known = self.leaked["order"] >= 0
        self._out(
            "leaked", leaked_id=Ids(self.leaked["leaked_id"][known]),
            order_id=Ids(self.world.market.order_id[self.leaked["order"][known]]),
        )  # fmt: skip

    def called(self) -> None:
        calls, world = self.world.calls, self.world
        line = world.lines.rows(SCAM)
        order = np.where(calls.lead >= 0, world.leaks.order[calls.lead] if len(world.leaks.order) else -1, -1)
        self._out(
            "called", at=Numbers(calls.at), phone=Ids(scam_callees(world)),
            caller=Ids(world.lines.phone[line[calls.number]] if len(line) else calls.number),
            ring_id=Texts(self.ring(calls.ring)), order_id=Ids(np.where(order >= 0, world.market.order_id[order], -1)),
        )  # fmt: skip

    def exits(self) -> None:
        """Lots at rest, and cards: with whoever paid for them, else in the card."""
        world, trade, dirty = self.world, self.world.trade, self.world.laundering
        report = np.full(len(world.victims), -1)
        mine = self.told.victim >= 0
        report[self.told.victim[mine]] = self.told.id[mine]
        stolen = np.flatnonzero(trade.origin >= 0)
        held = trade.holder[stolen] >= 0
        card = texts(Ids(self.cards[stolen], "voucher:"))
        where = pc.if_else(pa.array(held), self.party(np.maximum(trade.holder[stolen], 0)), card)
        subject = pa.concat_arrays([self.bank(dirty.rest.account), self.bank(trade.rest.account), where])
        reason = pa.concat_arrays([
            words(*REASONS).take(pa.array(dirty.rest_reason)), pa.array(["balance"] * len(trade.rest), pa.string()),
            pa.array(["voucher"] * len(stolen), pa.string()),
        ])  # fmt: skip
        victim = np.concatenate([dirty.rest.origin, trade.rest.origin, trade.origin[stolen]])
        amount = np.concatenate([dirty.rest.amount, trade.rest.amount, trade.face[stolen]])
        table = pa.table({"report": report[victim], "exit": subject, "reason": reason, "amount": amount})
        table = table.filter(pc.greater(table["report"], 0))
        total = table.group_by(["report", "exit", "reason"], use_threads=False).aggregate([("amount", "sum")])
        self._out(
            "exits", report_id=Ids(total["report"].to_numpy()), exit=Texts(total["exit"].combine_chunks()),
            reason=Texts(total["reason"].combine_chunks()), amount=Numbers(total["amount_sum"].to_numpy()),
        )  # fmt: skip

    def edges(self) -> None:
        rings, leaks = self.world.rings, self.world.leaks
        rows = np.flatnonzero(rings.role != MULE)
        mules = np.flatnonzero(rings.role == MULE)
        sources = [self.party(rings.person[rows]), self.bank(rings.person[mules])]
        targets = [self.ring(rings.ring[rows]), self.ring(rings.ring[mules])]
        links = [LINKS[int(role)] for role in np.concatenate([rings.role[rows], rings.role[mules]])]
        ring = np.concatenate([rings.ring[rows], rings.ring[mules]])
        fed = [
            (one, int(served)) for one in np.flatnonzero(leaks.used)
            for served in rings.serving(int(leaks.broker[one]), BROKER)
        ]  # fmt: skip
        one = np.array([f[0] for f in fed], dtype=np.int64)
        sources.append(self.org(leaks.org[one]))
        broker = self.party(leaks.broker[one])
        target = pc.binary_join_element_wise("ring:", pa.concat_arrays(targets), "")
        self._out(
            "edges", source=Texts(pa.concat_arrays(sources)), target=Texts(pa.concat_arrays([target, broker])),
            link=Texts(pa.array(links + ["leaked_to"] * len(fed), pa.string())),
            ring_id=Texts(pa.concat_arrays([*targets, self.ring(np.array([f[1] for f in fed], dtype=np.int64))])),
        )  # fmt: skip
        _ = ring

    def entities(self) -> None:
        """Accounts, numbers and cards of everybody whom a finding or an exit may name."""
        world, money, trade = self.world, self.world.money, self.world.trade
        scam = world.lines.rows(SCAM)
        callers = world.rings.person[world.rings.role == CALLER]
        owned = np.flatnonzero(money.owner >= 0)
        chats = np.flatnonzero(world.accounts.person >= 0)
        held = np.flatnonzero(trade.holder >= 0)
        subjects = [
            self.bank(owned), self.account(chats), self.phone(world.people.phone),
            texts(Ids(self.cards[held], "voucher:")),
        ]  # fmt: skip
        entities = [
            self.party(money.owner[owned]), self.party(world.accounts.person[chats]),
            self.party(np.arange(len(world.people))), self.party(trade.holder[held]),
        ]  # fmt: skip
        if len(scam):
            subjects.append(self.phone(world.lines.phone[scam]))
            entities.append(self.party(callers[world.calls.number_caller]))
        self._out("entities", subject=Texts(pa.concat_arrays(subjects)), entity=Texts(pa.concat_arrays(entities)))

    def rules(self) -> None:
        numbers = self.world.numbering
        resellers = np.flatnonzero(numbers.kind != CARRIER)
        guilty, bulk = numbers.kind[resellers] == GUILTY, numbers.bulk[resellers]
        fraud = bool(self.world.cards.bulk.any())
        answers = [guilty, guilty, bulk & fraud]
        names = np.repeat(["sim-segment", "sim-function", "sim-bulk-opening"], len(resellers))
        broken = np.concatenate(answers).astype(np.int64)
        self._out(
            "rules", rule_id=Texts(pa.array(names, pa.string())),
            subject=Ids(np.tile(numbers.operator_id[resellers], 3), "operator:"),
            answer=Words(broken, words("kept", "broken")),
        )  # fmt: skip

    def openings(self) -> None:
        cards = self.world.cards
        bulk = np.flatnonzero(cards.bulk)
        self._out("openings", iccid=Ids(cards.iccid[bulk]), agent=Ids(cards.agent_id[cards.agent[bulk]], "agent:"))

    def lookalikes(self) -> None:
        world = self.world
        busy = world.lines.rows(BUSY)
        grouped = np.flatnonzero((world.accounts.sort != ORDINARY) & (world.accounts.sort != FARMED))
        parts = [
            ("scam_caller", self.phone(world.lines.phone[busy]), [BUSY_KINDS[k] for k in world.busy.kind]),
            ("farmed_account", self.account(grouped), ["registered together"] * len(grouped)),
            ("card_merchant", self.party(world.trade.resellers), ["honest reseller"] * len(world.trade.resellers)),
            ("middleman", self.party(world.trade.collectors), ["collects welfare cards"] * len(world.trade.collectors)),
        ]  # fmt: skip
        self._out(
            "lookalikes", role=Texts(pa.array([p[0] for p in parts for _ in p[2]], pa.string())),
            subject=Texts(pa.concat_arrays([p[1] for p in parts])),
            sort=Texts(pa.array([s for p in parts for s in p[2]], pa.string())),
        )  # fmt: skip

    def populations(self) -> None:
        world = self.world
        phones, people = len(world.people) + len(world.lines), len(world.people)
        found = {
            "scam_caller": phones, "sms_activation": phones, "farmed_account": len(world.accounts),
            "mule_account": len(world.money), "leak_source": len(world.market.org_id),
            "sim_supplier": len(world.cards.agent_id), "data_broker": people, "account_merchant": people,
            "middleman": people, "card_merchant": people, "ring_member": people,
        }  # fmt: skip
        self._out(
            "populations", role=Texts(words(*found)), n=Numbers(np.array(list(found.values()), dtype=np.int64)),
        )  # fmt: skip
