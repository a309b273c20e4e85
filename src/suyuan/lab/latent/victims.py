"""Victims: which calls succeed, what is lost and how it is paid."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.farms import Accounts
from suyuan.lab.latent.scamcalls import ScamCalls
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

TRANSFER, LOAN, VOUCHER = range(3)


@dataclass(frozen=True)
class ScamVictims:
    """One row for each; ``call`` is the row of ScamCalls that took them in.

    ``chat`` indexes Accounts (-1 none), ``loss`` is in fen, ``paid_at`` when the first money went,
    ``reported_at`` is -1 where nobody was told.
    """

    person: np.ndarray
    call: np.ndarray
    ring: np.ndarray
    chat: np.ndarray
    path: np.ndarray
    loss: np.ndarray
    paid_at: np.ndarray
    reported_at: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def build(setting: Setting, calls: ScamCalls, accounts: Accounts) -> ScamVictims:
    """Draw victims among answered calls to subscribers; fresh, exact records convert better."""
    rng = setting.rng("victims")
    config, n = setting.config["victims"], setting.counts["victims"]
    able = np.flatnonzero(
        (calls.duration > 0) & (calls.callee >= 0) & (calls.at < setting.end - 8 * HOUR)
    )
    weight = np.where(calls.lead[able] >= 0, 1.5, 1.0)
    order = np.argsort(rng.random(len(able)) ** (1 / weight))[::-1]
    _, first = np.unique(calls.callee[able[order]], return_index=True)
    call = able[order[np.sort(first)]][:n]
    n = len(call)
    loss = _losses(rng, setting, n)
    path = np.full(n, TRANSFER)
    draw = rng.random(n)
    path[(draw < config["loan_share"]) & (loss > 800_000)] = LOAN
    path[draw > 1 - config["direct_voucher_share"]] = VOUCHER
    wait = np.where(rng.random(n) < 0.75, rng.gamma(2, 35 * MINUTE, n), rng.gamma(2, 9 * HOUR, n))
    payment_time = calls.at[call] + 8 * MINUTE + wait.astype(np.int64)
    delay = rng.lognormal(1.2, 1.4, n) * HOUR * max(setting.knob("report_delay"), 0.05)
    reports = rng.random(n) < setting.report_rate
    calls.duration[call] = np.clip(rng.lognormal(6.9, 0.6, n), 240, 7200).astype(np.int64)
    return ScamVictims(
        person=calls.callee[call],
        call=call,
        ring=calls.ring[call],
        chat=_chats(rng, calls, accounts, call),
        path=path,
        loss=loss,
        paid_at=payment_time // SECOND * SECOND,
        reported_at=np.where(
            reports, payment_time + 3 * HOUR + np.minimum(delay, 60 * DAY).astype(np.int64), -1
        ),
    )


def _losses(rng: np.random.Generator, setting: Setting, n: int) -> np.ndarray:
    """Fen, lognormal and cut; half of them round figures."""
    config = setting.config["victims"]
    yuan = rng.lognormal(np.log(config["median_yuan"]), config["sigma"], n)
    yuan = np.clip(yuan, 200, config["cap_yuan"])
    round_yuan = np.where(rng.random(n) < 0.5, np.round(yuan / 100) * 100, np.round(yuan, 2))
    losses: np.ndarray = np.round(np.maximum(round_yuan, 200) * 100).astype(np.int64)
    return losses


def _chats(
    rng: np.random.Generator, calls: ScamCalls, accounts: Accounts, call: np.ndarray
) -> np.ndarray:
    """A bought account that the ring used at that time, where it had one already."""
    chat = np.full(len(call), -1)
    for ring in np.unique(calls.ring[call]):
        index = np.flatnonzero((accounts.ring == ring) & (accounts.sold_at > 0))
        index = index[np.argsort(accounts.sold_at[index])]
        rows = np.flatnonzero(calls.ring[call] == ring)
        stock_count = np.searchsorted(accounts.sold_at[index], calls.at[call[rows]])
        newest = np.maximum(stock_count - 1 - (rng.exponential(6, len(rows))).astype(np.int64), 0)
        chat[rows] = np.where(
            stock_count > 0, index[np.minimum(newest, len(index) - 1)] if len(index) else -1, -1
        )
    return np.where(rng.random(len(call)) < 0.85, chat, -1)
