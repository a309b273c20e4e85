"""The hand within a source, in figures: which login or terminal, insider or trojan or export."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import numpy as np

from suyuan.detect.leaks.access_log import NIGHT, conduct, covered_victims, likelihood, sights
from suyuan.detect.leaks.answers import LeakAnswer, log_odds
from suyuan.detect.leaks.call_evidence import CalledSource
from suyuan.detect.leaks.exhibits import ExhibitAttribution
from suyuan.detect.leaks.hand_evidence import HAND_KINDS, HandLeads, show_away, show_looks
from suyuan.detect.leaks.hand_orders import (
    handled_orders,
    leaked_orders,
    with_calls,
    with_copies,
)
from suyuan.detect.leaks.inquiry import Inquiry
from suyuan.detect.leaks.mechanisms import (
    CLEAR,
    WHOLE_LOG,
    Away,
    Fit,
    HandVerdict,
    LogReach,
    outside_evidence,
    weigh,
)
from suyuan.detect.leaks.routines import habitual, rarity, recorded_accesses, routines, unusual
from suyuan.model.text import Text
from suyuan.privacy.sentences import slot
from suyuan.store.tables import Tables

#: Sources below this probability are not looked into.
LOOKED_INTO = 0.05
LEAST_PROBABILITY = 0.01
#: A hand that saw less than this share of the leaked orders is not spoken of: logs have gaps, but
#: of one that holds next to nothing nothing follows.
LEAST_SEEN = 0.1
_BECAUSE = Text(
    "{hand} had viewed {caught:.1f} of the {victims:.1f} leaked orders known at {org} "
    "before the calls; of all {orders:.0f} orders it viewed {saw:.0f}, {bulk:.0%} of "
    "them in bulk, with {night:.0%} of its work at night; it exported the same date "
    "range {repeats} times; mechanism: insider {insider:.0%}, trojan {trojan:.0%}, "
    "export {export:.0%}.",
    "{hand}在来电前看过{org}已知泄露的{victims:.1f}单中的{caught:.1f}单，而其共看过{orders:.0f}单中的"
    "{saw:.0f}单；批量占{bulk:.0%}，夜间操作占{night:.0%}；同一跨度反复导出{repeats}次；方式：内鬼"
    "{insider:.0%}、木马{trojan:.0%}、导出{export:.0%}。",
)
_RIVAL = Text(
    "It comes across these orders in its daily work, too: {odds:.3g} times less likely, "
    "among {hands} hands at {org}.",
    "其日常工作也会接触这些订单：在{org}的{hands}个操作主体中比较，此解释的可能性低{odds:.3g}倍。",
)
_HOW = Text(
    " How the records got out, by its access log: insider {insider:.0%}, trojan "
    "{trojan:.0%}, export {export:.0%}.",
    "据其访问日志，泄露方式：内鬼{insider:.0%}、木马{trojan:.0%}、导出{export:.0%}。",
)


_AWAY = Text(
    " The leaked orders had been viewed under {logins} logins from one address at which "
    "nobody of the organisation usually works; whether a login or a terminal was used "
    "cannot be told, so nobody is named.",
    "已泄露的订单曾以{logins}个登录账号从同一地址被查看，而该机构无人平时在此地址工作：是登录账号本人"
    "还是被控终端，无法区分，故不点名任何人。",
)

_OTHER_TIME = Text(
    " Its access log does not cover the time of the leak, so it does not tell how the "
    "records got out.",
    "其访问日志与泄露不在同一时段，无法判断泄露方式。",
)


NO_LEADS = HandLeads()


def point(
    tables: Tables,
    inquiry: Inquiry,
    exhibits: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]],
    rows: list[dict[str, Any]],
    by_calls: Sequence[CalledSource] = (),
) -> HandLeads:
    """The hands of the sources in `rows`; fills in the sources' mechanism where it can be told.

    `by_calls` are those among them that calls alone name.
    """
    subjects = set(inquiry.exposure.subjects)
    likely = (row for row in rows if row["subject"] in subjects)
    sources = {row["subject"]: row for row in likely if source_probability(row) >= LOOKED_INTO}
    if not sources or not tables.has("accesses"):
        return NO_LEADS
    engine = tables.engine
    leaked_rows = leaked_orders(inquiry, tuple(sources))
    leaked_rows = with_copies(leaked_rows, exhibits, inquiry, tuple(sources))
    leaked_rows = with_calls(
        leaked_rows,
        [called_source for called_source in by_calls if called_source.subject in sources],
    )
    victims = engine.arrow(leaked_rows)
    org_orders = engine.keep(handled_orders(tables, sources))
    log = engine.derive(_log, tables["accesses"], org_orders)
    victims = engine.keep(covered_victims(victims, org_orders, log))
    handlers = HandLeads([], [])
    elsewhere = engine.derive(_elsewhere, log, by=(_offset(tables.zone),))
    handlers_by_org = _handlers_by_org(tables, log, elsewhere, victims, org_orders)
    away = _away(tables, elsewhere, victims, org_orders)
    habits = _habits(tables)
    shows = _shows(tables)
    asked_of = set(engine.gather(_orgs, victims)["org"].to_pylist())
    for subject, source in sources.items():
        org = subject.partition(":")[2]
        if org in handlers_by_org and org not in asked_of:
            _mark_unlogged(source)
        elif org in handlers_by_org:
            own = habits.get(org, {}), away.get(org, []), shows.get(org, WHOLE_LOG)
            _judge(handlers, source, handlers_by_org[org], *own)
    show_looks(tables, log, victims, handlers)
    show_away(tables, elsewhere, victims, handlers)
    return handlers


def _elsewhere(log: ir.Table, offset: int) -> ir.Table:
    """Looks at single orders from addresses where no login of the organisation usually works."""
    strange = unusual(log, (NIGHT[1], NIGHT[0]), offset).view()
    return log.filter(log["order_id"].notnull()).semi_join(strange, ["org", "ip"])


def _away(
    tables: Tables, elsewhere: ir.Table, victims: ir.Table, org_orders: ir.Table
) -> dict[str, list[Away]]:
    """By organisation, the addresses from which what leaked was looked at, each as a hand."""
    logins = tables.engine.gather(_logins, elsewhere).to_pylist()
    many = {(row["org"], row["ip"]): row["logins"] for row in logins}
    factors = _factors(tables, elsewhere, victims, org_orders, "ip")
    away_by_org: dict[str, list[Away]] = defaultdict(list)
    for (org, ip), looks in sorted(factors.items()):
        away_by_org[org].append(Away(ip, looks, many.get((org, ip), 1)))
    return away_by_org


def _log(accesses: ir.Table, org_orders: ir.Table) -> ir.Table:
    return accesses.semi_join(org_orders, "org")


def _logins(elsewhere: ir.Table) -> ir.Table:
    used = elsewhere.filter(elsewhere["actor_id"].notnull())
    return used.group_by(["org", "ip"]).aggregate(logins=used["actor_id"].nunique())


def _at_work(looks: ir.Table, elsewhere: ir.Table) -> ir.Table:
    return looks.anti_join(elsewhere.select("row_id").view(), "row_id")


def _handlers_by_org(
    tables: Tables, log: ir.Table, elsewhere: ir.Table, victims: ir.Table, org_orders: ir.Table
) -> dict[str, list[dict[str, Any]]]:
    """By organisation, its hands: what each saw of the leaked orders, one by one and in ranges."""
    engine = tables.engine
    parts = {"looks": engine.derive(_looks, log), "ranges": engine.derive(habitual, log)}
    at_work = engine.derive(_at_work, parts["looks"], elsewhere)
    rows_by_org: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for column, kind in HAND_KINDS.items():
        handler_rows = engine.gather(
            _weigh_handlers, log, victims, org_orders, by=(column, _offset(tables.zone))
        )
        # Whoever has a clerk's session leaves the clerk's name: that is asked by the address.
        own = parts | ({"looks": at_work} if column == "actor_id" else {})
        apart = {
            name: _factors(tables, part, victims, org_orders, column) for name, part in own.items()
        }
        for row in handler_rows.to_pylist():
            key = (row["org"], row["hand"])
            more = {name: factors.get(key) for name, factors in apart.items()}
            rows_by_org[row["org"]].append(row | more | {"kind": kind})
    # An organisation whose log shows none of the leaked orders was asked all the same.
    for org in engine.gather(_orgs, log)["org"].to_pylist():
        rows_by_org[org].sort(key=lambda row: (row["kind"], row["hand"]))
    return rows_by_org


def _looks(log: ir.Table) -> ir.Table:
    return log.filter(log["order_id"].notnull())


def _orgs(log: ir.Table) -> ir.Table:
    return log.select("org").distinct()


def _weigh_handlers(
    log: ir.Table, victims: ir.Table, org_orders: ir.Table, column: str, offset: int
) -> ir.Table:
    """What the log says of each hand, and how it works."""
    size = org_orders.group_by("org").aggregate(orders=org_orders.count())
    handler_rows = likelihood(sights(log, org_orders, column), victims, org_orders).inner_join(
        size, "org"
    )
    return handler_rows.inner_join(conduct(log, column, offset), ["org", "hand"])


def _alone(log: ir.Table, victims: ir.Table, org_orders: ir.Table, column: str) -> ir.Table:
    return likelihood(sights(log, org_orders, column), victims, org_orders)


def _routines(accesses: ir.Table) -> ir.Table:
    return routines(accesses).order_by("org", "hand")


def _factors(
    tables: Tables, log: ir.Table, victims: ir.Table, org_orders: ir.Table, column: str
) -> dict[tuple[str, str], float]:
    """Log factor of each hand (organisation, id) by these accesses alone."""
    table = tables.engine.gather(_alone, log, victims, org_orders, by=(column,))
    rows = (row for row in table.to_pylist() if row["caught"] >= LEAST_SEEN * row["victims"])
    return {(row["org"], row["hand"]): row["factor"] for row in rows}


def _habits(tables: Tables) -> dict[str, dict[str, dict[str, Any]]]:
    """By organisation and login: its routines, and how rare they are among all logins."""
    rows = tables.engine.gather(_routines, tables["accesses"]).to_pylist()
    rare = rarity([row["repeats"] for row in rows]).tolist()
    strange = rarity([row["outside"] for row in rows]).tolist()
    eager = rarity([row["zeal"] for row in rows]).tolist()
    habits: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row, often, elsewhere, zeal in zip(rows, rare, strange, eager, strict=True):
        more = {"rare": often, "strange": elsewhere, "eager": zeal}
        habits[row["org"]][row["hand"]] = row | more
    return habits


def _shows(tables: Tables) -> dict[str, LogReach]:
    """By organisation, what its log would show at all."""
    rows = tables.engine.gather(recorded_accesses, tables["accesses"]).to_pylist()
    return {row.pop("org"): LogReach(**row) for row in rows}


def source_probability(row: dict[str, Any]) -> float:
    """How likely an organisation leaked, by all that speaks for it."""
    for_it = sum(row[name] for name in ("prior", "victims", "exhibit", "calls", "canary"))
    return float(1.0 / (1.0 + np.exp(-for_it)))


def _judge(
    handlers: HandLeads,
    source: dict[str, Any],
    rows: list[dict[str, Any]],
    habits: Mapping[str, Mapping[str, Any]],
    away: list[Away],
    shows: LogReach,
) -> None:
    """One hand or none, and how: fills in the source's mechanism, and adds its likely hands."""
    kind, _, org = source["subject"].partition(":")
    by_subject = {f"{row['kind']}:{org}/{row['hand']}": row for row in rows}
    fits = [_fit(subject, row, habits) for subject, row in by_subject.items()]
    verdict = weigh(kind, fits, outside_evidence(list(habits.values())), away, shows)
    source["mechanism"] = verdict.likeliest
    source["told_en"] += _HOW.en.format(**verdict.mechanism)
    source["told_zh"] += _HOW.zh.format(**verdict.mechanism)
    for address in away:
        if verdict.away[address.ip] >= CLEAR:
            sentence = _AWAY.format(logins=address.logins)
            source["told_en"], source["told_zh"] = (
                source["told_en"] + sentence.en, source["told_zh"] + sentence.zh,
            )  # fmt: skip
            handlers.away.append((source["subject"], org, address.ip))
    for subject, part in verdict.suspects.items():
        probability = part * source_probability(source)
        if probability >= LEAST_PROBABILITY:
            row = by_subject[subject] | {"repeats": _repeats(by_subject[subject], habits)}
            handlers.candidates.append(
                _candidate(org, row, probability, len(rows), source, verdict)
            )


def _mark_unlogged(source: dict[str, Any]) -> None:
    """A log of another time says nothing of the leak, neither how nor through whom."""
    source["told_en"] += _OTHER_TIME.en
    source["told_zh"] += _OTHER_TIME.zh


def _fit(subject: str, row: Mapping[str, Any], habits: Mapping[str, Mapping[str, Any]]) -> Fit:
    habit = habits.get(row["hand"]) if row["kind"] == "actor" else None
    if habit is None:
        return Fit(subject, row["looks"], row["ranges"], logins=row["logins"] or 1)
    searches = row["searches"] or 0.0
    return Fit(subject, row["looks"], row["ranges"], habit["rare"], habit["eager"], searches)


def _repeats(row: Mapping[str, Any], habits: Mapping[str, Mapping[str, Any]]) -> int:
    habit = habits.get(row["hand"]) if row["kind"] == "actor" else None
    return int(habit["repeats"]) if habit else 0


def _candidate(
    org: str,
    row: dict[str, Any],
    probability: float,
    handlers: int,
    source: dict[str, Any],
    verdict: HandVerdict,
) -> dict[str, Any]:
    row_facts = row | {"night": row["night"] or 0.0, "bulk": row["bulk"] or 0.0}
    facts = _BECAUSE.format(**{**row_facts, **verdict.mechanism, "hand": slot(0, "name")})
    rival = _RIVAL.format(odds=float(np.exp(min(row["factor"], 30.0))), hands=handlers, org=org)
    subject = f"{row['kind']}:{org}/{row['hand']}"
    return {
        "subject": subject,
        "prior": 0.0,
        "victims": 0.0,
        "exhibit": 0.0,
        "hand": log_odds(probability),
        "canary": 0.0,
        "night": row["night"],
        "told_en": facts.en,
        "told_zh": facts.zh,
        "rival": None,
        "rival_en": rival.en,
        "rival_zh": rival.zh,
        "count": round(row["saw"]),
        "first_seen": source["first_seen"],
        "last_seen": source["last_seen"],
        "mechanism": verdict.by_hand[subject],
    }


def _offset(zone: str) -> int:
    offset = ZoneInfo(zone).utcoffset(datetime(2019, 6, 1)) or timedelta(0)
    return int(offset.total_seconds() // 3600)
