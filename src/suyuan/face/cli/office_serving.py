"""``suyuan office serve`` and ``token``: the office over HTTP. 联网办理。"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_fees import trial_cashiers
from suyuan.face.cli.office_options import (
    As,
    Keys,
    Now,
    OfficeArgument,
    Postgres,
    at,
    office_at,
    pairs,
    say,
    wall_clock,
)
from suyuan.face.cli.options import LangOption, plain_errors
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: A token lasts so long where nothing else is said.
_TOKEN_DAYS = 90


@plain_errors
def serve(
    data: Annotated[Path, typer.Option("--data", help="Folder of the office. 机构文件夹。")],
    person: Annotated[
        str | None, typer.Option("--as", help="Print a one-time link for this person. 登录人员。")
    ] = None,
    key: Keys = None,
    host: Annotated[str, typer.Option(help="Address to listen at. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one. 端口。")] = 0,
    cert: Annotated[Path | None, typer.Option("--cert", help="TLS certificate. 证书。")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="TLS key. 私钥。")] = None,
    tick: Annotated[
        float, typer.Option(help="Let time pass every so many seconds; 0: not. 推进间隔(秒)。")
    ] = 60.0,
    trial_payments: Annotated[
        str | None,
        typer.Option(help="Take fees by the simulated provider, as this person. 模拟缴费。"),
    ] = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Serve the office: pages for people by one-time links, HTTP for programs by tokens. 服务。

    Beyond this machine it asks for --cert and --tls-key.
    """
    try:
        from suyuan.face.office_api.serving import Address, serve_office  # noqa: PLC0415
        from suyuan.face.office_api.site import OfficeSite  # noqa: PLC0415
        from suyuan.face.office_pages.site_pages import office_pages  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            Text("The web libraries are not installed.", "未安装网络服务组件。"),
            value=error.name,
            hint=Text("Run: pip install 'suyuan[web]'", "请运行：pip install 'suyuan[web]'"),
        ) from error
    with office_at(data, postgres) as there:
        site = OfficeSite(there, wall_clock, keys=pairs(key), folder=data)
        address = Address(host, port, cert, tls_key)
        pays = {} if trial_payments is None else trial_cashiers(there, data, trial_payments)
        serve_office(site, address, person, lambda text: say(text, lang), tick, office_pages(pays))


@plain_errors
def token(
    office: OfficeArgument,
    person: Annotated[str, typer.Argument(help="Whom it stands for. 代表人员。")],
    by: As = "person:registrar",
    until: Annotated[
        str | None, typer.Option(help="Until when. [in 90 days] 截止，默认九十天。")
    ] = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Take all of this person's back. 全部吊销。")
    ] = False,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Print a token for a program that acts as PERSON; it is shown once. 发放令牌。"""
    from suyuan.casework.tokens import issue_token, revoke_tokens  # noqa: PLC0415

    moment = at(now)
    with office_at(office, postgres) as there:
        if revoke:
            revoke_tokens(there, person, by, moment)
            say(Text(f"All tokens of {person} are revoked.", f"{person} 的令牌已全部吊销。"), lang)
            return
        ends = moment + timedelta(days=_TOKEN_DAYS) if until is None else at(until)
        typer.echo(issue_token(there, person, ends, by, moment))
