"""The command `phusong`. Engine, rasters and figures are imported inside the commands, so that help comes at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer

from phusong.commands.audit import audit
from phusong.commands.compare import compare
from phusong.commands.export import export
from phusong.commands.layers import layers
from phusong.commands.map import map_
from phusong.commands.outage import outage
from phusong.commands.propose import propose
from phusong.commands.report import report
from phusong.commands.scenario import check, new
from phusong.commands.serve import serve
from phusong.commands.show import show
from phusong.commands.simulate import demo, run
from phusong.commands.what_if import whatif
from phusong.errors import InputError, MachineError, PhusongError
from phusong.laboratory.command import bench

_COMMANDS = (
    demo, new, check, run, show, map_, report, serve, export, propose, whatif, outage, compare, audit, layers, bench,
)  # fmt: skip
_INTERRUPTED = 130

app = typer.Typer(
    name="phusong",
    help="Phủ Sóng: mobile-network coverage over real terrain, computed from the physics up.",
    epilog="Start with: phusong demo. Exit codes: 0 done, 1 done but what was asked for does not hold, "
    "2 the input is wrong, 3 the machine failed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _register(function: Callable[..., None]) -> None:
    """Register a command that ends with the exit code of the error it met, and never with a traceback of one."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        from phusong import console

        try:
            function(*arguments, **options)
        except InputError as error:
            console.print_problems(error)
            raise typer.Exit(error.exit_code) from error
        except PhusongError as error:
            console.print_error(str(error))
            raise typer.Exit(error.exit_code) from error
        except MemoryError as error:
            console.print_error(
                "The machine has too little memory for this: use a coarser --resolution or fewer --workers."
            )
            raise typer.Exit(MachineError.exit_code) from error
        except KeyboardInterrupt as error:
            console.print_error("Stopped: nothing was left half written.")
            raise typer.Exit(_INTERRUPTED) from error

    app.command(name=function.__name__.rstrip("_"))(guarded)


for _function in _COMMANDS:
    _register(_function)


def main() -> None:
    """Entry point of the command."""
    app()
