"""The front door: make a world, with its case folder and its truth apart."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from suyuan.lab.code_fingerprint import WORLD, fingerprint
from suyuan.lab.latent import world as latent
from suyuan.lab.observe import (
    accesses,
    banks,
    callrecords,
    carriers,
    platforms,
    police,
    registers,
    shops,
    staff,
)
from suyuan.lab.observe.answers import Writer
from suyuan.lab.seeds import distinct
from suyuan.lab.setting import resolve
from suyuan.lab.sheet import to_csv
from suyuan.model.progress import Progress, Silent
from suyuan.model.text import Text


@dataclass(frozen=True)
class Manifest:
    """What was made: scenario, its hash, scale, seed, knobs; rows and seconds of each table.

    ``code`` is the hash of what made it: another simulator makes another world of the same setting.
    """

    scenario: str
    digest: str
    scale: float
    seed: int
    knobs: Mapping[str, float]
    code: str = field(default_factory=lambda: fingerprint(*WORLD))
    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def make_world(
    out: Path,
    scenario: str | Path = "515",
    scale: float = 0.001,
    seed: int = 1,
    knobs: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    form: Literal["parquet", "csv"] = "parquet",
) -> Manifest:
    """Make a world: ``out/case/*.parquet`` (standard tables), ``out/truth/*.parquet``, a manifest.

    With the form ``csv`` the case's tables are CSV; the truth stays as it is. The same arguments
    give the same bytes. Raises :class:`~suyuan.model.errors.InputError` for an unknown scenario,
    scale or knob.
    """
    setting = resolve(scenario, scale=scale, seed=seed, knobs=knobs)
    manifest = Manifest(
        str(setting.config["name"]), setting.digest, scale, seed, dict(setting.knobs)
    )
    display = progress or Silent()
    display.start(Text("The latent world", "潜在世界"))
    start = time.monotonic()
    world = latent.build(setting)
    display.finish(0, time.monotonic() - start)
    steps = _steps(world, out / "case", out / "truth", display)
    for name, step in steps.items():
        display.start(Text(f"Writing {name}", f"写出 {name}"))
        start = time.monotonic()
        manifest.rows[name] = step()
        if form == "csv" and name != "truth":
            to_csv(out / "case" / f"{name}.parquet")
        manifest.seconds[name] = round(time.monotonic() - start, 3)
        display.finish(manifest.rows[name], manifest.seconds[name])
    plain = {k: v for k, v in asdict(manifest).items() if k != "seconds"}
    (out / "truth" / "manifest.json").write_text(
        json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return manifest


def _steps(
    world: latent.World, case: Path, truth: Path, progress: Progress
) -> dict[str, Callable[[], int]]:
    """What each observer writes, in turn; the truth last."""
    names = platforms.account_names(world)
    seats = staff.build(world)
    statements = police.listen(world)
    book_ids, cards = banks.payment_ids(world), banks.voucher_ids(world)
    deals = distinct(world.setting.rng("observe/trade_ids"), len(world.supply), 10**9, 10**10)
    leaked_rows: dict[str, object] = {}

    def write_leaked() -> int:
        leaked_rows.update(shops.leaked_rows(world, case))
        return len(leaked_rows["leaked_id"])  # type: ignore[arg-type]

    def answers() -> int:
        Writer(world, statements, seats, names, cards, leaked_rows, truth).write()  # type: ignore[arg-type]
        return 0

    return {
        "reports": lambda: police.reports(world, statements, names, case),
        "orders": lambda: shops.orders(world, case),
        "accesses": lambda: accesses.accesses(world, seats, case),
        "leaked": write_leaked,
        "calls": lambda: callrecords.calls(world, case, progress),
        "sims": lambda: carriers.sims(world, case),
        "number_segments": lambda: carriers.number_segments(world, case),
        "otps": lambda: carriers.otps(world, case),
        "accounts": lambda: platforms.accounts(world, names, case),
        "logins": lambda: platforms.logins(world, names, case),
        "messages": lambda: platforms.messages(world, names, case),
        "trades": lambda: registers.trades(world, names, book_ids, cards, deals, case),
        "payments": lambda: banks.payments(world, book_ids, case),
        "bank_accounts": lambda: banks.bank_accounts(world, case),
        "vouchers": lambda: banks.vouchers(world, cards, book_ids, case),
        "parties": lambda: registers.parties(world, names, case),
        "decisions": lambda: registers.decisions(world, case),
        "truth": answers,
    }
