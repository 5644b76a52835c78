"""Programme + files of answers -> cohort, and the contact details of the same people."""

from collections.abc import Iterator, Sequence
from functools import partial
from logging import getLogger
from os import PathLike

from mentormatch.errors import SurveyError
from mentormatch.fields import AnyField, Side
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import language, mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion
from mentormatch.survey.contacts import MAIL_WORDS, Contacts
from mentormatch.survey.intake import build_cohort, build_cohort_and_contacts, name_fields
from mentormatch.survey.plan import IntakePlan, Roles, answer_mapping
from mentormatch.survey.side_sheets import read_own_sheets, read_per_sheet
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import FrameSource, Records, SheetSource, read_table
from mentormatch.survey.table_reader import TableSource as Opened

LOGGER = getLogger(__name__)

type AnswerSource = str | PathLike[str] | SheetSource | FrameSource | Records | Opened


def read_survey(  # noqa: PLR0913 - what can be said of files is its contract
    programme: Programme,
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> Cohort:
    """Return the cohort in one source for both sides, one source per side, or a source for one side only.

    A source is a file, a frame (pandas, polars, pyarrow or another that narwhals supports, in memory), or an iterable
    of mappings from a question or the id of a field to an answer; see ``survey.table_reader.read_table``. A side
    without a source is empty.

    Every row appears once in ``cohort.rows`` as taken, incomplete, replaced or rejected, with its line and the reason.
    ``tool`` is the kind of survey tool that wrote the files; by default it is detected. ``encoding`` is that of text
    files; by default it is detected. Raises SurveyError with every problem of the files if they cannot be used.

    See Also
    --------
    intake : a report on the answers before solving.
    read_contacts : names and addresses, which a cohort does not contain.
    draft_programme : a first programme from an unknown survey.

    Examples
    --------
    >>> import mentormatch as mm
    >>> languages = mm.fields.Choices(question="Languages", options=["French", "LSF"])
    >>> programme = mm.Programme(
    ...     heading=mm.sections.Heading(name="Trial"),
    ...     fields={"code": mm.fields.Text(question="Code", use="key"), "languages": languages},
    ... )
    >>> mentors = [{"Code": "M1", "Languages": "French; LSF"}, {"Code": "M2", "Languages": None}]
    >>> cohort = read_survey(programme, mentors=mentors, mentees=[{"Code": "E1", "Languages": "LSF"}])
    >>> cohort
    Cohort(2 mentors, 1 mentees, 3 rows)
    >>> [row.fate for row in cohort.rows]
    ['taken', 'taken', 'taken']
    """
    with language(programme.heading.language, unless_asked=True):
        tables = read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding)
        cohort = build_cohort(as_members(tables, programme), make_intake_plan(programme, per_side=are_per_side(tables)))
    LOGGER.info("%d rows: %d mentors, %d mentees", len(cohort.rows), len(cohort.mentors), len(cohort.mentees))
    return cohort


def read_contacts(  # noqa: PLR0913 - what can be said of files is its contract
    programme: Programme,
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> Contacts:
    """Return the contact details of the people who answered: the answers of use ``contact``, absent from cohorts.

    Raises SurveyError as ``read_survey`` does.
    """
    with language(programme.heading.language, unless_asked=True):
        tables = read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding)
        plan = make_intake_plan(programme, per_side=are_per_side(tables))
        return build_cohort_and_contacts(as_members(tables, programme), plan)[1]


def are_per_side(tables: Sequence[tuple[TextTable, Side | None]]) -> bool:
    return all(side is not None for _, side in tables)


def as_members(
    tables: list[tuple[TextTable, Side | None]], programme: Programme
) -> list[tuple[TextTable, Side | None]]:
    """Return the tables; in a programme of groups without facilitators, everyone who answered is a member."""
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

    A workbook whose sheets are named after the two sides becomes one table per side.
    """
    is_joint = answers is not None and mentors is None and mentees is None
    is_separate = answers is None and not (mentors is None and mentees is None)
    if not is_joint and not is_separate:
        raise SurveyError(tr("Donnez un fichier pour les deux côtés, ou un fichier par côté (ou d'un seul)"))

    def read(source: AnswerSource, sheet: str | None = None) -> TextTable:
        return read_table(source, tool=tool, encoding=encoding, sheet=sheet)

    if answers is not None:
        return read_per_sheet(read(answers), partial(read, answers))
    sources: dict[Side, AnswerSource | None] = {"mentor": mentors, "mentee": mentees}
    sides = [(source, side) for side, source in sources.items() if source is not None]
    tables = [(read(source), side) for source, side in sides]
    return read_own_sheets(tables, [partial(read, source) for source, _ in sides])


def make_intake_plan(programme: Programme, *, per_side: bool = False) -> IntakePlan:
    """Return the intake plan of ``programme``; with ``per_side`` each table contains one side."""
    roles = get_roles(programme)
    key = programme.fields_with("key")
    return IntakePlan(
        fields=programme.fields,
        key=key[0] if key else None,
        email=email_of(programme),
        roles=None if per_side else roles,
        required_fields=frozenset(find_needed_fields(programme, per_side=per_side)),
        weights={side: side_weights(programme, side) for side in ("mentor", "mentee")},
        minimum_answered=programme.heading.minimum_answered,
        mapping=answer_mapping(programme.mapping.questions, programme.mapping.options),
        forgotten=programme.forgotten,
        only_side=None if programme.sessions is None else "mentee",
        common_keys=programme.heading.keys_are_common,
        names=name_fields(programme.fields, programme.documents.names),
        codes=programme.codes.known,
        dates=programme.mapping.dates,
    )


def get_roles(programme: Programme) -> Roles | None:
    """Return the question that separates mentors from mentees, or facilitators from members; None without one."""
    leading, role = programme.groups and programme.groups.facilitators, programme.heading.role
    if leading:
        unknown_role = mark("le rôle n'est ni celui des animateurs ni celui des membres")
        return Roles(leading.field, leading.facilitator, leading.member, unknown_role)
    if role is None:
        return None
    ticked = programme.heading.both and programme.fields[role.field].kind == "choices"
    return Roles(role.field, role.mentor, role.mentee, both=role.both or ticked)


def email_of(programme: Programme) -> str | None:
    """Return the field of e-mail addresses: stated in the heading, else the first contact with such words."""
    if programme.heading.email is not None:
        return programme.heading.email
    contacts = programme.fields_with("contact")
    texts = {name: fold(f"{name} {programme.fields[name].question}") for name in contacts}
    return next((name for name in contacts if any(word in texts[name] for word in MAIL_WORDS)), None)


def find_needed_fields(programme: Programme, *, per_side: bool) -> Iterator[str]:
    """Yield the fields that the files must contain."""
    yield from programme.fields_with("key")
    yield from programme.fields_with("consent")
    roles = get_roles(programme)
    if roles and not per_side:
        yield roles.field
    if programme.emphasis is not None:
        yield programme.emphasis.field
    for extension in (*programme.criteria, *programme.rules):
        named = (reference.field for reference in extension.references())
        yield from (name for name in named if not programme.fields[name].later)


def side_weights(programme: Programme, side: Side) -> dict[str, float]:
    """Return the weight in the score of each field that people of ``side`` answer in the first survey."""
    weights: dict[str, float] = {}
    for criterion in programme.criteria:
        names = [
            name
            for name in criterion_fields(criterion, programme, side)
            if is_in_first_file(programme.fields[name], side)
        ]
        for name in names:
            weights[name] = weights.get(name, 0.0) + criterion.weight / len(names)
    return weights


def criterion_fields(criterion: Criterion, programme: Programme, side: Side) -> list[str]:
    """Return the fields that people of ``side`` answer for a criterion; in groups the members answer all of them."""
    if programme.groups is None:
        return criterion.fields_of(side)
    return [reference.field for reference in criterion.references()] if side == "mentee" else []


def is_in_first_file(field: AnyField, side: Side) -> bool:
    return field.asks(side) and not field.later
