"""The payment card fitted anew on worlds with their reports, to be looked at and copied.

    python bench/payment_card.py WORLD... --calibrate WORLD... --to payment_risk.yml [--keep FOLDER]

A WORLD has ``case``. The card in the package was fitted so on worlds of the scenarios 515 and
quiet at scale 0.001 with varied knobs (``suyuan lab make``): seeds 1, 2, 4, 5 and 7, calibrated on
3, 6 and 8. Edges stay as people put them.
"""

import argparse
from pathlib import Path

from suyuan.detect.cards import scorecard
from suyuan.lab.fit import write
from suyuan.model.progress import Silent
from suyuan.run.payment_fit import fit_payment_card
from suyuan.run.payment_replay import PaymentReplay, replay_case
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

CARD = scorecard("payment_risk")


def replayed(world: Path, keep: Path) -> PaymentReplay:
    layout = Layout(keep / world.name)
    with DuckEngine(layout.work) as engine:
        return replay_case(world / "case", layout, engine, CARD, Silent())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worlds", nargs="+", type=Path)
    parser.add_argument("--calibrate", nargs="+", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--keep", type=Path, default=Path("/tmp/suyuan-payments"))
    given = parser.parse_args()
    fit, calibration = (
        [replayed(world, given.keep) for world in worlds]
        for worlds in (given.worlds, given.calibrate)
    )
    write(fit_payment_card(CARD, fit, calibration), given.to)


if __name__ == "__main__":
    main()
