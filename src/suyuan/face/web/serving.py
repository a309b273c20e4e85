"""From a command to a listening server."""

import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import uvicorn

from suyuan.face.bind_address import listening_socket, loopback
from suyuan.face.web.app import build
from suyuan.face.web.site import Site, many_cases, one_case
from suyuan.model.errors import InputError
from suyuan.model.text import Text


@dataclass(frozen=True, slots=True)
class ServedPlace:
    """What is served, and where."""

    case: Path | None
    data: Path | None
    out: Path | None
    host: str
    port: int
    cert: Path | None
    key: Path | None
    office: Path | None = None


def serve(place: ServedPlace, tell: Callable[[Text], None], *, open_browser: bool) -> None:
    """Serve until interrupted. Raises :class:`InputError` where that would not be safe."""
    _check(place)
    give_back()
    if place.case:
        site = one_case(place.case, place.out, place.office)
    else:
        site = many_cases(_data(place), place.office)
    if not loopback(place.host):
        site.hosts = site.hosts | {place.host, socket.gethostname(), socket.getfqdn()}
    listener = listening_socket(place.host, place.port)
    url = _url(place, listener, site)
    tell(Text(f"Open {url}", f"请打开 {url}"))
    if site.alone:
        tell(
            Text("The link works once. Press Ctrl-C to stop.", "链接仅可使用一次，按 Ctrl-C 结束。")
        )
    if open_browser:
        webbrowser.open(url)
    config = uvicorn.Config(
        build(site),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        ssl_certfile=place.cert,
        ssl_keyfile=place.key,
        timeout_graceful_shutdown=2,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        site.close()


def give_back() -> None:
    """Let Arrow's memory go back to the system when it is freed, for a process that runs for days.

    Its own allocator takes 30 MB at once and keeps what it had at the most.
    """
    pa.set_memory_pool(pa.system_memory_pool())


def _check(place: ServedPlace) -> None:
    if (place.case is None) == (place.data is None):
        raise InputError(
            Text("Give a case folder, or --data.", "请给出案件文件夹，或使用 --data。"),
            value=place.case,
            hint=Text(
                "For one person: suyuan serve CASE. An invented case to try: suyuan example.",
                "单人使用：suyuan serve 案件文件夹。示例案件：suyuan example。",
            ),
        )
    if not loopback(place.host) and not (place.data and place.cert and place.key):
        raise InputError(
            Text(
                "To serve other machines it needs accounts and TLS.",
                "对外提供服务须启用账号与 TLS。",
            ),
            value=place.host,
            hint=Text(
                "Give --data, --cert and --tls-key.", "请同时给出 --data、--cert 和 --tls-key。"
            ),
        )


def _data(place: ServedPlace) -> Path:
    assert place.data is not None
    if not (place.data / "cases").is_dir():
        raise InputError(
            Text("There is no folder of cases here.", "此处没有案件目录。"),
            value=place.data / "cases",
            hint=Text("Put each case's folder into it.", "请把各案件文件夹放入其中。"),
        )
    return place.data


def _url(place: ServedPlace, listener: socket.socket, site: Site) -> str:
    """The address; the secret stands behind ``#``, which browsers send to nobody."""
    port = listener.getsockname()[1]
    start = f"{'https' if place.cert else 'http'}://{place.host}:{port}/"
    if not site.alone:
        is_empty = not site.state.rows("SELECT 1 FROM person LIMIT 1")
        return f"{start}#first-{site.sessions.one_time_link()}" if is_empty else start
    case = next(iter(site.desks))
    return f"{start}c/{case}#{site.sessions.one_time_link()}"
