"""From a command to a listening server that also lets time pass."""

import gc
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.routing import BaseRoute

from suyuan.face.bind_address import listening_socket, loopback
from suyuan.face.office_api.app import office_app
from suyuan.face.office_api.site import OfficeSite
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; beyond this machine only with a certificate and its key."""

    host: str
    port: int
    cert: Path | None = None
    key: Path | None = None


def serve_office(
    site: OfficeSite,
    address: Address,
    person: str | None,
    tell: Callable[[Text], None],
    tick_seconds: float,
    pages: Sequence[BaseRoute] = (),
) -> None:
    """Serve until interrupted; `person` gets a one-time link. Raises where it would not be safe."""
    _check(address)
    if not loopback(address.host):
        site.hosts = site.hosts | {address.host, socket.gethostname(), socket.getfqdn()}
    listener = listening_socket(address.host, address.port)
    start = f"{'https' if address.cert else 'http'}://{address.host}:{listener.getsockname()[1]}"
    tell(Text(f"The office answers at {start}", f"办案服务已启动：{start}"))
    if person is not None:
        link = f"{start}/enter/{site.browsers.link(person)}"
        tell(Text(f"Once, for {person}: {link}", f"{person} 一次性登录链接：{link}"))
    server = server_of(site, pages, address)
    with tick_regularly(site, tick_seconds, tell):
        server.run(sockets=[listener])


def server_of(
    site: OfficeSite, pages: Sequence[BaseRoute] = (), address: Address | None = None
) -> uvicorn.Server:
    """The server of a site, ready to run; with TLS where `address` has a certificate."""
    config = uvicorn.Config(
        office_app(site, pages),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,  # a header of a proxy says nothing that is believed here
        lifespan="off",
        ws="none",
        ssl_certfile=None if address is None else address.cert,
        ssl_keyfile=None if address is None else address.key,
        timeout_graceful_shutdown=2,
    )
    config.load()
    freeze_heap()
    return uvicorn.Server(config)


def freeze_heap() -> None:
    """Spare the cycle collector what lives as long as the process.

    A full pass over all that was loaded stops every thread: a tenth of a second in a rush, which
    was the slowest hundredth of its answers.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def tick_regularly(
    site: OfficeSite, seconds: float, tell: Callable[[Text], None]
) -> Iterator[None]:
    """Let time pass in the office every so many seconds; 0 leaves that to somebody else."""
    end = threading.Event()

    def tick() -> None:
        while not end.wait(seconds):
            try:
                site.office.tick(site.clock())
            except SuyuanError as error:  # told, and tried again: a tick leaves nothing half done
                tell(error.message)

    thread = threading.Thread(target=tick, name="tick", daemon=True)
    if seconds > 0:
        thread.start()
    try:
        yield
    finally:
        end.set()
        if thread.is_alive():
            thread.join()


def _check(address: Address) -> None:
    if not loopback(address.host) and not (address.cert and address.key):
        raise InputError(
            Text("To serve other machines it needs TLS.", "对外提供服务须启用 TLS。"),
            value=address.host,
            hint=Text("Give --cert and --tls-key.", "请给出 --cert 和 --tls-key。"),
        )
