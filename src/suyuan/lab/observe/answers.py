"""Writing the truth down, apart from the case."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab.latent.busy import KINDS as BUSY_KINDS
from suyuan.lab.latent.farms import FARM_ACCOUNT, ORDINARY
from suyuan.lab.latent.laundering import REASONS
from suyuan.lab.latent.leaks import MECHANISMS
from suyuan.lab.latent.lines import BUSY, SCAM
from suyuan.lab.latent.numbering import CARRIER, GUILTY
from suyuan.lab.latent.otherfraud import TYPES
from suyuan.lab.latent.rings import (
    BOSS,
    BROKER,
    CALLER,
    CASHIER,
    MIDDLEMAN,
    MULE,
    QCOIN,
    QQ,
    SIM_TRADER,
    SUNING,
    WECHAT,
)
from suyuan.lab.observe.callrecords import scam_callees
from suyuan.lab.observe.guilt import Roles
from suyuan.lab.sheet import Flags, Ids, Numbers, Texts, Words, texts, words

LINKS = {
    BROKER: "sold_records_to",
    WECHAT: "sold_accounts_to",
    QQ: "sold_accounts_to",
    MULE: "laundered_for",
    MIDDLEMAN: "laundered_for",
    SUNING: "laundered_for",
    QCOIN: "laundered_for",
    CALLER: "belongs_to",
    BOSS: "belongs_to",
    CASHIER: "belongs_to",
    SIM_TRADER: "opened_sim_for",
}


class Writer(Roles):
    """The truth's tables, written one by one into ``folder``."""

    def write(self) -> None:
        for table in (
            self.roles,
            self.rings,
            self.reports,
            self.leaks,
            self.exposures,
            self.rows_leaked,
            self.scam_calls,
            self.exits,
            self.edges,
            self.entities,
            self.rules,
            self.openings,
            self.lookalikes,
            self.populations,
        ):
            table()

    def rings(self) -> None:
        world, n = self.world, self.world.rings.n
        victims = world.victims
        self._out(
            "rings",
            ring_id=Texts(self.ring(np.arange(n))),
            callers=Numbers(world.rings.sizes(CALLER)),
            victims=Numbers(np.bincount(victims.ring, minlength=n)),
            loss=Numbers(np.bincount(victims.ring, victims.loss, minlength=n).astype(np.int64)),
        )

    def reports(self) -> None:
        world, facts = self.world, self.statements
        of_ring = facts.victim >= 0
        victim = np.maximum(facts.victim, 0)
        call = world.victims.call[victim] if len(world.victims) else victim
        lead = np.where(of_ring, world.calls.lead[call] if len(world.calls) else -1, -1)
        order = np.where(
            lead >= 0, world.leaks.order[np.maximum(lead, 0)] if len(world.leaks.order) else -1, -1
        )
        source = np.where(
            lead >= 0, world.leaks.source[np.maximum(lead, 0)] if len(world.leaks.order) else -1, -1
        )
        ring = np.where(of_ring, world.victims.ring[victim] if len(world.victims) else -1, -1)
        other_rows = np.arange(len(facts.id)) - len(facts.id) + len(world.other_fraud)
        offenders = np.where(
            of_ring, ring, 1000 + world.other_fraud.hand[np.maximum(other_rows, 0)]
        )
        self._out(
            "reports",
            report_id=Ids(facts.id),
            ring_id=Texts(self.ring(ring)),
            fraud_type=Words(facts.type, words(*TYPES)),
            hand=Ids(offenders, "hand-"),
            order_id=Ids(np.where(order >= 0, world.market.order_id[order], -1)),
            source=Words(source, self.org(world.leaks.org)),
            loss=Numbers(facts.loss),
        )

    def leaks(self) -> None:
        leaks = self.world.leaks
        actor, terminal = self._culprits()
        self._out(
            "leaks",
            source=Texts(self.org(leaks.org)),
            mechanism=Words(leaks.mechanism, words(*MECHANISMS)),
            actor=Texts(pa.array(actor, pa.string())),
            terminal=Texts(pa.array(terminal, pa.string())),
            from_=Numbers(leaks.opened_at),
            to=Numbers(leaks.closed_at),
            used=Flags(leaks.used.astype(np.int64)),
            orders=Numbers(np.bincount(leaks.source, minlength=len(leaks))),
        )

    def exposures(self) -> None:
        leaks = self.world.leaks
        self._out(
            "exposed",
            order_id=Ids(self.world.market.order_id[leaks.order]),
            source=Words(leaks.source, self.org(leaks.org)),
            at=Numbers(leaks.exposed_at),
            used=Flags(leaks.used[leaks.source].astype(np.int64)),
        )

    def rows_leaked(self) -> None:
        has_order = self.leaked_rows["order"] >= 0
        self._out(
            "leaked",
            leaked_id=Ids(self.leaked_rows["leaked_id"][has_order]),
            order_id=Ids(self.world.market.order_id[self.leaked_rows["order"][has_order]]),
        )

    def scam_calls(self) -> None:
        calls, world = self.world.calls, self.world
        line = world.lines.rows(SCAM)
        order = np.where(
            calls.lead >= 0, world.leaks.order[calls.lead] if len(world.leaks.order) else -1, -1
        )
        self._out(
            "called",
            at=Numbers(calls.at),
            phone=Ids(scam_callees(world)),
            caller=Ids(world.lines.phone[line[calls.number]] if len(line) else calls.number),
            ring_id=Texts(self.ring(calls.ring)),
            order_id=Ids(np.where(order >= 0, world.market.order_id[order], -1)),
        )

    def exits(self) -> None:
        """Lots at rest, and cards: with whoever paid for them, else in the card."""
        world, trade, dirty = self.world, self.world.trade, self.world.laundering
        report = np.full(len(world.victims), -1)
        of_ring = self.statements.victim >= 0
        report[self.statements.victim[of_ring]] = self.statements.id[of_ring]
        stolen_cards = np.flatnonzero(trade.origin >= 0)
        is_held = trade.holder[stolen_cards] >= 0
        card = texts(Ids(self.cards[stolen_cards], "voucher:"))
        where = pc.if_else(
            pa.array(is_held), self.party(np.maximum(trade.holder[stolen_cards], 0)), card
        )
        subject = pa.concat_arrays(
            [self.bank(dirty.rest.account), self.bank(trade.rest.account), where]
        )
        reason = pa.concat_arrays(
            [
                words(*REASONS).take(pa.array(dirty.rest_reason)),
                pa.array(["balance"] * len(trade.rest), pa.string()),
                pa.array(["voucher"] * len(stolen_cards), pa.string()),
            ]
        )
        victim = np.concatenate([dirty.rest.origin, trade.rest.origin, trade.origin[stolen_cards]])
        amount = np.concatenate([dirty.rest.amount, trade.rest.amount, trade.face[stolen_cards]])
        table = pa.table(
            {"report": report[victim], "exit": subject, "reason": reason, "amount": amount}
        )
        table = table.filter(pc.greater(table["report"], 0))
        total = table.group_by(["report", "exit", "reason"], use_threads=False).aggregate(
            [("amount", "sum")]
        )
        self._out(
            "exits",
            report_id=Ids(total["report"].to_numpy()),
            exit=Texts(total["exit"].combine_chunks()),
            reason=Texts(total["reason"].combine_chunks()),
            amount=Numbers(total["amount_sum"].to_numpy()),
        )

    def edges(self) -> None:
        rings, leaks = self.world.rings, self.world.leaks
        rows = np.flatnonzero(rings.role != MULE)
        mules = np.flatnonzero(rings.role == MULE)
        sources = [self.party(rings.person[rows]), self.bank(rings.person[mules])]
        targets = [self.ring(rings.ring[rows]), self.ring(rings.ring[mules])]
        links = [LINKS[int(role)] for role in np.concatenate([rings.role[rows], rings.role[mules]])]
        fed = [
            (leak_index, int(ring_index))
            for leak_index in np.flatnonzero(leaks.used)
            for ring_index in rings.rings_of(int(leaks.broker[leak_index]), BROKER)
        ]
        leak_index = np.array([f[0] for f in fed], dtype=np.int64)
        sources.append(self.org(leaks.org[leak_index]))
        broker = self.party(leaks.broker[leak_index])
        target = pc.binary_join_element_wise("ring:", pa.concat_arrays(targets), "")
        self._out(
            "edges",
            source=Texts(pa.concat_arrays(sources)),
            target=Texts(pa.concat_arrays([target, broker])),
            link=Texts(pa.array(links + ["leaked_to"] * len(fed), pa.string())),
            ring_id=Texts(
                pa.concat_arrays(
                    [*targets, self.ring(np.array([f[1] for f in fed], dtype=np.int64))]
                )
            ),
        )

    def entities(self) -> None:
        """Accounts, numbers and cards of everybody whom a finding or an exit may name."""
        world, money, trade = self.world, self.world.money, self.world.trade
        scam = world.lines.rows(SCAM)
        callers = world.rings.person[world.rings.role == CALLER]
        owned_accounts = np.flatnonzero(money.owner >= 0)
        chats = np.flatnonzero(world.accounts.person >= 0)
        held_cards = np.flatnonzero(trade.holder >= 0)
        subjects = [
            self.bank(owned_accounts),
            self.account(chats),
            self.phone(world.people.phone),
            texts(Ids(self.cards[held_cards], "voucher:")),
        ]
        entities = [
            self.party(money.owner[owned_accounts]),
            self.party(world.accounts.person[chats]),
            self.party(np.arange(len(world.people))),
            self.party(trade.holder[held_cards]),
        ]
        if len(scam):
            subjects.append(self.phone(world.lines.phone[scam]))
            entities.append(self.party(callers[world.calls.number_caller]))
        self._out(
            "entities",
            subject=Texts(pa.concat_arrays(subjects)),
            entity=Texts(pa.concat_arrays(entities)),
        )

    def rules(self) -> None:
        numbers = self.world.numbering
        resellers = np.flatnonzero(numbers.kind != CARRIER)
        guilty, bulk = numbers.kind[resellers] == GUILTY, numbers.bulk[resellers]
        fraud = bool(self.world.cards.bulk.any())
        answers = [guilty, guilty, bulk & fraud]
        names = np.repeat(["sim-segment", "sim-function", "sim-bulk-opening"], len(resellers))
        is_broken = np.concatenate(answers).astype(np.int64)
        self._out(
            "rules",
            rule_id=Texts(pa.array(names, pa.string())),
            subject=Ids(np.tile(numbers.operator_id[resellers], 3), "operator:"),
            answer=Words(is_broken, words("kept", "broken")),
        )

    def openings(self) -> None:
        cards = self.world.cards
        bulk = np.flatnonzero(cards.bulk)
        self._out(
            "openings",
            iccid=Ids(cards.iccid[bulk]),
            agent=Ids(cards.agent_id[cards.agent[bulk]], "agent:"),
        )

    def lookalikes(self) -> None:
        world = self.world
        busy = world.lines.rows(BUSY)
        group_accounts = np.flatnonzero(
            (world.accounts.sort != ORDINARY) & (world.accounts.sort != FARM_ACCOUNT)
        )
        parts = [
            (
                "scam_caller",
                self.phone(world.lines.phone[busy]),
                [BUSY_KINDS[k] for k in world.busy.kind],
            ),
            (
                "farmed_account",
                self.account(group_accounts),
                ["registered together"] * len(group_accounts),
            ),
            (
                "card_merchant",
                self.party(world.trade.resellers),
                ["honest reseller"] * len(world.trade.resellers),
            ),
            (
                "middleman",
                self.party(world.trade.collectors),
                ["collects welfare cards"] * len(world.trade.collectors),
            ),
        ]
        self._out(
            "lookalikes",
            role=Texts(pa.array([p[0] for p in parts for _ in p[2]], pa.string())),
            subject=Texts(pa.concat_arrays([p[1] for p in parts])),
            sort=Texts(pa.array([s for p in parts for s in p[2]], pa.string())),
        )

    def populations(self) -> None:
        world = self.world
        phones, people = len(world.people) + len(world.lines), len(world.people)
        sizes = {
            "scam_caller": phones,
            "sms_activation": phones,
            "farmed_account": len(world.accounts),
            "mule_account": len(world.money),
            "leak_source": len(world.market.org_id),
            "sim_supplier": len(world.cards.agent_id),
            "data_broker": people,
            "account_merchant": people,
            "middleman": people,
            "card_merchant": people,
            "ring_member": people,
        }
        self._out(
            "populations",
            role=Texts(words(*sizes)),
            n=Numbers(np.array(list(sizes.values()), dtype=np.int64)),
        )
