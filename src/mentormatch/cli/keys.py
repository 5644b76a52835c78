"""The command ``keys``: the API keys of a service, with their scopes and limits, in the file of ``serve --store``."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mentormatch.cli.messages import as_lines, print_message, say_json, write_text
from mentormatch.cli.options import FILE, AsJson
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.service.keys import ApiKey, ApiKeys

NUMBER = mark("ENTIER")
STATE_LABELS = {"valid": mark("valide"), "expired": mark("expirée"), "revoked": mark("révoquée")}

KeyAction = Annotated[
    Literal["add", "list", "rotate", "revoke"],
    typer.Argument(
        metavar="add|list|rotate|revoke",
        help=mark("En ajouter une, dire lesquelles il y a, en remplacer une, ou ne plus en accepter une."),
    ),
]
KeyName = Annotated[
    str | None, typer.Argument(metavar=mark("NOM"), help=mark("À qui est la clé ; ses travaux sont à ce nom."))
]
StoreFile = Annotated[
    Path, typer.Option("--store", metavar=FILE, help=mark("Le fichier du service, celui de « serve --store »."))
]
KeyScopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        metavar="propose|validate",
        help=mark("Ce qu'elle permet, à répéter : proposer (par défaut), valider sur la page de l'équipe."),
    ),
]
Days = Annotated[
    int, typer.Option("--days", metavar=NUMBER, min=1, max=3_660, help=mark("Combien de jours elle est valide."))
]
GraceHours = Annotated[
    float,
    typer.Option(
        "--grace",
        metavar=mark("HEURES"),
        min=0,
        max=8_784,
        help=mark("Combien d'heures l'ancienne reste valide quand une autre la remplace."),
    ),
]
MostRequests = Annotated[
    int,
    typer.Option(
        "--requests", metavar=NUMBER, min=1, help=mark("Combien de ses demandes à la fois, en calcul ou en attente.")
    ),
]
MostJobs = Annotated[
    int, typer.Option("--jobs", metavar=NUMBER, min=1, help=mark("Combien de ses travaux sont gardés à la fois."))
]


def keys_command(  # noqa: PLR0913 - the options of the command line are its contract
    action: KeyAction,
    name: KeyName = None,
    *,
    store: StoreFile,
    scope: KeyScopes = None,
    days: Days = 365,
    grace: GraceHours = 24.0,
    requests: MostRequests = 8,
    jobs: MostJobs = 100,
    as_json: AsJson = False,
) -> None:
    """Add, list, replace or revoke the keys of a service; a running service applies it at once."""
    from mentormatch.service.keys import ApiKeys, new_key
    from mentormatch.service.store import convert_sqlite_errors

    refuse_missing(action, name, store)
    ring = ApiKeys(store)
    try:
        with convert_sqlite_errors(store):
            match action:
                case "add":
                    scopes = parse_scopes(scope or ["propose"])
                    key = new_key(parse_name(name), scopes, requests=requests, jobs=jobs, lasts_s=days * 86_400)
                    show_once(key, ring.add(key), as_json=as_json)
                case "rotate":
                    show_once(*ring.rotate(parse_name(name), days * 86_400, grace * 3_600), as_json=as_json)
                case "revoke":
                    show_revoked(ring.revoke(parse_name(name)), as_json=as_json)
                case "list":
                    list_keys(ring, as_json=as_json)
    finally:
        ring.close()


def refuse_missing(action: str, name: str | None, store: Path) -> None:
    """Raise BadParameter if a name is missing or not accepted, OutputError if there is no file."""
    if (name is None) != (action == "list"):
        raise typer.BadParameter(
            tr("« list » ne prend pas de nom.")
            if name
            else tr("Donnez le nom de la clé après {action}.", action=action)
        )
    if action != "add" and not store.is_file():
        from mentormatch.service.store import make_store_error

        advice = tr("vérifiez --store ; « mentormatch keys add » fait le fichier")
        raise make_store_error(store, tr("introuvable"), advice=advice)


def parse_name(name: str | None) -> str:
    """Return a name. Raises BadParameter if it is too long, or has characters that lists cannot show."""
    if name is None or not re.fullmatch(r"\w[\w.-]{0,63}", name, re.ASCII):
        raise typer.BadParameter(tr("Un nom a 64 lettres ou chiffres ASCII au plus, et « . », « _ », « - »."))
    return name


def parse_scopes(names: list[str]) -> frozenset[str]:
    """Return scopes. Raises BadParameter for an unknown scope."""
    from mentormatch.service.keys import ALL_SCOPES

    if unknown := set(names) - set(ALL_SCOPES):
        raise typer.BadParameter(
            tr("--scope : {name} n'existe pas ; il y a {names}.", name=min(unknown), names=", ".join(ALL_SCOPES))
        )
    return frozenset(names)


def show_once(key: "ApiKey", secret: str, *, as_json: bool) -> None:
    """Write the secret of a new key, which cannot be read again."""
    if as_json:
        say_json({"key": secret, **describe_key(key)})
    else:
        write_text(secret)
    print_message(tr("Cette clé n'est montrée qu'ici ; elle est valide jusqu'au {day}.", day=day(key.expires)))


def show_revoked(keys: "list[ApiKey]", *, as_json: bool) -> None:
    """Report the keys that were revoked."""
    if as_json:
        say_json({"revoked": [key.id for key in keys]})
    for key in keys:
        print_message(tr("Révoquée : {name} ({ident})", name=key.name, ident=key.id))


def list_keys(ring: "ApiKeys", *, as_json: bool) -> None:
    """List the keys, without their secrets."""
    keys = ring.all()
    if as_json:
        say_json({"keys": [describe_key(key) for key in keys]})
    elif keys:
        write_text(as_lines(map(format_key_line, keys)))
    else:
        print_message(tr("Il n'y a pas de clé."))


def format_key_line(key: "ApiKey") -> str:
    return tr(
        "{name} ({ident}) : {state}, du {since} au {until}, {scopes}, {requests} demandes à la fois, {jobs} travaux",
        name=key.name,
        ident=key.id,
        state=tr(STATE_LABELS[key.state]),
        since=day(key.created),
        until=day(key.expires if key.revoked is None else min(key.expires, key.revoked)),
        scopes=" + ".join(sorted(key.scopes)),
        requests=key.requests,
        jobs=key.jobs,
    )


def describe_key(key: "ApiKey") -> dict[str, Any]:
    """Return the JSON fields of a key."""
    times = {"created": key.created, "expires": key.expires, "revoked": key.revoked}
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state,
        "scopes": sorted(key.scopes),
        "requests": key.requests,
        "jobs": key.jobs,
        **{name: None if seconds is None else moment(seconds).isoformat() for name, seconds in times.items()},
    }


def day(seconds: float) -> str:
    """Return the date of a time since 1970, as YYYY-MM-DD."""
    return moment(seconds).date().isoformat()


def moment(seconds: float) -> datetime:
    """Return a time since 1970 as a UTC time, to the second."""
    return datetime.fromtimestamp(round(seconds), UTC)
