"""Which suspects seized data speaks for: programs and shops, couriers and their senders."""

import numpy as np

from suyuan.detect.leaks.nesting import Copies, _together, worths

#: Log-odds against each suspect before any evidence.
AGAINST = 5.0
ELSEWHERE = ("m0", "s0", "c0", 8000, 8)


def copies(*rows: tuple[str, str, str, int, int], more: tuple[int, ...] = ()) -> Copies:
    """Combinations of shop, program and courier, with orders placed and copied.

    `more` are the copies of each in another exhibit.
    """
    shops, programs, couriers, placed, copied = zip(*rows, strict=True)
    through = {
        "merchant": np.array(shops, dtype=object),
        "software": np.array(programs, dtype=object),
        "courier": np.array(couriers, dtype=object),
    }
    exhibits = [copied, more] if more else [copied]
    return Copies(through, np.array(placed, float), np.array(exhibits, float))


def standing(held: Copies, *suspects: str) -> set[str]:
    return {one for one, worth in worths(held, suspects, AGAINST).items() if worth >= AGAINST}


def test_a_shop_of_a_leaking_program_is_explained() -> None:
    held = copies(("m1", "s1", "c0", 300, 60), ("m2", "s1", "c0", 600, 90), ELSEWHERE)
    assert standing(held, "merchant:m1", "software:s1") == {"software:s1"}


def test_the_program_of_a_leaking_shop_is_explained() -> None:
    held = copies(("m1", "s1", "c0", 300, 60), ("m2", "s1", "c0", 600, 1), ELSEWHERE)
    assert standing(held, "merchant:m1", "software:s1") == {"merchant:m1"}


def test_a_sender_of_a_leaking_courier_is_explained() -> None:
    held = copies(
        ("m1", "s1", "c1", 200, 60),
        ("m1", "s1", "c2", 100, 4),
        ("m2", "s0", "c1", 900, 250),
        ELSEWHERE,
    )
    assert standing(held, "merchant:m1", "courier:c1") == {"courier:c1"}


def test_two_sources_that_share_some_orders_both_stand() -> None:
    held = copies(
        ("m1", "s0", "c1", 200, 90),
        ("m1", "s0", "c2", 300, 90),
        ("m2", "s0", "c1", 900, 250),
        ELSEWHERE,
    )
    assert standing(held, "merchant:m1", "courier:c1") == {"merchant:m1", "courier:c1"}


def test_orders_that_do_not_say_their_courier_went_as_the_shop_s_others() -> None:
    rows = [("m1", "", "c1", 230, 78), ("m1", "", "", 40, 9), ("m2", "", "c1", 500, 170)]
    held = copies(*rows, ("m1", "", "c2", 60, 0), ELSEWHERE)
    assert standing(held, "merchant:m1", "courier:c1") == {"courier:c1"}


def test_an_exhibit_of_its_own_speaks_for_a_shop_beside_its_program() -> None:
    rows = [("m1", "s1", "c0", 300, 50), ("m2", "s1", "c0", 600, 100), ELSEWHERE]
    both = {"merchant:m1", "software:s1"}
    assert standing(copies(*rows), *both) == {"software:s1"}
    assert standing(copies(*rows, more=(80, 2, 5)), *both) == both


def test_copies_that_scatter_more_than_by_chance_speak_less() -> None:
    even = [(f"m{n}", "s1", "c0", 100, 20) for n in range(2, 12)]
    uneven = [(f"m{n}", "s1", "c0", 100, 8 + 24 * (n % 2)) for n in range(2, 12)]
    worth = [
        worths(copies(("m1", "s1", "c0", 100, 40), *rest, ELSEWHERE), both, AGAINST)["merchant:m1"]
        for rest in (even, uneven)
        for both in [("merchant:m1", "software:s1")]
    ]
    assert worth[0] > worth[1]


def test_suspects_with_the_same_orders_stand_or_fall_together() -> None:
    held = copies(("m1", "s1", "c0", 300, 60), ELSEWHERE)
    found = worths(held, ["merchant:m1", "software:s1"], AGAINST)
    assert found["merchant:m1"] == found["software:s1"] >= AGAINST


def test_combinations_through_no_suspect_may_be_counted_together() -> None:
    rest = [(f"x{n}", "s0", "c0", 100, n % 2) for n in range(40)]
    held = copies(("m1", "s1", "c0", 300, 60), ("m2", "s1", "c0", 600, 90), *rest)
    fewer = _together(held, ["merchant:m1", "software:s1"])
    assert len(fewer.placed_orders) == 3
    assert fewer.placed_orders.sum() == held.placed_orders.sum()
    assert fewer.copy_counts.sum() == held.copy_counts.sum()
    both = ("merchant:m1", "software:s1")
    assert standing(fewer, *both) == standing(held, *both) == {"software:s1"}
