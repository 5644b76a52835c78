"""Lines of the log that name a person: who did something, when, and why."""

from collections.abc import Mapping
from datetime import datetime
from getpass import getuser

from pydantic import ValidationError

from mentormatch.errors import Problem, RequestError
from mentormatch.record.log import Entry, Kind

NOBODY_KNOWN = "inconnu"
"""Who works on a machine that does not say."""


def account() -> str:
    """Return the name of the account that is at work, or that it is unknown."""
    try:
        return getuser().strip() or NOBODY_KNOWN
    except (OSError, KeyError, ImportError):  # up to Python 3.12 a missing account raises one of the last two
        return NOBODY_KNOWN


def signed(kind: Kind, what: Mapping[str, str], *, who: str, why: str = "") -> Entry:
    """Return an entry of the log, made now; raises RequestError where nobody is named."""
    if not who.strip():
        raise RequestError(
            "Le journal ne prend que ce qu'une personne nommée signe", [Problem("who", "vide", "un nom")]
        )
    try:
        return Entry(kind=kind, what=dict(what), who=who.strip(), why=why.strip())
    except ValidationError as error:
        problems = [Problem(".".join(map(str, wrong["loc"])), wrong["type"]) for wrong in error.errors()]
        raise RequestError("Le journal ne peut pas tenir cette ligne", problems) from None


def validation_words(who: str, when: str, why: str) -> str:
    r"""Return in French by whom a decision was validated, when (UTC, ISO 8601) and why.

    >>> validation_words("Camille Roux", "2026-03-01T09:30:00+00:00", "comité du 1er mars")
    'Validée par Camille Roux le 01/03/2026 à 09:30 UTC. Motif : comité du 1er mars'
    """
    said = f"Validée par {who} le {datetime.fromisoformat(when):%d/%m/%Y à %H:%M} UTC."
    return f"{said} Motif : {why}" if why else said
