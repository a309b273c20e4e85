"""``suyuan serve``: the workbench in a browser, on this machine or for an office."""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.options import (
    LangOption,
    Out,
    console,
    earlier_names,
    language_of,
    plain_errors,
)
from suyuan.model.errors import InputError
from suyuan.model.text import Text

NAME = "serve"
SETTINGS = earlier_names(key="tls-key")
CaseOrNone = Annotated[Path | None, typer.Argument(help="Folder of the case's files. 案件文件夹。")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder with cases/ and accounts. 多案件数据目录。")
]


@plain_errors
def command(
    case: CaseOrNone = None,
    data: Data = None,
    out: Out = None,
    host: Annotated[str, typer.Option(help="Address to listen at. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one. 端口。")] = 0,
    cert: Annotated[Path | None, typer.Option("--cert", help="TLS certificate. 证书。")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="TLS key. 私钥。")] = None,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser. 打开浏览器。")
    ] = True,
    office: Annotated[
        Path | None,
        typer.Option("--office", help="Folder of the office whose duties are shown. 机构文件夹。"),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Work the case in a browser; nothing leaves this machine.

    `suyuan serve CASE` is for one person: it prints a link that works once. `--data DIR` is for
    several people with accounts; beyond this machine it asks for --cert and --tls-key.
    """
    try:
        from suyuan.face.web.serving import ServedPlace, serve  # noqa: PLC0415  # web libraries
    except ImportError as error:
        raise InputError(
            Text("The workbench is not installed.", "未安装工作台组件。"),
            value=error.name,
            hint=Text("Run: pip install 'suyuan[web]'", "请运行：pip install 'suyuan[web]'"),
        ) from error
    language, to = language_of(lang), console()

    def tell(words: Text) -> None:
        to.print(words.in_(language), soft_wrap=True, highlight=False, markup=False)

    serve(ServedPlace(case, data, out, host, port, cert, key, office), tell, open_browser=open_)
