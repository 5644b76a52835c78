"""Whether letters and sheets can go out: a programme with a name, people with theirs, partners who can be reached.

People are called by a code only if no question of the survey asks for their names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import MOST_LISTED as MOST_NAMED
from mentormatch.explanation.names import first_of, given_name
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.translation import mark, tr, tr_n, translations
from mentormatch.operations.matching import Matching
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import UNNAMED
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import name_fields

NO_CONTACTS = mark(
    "Personne ne lirait comment joindre son ou sa binôme : le programme ne nomme aucune coordonnée que les personnes"
    " acceptent de partager ([documents] contacts)."
)


class Met(Protocol):
    """A partner whom somebody is to meet, and how to reach them."""

    @property
    def side(self) -> Side: ...
    @property
    def key(self) -> str: ...
    @property
    def contacts(self) -> Sequence[tuple[str, str]]: ...


class Addressed(Protocol):
    """What one participant is handed: their key on each side that they are on, and their partners."""

    @property
    def keys(self) -> Mapping[Side, str]: ...
    @property
    def partners(self) -> Sequence[Met]: ...


def refuse_nameless(matching: Matching, contacts: Contacts, handed: Sequence[Addressed]) -> None:
    """Raise RequestError if a letter or a sheet would have no name of the programme, or codes in place of names."""
    problems = [*unnamed_programme(matching.programme), *nameless(matching, contacts, handed)]
    if problems:
        raise RequestError(tr("Aucune lettre ni fiche n'est écrite : il y manque des noms"), problems)


def unnamed_programme(programme: Programme) -> Iterator[Problem]:
    """Yield that a programme has the name of a draft."""
    if programme.name in translations(UNNAMED):
        advice = tr("donnez-lui le nom sous lequel les personnes le connaissent")
        yield Problem("[programme] name", tr("le programme n'est pas encore nommé"), advice=advice)


def nameless(matching: Matching, contacts: Contacts, handed: Sequence[Addressed]) -> Iterator[Problem]:
    """Yield that no question is said to give the names that people gave, or the codes of those who gave none."""
    programme = matching.programme
    if not (programme.documents.names or contacts.names):
        given = {name for said in contacts.people.values() for name in said}
        asked = [f'"{name}"' for name in name_fields(programme.fields) if name in given]
        if asked:
            value = asked[0] if len(asked) == 1 else f"[{', '.join(asked)}]"
            yield Problem("[documents] name", tr("absent, et les réponses ont des noms"), f"name = {value}")
        return
    handed_to = [(side, key) for one in handed for side, key in one.keys.items()]
    met = [(partner.side, partner.key) for one in handed for partner in one.partners]
    people = dict.fromkeys((*handed_to, *met))
    without = [matching.labels.person(*person) for person in people if not called(contacts, programme, person)]
    if 0 < len(without) < len(people):
        shown = first_of(without, MOST_NAMED) if len(without) > MOST_NAMED else listed(without)
        advice = tr("complétez leurs réponses, ou donnez tous les noms dans une table à part (--names-from)")
        yield Problem(shown, tr("sans nom dans les réponses"), advice=advice)


def called(contacts: Contacts, programme: Programme, person: tuple[Side, str]) -> str:
    """Return the name of a person: of a table apart, or as the person gave it; empty if neither is known."""
    return contacts.names.get(person) or given_name(contacts, programme, person)


def unreachable(matching: Matching, handed: Sequence[Addressed]) -> str:
    """Return in a sentence that people would not read how to reach their partners; empty if all would."""
    paired = [one for one in handed if one.partners]
    lost = [one for one in paired if not all(partner.contacts for partner in one.partners)]
    if not lost:
        return ""
    if not matching.programme.documents.contacts:
        return tr(NO_CONTACTS)
    return tr_n(
        "{people} ne lirait pas comment joindre son ou sa binôme.",
        "{people} ne liraient pas comment joindre leur binôme.",
        len(lost),
        people=counted(len(lost), "personne"),
    )
