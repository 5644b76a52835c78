"""The command ``serve``: the operations over HTTP, and the page for staff; and the launcher of the page.

The command without arguments opens the page in the browser, and a launcher does so by a double click.
"""

import os
import re
import secrets
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from contextvars import copy_context
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mentormatch.cli.messages import print_message, say_json, say_written
from mentormatch.cli.options import FILE, FOLDER, TEXT, AsJson
from mentormatch.errors import OutputError, OverwriteError, Problem
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.service.keys import OneTimeTokens


TOKEN_VARIABLE = "MENTORMATCH_TOKEN"
REQUIRED_PACKAGES = ("cryptography", "fastapi", "fastapi_offline", "prometheus_client", "uvicorn")
NUMBER = mark("ENTIER")
NOT_STARTED = mark("Le service ne peut pas démarrer")
MIN_TOKEN_CHARACTERS = 16  # of a token chosen by staff
MIN_TOKEN_VARIETY = 8  # characters; a random token of 16 hexadecimal digits has fewer once in 90

Host = Annotated[
    str, typer.Option("--host", metavar=TEXT, help=mark("L'adresse où écouter ; par défaut, cette machine seule."))
]
Port = Annotated[
    int,
    typer.Option("--port", metavar=NUMBER, min=0, max=65_535, help=mark("Le port ; 0 : n'importe quel port libre.")),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name", metavar=TEXT, help=mark("Un autre nom par lequel on l'appelle, par exemple derrière un mandataire.")
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar=NUMBER, min=1, help=mark("Combien de calculs à la fois."))
]
Limit = Annotated[
    float | None,
    typer.Option(
        "--time-limit", metavar=mark("SECONDES"), min=1, help=mark("Durée maximale d'un calcul, en secondes.")
    ),
]
People = Annotated[
    int | None,
    typer.Option("--people", metavar=NUMBER, min=1, help=mark("Combien de personnes de chaque côté, au plus.")),
]
Store = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar=FILE,
        help=mark(
            "Le fichier des travaux, des clés et de ce que garde la page, qui survivent alors au service ; sinon, rien"
            " n'est écrit."
        ),
    ),
]
Expiry = Annotated[
    float | None,
    typer.Option(
        "--expiry",
        metavar=mark("SECONDES"),
        min=1,
        help=mark("Combien de temps le résultat d'un travail reste à prendre, en secondes."),
    ),
]
Places = Annotated[
    int | None,
    typer.Option(
        "--places", metavar=NUMBER, min=1, help=mark("Combien de personnes peuvent travailler à la fois sur la page.")
    ),
]
KeepDays = Annotated[
    float | None,
    typer.Option(
        "--keep",
        metavar=mark("JOURS"),
        min=0,
        help=mark(
            "Combien de jours la page garde ce qui y est fait, chiffré, après le dernier geste ; 0 : pas du tout."
        ),
    ),
]
Https = Annotated[
    bool,
    typer.Option(
        "--https",
        help=mark("On l'atteint par un mandataire HTTPS : le navigateur n'envoie le cookie de la page que chiffré."),
    ),
]

OpenDescription = Annotated[
    bool,
    typer.Option(
        "--open-description", help=mark("La description OpenAPI se lit sans le jeton ; les opérations le demandent.")
    ),
]

OpenMetrics = Annotated[
    bool, typer.Option("--open-metrics", help=mark("Les mesures de /metrics se lisent sans le jeton."))
]
Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--origin",
        metavar=TEXT,
        help=mark("Un site dont les pages peuvent appeler ce service (CORS), par exemple https://appli.example.org."),
    ),
]
Gzip = Annotated[bool, typer.Option("--gzip", help=mark("Compresser les réponses aux applications qui l'acceptent."))]
Drain = Annotated[
    float | None,
    typer.Option(
        "--drain",
        metavar=mark("SECONDES"),
        min=0,
        help=mark("À l'arrêt (SIGTERM), combien de temps les calculs en cours ont pour finir, en secondes."),
    ),
]


def serve_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    name: Names = None,
    workers: Workers = None,
    time_limit: Limit = None,
    people: People = None,
    store: Store = None,
    expiry: Expiry = None,
    places: Places = None,
    keep: KeepDays = None,
    https: Https = False,
    open_description: OpenDescription = False,
    open_metrics: OpenMetrics = False,
    origin: Origins = None,
    gzip: Gzip = False,
    drain: Drain = None,
    as_json: AsJson = False,
) -> None:
    """Serve until it is interrupted."""
    refuse_missing()
    from mentormatch.service.server import open_socket, serve
    from mentormatch.service.settings import DAY_S, Settings
    from mentormatch.service.store import lock_store

    options = {"workers": workers, "time_limit_s": time_limit, "max_people": people, "store": store}
    options |= {"expiry_s": expiry, "drain_s": drain, "max_workspaces": places}
    options |= {} if keep is None else {"workspace_ttl_s": keep * DAY_S}
    limits: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    limits |= {"open_description": open_description, "open_metrics": open_metrics, "gzip": gzip}
    limits["origins"] = tuple(map(require_origin, origin or ()))
    token = os.environ.pop(TOKEN_VARIABLE, "").strip()
    refuse_weak(token)
    names = (host_in_address(host), *(name or ()))
    settings = Settings(token or secrets.token_urlsafe(24), names, https=https, **limits)
    with lock_store(store):
        try:
            listening = open_socket(host, port)
        except OSError as error:
            raise make_listen_error(host, port, system_reason(error)) from None
        if as_json:
            say_json({"host": host, "port": listening.getsockname()[1], "token": None if token else settings.token})
        announce(host, listening.getsockname()[1], "" if token else settings.token)
        serve(settings, listening)


def refuse_missing(sentence: str = NOT_STARTED) -> None:
    """Raise OutputError if a package that the service requires is not installed."""
    missing = [name for name in REQUIRED_PACKAGES if find_spec(name) is None]
    if missing:
        advice = f'"{sys.executable}" -m pip install "mentormatch-engine[service]"'
        problems = [Problem(name, tr("n'est pas installé"), advice=advice) for name in missing]
        raise OutputError(tr(sentence), problems)


def refuse_weak(token: str) -> None:
    """Raise OutputError if a token can be guessed, or cannot be sent in a header."""
    is_sendable = token.isascii() and token.isprintable()
    if token and (len(token) < MIN_TOKEN_CHARACTERS or len(set(token)) < MIN_TOKEN_VARIETY or not is_sendable):
        expected = tr(
            "{least} caractères ASCII au moins, dont {different} différents",
            least=MIN_TOKEN_CHARACTERS,
            different=MIN_TOKEN_VARIETY,
        )
        advice = tr("donnez-en un plus long, tiré au hasard, ou laissez le service en faire un")
        problems = [Problem(TOKEN_VARIABLE, tr("ce jeton ne protège pas le service"), expected, advice)]
        raise OutputError(tr(NOT_STARTED), problems)


def require_origin(origin: str) -> str:
    """Return an origin unchanged. Raises OutputError for any other text, such as ``*`` or the address of a page."""
    if not re.fullmatch(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", origin):
        expected = tr("https://, un nom, et un port s'il le faut")
        problems = [Problem("--origin", tr("ce n'est pas un site"), expected, tr("nommez chaque site, sans chemin"))]
        raise OutputError(tr(NOT_STARTED), problems)
    return origin


def make_listen_error(host: str, port: int, why: str) -> OutputError:
    """Return the error for an address that cannot be listened on."""
    advice = tr("choisissez un autre --port, ou 0 pour un port libre ; vérifiez --host")
    return OutputError(tr(NOT_STARTED), [Problem(f"{host}:{port}", why, advice=advice)])


def announce(host: str, port: int, token: str) -> None:
    """Report the address of the service, and a generated token; warn if other machines can reach the service."""
    address = f"http://{host_in_address(host)}:{port}/"
    print_message(tr("Ouvrez {address}", address=f"{address}#token={token}" if token else address))
    if token:
        print_message(tr("Ce jeton n'est montré qu'ici ; {variable} en fixe un autre.", variable=TOKEN_VARIABLE))
    if host not in ("127.0.0.1", "localhost", "::1"):
        print_message(
            tr(
                "Attention : d'autres machines peuvent joindre ce service, et ce qu'elles envoient n'est pas chiffré ; "
                "placez-le derrière un mandataire HTTPS."
            )
        )


def host_in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host  # IPv6


LOOPBACK_HOST = "127.0.0.1"
STORE_FILENAME = "page.sqlite"
"""The file of the service that has the page of this account."""
type System = Literal["linux", "macos", "windows"]
LAUNCHER_MARK = "mentormatch install-launcher"
"""The text that marks a launcher as written by mentormatch; such a file may be overwritten."""


def open_page() -> None:
    """Open the page of this account in the browser, and serve it to this computer only, until interrupted.

    If the page is already served, only open it. Raises OutputError if the service is not installed.
    """
    refuse_missing(
        mark(
            "La page ne peut pas s'ouvrir, car l'extra « service » n'est pas installé ; les commandes s'en passent, et"
            " « mentormatch --help » les nomme"
        )
    )
    from mentormatch.service.keys import OneTimeTokens
    from mentormatch.service.store import StoreLockedError, lock_store

    store = data_folder() / STORE_FILENAME
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with lock_store(store), closing(OneTimeTokens(store)) as tokens:
            serve_page(store, tokens)
    except StoreLockedError:
        with closing(OneTimeTokens(store)) as tokens:
            print_message(tr("La page est déjà ouverte sur cet ordinateur."))
            open_browser(tokens.port, tokens.add())


def serve_page(store: Path, tokens: "OneTimeTokens") -> None:
    """Serve the page on its last port, or on a free port if that is taken; and open the page."""
    import secrets

    from mentormatch.service.server import open_socket, serve
    from mentormatch.service.settings import Settings

    try:
        listening = open_socket(LOOPBACK_HOST, tokens.port)
    except OSError:
        try:
            listening = open_socket(LOOPBACK_HOST, 0)
        except OSError as error:
            raise make_listen_error(LOOPBACK_HOST, 0, system_reason(error)) from None
    port = listening.getsockname()[1]
    tokens.save_port(port)
    token = tokens.add()
    print_message(tr("La page s'ouvre dans votre navigateur : {address}", address=get_page_url(port)))
    print_message(tr("Pour arrêter : Ctrl-C dans cette fenêtre, ou fermez-la."))
    context = copy_context()
    Thread(
        target=lambda: context.run(open_browser, port, token), daemon=True
    ).start()  # some browsers return when they end
    serve(Settings(secrets.token_urlsafe(32), store=store, workers=1), listening, quiet=True)


def open_browser(port: int, token: str) -> None:
    """Open the page in the browser; if there is no browser, report the address to open."""
    import webbrowser

    address = f"{get_page_url(port)}#token={token}"
    if not webbrowser.open(address):
        print_message(
            tr(
                "Aucun navigateur ne s'est ouvert. Ouvrez cette adresse, qui ne sert qu'une fois : {address}",
                address=address,
            )
        )


def get_page_url(port: int) -> str:
    return f"http://{LOOPBACK_HOST}:{port}/"


def get_current_system() -> System:
    """Return the system: macOS, Windows, or Linux for any other."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"


def data_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the per-user data folder of this platform."""
    home = Path.home()
    folders: dict[System, Callable[[], Path]] = {
        "linux": lambda: Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share"),
        "macos": lambda: home / "Library" / "Application Support",
        "windows": lambda: Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    return folders[get_current_system()]() / "mentormatch"


LauncherFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar=FOLDER, help=mark("Où l'écrire ; par défaut, le menu des applications (Linux) ou le bureau.")
    ),
]


def install_launcher_command(folder: LauncherFolder = None, *, as_json: AsJson = False) -> None:
    """Write a launcher: a double click on it opens the page, as the command without any argument does."""
    which = get_current_system()
    name, text = LAUNCHERS_BY_SYSTEM[which]
    path = (folder or get_default_launcher_folder(which)) / name
    write_launcher(path, text(sys.executable))
    if as_json:
        say_json({"written": [str(path)]})
    say_written(path)
    if which == "linux" and folder is None:
        print_message(tr("mentormatch est maintenant dans le menu des applications ; l'ouvrir, c'est ouvrir la page."))
    else:
        print_message(tr("Un double clic sur ce fichier ouvre la page."))


def get_default_launcher_folder(which: System) -> Path:
    """Return the default folder of a launcher: the menu of applications (Linux), else the desktop or home."""
    if which == "linux":
        return data_folder().parent / "applications"
    desktop = Path.home() / "Desktop"
    return desktop if desktop.is_dir() else Path.home()


def write_launcher(path: Path, text: str) -> None:
    """Write an executable launcher. Raises OverwriteError if another file has its name."""
    from mentormatch.base.atomic_files import write_whole

    with suppress(FileNotFoundError):
        if LAUNCHER_MARK.encode() not in path.read_bytes():
            problem = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre dossier, ou déplacez-le"))
            raise OverwriteError(tr("Rien n'a été écrit"), [problem])
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
    return "\n".join(
        ["[Desktop Entry]", *(f"{key}={value}" for key, value in entries.items()), f"# {LAUNCHER_MARK}", ""]
    )


def quote_argument(argument: str) -> str:
    r"""Return an argument as the key ``Exec`` has it, before the escapes of all values.

    >>> print(quote_argument('a "b" $c'))
    "a \"b\" \$c"
    """
    for special in '\\"`$':
        argument = argument.replace(special, f"\\{special}")
    return f'"{argument}"'


def macos_launcher(python: str) -> str:
    return f"#!/bin/sh\n# {LAUNCHER_MARK}\nexec {shlex.quote(python)} -P -m mentormatch\n"


def windows_launcher(python: str) -> str:
    """Return a batch file; its window stays where the page could not be opened."""
    lines = [
        "@echo off",
        f"rem {LAUNCHER_MARK}",
        "chcp 65001 >nul",
        f'"{python.replace("%", "%%")}" -P -m mentormatch',
        "if errorlevel 1 pause",
        "",
    ]
    return "\r\n".join(lines)


LAUNCHERS_BY_SYSTEM: Mapping[System, tuple[str, Callable[[str], str]]] = {
    "linux": ("mentormatch.desktop", linux_launcher),
    "macos": ("mentormatch.command", macos_launcher),
    "windows": ("mentormatch.bat", windows_launcher),
}
