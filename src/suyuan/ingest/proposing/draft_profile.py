"""A proposal as a profile in YAML, and among the profiles of a case."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from suyuan.ingest.mapping.profile_files import CASE_PROFILES, parse
from suyuan.ingest.proposing.cell_looks import shape_of
from suyuan.ingest.proposing.header_words import (
    BALANCE,
    COUNTERPARTY,
    DIRECTION,
    IN_AMOUNT,
    OUT_AMOUNT,
    OWN,
    STATEMENT_ROLES,
)
from suyuan.ingest.proposing.proposal import Proposal
from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.store.drafts import write_text

#: Which labels above a header name the own side, by the kind of our column.
_ABOVE: Final = {"bank_account": "account", "phone": "phone"}


def profile_text(proposal: Proposal, title: str) -> str:
    """The profile as YAML; columns without a role are ignored by name."""
    used = [c.header for c in proposal.columns if c.role]
    content: dict[str, Any] = {"title": {"en": title, "zh": title}, "table": proposal.table}
    if proposal.sample.headless:
        content |= {"columns_in_order": [*proposal.sample.headers], "shapes": _shapes(proposal)}
    else:
        content["known_by"] = used
    content["columns"] = _columns(proposal)
    if proposal.is_statement:
        content["sides"] = _sides(proposal)
    if units := _units(proposal):
        content["units"] = units
    if proposal.days:
        content["day_order"] = proposal.days
    content["ignore"] = [c.header for c in proposal.columns if not c.role]
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def write_profile(case: Path, name: str, proposal: Proposal) -> Path:
    """Put the proposal among the case's own profiles; it is checked before it is written."""
    text = profile_text(proposal, name)
    parse(text, name)
    target = profile_path(case, name)
    target.parent.mkdir(exist_ok=True)
    write_text(target, text)
    return target


def profile_path(case: Path, name: str) -> Path:
    """Where a profile of this name lies."""
    stem = re.sub(r"[^\w-]+", "-", name).strip("-") or "own"
    return case / CASE_PROFILES / f"{stem}.yml"


def _columns(proposal: Proposal) -> dict[str, Any]:
    apart = {*STATEMENT_ROLES, *proposal.parties} if proposal.is_statement else set()
    apart |= {"amount"} if proposal.is_signed else set()
    table = RECORDS[proposal.table]
    columns: dict[str, Any] = {}
    for role in dict.fromkeys(c.role for c in proposal.columns if c.role):
        headers = proposal.headers(role)
        if role in apart or role not in table.names:
            continue
        if len(headers) == 1:
            columns[role] = headers[0]
        else:
            is_time = table.column(role).type is Type.TIME
            columns[role] = {"join": _day_first(proposal, headers)} if is_time else headers
    if proposal.table == "payments" and "payment_id" not in columns and not proposal.is_statement:
        columns["payment_id"] = {"line": True}
    return columns


def _day_first(proposal: Proposal, headers: list[str]) -> list[str]:
    """The headers of a day and a clock, the longer cells first."""
    width = {c.header: max(map(len, c.samples), default=0) for c in proposal.columns}
    return sorted(headers, key=lambda header: -width[header])[:2]


def _sides(proposal: Proposal) -> dict[str, Any]:
    giver, taker = proposal.parties
    kind = RECORDS[proposal.table].column(giver).kind or ""
    own = [*proposal.headers(OWN), *proposal.headers(giver)]
    counterparty = [
        *proposal.headers(COUNTERPARTY),
        *proposal.headers(taker),
        *proposal.headers("memo"),
    ]
    sides: dict[str, Any] = {"giver": giver, "taker": taker, "own": own}
    sides |= {"own_above": _ABOVE.get(kind, kind), "other": [*dict.fromkeys(counterparty)]}
    if flags := proposal.headers(DIRECTION):
        words = proposal.words
        lists = {"out": [*words.out_words], "in": [*words.in_words]}
        sides["direction"] = {"from": flags[0]} | lists
    elif proposal.headers(OUT_AMOUNT) or proposal.headers(IN_AMOUNT):
        sides["out_amount"] = proposal.headers(OUT_AMOUNT)
        sides["in_amount"] = proposal.headers(IN_AMOUNT)
    else:
        sides["signed"] = proposal.headers("amount")
        sides["inverted"] = proposal.inverted
    if balance := [*proposal.headers(BALANCE), *proposal.headers("balance_after")]:
        sides["balance"] = balance[:1]
    return sides


def _units(proposal: Proposal) -> dict[str, str]:
    if proposal.unit in {None, "元"}:
        return {}
    roles = ("amount", OUT_AMOUNT, IN_AMOUNT, BALANCE, "balance_after")
    return {header: str(proposal.unit) for role in roles for header in proposal.headers(role)}


def _shapes(proposal: Proposal) -> dict[str, str]:
    """What some columns of a file without a header must look like."""
    shapes = {}
    for n, column in enumerate(proposal.columns):
        cells = [cell for cell in proposal.sample.cells(n) if cell]
        shape = shape_of(cells)
        if shape and len(cells) == len(proposal.sample.rows):
            shapes[column.header] = shape
        elif column.role == DIRECTION:
            words = sorted({re.escape(cell) for cell in cells})
            shapes[column.header] = "|".join(words)
    return shapes
