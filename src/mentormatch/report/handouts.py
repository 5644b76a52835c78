"""What each participant is handed: one sheet a person, the tables for letters, and how people are reached.

A sheet holds no answer of anybody, no veto, no ranking and no reason, and points only where the programme says so. All
these files are for their owner alone, because they say how people are reached.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import write_document, write_generation
from mentormatch.base.progress import track_documents
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.explanation.caveats import sentences_by_code
from mentormatch.explanation.names import GivenNames, Labels, name_called, with_names
from mentormatch.explanation.pairs import Pair
from mentormatch.explanation.tables import SIDE_WORDS, CellValue, ResultSheet, sheet
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, mark, tr, tr_n
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.repair_choices import letter_changes
from mentormatch.people.codes import digits
from mentormatch.people.cohort import People
from mentormatch.programme.drafts.words import asks_organisation
from mentormatch.programme.enrolment import email_of
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import Documents, FollowUp
from mentormatch.programme.validation_messages import enumerate_names
from mentormatch.record.decision import Decision, read_decision
from mentormatch.record.digests import digest
from mentormatch.record.log import check_chain
from mentormatch.record.seal import Seal
from mentormatch.record.verify import decision_in, journal_beside
from mentormatch.report.addressing import refuse_nameless
from mentormatch.report.book import Book, BookColumn, CellForm
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.exporters.workbook import write_caveats
from mentormatch.report.texts import render_template
from mentormatch.survey.contacts import Contacts, asks_for_mail, asks_for_telephone
from mentormatch.survey.intake import tells_a_person

E_MAIL, PHONE, ORGANISATION = mark("Courriel"), mark("Téléphone"), mark("Structure")
FILES: Mapping[Side, str] = {"mentor": "mentor", "mentee": "mentoree"}
PROVISIONAL = mark("Proposition : rien n'est définitif avant que l'équipe l'ait validée.")
DRAWN = mark("Rien ne distinguait les binômes possibles : un tirage reproductible a choisi.")
NOBODY = mark("Nous n'avons pas de binôme à vous proposer pour le moment. L'équipe vous tiendra au courant.")


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody's partner: side, key, what they are called, how they are reached, the points where they are told.

    ``code`` is the key, or the code that stands for it.
    """

    side: Side
    key: str
    code: str
    name: str
    contacts: tuple[tuple[str, str], ...]
    points: str = ""


@dataclass(frozen=True, slots=True)
class Handout:
    """What one participant is handed: who they are, their partners; ``file`` is the name of their own file.

    Who is mentor and mentee at once is handed one, as a mentor; ``mentee`` is their key on the other side, else empty.
    ``code`` is by what they are known, both codes where these differ. ``coded``: their name stands in a table apart,
    and by their code alone is it known whose sheet this is.
    """

    side: Side
    key: str
    name: str
    partners: tuple[Partner, ...]
    file: str
    mentee: str = ""
    coded: bool = False
    code: str = ""

    @property
    def keys(self) -> dict[Side, str]:
        """Their key on each side that they are on."""
        return {"mentor": self.key, "mentee": self.mentee} if self.mentee else {self.side: self.key}

    def names(self, side: Side) -> list[str]:
        """Return what their partners on one side are called."""
        return [partner.name for partner in self.partners if partner.side == side]

    def sentences(self, words: Mapping[Side, Callable[[Sequence[str]], str]]) -> str:
        """Return what is said of their partners, those whom they accompany first; nothing where they have none."""
        names_in_words = [(self.names(side), words[side]) for side in ("mentee", "mentor")]
        return " ".join(say(names) for names, say in names_in_words if names)

    @property
    def said(self) -> str:
        """The sentences that say who accompanies whom."""
        return self.sentences(ACCOMPANIED) or tr(NOBODY)

    @property
    def missing(self) -> str:
        """What is said to somebody in both roles who has a partner in one of them alone, else nothing."""
        sides: list[Side] = [side for side in LACKING if not self.names(side)]
        return tr(LACKING[sides[0]]) if self.mentee and len(sides) == 1 else ""


ACCOMPANIED: Mapping[Side, Callable[[Sequence[str]], str]] = {
    "mentee": lambda names: tr("Vous accompagnez {names}.", names=listed(names)),
    "mentor": lambda names: tr_n(
        "{names} vous accompagne.", "{names} vous accompagnent.", len(names), names=listed(names)
    ),
}
LACKING: Mapping[Side, str] = {
    "mentee": mark("Nous n'avons personne à vous confier pour le moment."),
    "mentor": mark("Nous n'avons pas de mentor·e à vous proposer pour le moment."),
}


@dataclass(frozen=True, slots=True)
class CommonText:
    """What every sheet says: the programme, the paragraphs of the team, when the team asks again, what stands of it.

    ``caveats`` say why nothing was compared, where that is so: nobody was chosen for their answers then.
    """

    programme: str
    message: tuple[str, ...]
    follow_up: str
    standing: str
    caveats: tuple[str, ...] = ()


def make_handouts(matching: Matching, contacts: Contacts) -> tuple[Handout, ...]:
    """Return what each person of the cohort is handed, mentors first, in the order of their answers.

    Who is on both sides is handed one sheet, among the mentors.
    """
    partners = {side: partners_of(matching, contacts, side) for side in SIDES}
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    both = {i: mentees.ids[k] for i, k in zip(*(side.tolist() for side in matching.cohort.both), strict=True)}
    handed = []
    for side in SIDES:
        people = mentors if side == "mentor" else mentees
        alone = set(range(len(people))) - set(matching.cohort.both[1].tolist() if side == "mentee" else ())
        for row in sorted(alone):
            key, other = people.ids[row], both.get(row, "") if side == "mentor" else ""
            own = (*partners[side].get(key, ()), *(partners["mentee"].get(other, ()) if other else ()))
            name, file = display_name(matching, contacts, side, key), handout_file(people, side, row)
            one = Handout(side, key, name, own, file, other, (side, key) in contacts.names)
            codes = [matching.labels.person(at, each) for at, each in one.keys.items()]
            handed.append(replace(one, code=" / ".join({canonical(code): code for code in codes}.values())))
    return tuple(handed)


def partners_of(matching: Matching, contacts: Contacts, side: Side) -> dict[str, list[Partner]]:
    """Return the partners of each person of one side who has some, in an order that tells nothing of the points."""
    found: dict[str, list[Partner]] = {}
    for pair in sorted(matching.pairs, key=lambda pair: (pair.mentor, pair.mentee)):
        mine, theirs = (pair.mentor, pair.mentee) if side == "mentor" else (pair.mentee, pair.mentor)
        points_text = points(pair.score) if matching.programme.documents.score else ""
        found.setdefault(mine, []).append(partner(matching, contacts, ACROSS[side], theirs, points_text))
    return found


def partner(matching: Matching, contacts: Contacts, side: Side, key: str, points_text: str) -> Partner:
    """Return somebody as their partner reads them."""
    settings = matching.programme.documents
    known = contacts.of(side, key)
    names = partner_contact_fields(settings)
    labels = contact_labels(matching.programme, names)
    lines = tuple((labels[name], known[name]) for name in names if name in known)
    return Partner(
        side, key, matching.labels.person(side, key), display_name(matching, contacts, side, key), lines, points_text
    )


def contact_labels(programme: Programme, names: Sequence[str]) -> Mapping[str, str]:
    """Return what stands before each contact detail: a word for it in the language of the letter, else its question.

    Two addresses, or two telephone numbers, keep the words of their questions.
    """
    words = {name: contact_word(programme, name) for name in names}
    counts = Counter(words.values())
    return {
        name: tr(word) if word and counts[word] == 1 else programme.fields[name].question
        for name, word in words.items()
    }


def contact_word(programme: Programme, name: str) -> str:
    """Return the message for an address, a telephone number or an organisation; empty for another contact detail."""
    field = programme.fields[name]
    if name == email_of(programme) or asks_for_mail(name, field):
        return E_MAIL
    return PHONE if asks_for_telephone(name, field) else ORGANISATION if asks_organisation(field.question) else ""


def partner_contact_fields(settings: Documents) -> list[str]:
    """Return the contact fields that people read of their partners, besides the one by which these are called."""
    return [name for name in settings.contacts if name not in settings.names]


def display_name(matching: Matching, contacts: Contacts, side: Side, key: str) -> str:
    """Return what somebody is called on a sheet."""
    return name_called(matching.programme, contacts, matching.labels, (side, key))


def handout_file(people: People, side: Side, row: int) -> str:
    """Return the name of somebody's own file, which tells nothing of them."""
    return f"fiche-{FILES[side]}-{row + 1:0{digits(len(people))}d}.html"


def common_text(matching: Matching, seal: Seal | None) -> CommonText:
    """Return what every sheet says."""
    programme = matching.programme
    message = tuple(line.strip() for line in programme.documents.message.splitlines() if line.strip())
    validated = bool(seal and seal.validations)
    caveats = (tr(DRAWN),) if matching.is_vacuous else ()
    provisional = "" if validated else tr(PROVISIONAL)
    return CommonText(programme.name, message, follow_up_sentence(programme.follow_up), provisional, caveats)


def follow_up_sentence(follow_up: FollowUp) -> str:
    """Return when the team asks again how it goes, empty where it does not."""
    if not follow_up.fields:
        return ""
    months = listed([str(month) for month in follow_up.months])
    return tr("À {months} mois, l'équipe vous demandera comment cela se passe.", months=months)


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


def letters_book(
    matching: Matching, contacts: Contacts, handed: Sequence[Handout], listed_pairs: Sequence[Pair] | None = None
) -> bytes:
    """Return the workbook from which letters are made, with the rows of these people and pairs; None: all pairs."""
    book = Book(tr("Publipostage – {name}", name=matching.programme.name))
    write_caveats(book, matching)
    people, pairs = (
        person_sheet(matching, contacts, handed),
        pair_letter_sheet(matching, contacts, matching.pairs if listed_pairs is None else listed_pairs),
    )
    for title, table in ((PEOPLE, people), (PAIRS, pairs)):
        named = zip(table.names, table.titles, strict=True)
        columns = [BookColumn(head, *LOOKS.get(name, (28, "wrapped"))) for name, head in named]
        book.table(tr(title), columns, table.rows)
    guide = [(tr(PEOPLE), *line) for line in column_guide(people)] + [
        (tr(PAIRS), *line) for line in column_guide(pairs)
    ]
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
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [("name", tr("Nom"))] if contacts.names else []
    columns += contact_columns(matching, contacts.fields)
    columns += [("state", tr("Situation")), ("count", tr("Nombre de binômes"))]
    of_partner = partner_columns(matching, handed)
    for number in range(1, most + 1):
        columns += [
            (f"{name}_{number}", tr("Binôme {number} : {column}", number=number, column=title))
            for name, title in of_partner
        ]
    columns.append(("file", tr("Fiche")))
    names = [name for name, _ in of_partner]
    return sheet(columns, (person_row(contacts, one, names, most) for one in handed))


def person_row(contacts: Contacts, one: Handout, columns: Sequence[str], most: int) -> tuple[CellValue, ...]:
    """Return the row of one person; ``columns`` are the columns of each of ``most`` partners."""
    known = how_reached(contacts, one)
    own = [one.name] if contacts.names else []
    own += [known.get(name, "") for name in contacts.fields]
    blank: list[CellValue] = [""] * len(columns)
    theirs = [list(partner_cells(contacts, partner, columns)) for partner in one.partners]
    cells = [cell for number in range(most) for cell in (theirs[number] if number < len(theirs) else blank)]
    return (
        listed([tr(SIDE_WORDS[side]) for side in one.keys]),
        one.code,
        *own,
        tr(PLACED[bool(one.partners)]),
        len(one.partners),
        *cells,
        one.file,
    )


def how_reached(contacts: Contacts, one: Handout) -> Mapping[str, str]:
    """Return how somebody is reached; what they said on both sides, if they are on both, is theirs once."""
    known = [contacts.of(side, key) for side, key in one.keys.items()]
    return {name: said for answers in reversed(known) for name, said in answers.items()}


def partner_columns(matching: Matching, handed: Sequence[Handout]) -> list[tuple[str, str]]:
    """Return the columns of one partner: key, name, what participants may read of each other, the points if told.

    Their side too, where somebody is on both.
    """
    settings = matching.programme.documents
    column_guide = [("points", tr("points sur 100"))] if settings.score else []
    role = [("role", tr("côté"))] if any(one.mentee for one in handed) else []
    return [
        *role,
        ("partner", tr("identifiant")),
        ("name", tr("nom")),
        *contact_columns(matching, partner_contact_fields(settings)),
        *column_guide,
    ]


def partner_cells(contacts: Contacts, partner: Partner, columns: Sequence[str]) -> Iterator[CellValue]:
    """Yield the cells of one partner, in these columns."""
    known = contacts.of(partner.side, partner.key)
    own = {
        "role": tr(SIDE_WORDS[partner.side]),
        "partner": partner.code,
        "name": partner.name,
        "points": partner.points,
    }
    yield from (own.get(name, known.get(name, "")) for name in columns)


def pair_letter_sheet(matching: Matching, contacts: Contacts, listed_pairs: Sequence[Pair]) -> ResultSheet:
    """Return one row a pair: both people, and of each what their partner may read, and the address to write to."""
    email, settings = email_of(matching.programme), matching.programme.documents
    fields = list(dict.fromkeys([*settings.contacts, *([email] if email in contacts.fields else [])]))
    columns = [("mentor", tr(MENTOR)), ("mentee", tr(MENTEE))]
    for side, title in tuple(columns):
        columns += [(f"{side}_{name}", about(title, head)) for name, head in contact_columns(matching, fields)]
    return sheet(columns, (pair_row(pair, matching.labels, contacts, fields) for pair in listed_pairs))


def pair_row(pair: Pair, labels: Labels, contacts: Contacts, fields: Sequence[str]) -> tuple[CellValue, ...]:
    """Return the row of one pair."""
    ours, theirs = contacts.of("mentor", pair.mentor), contacts.of("mentee", pair.mentee)
    return (
        *labels.pair((pair.mentor, pair.mentee)),
        *(ours.get(name, "") for name in fields),
        *(theirs.get(name, "") for name in fields),
    )


def contact_columns(matching: Matching, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns of contact fields, under the words of their questions."""
    return [(name, matching.programme.fields[name].question) for name in names]


def column_guide(table: ResultSheet) -> Iterator[tuple[str, str]]:
    """Yield what each column of a table holds."""
    for name, title in zip(table.names, table.titles, strict=True):
        yield title, tr(MEANINGS.get(name.rpartition("_")[0] or name, MEANINGS.get(name, REACHED)))


REACHED = mark("La réponse de la personne à cette question ; elle ne se montre qu'à qui le programme l'a prévu.")
MEANINGS = {
    "side": mark("Mentor·e ou mentoré·e."),
    "key": mark("Le code de la personne : celui qu'elle donne pour répondre au suivi."),
    "state": mark("« en binôme » ou « sans binôme » : pour choisir la lettre."),
    "count": mark("Combien de partenaires a la personne."),
    "role": mark("Le côté de ce ou cette partenaire : un·e mentor·e l'accompagne, un·e mentoré·e est accompagné·e."),
    "partner": mark("Le code du ou de la partenaire de ce numéro ; vide s'il n'y en a pas."),
    "name": mark("Comment l'appeler : le champ que le programme nomme ([documents] name), sinon son code."),
    "points": mark("Les points du binôme, parce que le programme demande de les dire ([documents] score)."),
    "file": mark("Le nom de sa fiche, à joindre à la lettre."),
    "mentor": mark("Le code de la personne qui accompagne."),
    "mentee": mark("Le code de la personne qui est accompagnée."),
}


KIND = "handouts"
LETTERS, ALL, EACH = "publipostage", "fiches.html", "fiches"


def write_handouts(  # noqa: PLR0913 - the published signature; all but three are keywords
    matching: Matching,
    contacts: Contacts,
    folder: str | PathLike[str],
    *,
    decision: str | PathLike[str] | None = None,
    replace: bool = False,
    names: GivenNames | None = None,
    since: Matching | None = None,
) -> tuple[Path, ...]:
    """Write one sheet a participant and the table for letters, and return the files.

    ``publipostage.xlsx`` has a row a person, a row a pair and what each column holds; ``publipostage.csv`` is the first
    of these; ``fiches.html`` has all sheets, to print; the folder ``fiches`` has each by itself, to send.

    Parameters
    ----------
    contacts
        How people are reached; see ``read_contacts``. Which of it partners read of each other is for the programme to
        say, in ``[documents]``.
    decision
        The decision file of these pairs. Where a named person has validated it, the sheets no longer say that they are
        a proposal.
    replace
        Whether files in which somebody wrote are replaced; they are kept beside then, under their date.
    names
        A name for each key, where names stand in a table apart (see ``read_names``); None: those among the contacts.
    since
        A former matching: only the people whose partners differ from it, and newcomers, are handed anything.

    Raises
    ------
    RequestError
        The decision file is not that of these pairs; or the programme has no name, or somebody has none although the
        survey asks for names.
    OutputError
        A file cannot be written, or somebody wrote in one that is there.
    """
    where = Path(folder)
    with language(matching.language, unless_asked=True):
        contacts = with_names(contacts, names, matching.cohort, matching.programme)
        files = handout_files(
            matching, contacts, None if decision is None else seal_of(matching, Path(decision)), since
        )
        matching.programme.keep_codes(matching.cohort)
        with write_generation(where, KIND, replace=replace) as draft:
            draft.caveats = sentences_by_code(matching.caveats)
            for name, content in files.items():
                draft.put(name, content, private=True)
    return tuple(where / name for name in files)


def handout_files(
    matching: Matching, contacts: Contacts, seal: Seal | None, since: Matching | None = None
) -> dict[str, bytes]:
    """Return the files by their names, those of people who changed since a former matching if one is given.

    Raises RequestError if names are missing: see ``refuse_nameless``.
    """
    handed, said = make_handouts(matching, contacts), common_text(matching, seal)
    former: set[KeyPair] = set()
    if since is not None:
        changed = {(change.side, canonical(change.person)) for change in letter_changes(since, matching)}
        handed = tuple(
            one for one in handed if any((side, canonical(key)) in changed for side, key in one.keys.items())
        )
        former = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in since.pairs}
    new = [pair for pair in matching.pairs if (canonical(pair.mentor), canonical(pair.mentee)) not in former]
    refuse_nameless(matching, contacts, handed)
    files = {}
    with track_documents(len(handed) + 3) as begin:
        begin()
        files[f"{LETTERS}.xlsx"] = letters_book(matching, contacts, handed, new)
        begin()
        files[f"{LETTERS}.csv"] = to_csv(person_sheet(matching, contacts, handed))
        begin()
        files[ALL] = render_template("handouts.html", handed=handed, common=said).encode("utf-8")
        for one in handed:
            begin()
            files[f"{EACH}/{one.file}"] = render_template("handouts.html", handed=[one], common=said).encode()
    return files


def handout_notes(matching: Matching, written: Sequence[Path]) -> Iterator[str]:
    """Yield what staff should know before they hand anything out."""
    programme, top = matching.programme, next(path.parent for path in written if path.name == ALL)
    sheets = [path for path in written if path.parent == top / EACH]
    yield tr(
        "{sheets} à envoyer, une par personne, dans {folder}. Tous ces fichiers ne sont lisibles que par vous.",
        sheets=counted(len(sheets), "fiche"),
        folder=EACH,
    )
    shown = listed([programme.fields[name].question for name in programme.documents.contacts])
    read = shown or tr("son code seul ([documents] contacts)")
    yield tr("Ce que chaque personne lit de son ou sa partenaire : {shown}.", shown=read)


def seal_of(matching: Matching, path: Path) -> Seal:
    """Return the seal of a decision file, or of a folder with one; raise RequestError if it is about other pairs."""
    path = decision_in(path)
    stated, ours = read_decision(path), Decision.of(matching)
    if (stated.digests, stated.pairs) != (ours.digests, ours.pairs):
        advice = tr("formez les binômes à partir des mêmes réponses et du même programme, avec les mêmes décisions")
        found = Problem(path.name, tr("d'autres binômes"), tr("la décision de ces binômes"), advice)
        raise RequestError(tr("Rien n'a été écrit : ce fichier de décision n'est pas celui de ces binômes"), [found])
    journal = journal_beside(path)
    decision = digest(path.read_bytes())
    chain = check_chain(journal) if journal.exists() else None
    return Seal.of(chain, decision, chain.head) if chain else Seal(decision, "")


def write_contacts(
    contacts: Contacts, programme: Programme, path: str | PathLike[str], *, replace: bool = False
) -> Path:
    """Write who is reached how, one row a person under their key: a workbook for ``.xlsx``, CSV for ``.csv``.

    Raises OutputError for any other ending, where it cannot be written, or where somebody wrote in the one that is
    there and it is not to be ``replaced``.
    """
    target = Path(path)
    with language(programme.heading.language, unless_asked=True):
        writer = WRITERS.get(target.suffix.lower())
        if writer is None:
            found = Problem(target.name, tr("un autre format"), enumerate_names(WRITERS))
            raise OutputError(tr("Les coordonnées ne s'écrivent pas ainsi"), [found])
        content = writer(contact_sheet(contacts, programme))
        return write_document(target, content, "contacts", replace=replace, private=True)


def contacts_book(table: ResultSheet) -> bytes:
    """Return a table as a workbook of one sheet."""
    book = Book(tr("Coordonnées"))
    book.table(tr("Coordonnées"), [BookColumn(title, CONTACT_WIDTH, "wrapped") for title in table.titles], table.rows)
    return book.content()


CONTACT_WIDTH = 28.0
WRITERS = {".csv": to_csv, ".xlsx": contacts_book}
"""What writes a table, by the ending of the file."""


def contact_sheet(contacts: Contacts, programme: Programme) -> ResultSheet:
    """Return who is reached how, as a table."""
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [(name, programme.fields[name].question) for name in contacts.fields]
    people: dict[tuple[Side | None, str], list[tuple[Side, str]]] = {}
    for side, key in contacts:
        one = None if tells_a_person(key, common=programme.heading.keys_are_common) else side
        people.setdefault((one, canonical(key)), []).append((side, key))
    return sheet(columns, (contact_row(contacts, places) for places in people.values()))


def contact_row(contacts: Contacts, places: Sequence[tuple[Side, str]]) -> tuple[CellValue, ...]:
    """Return how one person is reached, who is on one side or on both."""
    known = {name: said for place in reversed(places) for name, said in contacts.people[place].items()}
    sides = listed([tr(SIDE_WORDS[side]) for side, _ in places])
    return sides, places[0][1], *(known.get(name, "") for name in contacts.fields)
