"""Lines of the log that name a person: who did something, when, and why."""

from collections.abc import Mapping
from datetime import datetime
from getpass import getuser

from pydantic import ValidationError

from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import moment
from mentormatch.record.log import LogEntry, LogKind

NOBODY_KNOWN = mark("inconnu")
"""Who works on a machine that does not say."""


def account() -> str:
    """Return the name of the account that is at work, or that it is unknown."""
    try:
        return getuser().strip() or tr(NOBODY_KNOWN)
    except (OSError, KeyError, ImportError):  # up to Python 3.12 a missing account raises one of the last two
        return tr(NOBODY_KNOWN)


def signed(kind: LogKind, what: Mapping[str, str], *, who: str, why: str = "") -> LogEntry:
    """Return an entry of the log, made now; raises RequestError where nobody is named."""
    if not who.strip():
        nobody = Problem("who", tr("vide"), tr("un nom"))
        raise RequestError(tr("Le journal ne prend que ce qu'une personne nommée signe"), [nobody])
    try:
        return LogEntry(kind=kind, what=dict(what), who=who.strip(), why=why.strip())
    except ValidationError as error:
        problems = [Problem(".".join(map(str, wrong["loc"])), wrong["type"]) for wrong in error.errors()]
        raise RequestError(tr("Le journal ne peut pas tenir cette ligne"), problems) from None


def validation_words(who: str, when: str, why: str) -> str:
    r"""Return by whom a decision was validated, when (ISO 8601 with an offset) and why.

    >>> validation_words("Camille Roux", "2026-03-12T09:30:00+01:00", "comité du 12 mars")
    'Validée par Camille Roux le 12\xa0mars 2026 à 9\xa0h\xa030. Motif : comité du 12 mars'
    """
    said = tr("Validée par {who} le {moment}.", who=who, moment=moment(datetime.fromisoformat(when)))
    return f"{said} {tr('Motif : {why}', why=why)}" if why else said
