"""The page without a terminal: the command without any argument opens it, and a launcher does so by a double click."""

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mentormatch.cli.messages import say, say_json, say_written
from mentormatch.cli.options import FOLDER, AsJson
from mentormatch.cli.serve import cannot_listen, refuse_missing
from mentormatch.errors import OverwriteError, Problem
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import system_reason

if TYPE_CHECKING:
    from mentormatch.service.one_time_tokens import OneTimeTokens

HERE = "127.0.0.1"
FILE = "page.sqlite"
"""The file of the service that has the page of this account."""
NOT_OPENED = mark(
    "La page ne peut pas s'ouvrir, car l'extra « service » n'est pas installé ; les commandes s'en passent, et"
    " « mentormatch --help » les nomme"
)
type System = Literal["linux", "macos", "windows"]
MARK = "mentormatch install-launcher"
"""By this a launcher is known to be one of ours, which may be written again."""


def open_page() -> None:
    """Open the page of this account in the browser, and serve it to this computer alone until somebody stops it.

    Where it is served already, that one is opened. Raises OutputError where the service is not installed.
    """
    refuse_missing(NOT_OPENED)
    from mentormatch.service.one_time_tokens import OneTimeTokens
    from mentormatch.service.store import HeldError, hold_file

    store = data_folder() / FILE
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with hold_file(store), closing(OneTimeTokens(store)) as tokens:
            serve_page(store, tokens)
    except HeldError:
        with closing(OneTimeTokens(store)) as tokens:
            say(tr("La page est déjà ouverte sur cet ordinateur."))
            show(tokens.port, tokens.add())


def serve_page(store: Path, tokens: "OneTimeTokens") -> None:
    """Serve the page on the port that it had last, where that is free, else on any; and open it."""
    import secrets

    from mentormatch.service.server import listen, serve
    from mentormatch.service.settings import Settings

    try:
        listening = listen(HERE, tokens.port)
    except OSError:
        try:
            listening = listen(HERE, 0)
        except OSError as error:
            raise cannot_listen(HERE, 0, system_reason(error)) from None
    port = listening.getsockname()[1]
    tokens.keep_port(port)
    token = tokens.add()
    say(tr("La page s'ouvre dans votre navigateur : {address}", address=address_of(port)))
    say(tr("Pour arrêter : Ctrl-C dans cette fenêtre, ou fermez-la."))
    context = copy_context()
    Thread(target=lambda: context.run(show, port, token), daemon=True).start()  # some browsers return when they end
    serve(Settings(secrets.token_urlsafe(32), store=store, workers=1), listening, quiet=True)


def show(port: int, token: str) -> None:
    """Open the page in the browser, or say how it is opened where no browser can be."""
    import webbrowser

    address = f"{address_of(port)}#token={token}"
    if not webbrowser.open(address):
        say(
            tr(
                "Aucun navigateur ne s'est ouvert. Ouvrez cette adresse, qui ne sert qu'une fois : {address}",
                address=address,
            )
        )


def address_of(port: int) -> str:
    """Return where the page is."""
    return f"http://{HERE}:{port}/"


def system() -> System:
    """Return which system this is; all that is neither of the other two is taken for one like Linux."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"


def data_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return where this account keeps what programs keep for it."""
    home = Path.home()
    folders: dict[System, Callable[[], Path]] = {
        "linux": lambda: Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share"),
        "macos": lambda: home / "Library" / "Application Support",
        "windows": lambda: Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    return folders[system()]() / "mentormatch"


LauncherFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar=FOLDER, help=mark("Où l'écrire ; par défaut, le menu des applications (Linux) ou le bureau.")
    ),
]


def install_launcher_command(folder: LauncherFolder = None, *, as_json: AsJson = False) -> None:
    """Write a launcher: a double click on it opens the page, as the command without any argument does."""
    which = system()
    name, text = LAUNCHERS[which]
    path = (folder or usual_folder(which)) / name
    write_launcher(path, text(sys.executable))
    if as_json:
        say_json({"written": [str(path)]})
    say_written(path)
    if which == "linux" and folder is None:
        say(tr("mentormatch est maintenant dans le menu des applications ; l'ouvrir, c'est ouvrir la page."))
    else:
        say(tr("Un double clic sur ce fichier ouvre la page."))


def usual_folder(which: System) -> Path:
    """Return where a launcher is found without looking for it: the menu of applications, else the desktop, or home."""
    if which == "linux":
        return data_folder().parent / "applications"
    desktop = Path.home() / "Desktop"
    return desktop if desktop.is_dir() else Path.home()


def write_launcher(path: Path, text: str) -> None:
    """Write a launcher that may be run; raises OverwriteError where something else has its name."""
    from mentormatch.base.atomic_files import write_whole

    with suppress(FileNotFoundError):
        if MARK.encode() not in path.read_bytes():
            found = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre dossier, ou déplacez-le"))
            raise OverwriteError(tr("Rien n'a été écrit"), [found])
    write_whole(path, text.encode("utf-8"))
    path.chmod(0o755)


def linux_launcher(python: str) -> str:
    """Return an entry of the menu of applications (freedesktop.org, Desktop Entry Specification 1.5).

    Its window stays where the page could not be opened, so that the reason can be read.
    """
    from importlib.resources import files

    icon = files("mentormatch.service").joinpath("page", "icon.svg")
    run = ["sh", "-c", '"$0" -P -m mentormatch || read -r _', python]
    entries = {
        "Type": "Application",
        "Name": "mentormatch",
        "Comment": tr("Former les binômes"),
        "Exec": " ".join(map(quote_argument, run)).replace("\\", "\\\\").replace("%", "%%"),
        "Icon": str(icon).replace("\\", "\\\\"),
        "Terminal": "true",
        "Categories": "Office;",
    }
    return "\n".join(["[Desktop Entry]", *(f"{key}={value}" for key, value in entries.items()), f"# {MARK}", ""])


def quote_argument(argument: str) -> str:
    r"""Return an argument as the key ``Exec`` has it, before the escapes of all values.

    >>> print(quote_argument('a "b" $c'))
    "a \"b\" \$c"
    """
    for special in '\\"`$':
        argument = argument.replace(special, f"\\{special}")
    return f'"{argument}"'


def macos_launcher(python: str) -> str:
    """Return a file of commands, which the Finder opens in a terminal."""
    return f"#!/bin/sh\n# {MARK}\nexec {shlex.quote(python)} -P -m mentormatch\n"


def windows_launcher(python: str) -> str:
    """Return a batch file; its window stays where the page could not be opened."""
    lines = [
        "@echo off",
        f"rem {MARK}",
        "chcp 65001 >nul",
        f'"{python.replace("%", "%%")}" -P -m mentormatch',
        "if errorlevel 1 pause",
        "",
    ]
    return "\r\n".join(lines)


LAUNCHERS: Mapping[System, tuple[str, Callable[[str], str]]] = {
    "linux": ("mentormatch.desktop", linux_launcher),
    "macos": ("mentormatch.command", macos_launcher),
    "windows": ("mentormatch.bat", windows_launcher),
}
