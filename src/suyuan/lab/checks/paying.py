"""What one sees of a money account, and of a person who trades cards."""

import numpy as np
import pyarrow as pa

from suyuan.lab.checks.columns import DAY_US, By, CaseTables, Columns, codes, numbers, ratio


def mule_account(case: CaseTables) -> Columns:
    """Persons' bank accounts that both received and paid."""
    pay, accounts = case["payments"], case["bank_accounts"]
    reported_accounts = pa.chunked_array(
        [case["reports"]["payee_accounts"].combine_chunks().flatten()]
    )
    (payer, payee, owner, victim), words = codes(
        pay["payer"], pay["payee"], accounts["account_no"], reported_accounts
    )
    n = len(words)
    out, into = By(payer, n), By(payee, n)
    at, amount = numbers(pay["at"]), numbers(pay["amount"])
    opening_time = np.full(n, np.nan)
    opening_time[owner] = numbers(accounts["opened_at"])
    bank = np.zeros(n, dtype=bool)
    bank[owner] = np.array([k == "bank" for k in accounts["kind"].to_pylist()])
    hour = (at // 3.6e9 + 8) % 24
    values = {
        "in": into.total(amount),
        "out": out.total(amount),
        "through": ratio(
            np.minimum(into.total(amount), out.total(amount)),
            np.maximum(into.total(amount), out.total(amount)),
        ),
        "payers": into.distinct(payer),
        "payees": out.distinct(payee),
        "mean_in": into.mean(amount),
        "least_in": into.extreme(amount, low=True),
        "largest_in": into.extreme(amount, low=False),
        "mean_out": out.mean(amount),
        "rest": _rest(payer, payee, at, amount, n),
        "night": out.mean((hour < 7).astype(float)),
        "age": (at.max() - opening_time) / DAY_US,
        "named": np.bincount(victim[victim >= 0], minlength=n).astype(float),
    }
    keep = np.flatnonzero(bank & (into.count() > 0) & (out.count() > 0))
    cents = into.mean(np.round(amount * 100) % 100)
    subjects = [f"bank_account:{words[i]}" for i in keep]
    return Columns(subjects, {k: v[keep] for k, v in values.items()}, {"cents": cents[keep]})


def _rest(
    payer: np.ndarray, payee: np.ndarray, at: np.ndarray, amount: np.ndarray, n: int
) -> np.ndarray:
    """Median hours from a large payment in to the next one out (of the same account)."""
    big = amount > 1000
    account = np.concatenate([payee[big], payer])
    when = np.concatenate([at[big], at])
    is_payment = np.concatenate([np.zeros(int(big.sum()), bool), np.ones(len(at), bool)])
    order = np.lexsort((is_payment, when, account))
    account, when, is_payment = account[order], when[order], is_payment[order]
    next_payment = np.full(len(when), np.inf)
    next_payment[:-1] = np.where(
        (account[1:] == account[:-1]) & is_payment[1:], np.diff(when), np.inf
    )
    rows = np.flatnonzero(~is_payment)
    hours = np.minimum(next_payment[rows] / 3.6e9, 1e4)
    rank = np.lexsort((hours, account[rows]))
    group, hours = account[rows][rank], hours[rank]
    first = np.searchsorted(group, np.arange(n + 1))
    middle = np.minimum((first[:-1] + first[1:]) // 2, max(len(hours) - 1, 0))
    return np.where(np.diff(first) > 0, hours[middle], np.nan)


def card_merchant(case: CaseTables) -> Columns:
    """People who bought cards from people."""
    table = case["vouchers"]
    (seller, buyer), words = codes(table["from_party"], table["to_party"])
    event = np.array(table["event"].to_pylist())
    face, price, at = numbers(table["face_value"]), numbers(table["price"]), numbers(table["at"])
    n = len(words)
    is_transfer = event == "transfer"
    purchases = By(np.where(is_transfer & np.isfinite(price), buyer, -1), n)
    sales = By(np.where(is_transfer & np.isfinite(price), seller, -1), n)
    receipts = By(np.where(is_transfer, buyer, -1), n)
    rate = ratio(price, face)
    points = np.array([k == "qcoin" for k in table["kind"].to_pylist()], float)
    values = {
        "bought": purchases.count(),
        "face": purchases.total(face),
        "rate": purchases.mean(rate),
        "rate_sold": sales.mean(rate),
        "sellers": purchases.distinct(seller),
        "per_seller": ratio(purchases.count(), purchases.distinct(seller)),
        "customers": sales.distinct(buyer),
        "points": purchases.mean(points),
        "mean_face": purchases.mean(face),
        "given": receipts.count() - purchases.count(),
        "span": (purchases.extreme(at, low=False) - purchases.extreme(at, low=True)) / DAY_US,
    }
    keep = np.flatnonzero(values["bought"] > 0)
    return Columns([f"party:{words[i]}" for i in keep], {k: v[keep] for k, v in values.items()})
