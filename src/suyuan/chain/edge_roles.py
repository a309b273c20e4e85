"""In which role somebody stands at the end of an edge of the chain."""

from collections.abc import Mapping, Set
from typing import Any

import pyarrow as pa

from suyuan.model.roles import linked_by

#: Role, subject and ring of a finding.
FindingKey = tuple[str, str, str | None]


def finding_keys(findings: pa.Table) -> set[FindingKey]:
    """Role, subject and ring of every finding."""
    columns = (findings[name].to_pylist() for name in ("role", "subject", "ring_id"))
    return set(zip(*columns, strict=True))


def edge_role(edge: Mapping[str, Any], findings: Set[FindingKey]) -> str:
    """The role behind `edge`: of those that serve by its link the first that a finding gives.

    Where no finding gives one (the chain may know of somebody by rows alone) it is the last of
    them, which stands furthest to the left.
    """
    roles = linked_by(edge["link"])
    own = (role for role in roles if (role, edge["source"], edge["ring_id"]) in findings)
    return next(own, roles[-1])
