"""FHIR from outside, read with suspicion: size, shape and meaning are judged before anything acts.

What FHIR forbids to overlook (``modifierExtension``, ``implicitRules``, ``doNotPerform``, a Consent
that denies) is refused. Nothing is fetched: a reference is to a resource of the same Bundle, or to
nothing. What is not read is listed.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from suyuan.casework.fhir_bundle import models
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: A referral is a few kilobytes; what is larger is refused before it is read.
MOST_BYTES: Final = 1_000_000
_MOST_ENTRIES: Final = 200
#: What is read of each resource; the rest is listed as left over.
_READ: Final[dict[str, frozenset[str]]] = {
    "Patient": frozenset({"identifier"}),
    "Organization": frozenset({"identifier"}),
    "Observation": frozenset(
        {"status", "code", "component", "valueBoolean", "subject", "effectiveDateTime"}
    ),
    "Consent": frozenset(
        {
            *("status", "provision", "patient", "sourceReference", "scope", "category"),
            *("policyRule", "dateTime"),
        }
    ),
    "ServiceRequest": frozenset(
        {
            *("identifier", "status", "intent", "priority", "subject", "requester", "performer"),
            *("note", "doNotPerform", "code", "supportingInfo", "authoredOn"),
        }
    ),
    "Task": frozenset(
        {
            *("identifier", "status", "intent", "focus", "for", "requester", "owner"),
            *("statusReason", "authoredOn", "restriction", "lastModified"),
        }
    ),
}
_MUST_UNDERSTAND: Final = ("modifierExtension", "implicitRules")


@dataclass(frozen=True, slots=True)
class FhirContent:
    """The resources of a Bundle by full URL, and what was in it and is not read."""

    resources: dict[str, dict[str, Any]]
    omissions: tuple[Text, ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [r for r in self.resources.values() if r["resourceType"] == kind]

    def only(self, kind: str) -> dict[str, Any]:
        """The only resource of a kind; raises :class:`InputError`."""
        resources = self.of(kind)
        if len(resources) != 1:
            raise wrong(
                f"There must be one {kind}, not {len(resources)}.", f"应有且仅有一个 {kind}。", kind
            )
        return resources[0]

    def at(self, reference: object) -> dict[str, Any]:
        """The resource a reference is to; raises where it is not in the Bundle."""
        url = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(url, str) or url not in self.resources:
            raise wrong(
                "A reference points outside the Bundle; nothing is fetched.",
                "引用指向文件之外，系统不会去外部获取。",
                url,
            )
        return self.resources[url]


def read_fhir(content: bytes) -> FhirContent:
    """A Bundle, judged; raises :class:`InputError` that says what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise wrong(
            f"A referral may have at most {MOST_BYTES} bytes.",
            f"转诊文件不得超过 {MOST_BYTES} 字节。",
            len(content),
        )
    bundle = _json(content)
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise wrong("Not a FHIR Bundle.", "不是 FHIR Bundle 文件。", _kind(bundle))
    _check_model(bundle)
    entries = bundle.get("entry") or []
    if len(entries) > _MOST_ENTRIES:
        raise wrong("Too many entries for a referral.", "条目过多，不像转诊文件。", len(entries))
    resources: dict[str, dict[str, Any]] = {}
    for entry in entries:
        url, resource = entry.get("fullUrl"), entry.get("resource")
        if not url or not resource or url in resources:
            raise wrong(
                "Each entry needs a resource and a fullUrl of its own.",
                "每个条目须有资源及唯一的 fullUrl。",
                url,
            )
        _check_modifiers(resource)
        resources[url] = resource
    return FhirContent(resources, tuple(_omissions(resources.values())))


def _json(content: bytes) -> Any:
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_no_key_twice,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise wrong("Not valid JSON.", "不是有效的 JSON。", f"{error!s:.80}") from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        name = next(n for n, times in Counter(n for n, _ in pairs).items() if times > 1)
        raise ValueError(f"{name[:40]} stands twice")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is no number")
    return number


def _check_model(bundle: dict[str, Any]) -> None:
    try:
        models().get_fhir_model_class("Bundle").model_validate(bundle)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # The model's message repeats what was sent, which may be about a patient: only where.
        places = [".".join(map(str, e["loc"])) for e in getattr(error, "errors", list)()][:3]
        raise wrong(
            "The Bundle does not conform to FHIR R4.",
            "文件不符合 FHIR R4。",
            ", ".join(places) or "–",
        ) from None


def _check_modifiers(resource: dict[str, Any]) -> None:
    for path, name in _names(resource, ""):
        if name in _MUST_UNDERSTAND:
            raise wrong(
                "It contains something that changes its meaning and is not supported.",
                "含有会改变其含义、本系统不能理解的内容。",
                path,
            )


def _names(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}".lstrip("."), name
            yield from _names(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner, path)


def _omissions(resources: Any) -> Iterator[Text]:
    """What stands in the file and nobody here reads, by resource and element."""
    counts: Counter[str] = Counter()
    for resource in resources:
        kind = resource["resourceType"]
        elements = _READ.get(kind)
        if elements is None:
            counts[kind] += 1
            continue
        counts.update(
            f"{kind}.{name}" for name in resource if name not in elements | {"resourceType", "id"}
        )
    for name, times in sorted(counts.items()):
        yield Text(f"Not read: {name} ({times}).", f"未读取：{name}（{times} 处）。")


def _kind(value: Any) -> str:
    return str(value.get("resourceType")) if isinstance(value, dict) else type(value).__name__


def identifier(resource: Mapping[str, Any], system: str | None = None) -> tuple[str, str]:
    """System and value of the first identifier (of `system`, if named); raises where none is."""
    for entry in resource.get("identifier") or ():
        if entry.get("value") and (system is None or entry.get("system") == system):
            return str(entry.get("system") or ""), str(entry["value"])
    raise wrong(
        "A resource has no identifier.",
        "资源缺少标识。",
        f"{resource.get('resourceType')} {system or ''}".strip(),
    )


def wrong(en: str, zh: str, value: object = None) -> InputError:
    return InputError(Text(en, zh), value=value)
