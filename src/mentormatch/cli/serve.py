"""The command ``serve``: the operations of the contract over HTTP, and the page for staff."""

import os
import re
import secrets
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from mentormatch.cli.messages import say, say_json
from mentormatch.cli.options import FILE, TEXT, AsJson
from mentormatch.errors import OutputError, Problem
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import system_reason

VARIABLE = "MENTORMATCH_TOKEN"
NEEDED = ("cryptography", "fastapi", "fastapi_offline", "prometheus_client", "uvicorn")
NUMBER = mark("ENTIER")
NOT_STARTED = mark("Le service ne peut pas démarrer")
LEAST_CHARACTERS = 16
"""Of a token that is set."""
ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

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
Keep = Annotated[
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
    keep: Keep = None,
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
    from mentormatch.service.server import listen, serve
    from mentormatch.service.settings import DAY_S, Settings
    from mentormatch.service.store import hold_file

    given = {"workers": workers, "time_limit_s": time_limit, "people": people, "store": store}
    given |= {"expiry_s": expiry, "drain_s": drain, "residents": places}
    given |= {} if keep is None else {"keep_s": keep * DAY_S}
    limits: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    limits |= {"open_description": open_description, "open_metrics": open_metrics, "gzip": gzip}
    limits["origins"] = tuple(map(require_origin, origin or ()))
    token = os.environ.pop(VARIABLE, "").strip()
    refuse_weak(token)
    names = (host_in_address(host), *(name or ()))
    settings = Settings(token or secrets.token_urlsafe(24), names, https=https, **limits)
    with hold_file(store):
        try:
            listening = listen(host, port)
        except OSError as error:
            raise cannot_listen(host, port, system_reason(error)) from None
        if as_json:
            say_json({"host": host, "port": listening.getsockname()[1], "token": None if token else settings.token})
        announce(host, listening.getsockname()[1], "" if token else settings.token)
        serve(settings, listening)


def refuse_missing(sentence: str = NOT_STARTED) -> None:
    """Raise OutputError where what the service needs is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        advice = f'"{sys.executable}" -m pip install "mentormatch-engine[service]"'
        found = [Problem(name, tr("n'est pas installé"), advice=advice) for name in missing]
        raise OutputError(tr(sentence), found)


def refuse_weak(token: str) -> None:
    """Raise OutputError where a token that was set can be guessed, or no header can bear it."""
    if token and (len(token) < LEAST_CHARACTERS or not (token.isascii() and token.isprintable())):
        expected = tr("{least} caractères ASCII au moins", least=LEAST_CHARACTERS)
        advice = tr("donnez-en un plus long, tiré au hasard, ou laissez le service en faire un")
        found = [Problem(VARIABLE, tr("ce jeton ne protège pas le service"), expected, advice)]
        raise OutputError(tr(NOT_STARTED), found)


def require_origin(origin: str) -> str:
    """Return a site as browsers name it; raises OutputError where it is none, such as ``*`` or an address of a page."""
    if not ORIGIN.fullmatch(origin):
        expected = tr("https://, un nom, et un port s'il le faut")
        found = [Problem("--origin", tr("ce n'est pas un site"), expected, tr("nommez chaque site, sans chemin"))]
        raise OutputError(tr(NOT_STARTED), found)
    return origin


def cannot_listen(host: str, port: int, why: str) -> OutputError:
    """Return in words that there is nothing to listen on."""
    advice = tr("choisissez un autre --port, ou 0 pour un port libre ; vérifiez --host")
    return OutputError(tr(NOT_STARTED), [Problem(f"{host}:{port}", why, advice=advice)])


def announce(host: str, port: int, token: str) -> None:
    """Say where the service is, with its token where it was made just now; warn where others can reach it."""
    address = f"http://{host_in_address(host)}:{port}/"
    say(tr("Ouvrez {address}", address=f"{address}#token={token}" if token else address))
    if token:
        say(tr("Ce jeton n'est montré qu'ici ; {variable} en fixe un autre.", variable=VARIABLE))
    if host not in LOOPBACK:
        say(
            tr(
                "Attention : d'autres machines peuvent joindre ce service, et ce qu'elles envoient n'est pas chiffré ; "
                "placez-le derrière un mandataire HTTPS."
            )
        )


def host_in_address(host: str) -> str:
    """Return a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
