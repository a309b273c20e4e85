"""A price that nobody paid the taker for is a middleman's; a dealer's is a sale."""

import pytest
from test_trace import account, card, ends, paid, zheng

from suyuan.money.trace import trace
from suyuan.store.duck import DuckEngine
from tables import given

CARDS = range(12)


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def traded(taker, buyers, pays):
    """Twelve cards of a thousand go by `taker` to `buyers`, in turn; each knows its price.

    `pays`: whether the taker's own price is borne out by a payment.
    """
    case = zheng()
    names = ["giver", taker, *buyers]
    case["aliases"] += [
        {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"} for name in names
    ]
    case["bank_accounts"] += [account(f"a-{name}", name) for name in names]
    stolen = [f"s{i}" for i in CARDS]
    case["payments"] += [paid("bulk", "10:40", "m2", "shop", 10_000, channel="voucher")]
    case["vouchers"] = []
    for i, id_ in enumerate(stolen):
        buyer = buyers[i % len(buyers)]
        fields = {"face_value": 1_000_00}
        hands = {"from_party": "two", "to_party": taker, "price": 960_00}
        sale = {"from_party": taker, "to_party": buyer, "price": 970_00, "payment_id": f"b{i}"}
        case["payments"].append(paid(f"b{i}", "12:00", f"a-{buyer}", f"a-{taker}", 970))
        if pays:
            case["payments"].append(paid(f"t{i}", "11:00", f"a-{taker}", "m2", 960))
            hands["payment_id"] = f"t{i}"
        case["vouchers"] += [
            card(id_, "issue", "10:41", to_party="two", payment_id="cards") | fields,
            card(id_, "transfer", "11:00", **hands) | fields,
            card(id_, "transfer", "12:00", **sale) | fields,
        ]
    return case


def with_dealers(duck, taker, buyers, *, pays=False):
    found = trace(given(duck, **traded(taker, buyers, pays)), ("lifo",))
    return {exit_ for (_, exit_, reason), _ in ends(found, "lifo").items() if reason == "purchase"}


def test_unpaid_prices_of_one_who_hands_on_in_bulk_are_no_sale(duck):
    assert "party:dealer" in with_dealers(duck, "carrier", ["dealer"])
    assert "party:carrier" not in with_dealers(duck, "carrier", ["dealer"])


def test_who_pays_has_bought_though_he_sells_in_bulk(duck):
    assert "party:carrier" in with_dealers(duck, "carrier", ["dealer"], pays=True)


def test_who_sells_by_the_piece_is_a_dealer_though_no_payment_is_shown(duck):
    guests = [f"guest{i}" for i in CARDS]
    assert "party:shopkeeper" in with_dealers(duck, "shopkeeper", guests)
