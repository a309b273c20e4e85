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
    names = [taker, *buyers]
    case["aliases"] += [
        {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"} for name in names
    ]
    case["bank_accounts"] += [account(f"a-{name}", name) for name in names]
    stolen = [f"s{i}" for i in CARDS]
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


def purchases(duck, taker, buyers, *, pays=False):
    """With whom money came to rest for cards (the change stays with the shop), and how many prices
    counted as unpaid.
    """
    found = trace(given(duck, **traded(taker, buyers, pays)), ("lifo",))
    rests = {exit_ for _, exit_, reason in ends(found, "lifo") if reason == "purchase"}
    rests.discard("bank_account:shop")
    return rests, found.graph.prices_unpaid


def test_unpaid_prices_of_one_who_hands_on_in_bulk_are_no_sale_and_counted(duck):
    assert purchases(duck, "carrier", ["dealer"]) == ({"party:dealer"}, len(CARDS))


def test_who_pays_has_bought_though_he_sells_in_bulk(duck):
    assert purchases(duck, "carrier", ["dealer"], pays=True) == ({"party:carrier"}, 0)


def test_who_sells_by_the_piece_is_a_dealer_though_no_payment_is_shown(duck):
    guests = [f"guest{i}" for i in CARDS]
    assert purchases(duck, "shopkeeper", guests) == ({"party:shopkeeper"}, 0)
