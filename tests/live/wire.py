"""The story as the lines that a bank, a carrier and the police would send; and a child to kill."""

import json
import sys
from pathlib import Path
from typing import Any

from story import story

from suyuan.detect.cards import scorecard
from suyuan.live.keys import Keyring
from suyuan.live.policy import default_policy
from suyuan.live.scorer import Scorer

KEYRING = Keyring(b"0" * 32)
CALL = {"caller": "caller", "callee": "callee", "seconds": "duration"}


def scorer(folder: Path, **changed: object) -> Scorer:
    return Scorer(folder, scorecard("payment_risk"), default_policy(), KEYRING, **changed)  # type: ignore[arg-type]


def lines_of_the_story() -> list[bytes]:
    """JSON lines in the order in which things became known."""
    told = story()
    made: list[tuple[str, dict[str, Any]]] = []
    begin = "2000-01-01T00:00:00"
    for party in told["parties"]:
        entity = f"party:{party['party_id']}"
        made.append((begin, {"kind": "link", "phone": party["phones"][0], "entity": entity}))
    for account in told["bank_accounts"]:
        number, shop = account["account_no"], account["kind"] == "merchant"
        opened = account["opened_at"] + "T00:00:00"
        made.append((opened, {"kind": "opened", "account": number, "shop": shop}))
        if "holder_id" in account:
            entity = f"party:{account['holder_id']}"
            made.append((begin, {"kind": "link", "account": number, "entity": entity}))
    made += [
        (
            order["ordered_at"] + ":00",
            {"kind": "order", "buyer": order["buyer_phone"], "merchant": order["merchant_id"]},
        )
        for order in told["orders"]
    ]
    made += [
        (
            call["started_at"] + ":00",
            {key: call[name] for key, name in CALL.items()} | {"kind": "call"},
        )
        for call in told["calls"]
    ]
    for payment in told["payments"]:
        kind = "loan" if payment["channel"] == "loan" else "payment"
        made.append(
            (payment["at"] + ":00",
             {"kind": kind, "id": payment["payment_id"], "payer": payment["payer"],
              "payee": payment["payee"], "amount": f"{payment['amount'] / 100:.2f}"})
        )  # fmt: skip
    for report in told["reports"]:
        at = report["reported_at"] + ":00"
        made.append((at, {"kind": "number_named", "number": report["caller_numbers"][0]}))
        made.append((at, {"kind": "account_named", "account": report["payee_accounts"][0]}))
        made.append((at, {"kind": "report", "phone": report["victim_phone"]}))
    made.sort(key=lambda each: each[0])
    return [json.dumps({**body, "at": at + "+08:00"}).encode() for at, body in made]


def main() -> None:
    """Take events for ever, and print how many were answered for."""
    live = scorer(Path(sys.argv[1]))
    sys.stdout.write("up\n")
    sys.stdout.flush()
    at = "2026-01-01T00:00:00Z"
    while True:
        n = live.position
        call = {"kind": "call", "at": at, "caller": str(n % 97), "callee": str(n % 89)}
        live.take([json.dumps(call).encode()] * 3, 0)
        sys.stdout.write(f"{live.position}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
