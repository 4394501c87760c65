"""`phusong serve`: runs in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phusong.commands.options import StoreOption


def serve(
    runs: Annotated[Path, typer.Argument(metavar="RUNS", help="Folder that holds runs, or one run.")],
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Where to listen; other than this machine needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, metavar="N", help="0: any free one.")] = 8765,
    edit: Annotated[bool, typer.Option("--edit", help="Let users write runs, simulate and report errors.")] = False,
    reports: Annotated[
        Path | None, typer.Option("--reports", metavar="FILE", help="Take reports of errors, into this CSV file.")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="Ask for the token in this file, or in $PHUSONG_TOKEN."),
    ] = None,
    store: StoreOption = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Show runs in a browser, and answer programs at /api, until Ctrl-C.

    Example: phusong serve runs --open

    Example: phusong serve runs --host 0.0.0.0 --token-file token.txt
    """
    import logging

    from phusong import console
    from phusong.web.server.listen import listen
    from phusong.web.server.settings import Settings, read_token

    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    settings = Settings(runs, host, port, edit, reports, read_token(token_file), store)

    def ready(address: str) -> None:
        console.say(f"{address} (Ctrl-C to stop)")
        if open_page:
            typer.launch(address)

    listen(settings, ready)
