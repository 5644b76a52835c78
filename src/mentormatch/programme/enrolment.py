"""Programme + files of answers -> cohort."""

from collections.abc import Iterator, Sequence
from functools import partial
from os import PathLike

from mentormatch.errors import SurveyError
from mentormatch.fields import AnyField, Side
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import language, mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion
from mentormatch.survey.contacts import MAIL, Contacts
from mentormatch.survey.intake import name_fields, take_apart, take_in
from mentormatch.survey.plan import Plan, Roles, renaming
from mentormatch.survey.side_sheets import read_own_sheets, read_per_sheet
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import FrameSource, Records, SheetSource, read_table
from mentormatch.survey.table_reader import TableSource as Opened

type AnswerSource = str | PathLike[str] | SheetSource | FrameSource | Records | Opened

NEITHER = mark("le rôle n'est ni celui des animateurs ni celui des membres")


def read_survey(  # noqa: PLR0913 - what can be said of files is its contract
    programme: Programme,
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> Cohort:
    """Return the cohort that answered: one source for both sides, one each, or one side alone.

    A source is a file, a frame (pandas, polars, pyarrow or another that narwhals knows, held in memory), or an iterable
    of mappings, question or id of a field to answer; see ``survey.table_reader.read_table``. Without a source for it a
    side has nobody.

    Every row ends once in ``cohort.rows`` as taken, incomplete, replaced or rejected, with its line and the reason.
    ``tool`` is the kind of survey tool that wrote the files, None: the one that knows its own marks in them;
    ``encoding`` that of the files that are text, None: the one that their bytes show.
    Raises SurveyError with every problem of the files where they cannot be taken.
    """
    with language(programme.heading.language, unless_asked=True):
        tables = read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding)
        return take_in(of_members(tables, programme), plan_of(programme, apart=are_apart(tables)))


def read_contacts(  # noqa: PLR0913 - what can be said of files is its contract
    programme: Programme,
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> Contacts:
    """Return how the people who answered are reached: the answers of use ``contact``, which no cohort holds.

    Raises SurveyError as ``read_survey`` does.
    """
    with language(programme.heading.language, unless_asked=True):
        tables = read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding)
        return take_apart(of_members(tables, programme), plan_of(programme, apart=are_apart(tables)))[1]


def are_apart(tables: Sequence[tuple[TextTable, Side | None]]) -> bool:
    """Return whether each table contains one side."""
    return all(side is not None for _, side in tables)


def of_members(
    tables: list[tuple[TextTable, Side | None]], programme: Programme
) -> list[tuple[TextTable, Side | None]]:
    """Return the tables; in a programme of groups where nobody leads, all who answered are members."""
    if programme.groups is None or programme.groups.facilitators is not None:
        return tables
    return [(table, "mentee") for table, _ in tables]


def read_tables(
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> list[tuple[TextTable, Side | None]]:
    """Return each source as a table, with the side that answered it, None for both; see ``read_survey``.

    A workbook whose sheets are named after the two sides is a table per side.
    """
    both = answers is not None and mentors is None and mentees is None
    apart = answers is None and not (mentors is None and mentees is None)
    if not both and not apart:
        raise SurveyError(tr("Donnez un fichier pour les deux côtés, ou un fichier par côté (ou d'un seul)"))

    def read(source: AnswerSource, sheet: str | None = None) -> TextTable:
        return read_table(source, tool=tool, encoding=encoding, sheet=sheet)

    if answers is not None:
        return read_per_sheet(read(answers), partial(read, answers))
    sources: dict[Side, AnswerSource | None] = {"mentor": mentors, "mentee": mentees}
    given = [(source, side) for side, source in sources.items() if source is not None]
    tables = [(read(source), side) for source, side in given]
    return read_own_sheets(tables, [partial(read, source) for source, _ in given])


def plan_of(programme: Programme, *, apart: bool = False) -> Plan:
    """Return what intake needs to know of ``programme``; ``apart`` where each side has a file of its own."""
    roles = roles_of(programme)
    key = programme.fields_with("key")
    return Plan(
        fields=programme.fields,
        key=key[0] if key else None,
        email=email_of(programme),
        roles=None if apart else roles,
        needed=frozenset(find_needed_fields(programme, apart=apart)),
        weights={side: weights(programme, side) for side in ("mentor", "mentee")},
        minimum_answered=programme.heading.minimum_answered,
        renaming=renaming(programme.mapping.questions, programme.mapping.options),
        forgotten=programme.forgotten,
        alone=None if programme.sessions is None else "mentee",
        common_keys=programme.heading.keys_are_common,
        names=name_fields(programme.fields, programme.documents.names),
        codes=programme.codes.known,
        dates=programme.mapping.dates,
    )


def roles_of(programme: Programme) -> Roles | None:
    """Return what tells the two sides apart: mentors from mentees, or who leads groups from who is a member."""
    leading, role = programme.groups and programme.groups.facilitators, programme.heading.role
    if leading:
        return Roles(leading.field, leading.facilitator, leading.member, NEITHER)
    if role is None:
        return None
    ticked = programme.heading.both and programme.fields[role.field].kind == "choices"
    return Roles(role.field, role.mentor, role.mentee, both=role.both or ticked)


def email_of(programme: Programme) -> str | None:
    """Return the field that holds e-mail addresses: the one named, or the first contact that says so."""
    if programme.heading.email is not None:
        return programme.heading.email
    contacts = programme.fields_with("contact")
    said = {name: fold(f"{name} {programme.fields[name].question}") for name in contacts}
    return next((name for name in contacts if any(word in said[name] for word in MAIL)), None)


def find_needed_fields(programme: Programme, *, apart: bool) -> Iterator[str]:
    """Yield the fields without which the programme cannot be followed."""
    yield from programme.fields_with("key")
    yield from programme.fields_with("consent")
    roles = roles_of(programme)
    if roles and not apart:
        yield roles.field
    if programme.emphasis is not None:
        yield programme.emphasis.field
    for extension in (*programme.criteria, *programme.rules):
        named = (reference.field for reference in extension.references())
        yield from (name for name in named if not programme.fields[name].later)


def weights(programme: Programme, side: Side) -> dict[str, float]:
    """Return how much of the score rests on each field that people of ``side`` answer from the first file on."""
    found: dict[str, float] = {}
    for criterion in programme.criteria:
        mine = [
            name for name in fields_of(criterion, programme, side) if is_in_first_file(programme.fields[name], side)
        ]
        for name in mine:
            found[name] = found.get(name, 0.0) + criterion.weight / len(mine)
    return found


def fields_of(criterion: Criterion, programme: Programme, side: Side) -> list[str]:
    """Return the fields that people of ``side`` answer for a criterion: in groups the members answer all of them."""
    if programme.groups is None:
        return criterion.fields_of(side)
    return [reference.field for reference in criterion.references()] if side == "mentee" else []


def is_in_first_file(field: AnyField, side: Side) -> bool:
    """Say whether people of ``side`` answer a question from the first file on."""
    return field.asks(side) and not field.later
