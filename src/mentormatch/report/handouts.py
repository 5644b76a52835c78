"""The documents for each participant: one sheet per person, the mail-merge tables, and the contact details.

A sheet has no answer of anyone but names and contact details, no veto, ranking or reason, and points only if the
programme requires them. All these files are readable for their owner alone, because they contain contact details.
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
from mentormatch.explanation.names import GivenNames, Labels, name_called, on_both_sides, with_names
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
from mentormatch.report.book import BookColumn, CellFormat, WorkbookWriter
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.exporters.workbook import write_caveats
from mentormatch.report.texts import render_template
from mentormatch.survey.contacts import Contacts, asks_for_mail, asks_for_telephone
from mentormatch.survey.intake import identifies_person

PROVISIONAL_TEXT = mark("Proposition : rien n'est définitif avant que l'équipe l'ait validée.")
NO_PARTNER_TEXT = mark("Nous n'avons pas de binôme à vous proposer pour le moment. L'équipe vous tiendra au courant.")


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner of a participant, with name, contact details, and points if the programme shows them.

    ``code`` is the key, or a code if keys identify people.
    """

    side: Side
    key: str
    code: str
    name: str
    contacts: tuple[tuple[str, str], ...]
    points: str = ""


@dataclass(frozen=True, slots=True)
class Handout:
    """The sheet of one participant: the person, the partners, and ``file``, the name of the single sheet.

    A person in both roles has one sheet, as a mentor; ``mentee`` is then the key on the other side, else empty.
    ``code`` is the code of the person, or both codes if they differ. ``coded`` is true if the name comes from a
    separate table: then the sheet also prints the code.
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
        """The key of the person on each side."""
        return {"mentor": self.key, "mentee": self.mentee} if self.mentee else {self.side: self.key}

    def names(self, side: Side) -> list[str]:
        return [partner.name for partner in self.partners if partner.side == side]

    def sentences(self, templates: Mapping[Side, Callable[[Sequence[str]], str]]) -> str:
        """Return a sentence on the partners per side, mentees first; empty if there is no partner."""
        names_and_templates = [(self.names(side), templates[side]) for side in ("mentee", "mentor")]
        return " ".join(template(names) for names, template in names_and_templates if names)

    @property
    def said(self) -> str:
        """The sentences on the partners, or on their absence."""
        return self.sentences(PARTNER_SENTENCES) or tr(NO_PARTNER_TEXT)

    @property
    def missing(self) -> str:
        """A sentence for a person in both roles who has partners in one role only, else empty."""
        sides: list[Side] = [side for side in NO_PARTNER_BY_SIDE if not self.names(side)]
        return tr(NO_PARTNER_BY_SIDE[sides[0]]) if self.mentee and len(sides) == 1 else ""


PARTNER_SENTENCES: Mapping[Side, Callable[[Sequence[str]], str]] = {
    "mentee": lambda names: tr("Vous accompagnez {names}.", names=listed(names)),
    "mentor": lambda names: tr_n(
        "{names} vous accompagne.", "{names} vous accompagnent.", len(names), names=listed(names)
    ),
}
NO_PARTNER_BY_SIDE: Mapping[Side, str] = {
    "mentee": mark("Nous n'avons personne à vous confier pour le moment."),
    "mentor": mark("Nous n'avons pas de mentor·e à vous proposer pour le moment."),
}


@dataclass(frozen=True, slots=True)
class CommonText:
    """The text on every sheet: programme, paragraphs of the team, months of the follow-up, status of the pairs.

    ``standing`` is empty if a named person validated the pairs. ``caveats`` state that pairs were drawn, if nothing was
    compared.
    """

    programme: str
    message: tuple[str, ...]
    follow_up: str
    standing: str
    caveats: tuple[str, ...] = ()


def make_handouts(matching: Matching, contacts: Contacts) -> tuple[Handout, ...]:
    """Return the sheet of each person of the cohort, mentors first, in the order of the answers.

    A person on both sides has one sheet, among the mentors.
    """
    partners = {side: get_partners_by_key(matching, contacts, side) for side in SIDES}
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    mentee_key_by_row = {
        i: mentees.ids[k] for i, k in zip(*(side.tolist() for side in matching.cohort.both), strict=True)
    }
    handouts = []
    for side in SIDES:
        people = mentors if side == "mentor" else mentees
        rows = set(range(len(people))) - set(matching.cohort.both[1].tolist() if side == "mentee" else ())
        for row in sorted(rows):
            key, mentee_key = people.ids[row], mentee_key_by_row.get(row, "") if side == "mentor" else ""
            person_partners = (
                *partners[side].get(key, ()),
                *(partners["mentee"].get(mentee_key, ()) if mentee_key else ()),
            )
            name, file = display_name(matching, contacts, side, key), handout_file(people, side, row)
            handout = Handout(side, key, name, person_partners, file, mentee_key, (side, key) in contacts.names)
            codes = [matching.labels.person(at, code_key) for at, code_key in handout.keys.items()]
            handouts.append(replace(handout, code=" / ".join({canonical(code): code for code in codes}.values())))
    return tuple(handouts)


def get_partners_by_key(matching: Matching, contacts: Contacts, side: Side) -> dict[str, list[Partner]]:
    """Return the partners of each person of one side, in an order that does not depend on the points."""
    partners: dict[str, list[Partner]] = {}
    for pair in sorted(matching.pairs, key=lambda pair: (pair.mentor, pair.mentee)):
        mine, theirs = (pair.mentor, pair.mentee) if side == "mentor" else (pair.mentee, pair.mentor)
        points_text = points(pair.score) if matching.programme.documents.score else ""
        partners.setdefault(mine, []).append(partner(matching, contacts, ACROSS[side], theirs, points_text))
    return partners


def partner(matching: Matching, contacts: Contacts, side: Side, key: str, points_text: str) -> Partner:
    settings = matching.programme.documents
    answers = contacts.of(side, key)
    names = partner_contact_fields(settings)
    labels = contact_labels(matching.programme, names)
    lines = tuple((labels[name], answers[name]) for name in names if name in answers)
    return Partner(
        side, key, matching.labels.person(side, key), display_name(matching, contacts, side, key), lines, points_text
    )


def contact_labels(programme: Programme, names: Sequence[str]) -> Mapping[str, str]:
    """Return a label per contact detail: a word in the language of the letter, else the question.

    Details that would have the same word, such as two addresses, are labelled by their questions.
    """
    words = {name: contact_word(programme, name) for name in names}
    counts = Counter(words.values())
    return {
        name: tr(word) if word and counts[word] == 1 else programme.fields[name].question
        for name, word in words.items()
    }


def contact_word(programme: Programme, name: str) -> str:
    """Return the message for an address, a telephone number or an organisation, else an empty text."""
    field = programme.fields[name]
    if name == email_of(programme) or asks_for_mail(name, field):
        return mark("Courriel")
    return (
        mark("Téléphone")
        if asks_for_telephone(name, field)
        else mark("Structure")
        if asks_organisation(field.question)
        else ""
    )


def partner_contact_fields(settings: Documents) -> list[str]:
    """Return the contact fields that partners may read, without the fields of the name."""
    return [name for name in settings.contacts if name not in settings.names]


def display_name(matching: Matching, contacts: Contacts, side: Side, key: str) -> str:
    return name_called(matching.programme, contacts, matching.labels, (side, key))


def handout_file(people: People, side: Side, row: int) -> str:
    stem = "mentor" if side == "mentor" else "mentoree"
    return f"fiche-{stem}-{row + 1:0{digits(len(people))}d}.html"


def common_text(matching: Matching, seal: Seal | None) -> CommonText:
    programme = matching.programme
    message = tuple(line.strip() for line in programme.documents.message.splitlines() if line.strip())
    validated = bool(seal and seal.validations)
    caveats = (
        (tr("Rien ne distinguait les binômes possibles : un tirage reproductible a choisi."),)
        if matching.is_vacuous
        else ()
    )
    provisional = "" if validated else tr(PROVISIONAL_TEXT)
    return CommonText(programme.name, message, follow_up_sentence(programme.follow_up), provisional, caveats)


def follow_up_sentence(follow_up: FollowUp) -> str:
    """Return the months of the follow-up as a sentence, empty if there is none."""
    if not follow_up.fields:
        return ""
    months = listed([str(month) for month in follow_up.months])
    return tr("À {months} mois, l'équipe vous demandera comment cela se passe.", months=months)


PEOPLE_SHEET, PAIRS_SHEET = mark("Par personne"), mark("Par binôme")
# Width and format of columns other than wrapped text
COLUMN_STYLES: dict[str, tuple[float, CellFormat]] = {
    "side": (12, "text"),
    "key": (16, "strong"),
    "state": (14, "text"),
    "count": (10, "count"),
    "mentor": (16, "strong"),
    "mentee": (16, "strong"),
}


def letters_book(
    matching: Matching, contacts: Contacts, handouts: Sequence[Handout], listed_pairs: Sequence[Pair] | None = None
) -> bytes:
    """Return the mail-merge workbook of these people and pairs; ``listed_pairs`` None means all pairs."""
    book = WorkbookWriter(tr("Publipostage – {name}", name=matching.programme.name))
    write_caveats(book, matching)
    people, pairs = (
        person_sheet(matching, contacts, handouts),
        pair_letter_sheet(matching, contacts, matching.pairs if listed_pairs is None else listed_pairs),
    )
    for title, table in ((PEOPLE_SHEET, people), (PAIRS_SHEET, pairs)):
        headings = zip(table.names, table.titles, strict=True)
        columns = [BookColumn(title, *COLUMN_STYLES.get(name, (28, "wrapped"))) for name, title in headings]
        book.table(tr(title), columns, table.rows)
    guide = [(tr(PEOPLE_SHEET), *line) for line in column_guide(people)] + [
        (tr(PAIRS_SHEET), *line) for line in column_guide(pairs)
    ]
    heads = [
        BookColumn(tr("Feuille"), 16, "strong"),
        BookColumn(tr("Colonne"), 40),
        BookColumn(tr("Contenu"), 80, "wrapped"),
    ]
    book.table(tr("Colonnes"), heads, guide)
    return book.content()


def person_sheet(matching: Matching, contacts: Contacts, handouts: Sequence[Handout]) -> ResultSheet:
    """Return a row per person: the person, contact details, numbered columns for each partner, and the sheet's file."""
    max_partners = max((len(handout.partners) for handout in handouts), default=0)
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [("name", tr("Nom"))] if contacts.names else []
    columns += contact_columns(matching, contacts.fields)
    columns += [("state", tr("Situation")), ("count", tr("Nombre de binômes"))]
    partner_headings = partner_columns(matching, handouts)
    for number in range(1, max_partners + 1):
        columns += [
            (f"{name}_{number}", tr("Binôme {number} : {column}", number=number, column=title))
            for name, title in partner_headings
        ]
    columns.append(("file", tr("Fiche")))
    names = [name for name, _ in partner_headings]
    return sheet(columns, (person_row(contacts, handout, names, max_partners) for handout in handouts))


def person_row(
    contacts: Contacts, handout: Handout, columns: Sequence[str], max_partners: int
) -> tuple[CellValue, ...]:
    """Return the row of one person, with ``columns`` repeated for ``max_partners`` partners."""
    details = get_contact_details(contacts, handout)
    person_cells = [handout.name] if contacts.names else []
    person_cells += [details.get(name, "") for name in contacts.fields]
    blank: list[CellValue] = [""] * len(columns)
    cells_by_partner = [list(partner_cells(contacts, partner, columns)) for partner in handout.partners]
    cells = [
        cell
        for number in range(max_partners)
        for cell in (cells_by_partner[number] if number < len(cells_by_partner) else blank)
    ]
    return (
        listed([tr(SIDE_WORDS[side]) for side in handout.keys]),
        handout.code,
        *person_cells,
        tr("en binôme") if handout.partners else tr("sans binôme"),
        len(handout.partners),
        *cells,
        handout.file,
    )


def get_contact_details(contacts: Contacts, handout: Handout) -> Mapping[str, str]:
    """Merge the contact details given on both sides; the first side wins."""
    answers_by_side = [contacts.of(side, key) for side, key in handout.keys.items()]
    return {name: answer for answers in reversed(answers_by_side) for name, answer in answers.items()}


def partner_columns(matching: Matching, handouts: Sequence[Handout]) -> list[tuple[str, str]]:
    """Return the columns of one partner: code, name, readable contact details, and points if shown.

    If a person is on both sides, the side of the partner is the first column.
    """
    settings = matching.programme.documents
    points_column = [("points", tr("points sur 100"))] if settings.score else []
    role_column = [("role", tr("côté"))] if any(handout.mentee for handout in handouts) else []
    return [
        *role_column,
        ("partner", tr("identifiant")),
        ("name", tr("nom")),
        *contact_columns(matching, partner_contact_fields(settings)),
        *points_column,
    ]


def partner_cells(contacts: Contacts, partner: Partner, columns: Sequence[str]) -> Iterator[CellValue]:
    answers = contacts.of(partner.side, partner.key)
    values = {
        "role": tr(SIDE_WORDS[partner.side]),
        "partner": partner.code,
        "name": partner.name,
        "points": partner.points,
    }
    yield from (values.get(name, answers.get(name, "")) for name in columns)


def pair_letter_sheet(matching: Matching, contacts: Contacts, listed_pairs: Sequence[Pair]) -> ResultSheet:
    """Return a row per pair: both people, with the details that partners may read and the e-mail address."""
    email, settings = email_of(matching.programme), matching.programme.documents
    fields = list(dict.fromkeys([*settings.contacts, *([email] if email in contacts.fields else [])]))
    columns = [("mentor", tr("Mentor·e")), ("mentee", tr("Mentoré·e"))]
    for side, title in tuple(columns):
        columns += [(f"{side}_{name}", about(title, question)) for name, question in contact_columns(matching, fields)]
    return sheet(columns, (pair_row(pair, matching.labels, contacts, fields) for pair in listed_pairs))


def pair_row(pair: Pair, labels: Labels, contacts: Contacts, fields: Sequence[str]) -> tuple[CellValue, ...]:
    mentor_answers, mentee_answers = contacts.of("mentor", pair.mentor), contacts.of("mentee", pair.mentee)
    return (
        *labels.pair((pair.mentor, pair.mentee)),
        *(mentor_answers.get(name, "") for name in fields),
        *(mentee_answers.get(name, "") for name in fields),
    )


def contact_columns(matching: Matching, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, matching.programme.fields[name].question) for name in names]


def column_guide(table: ResultSheet) -> Iterator[tuple[str, str]]:
    for name, title in zip(table.names, table.titles, strict=True):
        stem, _, number = name.rpartition("_")
        yield title, tr(COLUMN_HELP.get(stem if number.isdecimal() else name, CONTACT_HELP))


CONTACT_HELP = mark("La réponse de la personne à cette question ; elle ne se montre qu'à qui le programme l'a prévu.")
COLUMN_HELP = {
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


MAIL_MERGE_STEM, ALL_SHEETS_FILENAME, SHEETS_FOLDER = "publipostage", "fiches.html", "fiches"


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
    """Write one sheet per participant and the mail-merge tables, and return the files.

    ``publipostage.xlsx`` has a row per person, a row per pair, and an explanation of each column; ``publipostage.csv``
    is its table of people; ``fiches.html`` has all sheets, to print; the folder ``fiches`` has each sheet as a file, to
    send. Unedited files of the last call in this folder that are not written again are deleted.

    Parameters
    ----------
    contacts
        The contact details; see ``read_contacts``. The section ``[documents]`` of the programme states which of them
        partners may read.
    decision
        The decision file of these pairs. If a named person has validated it, the sheets no longer call the pairs a
        proposal.
    replace
        Whether edited files are replaced; they are backed up under their date.
    names
        A name per key from a separate table (see ``read_names``); None: the names among the contacts.
    since
        A former matching: only newcomers and people whose partners differ from it get a sheet, and the tables contain
        only these people and the pairs that are new.

    Raises
    ------
    RequestError
        The decision file belongs to other pairs; the programme has no name; answers have names but no field is
        declared as the name; or some people have a name and others none.
    OutputError
        A file cannot be written, or an existing file was edited and ``replace`` is false.
    """
    target = Path(folder)
    with language(matching.language, unless_asked=True):
        contacts = with_names(contacts, names, matching.cohort, matching.programme)
        files = handout_files(
            matching, contacts, None if decision is None else get_matching_seal(matching, Path(decision)), since
        )
        matching.programme.keep_codes(matching.cohort)
        with write_generation(target, "handouts", replace=replace) as draft:
            draft.caveats = sentences_by_code(matching.caveats)
            for name, content in files.items():
                draft.put(name, content, private=True)
    return tuple(target / name for name in files)


def handout_files(
    matching: Matching, contacts: Contacts, seal: Seal | None, since: Matching | None = None
) -> dict[str, bytes]:
    """Return the files by name; with ``since``, only for newcomers, people whose partners differ, and new pairs.

    Raises RequestError if names are missing: see ``refuse_nameless``.
    """
    handouts, common = make_handouts(matching, contacts), common_text(matching, seal)
    former: set[KeyPair] = set()
    if since is not None:
        changed = {(change.side, canonical(change.person)) for change in letter_changes(since, matching)}
        roles = find_roles(since)
        handouts = tuple(handout for handout in handouts if not changed.isdisjoint(list_identities(handout, roles)))
        former = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in since.pairs}
    new = [pair for pair in matching.pairs if (canonical(pair.mentor), canonical(pair.mentee)) not in former]
    refuse_nameless(matching, contacts, handouts)
    files = {}
    with track_documents(len(handouts) + 3) as next_document:
        next_document()
        files[f"{MAIL_MERGE_STEM}.xlsx"] = letters_book(matching, contacts, handouts, new)
        next_document()
        files[f"{MAIL_MERGE_STEM}.csv"] = to_csv(person_sheet(matching, contacts, handouts))
        next_document()
        files[ALL_SHEETS_FILENAME] = render_template("handouts.html", handed=handouts, common=common).encode("utf-8")
        for handout in handouts:
            next_document()
            files[f"{SHEETS_FOLDER}/{handout.file}"] = render_template(
                "handouts.html", handed=[handout], common=common
            ).encode()
    return files


type Identity = tuple[Side, str]  # side, and key in comparison form


def find_roles(before: Matching) -> Mapping[Identity, tuple[Identity, ...]]:
    """Return both identities of each person in both roles, by each of them."""
    return {identity: roles for roles in on_both_sides(before.cohort) for identity in roles}


def list_identities(handout: Handout, former_roles: Mapping[Identity, tuple[Identity, ...]]) -> list[Identity]:
    """Return the identities of a person now, and in a former matching with these roles."""
    present = [(side, canonical(key)) for side, key in handout.keys.items()]
    return list(dict.fromkeys(role for identity in present for role in (identity, *former_roles.get(identity, ()))))


def handout_notes(matching: Matching, written: Sequence[Path]) -> Iterator[str]:
    """Yield notes for staff before they distribute the sheets."""
    programme, folder = matching.programme, next(path.parent for path in written if path.name == ALL_SHEETS_FILENAME)
    sheets = [path for path in written if path.parent == folder / SHEETS_FOLDER]
    yield tr(
        "{sheets} à envoyer, une par personne, dans {folder}. Tous ces fichiers ne sont lisibles que par vous.",
        sheets=counted(len(sheets), "fiche"),
        folder=SHEETS_FOLDER,
    )
    fields_text = listed([programme.fields[name].question for name in programme.documents.contacts])
    details_text = fields_text or tr("son code seul ([documents] contacts)")
    yield tr("Ce que chaque personne lit de son ou sa partenaire : {shown}.", shown=details_text)


def get_matching_seal(matching: Matching, path: Path) -> Seal:
    """Return the seal of a decision file or folder. Raises RequestError if it belongs to other pairs."""
    path = decision_in(path)
    file_decision, decision_of_matching = read_decision(path), Decision.of(matching)
    if (file_decision.digests, file_decision.pairs) != (decision_of_matching.digests, decision_of_matching.pairs):
        advice = tr("formez les binômes à partir des mêmes réponses et du même programme, avec les mêmes décisions")
        problem = Problem(path.name, tr("d'autres binômes"), tr("la décision de ces binômes"), advice)
        raise RequestError(tr("Rien n'a été écrit : ce fichier de décision n'est pas celui de ces binômes"), [problem])
    journal = journal_beside(path)
    decision = digest(path.read_bytes())
    chain = check_chain(journal) if journal.exists() else None
    return Seal.of(chain, decision, chain.head) if chain else Seal(decision, "")


def write_contacts(
    contacts: Contacts, programme: Programme, path: str | PathLike[str], *, replace: bool = False
) -> Path:
    """Write the contact details, one row per person with the key: a workbook for ``.xlsx``, CSV for ``.csv``.

    Raises OutputError for another suffix, if the file cannot be written, or if an existing file was edited and
    ``replace`` is false.
    """
    target = Path(path)
    with language(programme.heading.language, unless_asked=True):
        writer = WRITER_BY_SUFFIX.get(target.suffix.lower())
        if writer is None:
            problem = Problem(target.name, tr("un autre format"), enumerate_names(WRITER_BY_SUFFIX))
            raise OutputError(tr("Les coordonnées ne s'écrivent pas ainsi"), [problem])
        content = writer(contact_sheet(contacts, programme))
        return write_document(target, content, "contacts", replace=replace, private=True)


def contacts_book(table: ResultSheet) -> bytes:
    book = WorkbookWriter(tr("Coordonnées"))
    book.table(tr("Coordonnées"), [BookColumn(title, 28.0, "wrapped") for title in table.titles], table.rows)
    return book.content()


WRITER_BY_SUFFIX = {".csv": to_csv, ".xlsx": contacts_book}


def contact_sheet(contacts: Contacts, programme: Programme) -> ResultSheet:
    """Return the contact details as a table, one row per person."""
    columns = [("side", tr("Côté")), ("key", tr("Identifiant"))]
    columns += [(name, programme.fields[name].question) for name in contacts.fields]
    people: dict[tuple[Side | None, str], list[tuple[Side, str]]] = {}
    for side, key in contacts:
        key_side = None if identifies_person(key, common=programme.heading.keys_are_common) else side
        people.setdefault((key_side, canonical(key)), []).append((side, key))
    return sheet(columns, (contact_row(contacts, places) for places in people.values()))


def contact_row(contacts: Contacts, identities: Sequence[tuple[Side, str]]) -> tuple[CellValue, ...]:
    """Return the row of one person, who may have one identity or one per side."""
    answers = {name: answer for identity in reversed(identities) for name, answer in contacts.people[identity].items()}
    sides = listed([tr(SIDE_WORDS[side]) for side, _ in identities])
    return sides, identities[0][1], *(answers.get(name, "") for name in contacts.fields)
