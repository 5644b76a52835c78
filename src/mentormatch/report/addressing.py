"""Checks before letters and sheets are written: name of the programme, names of people, contact details of partners.

People are called by codes only if the answers contain no names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import MAX_LISTED_KEYS as MOST_NAMED
from mentormatch.explanation.names import first_of, given_name
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.translation import tr, tr_n, translations
from mentormatch.operations.matching import Matching
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import UNNAMED_PROGRAMME
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import name_fields


class ReachablePartner(Protocol):
    """A partner of a participant, with the contact details that the participant may read."""

    @property
    def side(self) -> Side: ...
    @property
    def key(self) -> str: ...
    @property
    def contacts(self) -> Sequence[tuple[str, str]]: ...


class PartnerLetter(Protocol):
    """The letter or sheet of a participant: the key on each side, and the partners."""

    @property
    def keys(self) -> Mapping[Side, str]: ...
    @property
    def partners(self) -> Sequence[ReachablePartner]: ...


def refuse_nameless(matching: Matching, contacts: Contacts, handouts: Sequence[PartnerLetter]) -> None:
    """Raise RequestError if a letter or a sheet would have no name of the programme, or codes in place of names."""
    problems = [*find_missing_programme_name(matching.programme), *find_missing_names(matching, contacts, handouts)]
    if problems:
        raise RequestError(tr("Aucune lettre ni fiche n'est écrite : il y manque des noms"), problems)


def find_missing_programme_name(programme: Programme) -> Iterator[Problem]:
    """Yield a problem if a programme still has the name of a draft."""
    if programme.name in translations(UNNAMED_PROGRAMME):
        advice = tr("donnez-lui le nom sous lequel les personnes le connaissent")
        yield Problem("[programme] name", tr("le programme n'est pas encore nommé"), advice=advice)


def find_missing_names(matching: Matching, contacts: Contacts, handouts: Sequence[PartnerLetter]) -> Iterator[Problem]:
    """Yield a problem if answers have names but no field is declared as the name, or if only some people have one.

    Yields nothing if all people lack a name: then everyone is called by a code.
    """
    programme = matching.programme
    if not (programme.documents.names or contacts.names):
        answered_names = {name for answers in contacts.people.values() for name in answers}
        name_settings = [f'"{name}"' for name in name_fields(programme.fields) if name in answered_names]
        if name_settings:
            value = name_settings[0] if len(name_settings) == 1 else f"[{', '.join(name_settings)}]"
            yield Problem("[documents] name", tr("absent, et les réponses ont des noms"), f"name = {value}")
        return
    recipients = [(side, key) for handout in handouts for side, key in handout.keys.items()]
    partners = [(partner.side, partner.key) for handout in handouts for partner in handout.partners]
    people = dict.fromkeys((*recipients, *partners))
    nameless_people = [
        matching.labels.person(*person) for person in people if not get_person_name(contacts, programme, person)
    ]
    if 0 < len(nameless_people) < len(people):
        people_text = (
            first_of(nameless_people, MOST_NAMED) if len(nameless_people) > MOST_NAMED else listed(nameless_people)
        )
        advice = tr("complétez leurs réponses, ou donnez tous les noms dans une table à part (--names-from)")
        yield Problem(people_text, tr("sans nom dans les réponses"), advice=advice)


def get_person_name(contacts: Contacts, programme: Programme, person: tuple[Side, str]) -> str:
    return contacts.names.get(person) or given_name(contacts, programme, person)


def format_unreachable_warning(matching: Matching, handouts: Sequence[PartnerLetter]) -> str:
    """Return a sentence if people would not read how to reach their partners, else an empty text."""
    paired = [handout for handout in handouts if handout.partners]
    incomplete = [handout for handout in paired if not all(partner.contacts for partner in handout.partners)]
    if not incomplete:
        return ""
    if not matching.programme.documents.contacts:
        return tr(
            "Personne ne lirait comment joindre son ou sa binôme : le programme ne nomme aucune coordonnée que les"
            " personnes acceptent de partager ([documents] contacts)."
        )
    return tr_n(
        "{people} ne lirait pas comment joindre son ou sa binôme.",
        "{people} ne liraient pas comment joindre leur binôme.",
        len(incomplete),
        people=counted(len(incomplete), "personne"),
    )
