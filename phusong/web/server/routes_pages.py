"""Pages for people: the start, a run, the login, the description of the API; and the files that they use."""

from __future__ import annotations

import html
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from phusong.web.server import pages
from phusong.web.server.failures import RefusedError
from phusong.web.server.login import COOKIE, SESSION_SECONDS, Login
from phusong.web.server.parameters import Runs

router = APIRouter(include_in_schema=False)

_PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="/static/login.css"></head>
<body><main>{body}</main></body></html>
"""
_FORM = """<h1>Phủ Sóng</h1>
<p>Máy chủ này cần mã truy cập. <span lang="en">This server asks for its token.</span></p>{failure}
<form method="post" action="/login"><label for="token">Mã truy cập · Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Vào · Enter</button></form>"""
_DOCS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Phủ Sóng: API</title><link rel="stylesheet" href="/static/docs.css">
<script src="/static/docs.js" defer></script></head>
<body><main><h1>Phủ Sóng: API</h1><p id="about">Reading <a href="/openapi.json">openapi.json</a> …</p>
<div id="paths"></div></main></body></html>
"""


@router.get("/")
def start(runs: Runs) -> Response:
    """The list of runs, or the only one."""
    found = runs.folder.runs()
    if len(found) == 1:
        return RedirectResponse(f"/runs/{quote(found[0].name, safe='')}", status_code=307)
    items = "".join(
        f'<li><a href="/runs/{quote(run.name, safe="")}">{html.escape(run.title)}</a>'
        f"<small>{html.escape(run.name)} · {html.escape(', '.join(run.technologies))} · {run.resolution_m:g} m · "
        f"{html.escape(run.created[:10])} · {run.digest[:12]}"
        f"{' · số liệu minh họa · demonstration' if run.demonstration else ''}</small></li>"
        for run in found
    )
    none = '<p>Chưa có lần mô phỏng nào. <span lang="en">There is no run yet.</span></p>'
    body = f"<h1>Phủ Sóng</h1><ul>{items}</ul>" if found else f"<h1>Phủ Sóng</h1>{none}"
    return HTMLResponse(_PAGE.format(title="Phủ Sóng", body=body))


@router.get("/runs/{run}")
def run_page(run: str, runs: Runs) -> Response:
    """The page of a run."""
    runs.folder.find(run)
    return HTMLResponse(pages.served_page(f"/api/runs/{quote(run, safe='')}"))


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    """A file that pages use; the names are those of a table, no path is made of them."""
    found: tuple[bytes, str] | None = request.app.state.static.get(name)
    if found is None:
        raise RefusedError(404, "there is no such file", "Open / for the start page")
    content, media_type = found
    return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=300"})


@router.get("/favicon.ico")
async def icon() -> Response:
    """Nothing: browsers ask for it by themselves."""
    return Response(status_code=204)


@router.get("/api/docs")
def docs() -> Response:
    """The description of the API, to read."""
    return HTMLResponse(_DOCS)


@router.get("/login")
def login_page() -> Response:
    """The page that asks for the token."""
    return HTMLResponse(_PAGE.format(title="Phủ Sóng", body=_FORM.format(failure="")))


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Open a session for who knows the token."""
    login: Login | None = request.app.state.login
    if login is None:
        return RedirectResponse("/", status_code=303)
    body = (await request.body()).decode("utf-8", "replace")
    client = request.client.host if request.client else "?"
    try:
        login.check_token(client, parse_qs(body).get("token", [""])[0].strip())
    except RefusedError as refusal:
        words = "Mã không đúng" if refusal.status == 401 else "Thử lại sau ít phút"
        said = f'<p class="failure">{words} · <span lang="en">{html.escape(str(refusal))}</span></p>'
        page = _PAGE.format(title="Phủ Sóng", body=_FORM.format(failure=said))
        again = {} if refusal.seconds is None else {"Retry-After": str(refusal.seconds)}
        return HTMLResponse(page, status_code=refusal.status, headers=again)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        COOKIE, login.open(), max_age=SESSION_SECONDS, httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer
