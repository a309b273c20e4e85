"""One world's setting: scenario, scale, seed and knobs, resolved and checked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import yaml

from suyuan.lab.seeds import child
from suyuan.lab.widths import widen
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.model.times import DEFAULT_ZONE

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
SCENARIOS: Final = Path(__file__).parent / "scenarios"

#: What each knob turns; 1 is the default, 0 switches it off, 3 is as far as it goes.
KNOBS: Final[dict[str, Text]] = {
    "noise": Text("typos, masked digits, spoofed numbers", "标识噪声"),
    "missing": Text("missing cells, tables and carriers", "缺失"),
    "clock_skew": Text("clocks that disagree", "时钟偏差"),
    "report_delay": Text("days until a victim reports", "报案延迟"),
    "report_rate": Text("victims who report: 90, 65, 50, 40 %", "报案率"),
    "shared_devices": Text("devices and addresses shared by innocents", "共用设备"),
    "lookalikes": Text("number and behaviour of look-alikes", "相似的无辜者"),
    "shared_suppliers": Text("rings that share a supplier", "团伙共用上游"),
    "prevalence": Text("how much of the world is fraud", "占比"),
    "evasion": Text("how much the guilty hide", "规避"),
    "wording": Text("how differently reports are worded", "措辞差异"),
}
REPORT_RATES: Final = (0.90, 0.65, 0.50, 0.40)


@dataclass(frozen=True)
class Setting:
    """A resolved scenario at a scale, with its seed and knobs.

    ``config`` is the scenario merged over the defaults; ``counts`` are whole numbers at this scale.
    """

    config: Mapping[str, Any]
    scale: float
    seed: int
    knobs: Mapping[str, float]

    def rng(self, component: str) -> np.random.Generator:
        return child(self.seed, component)

    def knob(self, name: str) -> float:
        return self.knobs.get(name, 1.0)

    def by_scale(self, values: list[float]) -> int:
        """A quantity given at the table's scales, at this one (logarithms interpolated)."""
        scales = np.log(self.config["counts"]["scale"])
        here = np.interp(np.log(self.scale), scales, np.log(np.maximum(values, 1e-9)))
        return round(float(np.exp(here)))

    @cached_property
    def counts(self) -> dict[str, int]:
        table = self.config["counts"]
        counts = {name: self.by_scale(row) for name, row in table.items() if name != "scale"}
        guilty = ("scam_calls", "scam_numbers", "victims", "mules", "farmed", "bulk_sims")
        share = min(self.knob("prevalence"), 3.0)
        for name in guilty:
            counts[name] = round(counts[name] * share)
        counts["busy_numbers"] = int(counts["busy_numbers"] * max(self.knob("lookalikes"), 0.1))
        return counts

    @cached_property
    def start(self) -> int:
        """Local midnight of the first day, UTC microseconds."""
        day = datetime.fromisoformat(self.config["first_day"])
        return int(day.replace(tzinfo=ZoneInfo(DEFAULT_ZONE)).timestamp()) * SECOND

    @property
    def days(self) -> int:
        return int(self.config["window_days"])

    @property
    def end(self) -> int:
        return self.start + self.days * DAY

    @property
    def report_rate(self) -> float:
        rate = float(np.interp(self.knob("report_rate"), range(4), REPORT_RATES))
        return min(0.95, rate * self.config["victims"]["reported"] / REPORT_RATES[1])

    @cached_property
    def digest(self) -> str:
        """Hash of the resolved scenario, scale and knobs (of a wide one: as it was drawn)."""
        whole = {"config": self.config, "scale": self.scale, "knobs": dict(self.knobs)}
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def resolve(
    scenario: str | Path, *, scale: float, seed: int, knobs: Mapping[str, float] | None = None
) -> Setting:
    """The setting of a named scenario or of a YAML file.

    Raises :class:`InputError` for an unknown scenario, key, knob or value.
    """
    defaults = _load(SCENARIOS / "defaults.yml")
    config = _merge(defaults, _load(_find(scenario)), where="")
    knob_values = {**config.get("knobs", {}), **(knobs or {})}
    for name, value in knob_values.items():
        if name not in KNOBS or not 0 <= value <= 3:
            raise _wrong(
                f"{name}={value}",
                Text(
                    f"Knobs, each 0 to 3: {', '.join(KNOBS)}.",
                    f"旋钮各取 0 至 3：{'、'.join(KNOBS)}。",
                ),
            )
    if config["width"] > 0:
        config = widen(config, seed)
    if not 0.0005 <= scale <= 1:
        raise _wrong(
            scale, Text("The scale must be between 0.0005 and 1.", "规模须在 0.0005 与 1 之间。")
        )
    return Setting(config=config, scale=scale, seed=seed, knobs=knob_values)


def names() -> list[str]:
    """The scenarios that come with the lab."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yml") if path.stem != "defaults")


def _find(scenario: str | Path) -> Path:
    path = SCENARIOS / f"{scenario}.yml"
    if str(scenario) in names():
        return path
    if Path(scenario).is_file():
        return Path(scenario)
    raise _wrong(
        scenario,
        Text(
            f"Give a YAML file, or one of: {', '.join(names())}.",
            f"请给出 YAML 文件，或：{'、'.join(names())}。",
        ),
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _wrong(path, Text(str(error), str(error))) from error
    if not isinstance(content, dict):
        raise _wrong(path, Text("A scenario is a mapping.", "场景应为映射。"))
    return content


def _merge(default: Mapping[str, Any], override: Mapping[str, Any], where: str) -> dict[str, Any]:
    config = dict(default)
    for key, value in override.items():
        path = f"{where}{key}"
        if key == "knobs" and not where:
            config[key] = value
        elif key not in default:
            raise _wrong(
                path,
                Text(f"Known here: {', '.join(default)}.", f"此处可用：{'、'.join(default)}。"),
            )
        elif isinstance(default[key], dict):
            if not isinstance(value, dict):
                raise _wrong(path, Text("This must be a mapping.", "此处应为映射。"))
            config[key] = _merge(default[key], value, f"{path}.")
        else:
            config[key] = _check_value(path, default[key], value)
    return config


def _check_value(path: str, default: Any, value: Any) -> Any:
    kinds: tuple[type, ...] = (
        (int, float)
        if isinstance(default, int | float) and not isinstance(default, bool)
        else (type(default),)
    )
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise _wrong(
            f"{path}={value}",
            Text(f"Type needed: {kinds[0].__name__}.", f"须为 {kinds[0].__name__} 类型。"),
        )
    negative = isinstance(value, int | float) and value < 0
    if negative or (path.endswith("share") and isinstance(value, float) and value > 1):
        raise _wrong(f"{path}={value}", Text("Out of range.", "超出范围。"))
    return value


def _wrong(value: object, hint: Text) -> InputError:
    return InputError(
        Text("The scenario cannot be used.", "该场景不能使用。"),
        value=value,
        hint=hint,
    )
