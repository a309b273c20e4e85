"""A drawing's plan as JSON: what a screen draws is what the page draws."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from math import isfinite
from typing import Any


def plan_json(plan: Any) -> Any:
    """`plan` as what :func:`json.dumps` takes: objects, lists, numbers, text, true, false, null.

    A dataclass is an object of its fields, so a ``Text`` is ``{"en": …, "zh": …}``; a naive UTC
    time is ISO 8601 with ``Z``. Raises ``TypeError`` for anything else, and ``ValueError`` for a
    number that JSON does not have.
    """
    if is_dataclass(plan) and not isinstance(plan, type):
        return {part.name: plan_json(getattr(plan, part.name)) for part in fields(plan)}
    if isinstance(plan, Mapping):
        return {str(name): plan_json(value) for name, value in plan.items()}
    if isinstance(plan, tuple | list):
        return [plan_json(value) for value in plan]
    if isinstance(plan, datetime):
        return plan.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(plan, float) and not isfinite(plan):
        raise ValueError(f"no number of JSON: {plan}")
    if plan is None or isinstance(plan, str | int | float):
        return plan
    raise TypeError(f"no part of a drawing: {type(plan).__name__}")
