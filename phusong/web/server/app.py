"""The server as an application."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from phusong.errors import InputError, MachineError
from phusong.web.server import pages, routes_edit, routes_files, routes_pages, routes_read, routes_tiles
from phusong.web.server.failures import RefusedError, problems_of, problems_of_validation
from phusong.web.server.folder import RunFolder
from phusong.web.server.guard import Guard
from phusong.web.server.limits import Buckets
from phusong.web.server.login import Login
from phusong.web.server.models import Problems
from phusong.web.server.opened import OpenedRuns
from phusong.web.server.settings import Settings
from phusong.web.server.simulations import Simulations

THREADS = 16
_ABOUT = "Coverage runs: what they say, tiles of them, and what a change would do. Errors are lists of problems."
_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problems, "description": what}
    for status, what in (
        (400, "not a request that can be read"), (401, "the token is missing or wrong"), (403, "not allowed here"),
        (404, "not there"), (409, "taken or busy"), (413, "too long"), (415, "not JSON"),
        (422, "a value is not allowed"), (429, "too many requests"), (503, "busy"),
    )
}  # fmt: skip


def make_app(settings: Settings, *, buckets: Buckets | None = None, warm: bool = False) -> Guard:
    """Return the server of a folder of runs.

    Parameters
    ----------
    buckets : how often a client may ask; none: as usual.
    warm : open the only run at the start, before anybody asks.

    Raises
    ------
    InputError : it cannot be served as told.
    """
    settings.check()
    counted = buckets or Buckets()
    login = None if settings.token is None else Login(settings.token, counted)
    app = FastAPI(
        title="Phủ Sóng", version=version("phusong"), description=_ABOUT, docs_url=None, redoc_url=None,
        responses=_FAILURES, lifespan=_lifespan,
    )  # fmt: skip
    app.state.settings = settings
    app.state.warm = warm
    app.state.buckets = counted
    app.state.login = login
    app.state.static = pages.static_files()
    app.state.simulations = Simulations()
    app.state.runs = OpenedRuns(RunFolder(settings.folder), settings.store)
    for module in (routes_pages, routes_read, routes_tiles, routes_edit, routes_files):
        app.include_router(module.router)
    _tell_failures(app)
    app.openapi()  # builds every route now: when it is first asked for, other threads may be at work already
    return Guard(app, settings, login, counted)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    if app.state.warm:
        threading.Thread(target=app.state.runs.warm, name="warm", daemon=True).start()
    yield
    await anyio.to_thread.run_sync(app.state.simulations.close)
    app.state.runs.close()


def _tell_failures(app: FastAPI) -> None:
    """Answer every failure with problems in JSON."""

    def told(status: int, problems: list[dict[str, Any]], headers: dict[str, str] | None = None) -> JSONResponse:
        return JSONResponse({"problems": problems}, status_code=status, headers=headers)

    def one(message: str, remedy: str) -> list[dict[str, Any]]:
        return [{"place": "request", "field": "", "message": message, "remedy": remedy}]

    @app.exception_handler(RefusedError)
    async def refused(_request: Request, error: RefusedError) -> JSONResponse:
        again = None if error.seconds is None else {"Retry-After": str(error.seconds)}
        return told(error.status, error.problems, again)

    @app.exception_handler(InputError)
    async def wrong(_request: Request, error: InputError) -> JSONResponse:
        return told(422, problems_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return told(422, problems_of_validation(error.errors()))

    @app.exception_handler(HTTPException)
    async def unknown(_request: Request, error: HTTPException) -> JSONResponse:
        message = {404: "there is nothing at this address", 405: "this cannot be done to this address"}
        return told(error.status_code, one(message.get(error.status_code, "not done"), "See /api/docs"))

    @app.exception_handler(OSError)  # a run that is moved or written anew while it is read
    @app.exception_handler(MachineError)
    async def machine(_request: Request, _error: Exception) -> JSONResponse:
        return told(503, one("the machine of the server failed", "Look at what the server prints"))

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> JSONResponse:
        return told(500, one("the server failed at this", "Look at what the server prints"))
