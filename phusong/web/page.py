"""The page itself: one template, filled for a single file or for a server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from phusong.web.assets import EXTRA_STYLES, EXTRAS, SCRIPTS, STYLES, TEMPLATE, asset

SERVED_SCRIPTS = (*SCRIPTS[:-1], *EXTRAS, SCRIPTS[-1])
"""A served page can do more than a file."""


def single_page(contents: Sequence[Mapping[str, Any]], rasters: Sequence[Mapping[str, Any]]) -> str:
    """Return a page that holds all it needs and asks nobody: its policy lets it run its own scripts and nothing else.

    Parameters
    ----------
    contents, rasters : of the run, and of those to compare it with.
    """
    scripts = [asset(name).decode() for name in SCRIPTS]
    for script in scripts:
        if "</script" in script.lower():
            raise ValueError("a script that names its own end cannot stand in a page")
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "worker-src blob:; child-src blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    packed = gzip.compress(_json(list(contents)).encode(), compresslevel=9, mtime=0)
    parts = {
        "POLICY": f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">',
        "STYLES": "\n".join(f"<style>{asset(name).decode()}</style>" for name in STYLES),
        "API": "",
        "EXTRAS": "",
        "DATA": f'<script type="text/plain" id="content">{base64.b64encode(packed).decode()}</script>\n'
        f'<script type="application/json" id="rasters">{_json(list(rasters))}</script>',
        "SCRIPTS": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    return _filled(parts)


def served_page(api: str, *, static: str = "/static") -> str:
    """Return the page of a run that a server holds.

    Parameters
    ----------
    api : address of the run in the REST API, such as "/api/runs/phu-tho".
    static : where the files of ``assets.static_files`` are.
    """
    parts = {
        "POLICY": "",
        "STYLES": "\n".join(f'<link rel="stylesheet" href="{static}/{name}">' for name in (*STYLES, *EXTRA_STYLES)),
        "API": f' data-api="{html.escape(api)}"',
        "EXTRAS": '<section id="extras"></section>',
        "DATA": "",
        "SCRIPTS": "\n".join(f'<script src="{static}/{name}" defer></script>' for name in SERVED_SCRIPTS),
    }
    return _filled(parts)


def _filled(parts: Mapping[str, str]) -> str:
    page = asset(TEMPLATE).decode()
    for name, text in parts.items():
        page = page.replace(f"<!--{name}-->", text, 1)
    return page


def _json(content: Any) -> str:
    """Return JSON that can stand in a page: no '<' opens anything."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
