"""A small story: two people are robbed and report, the third is called, borrows and pays."""

from typing import Any

THIRD_PAYMENT = "p-third"


def story(**left_out: bool) -> dict[str, list[dict[str, Any]]]:
    """Standard tables as row dictionaries; tables named as true are left out."""
    tables = {
        "parties": [
            {"party_id": f"v{n}", "kind": "person", "phones": [_phone(n)]} for n in (1, 2, 3)
        ],
        "bank_accounts": [
            *(
                {"account_no": f"card-{n}", "holder_id": f"v{n}", "kind": "bank",
                 "opened_at": "2015-01-01"}
                for n in (1, 2, 3)
            ),
            {"account_no": "mule", "kind": "bank", "opened_at": "2019-04-20"},
            {"account_no": "lender", "kind": "loan", "opened_at": "2010-01-01"},
            {"account_no": "grocer", "kind": "merchant", "opened_at": "2012-01-01"},
        ],
        "orders": [
            {"order_id": f"o{n}", "ordered_at": f"2019-04-2{n}T09:00", "buyer_phone": _phone(n),
             "merchant_id": "shop", "platform": "taobao", "amount": 6200}
            for n in (1, 2, 3)
        ] + [
            {"order_id": f"e{n}", "ordered_at": f"2019-04-{n}T09:00", "buyer_phone": f"138{n:08}",
             "merchant_id": f"elsewhere-{n % 4}", "platform": "taobao", "amount": 3000}
            for n in range(10, 25)
        ],
        "calls": [
            {"call_id": f"c{n}", "caller": "17000000001", "callee": _phone(n),
             "started_at": f"2019-04-2{n + 4}T10:00", "duration": 700}
            for n in (1, 2, 3)
        ],
        "payments": [
            *(
                {"payment_id": f"g{n}-{day}", "at": f"2019-04-{day}T18:00", "payer": f"card-{n}",
                 "payee": "grocer", "amount": 5000 + 100 * day, "channel": "qr"}
                for n in (1, 2, 3)
                for day in (10, 12, 14, 16)
            ),
            {"payment_id": "p1", "at": "2019-04-25T11:00", "payer": "card-1", "payee": "mule",
             "amount": 500000, "channel": "bank"},
            {"payment_id": "p2", "at": "2019-04-26T11:00", "payer": "card-2", "payee": "mule",
             "amount": 700000, "channel": "bank"},
            {"payment_id": "loan", "at": "2019-04-27T10:30", "payer": "lender", "payee": "card-3",
             "amount": 5000000, "channel": "loan"},
            {"payment_id": THIRD_PAYMENT, "at": "2019-04-27T10:40", "payer": "card-3",
             "payee": "mule", "amount": 4995000, "channel": "bank"},
        ],
        "reports": [
            {"report_id": f"r{n}", "reported_at": f"2019-04-2{n + 4}T20:00", "victim_id": f"v{n}",
             "victim_phone": _phone(n), "contacted_at": f"2019-04-2{n + 4}T10:00",
             "caller_numbers": ["17000000001"], "payee_accounts": ["mule"], "loss": loss}
            for n, loss in ((1, 500000), (2, 700000), (3, 4995000))
        ],
    }  # fmt: skip
    return {name: rows for name, rows in tables.items() if not left_out.get(name)}


def _phone(n: int) -> str:
    return f"1390000000{n}"
