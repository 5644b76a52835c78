"""The table from which letters are made: a row a person, a row a pair, and what each column holds."""

from collections.abc import Iterator, Sequence

from mentormatch.explanation.tables import SIDES, CellValue, ResultSheet, sheet
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about
from mentormatch.operations.matching import Matching
from mentormatch.programme.enrolment import email_of
from mentormatch.report.book import Book, BookColumn, CellForm
from mentormatch.report.exporters.workbook import write_caveats
from mentormatch.report.handouts.sheets import Handout, Partner, read_of_partners
from mentormatch.survey.contacts import Contacts

PEOPLE, PAIRS, GUIDE = mark("Par personne"), mark("Par binôme"), mark("Colonnes")
MENTOR, MENTEE = mark("Mentor·e"), mark("Mentoré·e")
PLACED = {True: mark("en binôme"), False: mark("sans binôme")}
LOOKS: dict[str, tuple[float, CellForm]] = {
    "side": (12, "text"),
    "key": (16, "strong"),
    "state": (14, "text"),
    "count": (10, "count"),
    "mentor": (16, "strong"),
    "mentee": (16, "strong"),
}
"""Widths and forms of the columns that are not as the others."""


def letters_book(matching: Matching, contacts: Contacts, handed: Sequence[Handout]) -> bytes:
    """Return the workbook from which letters are made."""
    book = Book(tr("Publipostage – {name}", name=matching.programme.name))
    write_caveats(book, matching)
    people, pairs = person_sheet(matching, contacts, handed), pair_letter_sheet(matching, contacts)
    for title, table in ((PEOPLE, people), (PAIRS, pairs)):
        named = zip(table.names, table.titles, strict=True)
        columns = [BookColumn(head, *LOOKS.get(name, (28, "wrapped"))) for name, head in named]
        book.table(tr(title), columns, table.rows)
    guide = [(tr(PEOPLE), *line) for line in told(people)] + [(tr(PAIRS), *line) for line in told(pairs)]
    heads = [
        BookColumn(tr("Feuille"), 16, "strong"),
        BookColumn(tr("Colonne"), 40),
        BookColumn(tr("Contenu"), 80, "wrapped"),
    ]
    book.table(tr(GUIDE), heads, guide)
    return book.content()


def person_sheet(matching: Matching, contacts: Contacts, handed: Sequence[Handout]) -> ResultSheet:
    """Return one row a person: who they are, how they are reached, and each of their partners in numbered columns."""
    most = max((len(one.partners) for one in handed), default=0)
    columns = [("side", tr("Côté")), ("key", tr("Identifiant")), *reached(matching, contacts.fields)]
    columns += [("state", tr("Situation")), ("count", tr("Nombre de binômes"))]
    for number in range(1, most + 1):
        columns += [
            (f"{name}_{number}", tr("Binôme {number} : {column}", number=number, column=title))
            for name, title in partner_columns(matching)
        ]
    columns.append(("file", tr("Fiche")))
    return sheet(columns, (person_row(matching, contacts, one, most) for one in handed))


def person_row(matching: Matching, contacts: Contacts, one: Handout, most: int) -> tuple[CellValue, ...]:
    """Return the row of one person."""
    known = contacts.of(one.side, one.key)
    own = [known.get(name, "") for name in contacts.fields]
    theirs: list[CellValue] = []
    for number in range(most):
        theirs += partner_cells(matching, contacts, one, number)
    return (tr(SIDES[one.side]), one.key, *own, tr(PLACED[bool(one.partners)]), len(one.partners), *theirs, one.file)


def partner_columns(matching: Matching) -> list[tuple[str, str]]:
    """Return the columns of one partner: key, name, what participants may read of each other, the points if told."""
    settings = matching.programme.documents
    told = [("points", tr("points sur 100"))] if settings.score else []
    return [("partner", tr("identifiant")), ("name", tr("nom")), *reached(matching, read_of_partners(settings)), *told]


def partner_cells(matching: Matching, contacts: Contacts, one: Handout, number: int) -> Iterator[CellValue]:
    """Yield the cells of one partner, empty where there is none of this number."""
    settings = matching.programme.documents
    partner = one.partners[number] if number < len(one.partners) else Partner("", "", "", ())
    side: Side = "mentee" if one.side == "mentor" else "mentor"
    known = contacts.of(side, partner.key) if partner.key else {}
    yield from (partner.key, partner.name)
    yield from (known.get(name, "") for name in read_of_partners(settings))
    if settings.score:
        yield partner.points


def pair_letter_sheet(matching: Matching, contacts: Contacts) -> ResultSheet:
    """Return one row a pair: both people, and of each what their partner may read, and the address to write to."""
    email, settings = email_of(matching.programme), matching.programme.documents
    fields = list(dict.fromkeys([*settings.contacts, *([email] if email in contacts.fields else [])]))
    columns = [("mentor", tr(MENTOR)), ("mentee", tr(MENTEE))]
    for side, title in tuple(columns):
        columns += [(f"{side}_{name}", about(title, head)) for name, head in reached(matching, fields)]
    return sheet(columns, (pair_row(pair.mentor, pair.mentee, contacts, fields) for pair in matching.pairs))


def pair_row(mentor: str, mentee: str, contacts: Contacts, fields: Sequence[str]) -> tuple[CellValue, ...]:
    """Return the row of one pair."""
    ours, theirs = contacts.of("mentor", mentor), contacts.of("mentee", mentee)
    return (mentor, mentee, *(ours.get(name, "") for name in fields), *(theirs.get(name, "") for name in fields))


def reached(matching: Matching, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns of contact fields, under the words of their questions."""
    return [(name, matching.programme.fields[name].question) for name in names]


def told(table: ResultSheet) -> Iterator[tuple[str, str]]:
    """Yield what each column of a table holds."""
    for name, title in zip(table.names, table.titles, strict=True):
        yield title, tr(MEANINGS.get(name.rpartition("_")[0] or name, MEANINGS.get(name, REACHED)))


REACHED = mark("La réponse de la personne à cette question ; elle ne se montre qu'à qui le programme l'a prévu.")
MEANINGS = {
    "side": mark("Mentor·e ou mentoré·e."),
    "key": mark("Le code de la personne : celui qu'elle donne pour répondre au suivi."),
    "state": mark("« en binôme » ou « sans binôme » : pour choisir la lettre."),
    "count": mark("Combien de partenaires a la personne."),
    "partner": mark("Le code du ou de la partenaire de ce numéro ; vide s'il n'y en a pas."),
    "name": mark("Comment l'appeler : le champ que le programme nomme ([documents] name), sinon son code."),
    "points": mark("Les points du binôme, parce que le programme demande de les dire ([documents] score)."),
    "file": mark("Le nom de sa fiche, à joindre à la lettre."),
    "mentor": mark("Le code de la personne qui accompagne."),
    "mentee": mark("Le code de la personne qui est accompagnée."),
}
