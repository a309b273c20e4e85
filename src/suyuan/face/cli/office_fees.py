"""``suyuan office fees``: pay, clear and pay back fees of a matter. 缴费。"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from suyuan.face.cli.office_options import As, Now, OfficeArgument, Postgres, at, office_at
from suyuan.face.cli.options import LangOption, language_of, plain_errors
from suyuan.model.errors import InputError
from suyuan.model.text import Text

app = typer.Typer(help="Fees, paid through a provider. 缴费。", no_args_is_help=True)
_BOOKS: Final = "simulated-provider.json"
#: The rule that holds the fees of each procedure that takes any.
FEES: Final = {"gaokao-2021": "gaokao-2021-fees"}
ProviderPerson = Annotated[
    str, typer.Option("--provider", help="Who has the provider's post. 支付机构人员。")
]


class PaymentTrial(StrEnum):
    """What the simulated provider does with the order."""

    settle = "settle"
    fail = "fail"
    silent = "silent"


@app.command("pay")
@plain_errors
def pay(
    office: OfficeArgument,
    matter: str,
    fee: str,
    by: As,
    provider: ProviderPerson = "person:provider",
    trial: Annotated[
        PaymentTrial, typer.Option(help="What the simulation does. 模拟结果。")
    ] = PaymentTrial.settle,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Pay FEE through the simulated provider: asked again, it is still one charge. 缴费。"""
    with office_at(office, postgres) as there:
        cashier = _cashier(there, office, matter, provider)
        order = f"{matter}/{fee}"
        if trial is PaymentTrial.fail:
            cashier.provider.failing.add(order)
        if trial is PaymentTrial.silent:
            cashier.provider.silent.add(order)
        notice = cashier.ask(matter, fee, by, at(now))
    typer.echo(_OUTCOMES[notice.outcome.value].in_(language_of(lang)))


_OUTCOMES: Final = {
    "settled": Text("Settled.", "已到账。"),
    "failed": Text("Failed; it may be tried again.", "缴费失败，可重新缴费。"),
    "unknown": Text(
        "The outcome is not known yet; please do not pay again.", "结果尚未确定，请勿重复缴费。"
    ),
}


@app.command("clear")
@plain_errors
def clear(
    office: OfficeArgument,
    matter: str,
    provider: ProviderPerson = "person:provider",
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Ask the provider again about every payment whose outcome is unknown. 核实付款结果。"""
    with office_at(office, postgres) as there:
        notices = _cashier(there, office, matter, provider).reconcile(matter, at(now))
    for notice in notices:
        typer.echo(f"{notice.order}: {_OUTCOMES[notice.outcome.value].in_(language_of(lang))}")
    typer.echo(
        Text(f"{len(notices)} cleared.", f"已核实 {len(notices)} 笔。").in_(language_of(lang))
    )


@app.command("refund")
@plain_errors
def refund(
    office: OfficeArgument,
    matter: str,
    receipt: str,
    by: As,
    provider: ProviderPerson = "person:provider",
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Pay back a receipt that is owed back. 退款。"""
    with office_at(office, postgres) as there:
        _cashier(there, office, matter, provider).refund(matter, receipt, by, at(now))
    typer.echo(Text("Refunded.", "已退款。").in_(language_of(lang)))


def _cashier(there: Any, folder: Path, matter: str, person: str) -> Any:
    procedure = matter.partition(":")[0]
    if procedure not in FEES:
        raise InputError(
            Text("This procedure takes no fees.", "该程序不收费。"),
            value=procedure,
            hint=Text(", ".join(FEES), "、".join(FEES)),
        )
    return trial_cashiers(there, folder, person)[procedure]


def trial_cashiers(there: Any, folder: Path, person: str) -> dict[str, Any]:
    """A cashier for each procedure that takes fees, before the simulated provider of `folder`."""
    from suyuan.casework.payments import Cashier  # noqa: PLC0415  # keeps --help fast
    from suyuan.casework.simulated_provider import SimulatedProvider  # noqa: PLC0415

    provider = SimulatedProvider(folder / _BOOKS)
    return {name: Cashier(there, provider, person, rule) for name, rule in FEES.items()}
