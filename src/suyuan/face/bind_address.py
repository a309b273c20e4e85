"""Where a server listens, and whether only this machine reaches it."""

import ipaddress
import socket

from suyuan.model.errors import InputError
from suyuan.model.text import Text


def loopback(host: str) -> bool:
    """True where only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            Text("The server cannot listen on this address.", "无法监听该地址。"),
            value=f"{host}:{port}",
            hint=Text("Give another --port.", "请换一个 --port。"),
        ) from error
    return listener
