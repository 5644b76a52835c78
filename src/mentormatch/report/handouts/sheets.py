"""One sheet a participant: their partners, how to reach them, and what the team says.

It holds no answer of anybody, no veto, no ranking and no reason, and points only where the programme says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mentormatch.explanation import labels
from mentormatch.fields import Side
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import listed, points
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import People
from mentormatch.programme.sections import Documents, FollowUp
from mentormatch.record.seal import Seal
from mentormatch.report.view import labels_for_notebook
from mentormatch.survey.contacts import Contacts

SIDES: tuple[Side, Side] = ("mentor", "mentee")
ACROSS: Mapping[Side, Side] = {"mentor": "mentee", "mentee": "mentor"}
FILES: Mapping[Side, str] = {"mentor": "mentor", "mentee": "mentoree"}
PROVISIONAL = mark("Proposition : rien n'est définitif avant que l'équipe l'ait validée.")
DRAWN = mark("Rien ne distinguait les binômes possibles : un tirage reproductible a choisi.")
NOBODY = mark("Nous n'avons pas de binôme à vous proposer pour le moment. L'équipe vous tiendra au courant.")


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody's partner: their key, what they are called, how they are reached, the points where they are told.

    ``code`` is the key as their partner reads it, empty where keys are e-mail addresses.
    """

    key: str
    code: str
    name: str
    contacts: tuple[tuple[str, str], ...]
    points: str = ""


@dataclass(frozen=True, slots=True)
class Handout:
    """What one participant is handed: who they are, their partners; ``file`` is the name of their own file."""

    side: Side
    key: str
    name: str
    partners: tuple[Partner, ...]
    file: str

    @property
    def said(self) -> str:
        """The sentence that says who accompanies whom."""
        names = listed([partner.name for partner in self.partners])
        if not names:
            return tr(NOBODY)
        if self.side == "mentor":
            return tr("Vous accompagnez {names}.", names=names)
        count = len(self.partners)
        return tr_n("{names} vous accompagne.", "{names} vous accompagnent.", count, names=names)


@dataclass(frozen=True, slots=True)
class CommonText:
    """What every sheet says: the programme, the paragraphs of the team, when the team asks again, what stands of it.

    ``caveats`` say why nothing was compared, where that is so: nobody was chosen for their answers then.
    """

    programme: str
    message: tuple[str, ...]
    asked: str
    standing: str
    caveats: tuple[str, ...] = ()


def handouts(matching: Matching, contacts: Contacts) -> tuple[Handout, ...]:
    """Return what each person of the cohort is handed, mentors first, in the order of their answers."""
    return tuple(handout for side in SIDES for handout in of_side(matching, contacts, side))


def of_side(matching: Matching, contacts: Contacts, side: Side) -> Iterator[Handout]:
    """Yield what each person of one side is handed."""
    people = matching.cohort.side(side)
    partners = partners_of(matching, contacts, side)
    for row, key in enumerate(people.ids):
        name = called(matching, contacts, side, key)
        yield Handout(side, key, name, tuple(partners.get(key, ())), file_of(people, side, row))


def partners_of(matching: Matching, contacts: Contacts, side: Side) -> dict[str, list[Partner]]:
    """Return the partners of each person of one side who has some, in an order that tells nothing of the points."""
    found: dict[str, list[Partner]] = {}
    for pair in sorted(matching.pairs, key=lambda pair: (pair.mentor, pair.mentee)):
        mine, theirs = (pair.mentor, pair.mentee) if side == "mentor" else (pair.mentee, pair.mentor)
        told = points(pair.score) if matching.programme.documents.score else ""
        found.setdefault(mine, []).append(partner(matching, contacts, ACROSS[side], theirs, told))
    return found


def partner(matching: Matching, contacts: Contacts, side: Side, key: str, told: str) -> Partner:
    """Return somebody as their partner reads them."""
    settings, fields = matching.programme.documents, matching.programme.fields
    known = contacts.of(side, key)
    lines = tuple((fields[name].question, known[name]) for name in read_of_partners(settings) if name in known)
    code = key if matching.programme.fields_with("key") else ""
    return Partner(key, code, called(matching, contacts, side, key), lines, told)


def read_of_partners(settings: Documents) -> list[str]:
    """Return the contact fields that people read of their partners, besides the one by which these are called."""
    return [name for name in settings.contacts if name != settings.name]


def called(matching: Matching, contacts: Contacts, side: Side, key: str) -> str:
    """Return what somebody is called on a sheet."""
    return labels.name_called(matching.programme, contacts, labels_for_notebook(matching), (side, key))


def file_of(people: People, side: Side, row: int) -> str:
    """Return the name of somebody's own file, which tells nothing of them."""
    return f"fiche-{FILES[side]}-{row + 1:0{labels.digits(len(people))}d}.html"


def common(matching: Matching, seal: Seal | None) -> CommonText:
    """Return what every sheet says."""
    programme = matching.programme
    message = tuple(line.strip() for line in programme.documents.message.splitlines() if line.strip())
    validated = bool(seal and seal.validations)
    caveats = (tr(DRAWN),) if matching.hollow else ()
    provisional = "" if validated else tr(PROVISIONAL)
    return CommonText(programme.name, message, asked_again(programme.follow_up), provisional, caveats)


def asked_again(follow_up: FollowUp) -> str:
    """Return when the team asks again how it goes, empty where it does not."""
    if not follow_up.fields:
        return ""
    months = listed([str(month) for month in follow_up.months])
    return tr("À {months} mois, l'équipe vous demandera comment cela se passe.", months=months)
