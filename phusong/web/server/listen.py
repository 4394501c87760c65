"""Serving until Ctrl-C."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable

import uvicorn

from phusong.errors import MachineError
from phusong.web.server.app import make_app
from phusong.web.server.guard import MOST_HEADER_BYTES
from phusong.web.server.settings import Settings

_MOST_CONNECTIONS = 200
_KEEP_ALIVE_SECONDS = 15
_END_SECONDS = 5


def listen(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to stop.

    Parameters
    ----------
    ready : told the address once connections are taken.

    Raises
    ------
    InputError : it cannot be served as told.
    MachineError : the port is taken, or the host is none of this machine.
    """
    app = make_app(settings, warm=True)
    with _socket(settings) as taken:
        port = int(taken.getsockname()[1])
        logging.getLogger("phusong.access").setLevel(logging.INFO)
        config = uvicorn.Config(
            app, http="h11", ws="none", loop="asyncio", log_config=None, access_log=False, server_header=False,
            proxy_headers=False, limit_concurrency=_MOST_CONNECTIONS, timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=MOST_HEADER_BYTES, timeout_graceful_shutdown=_END_SECONDS,
        )  # fmt: skip
        server = _Server(config, lambda: ready(address(settings.host, port)))
        with contextlib.suppress(KeyboardInterrupt):  # raised again once all is closed
            server.run(sockets=[taken])


class _Server(uvicorn.Server):
    """A server that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def address(host: str, port: int) -> str:
    """Return the address to open."""
    shown = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _socket(settings: Settings) -> socket.socket:
    """Return a socket that listens; MachineError where there is none to have."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            settings.host.strip("[]"), settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        raise MachineError(f"--host {settings.host}: it cannot be listened at: {error.strerror or error}") from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(place)
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise MachineError(
            f"{settings.host}, port {settings.port}: {error.strerror or error}. Choose another with --port, or end "
            "what listens there"
        ) from error
    return taken
