"""What one sees of an account, a number that receives codes, an outlet that opens cards."""

import numpy as np
import pyarrow as pa

from suyuan.lab.checks.columns import DAY_US, By, CaseTables, Columns, codes, numbers, ratio


def farmed_account(case: CaseTables) -> Columns:
    """Every account with its company on handset, address and number, and its later use."""
    table, logins, otps = case["accounts"], case["logins"], case["otps"]
    (account, later), _ = codes(table["account_id"], logins["account_id"])
    (phone, otp_phone), phones = codes(table["phone"], otps["msisdn"])
    (device, used), devices = codes(table["device"], logins["device"])
    (ip,), ips = codes(table["ip"])
    at = numbers(table["registered_at"])
    n = len(account)
    place = np.full(int(max(account.max(), later.max(initial=0))) + 1, -1)
    place[account] = np.arange(n)
    login = place[later]
    by = By(login, n)
    device_change = np.where(used >= 0, used != device[np.maximum(login, 0)], np.nan)
    relay_share = By(otp_phone, len(phones)).mean(
        otps["relayed_to"].is_valid().to_numpy().astype(float)
    )
    codes_got = np.bincount(otp_phone[otp_phone >= 0], minlength=len(phones)).astype(float)
    status = np.array(table["status"].to_pylist())
    values = {
        "on_handset": _group_sizes(device, len(devices)),
        "on_address": _group_sizes(ip, len(ips)),
        "on_number": _group_sizes(phone, len(phones)),
        "gap_handset": _gap(device, at),
        "gap_address": _gap(ip, at),
        "gap_number": _gap(phone, at),
        "token": numbers(table["token"].cast(pa.int8())),
        "banned": (status != "active").astype(float),
        "no_holder": table["holder_id"].is_null().to_numpy().astype(float),
        "logins": by.count(),
        "moved": by.mean(device_change),
        "dormant": (by.extreme(numbers(logins["at"]), low=True) - at) / DAY_US,
        "codes": np.where(phone >= 0, codes_got[phone], np.nan),
        "relayed": np.where(phone >= 0, relay_share[phone], np.nan),
        "number_of_reseller": _prefix(phone, phones),
    }
    subjects = [f"account:{a}" for a in table["account_id"].to_pylist()]
    return Columns(subjects, values, {"place": np.arange(n, dtype=float)})


def _group_sizes(group: np.ndarray, n: int) -> np.ndarray:
    many = np.bincount(group[group >= 0], minlength=n).astype(float)
    return np.where(group >= 0, many[group], np.nan)


def _gap(group: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Hours to the nearest other registration of the same group."""
    order = np.lexsort((at, group))
    same_group = (group[order][1:] == group[order][:-1]) & (group[order][1:] >= 0)
    step = np.where(same_group, np.diff(at[order]) / 3.6e9, np.inf)
    near = np.minimum(np.r_[np.inf, step], np.r_[step, np.inf])
    gaps = np.empty(len(at))
    gaps[order] = np.where(np.isfinite(near), near, 1e4)
    return gaps


def _prefix(group: np.ndarray, words: list[str]) -> np.ndarray:
    reseller = np.array([w[:3] in ("162", "165", "167", "170", "171") for w in words], float)
    return np.where(group >= 0, reseller[group], np.nan)


def sms_activation(case: CaseTables) -> Columns:
    """Numbers that receive codes."""
    table = case["otps"]
    (phone, account_phone), words = codes(table["msisdn"], case["accounts"]["phone"])
    n = len(words)
    by = By(phone, n)
    (service,), _ = codes(table["service"])
    at = numbers(table["received_at"])
    values = {
        "codes": by.count(),
        "services": by.distinct(service),
        "relayed": by.mean(table["relayed_to"].is_valid().to_numpy().astype(float)),
        "days": (by.extreme(at, low=False) - by.extreme(at, low=True)) / DAY_US,
        "accounts": np.bincount(account_phone[account_phone >= 0], minlength=n).astype(float),
        "reseller": _prefix(np.arange(n), words),
    }
    keep = np.flatnonzero(values["codes"] > 0)
    return Columns([f"phone:{words[i]}" for i in keep], {k: v[keep] for k, v in values.items()})


def sim_supplier(case: CaseTables) -> Columns:
    """Outlets with what they opened."""
    table = case["sims"]
    (agent,), words = codes(table["agent"])
    n = len(words)
    by = By(agent, n)
    (customer,), customers = codes(table["customer_id"])
    product = np.array([p != "personal" for p in table["product"].to_pylist()], float)
    functions = table["functions"].to_pylist()
    speaks = np.array([bool({"sms", "voice"} & set(f or ())) for f in functions], float)
    size = _group_sizes(customer, len(customers))
    company = np.array([k == "company" for k in table["customer_kind"].to_pylist()], float)
    day = (numbers(table["opened_at"]) // DAY_US).astype(np.int64)
    per_day = By(agent.astype(np.int64) * 100_000 + day - day.min(), n * 100_000)
    busiest = np.zeros(n)
    many = per_day.count().reshape(n, -1).max(axis=1) if n else busiest
    (phone, caller), numbers_known = codes(
        table["msisdn"],
        pa.chunked_array([case["reports"]["caller_numbers"].combine_chunks().flatten()]),
    )
    is_reported = np.isin(phone, caller[caller >= 0]).astype(float)
    _ = numbers_known
    values = {
        "cards": by.count(),
        "industry": by.mean(product),
        "speaking_industry": by.mean(product * speaks),
        "largest_customer": by.extreme(np.nan_to_num(size), low=False),
        "cards_per_customer": ratio(by.count(), by.distinct(customer)),
        "companies": by.mean(company),
        "busiest_day": many,
        "named_numbers": by.total(is_reported),
    }
    return Columns([f"agent:{w}" for w in words], values)
