"""What `phusong serve` was told, checked."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from phusong.errors import input_error

LEAST_TOKEN = 16
TOKEN_VARIABLE = "PHUSONG_TOKEN"
_WEB = "serve"


@dataclass(frozen=True)
class Settings:
    """How to serve.

    Attributes
    ----------
    folder : holds runs, or is itself one.
    host, port : where to listen.
    edit : whether runs may be written and simulated.
    reports : file of the errors that users report; None: none are taken.
    token : what users must know; None: nothing, on this machine alone.
    store : folder of the path losses; None: that of the user.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    edit: bool = False
    reports: Path | None = None
    token: str | None = None
    store: Path | None = None

    @property
    def is_local(self) -> bool:
        """Whether only this machine is listened to."""
        return is_loopback(self.host)

    @property
    def report_file(self) -> Path | None:
        """Where reported errors go; None: they are not taken."""
        if self.reports is not None:
            return self.reports
        return self.folder / "error_reports.csv" if self.edit else None

    def check(self) -> None:
        """Raise InputError where they cannot be served."""
        if not self.folder.is_dir():
            remedy = "Name the folder that holds runs, or one run"
            raise input_error(self.folder, "there is no such folder", remedy, field="RUNS")
        if self.token is None and not self.is_local:
            remedy = f"Give --token-file FILE or set {TOKEN_VARIABLE}, or leave --host at 127.0.0.1"
            raise input_error(_WEB, f"other machines could reach {self.host} without a token", remedy, field="--host")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_token(file: Path | None) -> str | None:
    """Return the token from a file, else from the environment, else None.

    Raises
    ------
    InputError : the file cannot be read, or the token is too short or not plain.
    """
    if file is not None:
        try:
            token, place = file.read_text(encoding="utf-8").strip(), str(file)
        except (OSError, UnicodeDecodeError) as error:
            remedy = "Name a text file that holds the token alone"
            raise input_error(file, "the token cannot be read", remedy, field="--token-file") from error
    else:
        token, place = os.environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
        if not token:
            return None
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        remedy = f"Use at least {LEAST_TOKEN} letters and digits, without blanks"
        raise input_error(place, "the token is too short, or not of plain characters", remedy)
    return token
