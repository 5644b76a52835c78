"""The log in words: what was done, when, by whom and why, a row for each line, for people to read.

The log knows people by opaque ids, and they are said as such: ``m1`` is the first mentor of the answers, ``e1`` the
first mentee. No participant is named.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import moment
from mentormatch.record.log import LogEntry

TITLES = (mark("N°"), mark("Quand"), mark("Qui"), mark("Quoi"), mark("Pourquoi"))
"""What the columns of the rows hold."""
IDS = mark(
    "m1 est la première personne parmi les mentor·es, dans l'ordre des réponses, et e1 la première parmi les"
    " mentoré·es : le journal ne nomme aucun·e participant·e."
)
EDITS: Mapping[str, str] = {
    "pin": mark("Binôme imposé : {mentor} – {mentee}"),
    "ban": mark("Binôme écarté : {mentor} – {mentee}"),
    "keep": mark("Binôme gardé : {mentor} – {mentee}"),
    "withdrawn": mark("Départ de {mentor}{mentee}"),
    "arrived": mark("Arrivée de {mentor}{mentee}"),
    "capacity": mark("Places de {mentor}{mentee} : {places}"),
}
"""What was changed by hand, by the kind of the edit."""
DEEDS: Mapping[str, str] = {
    "edit": mark("Changement à la main"),
    "matching": mark("Binômes formés, décision {decision}"),
    "validation": mark("Décision {decision} validée"),
    "replacement": mark("Décision {decision} remplacée, et gardée sous {kept}"),
    "erasure": mark("Une personne effacée, sous le pseudonyme {person}"),
    "purge": mark("Édition close, fichiers effacés : {files}"),
    "interruption": mark("L'écriture d'une ligne avait été interrompue ; ce qu'il en restait est mis de côté"),
}
"""What was done, by the kind of the entry."""
SHORT = 8
"""Characters of a digest that a row shows."""


def rows(entries: Sequence[LogEntry]) -> Iterator[tuple[str, ...]]:
    """Yield a row of words for each entry: number, when, who, what and why."""
    for number, entry in enumerate(entries, 1):
        yield str(number), moment(datetime.fromisoformat(entry.when)), entry.who, deed(entry), entry.why


def deed(entry: LogEntry) -> str:
    """Return in words what was done; a kind that has none yet is told by its name.

    >>> deed(LogEntry(kind="edit", what={"edit": "pin", "mentor": "m3", "mentee": "e5"}, who="Camille"))
    'Binôme imposé : m3 – e5'
    """
    message = EDITS.get(entry.what.get("edit", ""), "") or DEEDS.get(entry.kind, entry.kind)
    what = {name: value[:SHORT] if name == "decision" else value for name, value in entry.what.items()}
    return tr(message).format_map(defaultdict(str, what))


def lines(entries: Sequence[LogEntry]) -> Iterator[str]:
    """Yield the same as sentences, for a terminal."""
    for number, when, who, what, why in rows(entries):
        said = tr("{number}. Le {when}, {who} : {what}", number=number, when=when, who=who, what=what)
        yield f"{said} ({why})" if why else said


def find_replaced(entries: Sequence[LogEntry], decision: str) -> Iterator[str]:
    """Yield that another decision was validated before one that is not, of the last such validation."""
    validations = [one for one in entries if one.kind == "validation"]
    if validations and not any(one.what.get("decision") == decision for one in validations):
        last = validations[-1]
        yield tr(
            "Une autre décision avait été validée avant elle, par {who} le {when}.",
            who=last.who,
            when=moment(datetime.fromisoformat(last.when)),
        )
