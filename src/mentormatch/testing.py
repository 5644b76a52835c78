"""Laws of criteria, rules, survey tools and exporters, as tests for authors of extensions.

``check_criterion`` and ``check_rule`` try one kind on people drawn with fixed seeds, with some answers missing,
``check_tool`` and ``check_exporter`` on examples; each run tries the same. They raise AssertionError with the law that
is broken. Each law is a function, which the tests of this project call with other samples.

+doctest
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta, timezone
from importlib.resources import files
from io import StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mentormatch import examples
from mentormatch.base.arrays import BoolVector
from mentormatch.fields import SIDES, AnyField, Side
from mentormatch.fields.extension import Extension
from mentormatch.operations.matching import Exporter, match
from mentormatch.people.cohort import Cohort, People, RowFate
from mentormatch.programme.enrolment import make_intake_plan, read_survey
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Market, Rule, market_of, rules_by_kind
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION
from mentormatch.survey.intake import build_cohort_and_contacts
from mentormatch.survey.table import Record, Rows, TextTable, collect_rows
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import Tool, count, sort_by_tool, tools_by_kind

SAMPLE_COUNT = 10
# Share of the answers that is left out
BLANK_SHARE = 0.2
# Time zone of the answers in ``exported.toml``
EXPORT_TIMEZONE = timezone(timedelta(hours=1))


def check_criterion(
    kind: type[Criterion], programme: Programme | None = None, answers: Sequence[Mapping[str, str]] | None = None
) -> None:
    """Check all laws of criteria with the ``example`` of a criterion.

    ``programme`` and ``answers`` (a mapping from question to text per person) belong together: if one is None, both are
    those of the example ``mentorat``.
    """
    programme, answers = choose_example(programme, answers)
    criterion = kind.model_validate(kind.example)
    check_statement(criterion, programme.fields)
    require_law(bool(kind.title), f"`{criterion.kind}` has a title")
    for seed in range(SAMPLE_COUNT):
        random = Random(seed)
        people = draw_cohort(programme, answers, criterion, random)
        mentors, mentees = people.mentors, people.mentees
        check_values(criterion, mentors, mentees)
        check_value_of_a_pair(criterion, mentors, mentees, draw_rows(mentors, random), draw_rows(mentees, random))
        check_reasons(criterion, mentors, mentees)


def check_rule(
    kind: type[Rule], programme: Programme | None = None, answers: Sequence[Mapping[str, str]] | None = None
) -> None:
    """Check all laws of rules with the ``example`` of a rule; programme and answers as in ``check_criterion``.

    Of a rule on groups only the statement is checked; its example is ``codeveloppement``.
    """
    name = "mentorat" if kind.of_pairs else "codeveloppement"
    programme, answers = choose_example(programme, answers, name)
    rule = kind.model_validate(kind.example)
    check_statement(rule, programme.fields)
    require_law(bool(rule.describe().strip()), f"`{rule.kind}` says in a phrase what it asks")
    for seed in range(SAMPLE_COUNT if kind.of_pairs else 0):
        random = Random(seed)
        people = draw_cohort(programme, answers, rule, random)
        if not rule.applies_to(people):
            people = read_survey(programme, answers)
        cells = [random.randint(0, MILLION) for _ in range(len(people.mentors) * len(people.mentees))]
        shape = len(people.mentors), len(people.mentees)
        market = market_of(people, np.array(cells, dtype=np.int32).reshape(shape))
        check_pairs(rule, market)
        check_forbidden_pair(rule, market, draw_rows(market.mentors, random), draw_rows(market.mentees, random))
        check_relaxations(rule, market)
        for side in SIDES:
            rows = draw_rows(market.side(side), random)
            check_entry_of_a_person(rule, market.side(side), side, rows)
            check_degree_bounds(rule, market.side(side), side, rows)


def check_tool(kind: type[Tool], export: Sequence[Sequence[str]] = (), above: int | None = None) -> None:
    """Check all laws of survey tools with the ``example`` of a tool, or with another export, given as rows of cells.

    The example must read as the people of ``examples/exported.toml``, who answered the same questions by hand.
    ``above`` is the number of rows above the answers, by default the rows above the first one that is read. Another
    export is not compared with those people. The tool must be registered, by its file or by an entry point of an
    installed package.
    """
    require_law(bool(kind.label), f"`{kind.kind}` has a label")
    require_law(bool(export or kind.example), f"`{kind.kind}` states an example")
    rows = to_rows(export or kind.example)
    check_known_rows(kind.kind, rows)
    check_named_tool(kind.kind, rows)
    if count(rows.records[0].cells) > 1:  # a tool that begins with a title of its own may not stand below another
        check_title_above(rows, ["Mentorat 2026"])
    above = count_rows_above(rows) if above is None else above
    for seed in range(SAMPLE_COUNT):
        check_order_of_rows(rows, above, Random(seed))
    if not export:
        check_example(kind)


def check_exporter(kind: type[Exporter]) -> None:
    """Check all laws of exporters: a suffix with its point, which ends the file name, and the same bytes each time.

    The bytes are also compared without pairs and without an assignment.
    """
    exporter, people, programme = kind(), examples.cohort(), examples.programme()
    require_law(kind.kind.startswith("."), f"`{kind.kind}` is the suffix of a file, with its point")
    require_law(kind.filename.endswith(kind.kind), f"`{kind.filename}` ends with `{kind.kind}`")
    one_side_only = Cohort(people.mentors.take([]), people.mentees)
    pair = {"mentor": people.mentors.ids[0], "mentee": people.mentees.ids[0]}
    contradictory_rules = [rules_by_kind()[rule].model_validate(pair) for rule in ("pin", "ban")]
    impossible = programme.with_rules(contradictory_rules)
    for people_or_none, rules in ((people, programme), (one_side_only, programme), (people, impossible)):
        matching = match(people_or_none, rules)
        content = exporter.content(matching)
        require_law(isinstance(content, bytes), f"`{kind.kind}` writes bytes")
        require_law(
            exporter.content(match(people_or_none, rules)) == content, f"`{kind.kind}` writes the same bytes each time"
        )


def require_law(holds: bool, law: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise AssertionError(law)


# --- laws of criteria and rules: what they state ---------------------------------------------------------------------


def check_statement(extension: Extension, fields: Mapping[str, AnyField]) -> None:
    """Check that an extension survives a round trip, shows its given name, and refers to fields of supported kinds."""
    kind = type(extension)
    require_law(kind.model_validate(extension.model_dump(by_alias=True)) == extension, "it reads back as it is written")
    label = getattr(extension.model_copy(update={"name": "a name"}), "label", None)
    require_law(label == "a name", "it is called by the name that staff give it")
    for reference in extension.references():
        is_known = reference.field in fields and fields[reference.field].kind in reference.ref.kinds
        require_law(
            is_known, f"`{reference.setting}` names a field of one of the kinds {', '.join(reference.ref.kinds)}"
        )


# --- laws of criteria ------------------------------------------------------------------------------------------------


def check_values(criterion: Criterion, left: People, right: People) -> None:
    """Check that values are in [0, 1], and NaN exactly if a side did not answer.

    A criterion without fields has values for exactly the pairs that it names, if it names any.
    """
    values = criterion.score(left, right)
    answered = (
        compute_answered_mask(criterion, left, "mentor")[:, None]
        & compute_answered_mask(criterion, right, "mentee")[None, :]
    )
    if not any(criterion.references()) and (named := criterion.pairs_by_name(left, right)) is not None:
        answered = np.zeros(values.shape, dtype=bool)  # it asks nobody anything, and knows the pairs that it names
        answered[named.left, named.right] = True
    require_law(values.shape == (len(left), len(right)), "`score` returns a value a pair, (len(left), len(right))")
    require_law(values.dtype == np.float64, "`score` returns float64")
    require_law(np.array_equal(~np.isnan(values), answered), "a value is NaN exactly where one side gave no answer")
    require_law(bool(((values[answered] >= 0) & (values[answered] <= 1)).all()), "a value is from 0 to 1")


def check_value_of_a_pair(
    criterion: Criterion, left: People, right: People, rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Check that a pair has the same value, to the bit, in every block and order."""
    full_block = criterion.score(left, right)[np.ix_(rows, columns)]
    sub_block = criterion.score(left.take(rows), right.take(columns))
    require_law(
        sub_block.tobytes() == full_block.tobytes(),
        "a pair has the same value, to the bit, whichever block it comes in",
    )


def check_reasons(criterion: Criterion, left: People, right: People) -> None:
    """Check that every pair with a value has a reason, which depends on these two people only."""
    for i, k in np.argwhere(~np.isnan(criterion.score(left, right))).tolist():
        isolated_reason = criterion.reason(left.take([i]).person(0), right.take([k]).person(0))
        require_law(
            isinstance(isolated_reason, str) and bool(isolated_reason.strip()),
            "`reason` gives a phrase for every pair with a value",
        )
        require_law(
            criterion.reason(left.person(i), right.person(k)) == isolated_reason,
            "`reason` rests on these two people alone",
        )


def compute_answered_mask(extension: Extension, people: People, side: Side) -> BoolVector:
    """Return (n,) bool: the people who answered everything that is asked of their side."""
    answered = [people.known(field) for field in extension.fields_of(side)]
    return np.logical_and.reduce(answered, axis=0) if answered else np.ones(len(people), dtype=bool)


# --- laws of rules ---------------------------------------------------------------------------------------------------


def check_pairs(rule: Rule, market: Market) -> None:
    """Check the shapes of a rule's results for pairs, its sums and its pins."""
    block = rule.forbidden(market)
    fits = block is None or (block.shape == market.shape and block.dtype == np.bool_)
    require_law(fits, "`forbidden` returns a bool a pair, (n, m)")
    for row in rule.side_constraints(market):
        weights = np.broadcast_to(row.weights, market.shape)
        require_law(weights.dtype.kind == "i" and bool(row.name), "`side_constraints` have whole weights and a name")
    kept_places = rule.kept_places(market)
    if kept_places is not None:
        fits = kept_places.number >= 0 and (len(kept_places.mentors), len(kept_places.latecomers)) == market.shape
        require_law(fits, "`kept_places` are a number >= 0, with a bool a mentor and a bool a mentee")
    for mentor, mentee in rule.pins(market):
        are_present = 0 <= mentor < market.shape[0] and 0 <= mentee < market.shape[1]
        require_law(are_present, "`pins` are positions of people who are there")


def check_forbidden_pair(rule: Rule, market: Market, rows: Sequence[int], columns: Sequence[int]) -> None:
    """Check that a pair is forbidden in every block and order, or in none."""
    sub_block = rule.forbidden(market.part(np.array(rows, np.intp), np.array(columns, np.intp)))
    full_block = rule.forbidden(market)
    require_law((full_block is None) == (sub_block is None), "`forbidden` speaks of pairs in every block, or in none")
    if full_block is not None and sub_block is not None:
        is_equal = np.array_equal(sub_block, full_block[np.ix_(rows, columns)])
        require_law(is_equal, "a pair is forbidden whichever block it comes in, or in none")


def check_entry_of_a_person(rule: Rule, people: People, side: Side, rows: Sequence[int]) -> None:
    """Check that a rule has an entry >= 0 per person, which depends on that person only."""
    for method in (rule.eligible, rule.priority):
        all_entries, some_entries, name = method(people, side), method(people.take(rows), side), method.__name__
        require_law((all_entries is None) == (some_entries is None), f"`{name}` speaks of any people, or of none")
        if all_entries is not None and some_entries is not None:
            fits = (
                all_entries.shape == (len(people),)
                and all_entries.dtype.kind in "bi"
                and all_entries.min(initial=0) >= 0
            )
            require_law(bool(fits), f"`{name}` returns a truth or a whole number >= 0 a person")
            require_law(np.array_equal(all_entries[rows], some_entries), f"`{name}` rests on the person alone")


def check_degree_bounds(rule: Rule, people: People, side: Side, rows: Sequence[int]) -> None:
    """Check that the bounds on partners depend on the person only, and are whole numbers >= 0."""
    all_bounds, some_bounds = rule.degree_bounds(people, side), rule.degree_bounds(people.take(rows), side)
    require_law((all_bounds is None) == (some_bounds is None), "`degree_bounds` speaks of any people, or of none")
    if all_bounds is None or some_bounds is None:
        return
    require_law(all_bounds.most.dtype == all_bounds.least.dtype == np.int64, "`degree_bounds` are int64")
    require_law(bool((all_bounds.least >= 0).all() and (all_bounds.most >= 0).all()), "`degree_bounds` are >= 0")
    require_law(all_bounds.optional.dtype == np.bool_, "`degree_bounds` say with a bool who may also have nobody")
    for name in ("least", "most", "optional"):
        is_equal = np.array_equal(getattr(all_bounds, name)[rows], getattr(some_bounds, name))
        require_law(is_equal, f"`degree_bounds` rest on the person alone: {name}")


def check_relaxations(rule: Rule, market: Market) -> None:
    """Check that each relaxation, by one step or by all, is a rule of the same kind that forbids no further pair."""
    before = rule.forbidden(market)
    for relaxation in rule.relaxations(market, rule.label):
        for steps in sorted({1, relaxation.furthest} & set(range(1, relaxation.furthest + 1))):
            relaxed = relaxation.after(steps)
            require_law(type(relaxed) is type(rule), "a relaxed rule is a rule of the same kind")
            require_law(bool(relaxation.sentence(steps).strip()), "a relaxation is told in a sentence")
            after = relaxed.forbidden(market)
            forbids_more = before is not None and after is not None and bool((after & ~before).any())
            require_law(not forbids_more, "a relaxed rule forbids no pair that it did not forbid before")


# --- laws of survey tools --------------------------------------------------------------------------------------------


def find_recognizing_tools(rows: Rows) -> list[str]:
    """Return the tools that recognize these rows, without tools that accept any rows."""
    tools = [tool() for tool in tools_by_kind().values()]
    return [tool.kind for tool in tools if not tool.last and tool.knows(rows)]


def check_known_rows(kind: str, rows: Rows) -> None:
    """Check that only this tool recognizes its export, or no tool if this one accepts any rows."""
    expected = [] if tools_by_kind()[kind].last else [kind]
    require_law(find_recognizing_tools(rows) == expected, f"an export of `{kind}` is known by that tool alone")


def check_named_tool(kind: str, rows: Rows) -> None:
    """Check that a tool reads the same whether it is named or recognized."""
    table = sort_by_tool(rows)
    require_law(table.tool == kind, f"an export of `{kind}` is read as one")
    require_law(
        sort_by_tool(rows, kind) == table, f"`{kind}` reads the same where it is named and where it is recognised"
    )


def check_title_above(rows: Rows, titles: Sequence[str]) -> None:
    """Check that a title above an export is never read as its header."""
    records = [*([title] for title in titles), *(record.cells for record in rows.records)]
    expected, titled = sort_by_tool(rows), sort_by_tool(to_rows(records))
    is_equal = (titled.tool, titled.header) == (expected.tool, expected.header)
    require_law(is_equal and cells_of(titled) == cells_of(expected), "a title above an export is never its header")


def check_order_of_rows(rows: Rows, above: int, random: Random) -> None:
    """Check that the order of the answers changes no answer."""
    head, answers = rows.records[:above], list(rows.records[above:])
    random.shuffle(answers)
    shuffled, expected = sort_by_tool(collect_rows(rows.source, [*head, *answers])), sort_by_tool(rows)
    is_equal = (shuffled.header, shuffled.sent) == (expected.header, expected.sent)
    lines = sorted(shuffled.records, key=lambda record: record.line)
    require_law(is_equal and lines == list(expected.records), "the order of the answers changes no answer")


def check_example(kind: type[Tool]) -> None:
    """Check that the example of a tool reads as the fixed people, with the metadata that the tool states."""
    plan, people = make_intake_plan(exported_programme(kind)), exported_people()
    answers = [{name: person[name] for name in person if name in plan.fields} for person in people]
    table = read_export(kind.example)
    cohort, read_contacts = build_cohort_and_contacts([(table, None)], plan)
    expected, contacts = build_cohort_and_contacts([(read_table(answers, tool="plain"), None)], plan)
    for side in SIDES:
        read_people, expected_people = cohort.side(side), expected.side(side)
        require_law(
            sorted(read_people.ids) == sorted(expected_people.ids),
            f"the example has as {side}s {', '.join(expected_people.ids)}",
        )
        for name in expected_people.columns:
            answers_read, answers_expected = answers_by_key(read_people, name), answers_by_key(expected_people, name)
            require_law(
                answers_read == answers_expected,
                f"the example is read as the same answers to `{name}`: {answers_read} instead of {answers_expected}",
            )
    remarked = {remark.text for remark in expected.remarks} <= {remark.text for remark in cohort.remarks}
    require_law(remarked, "the example has what M2 typed beside the options")
    require_law(read_contacts.people == contacts.people, "the example is read as people who are reached as they told")
    rows = {row.key: row for row in cohort.rows}
    for person in people:
        check_submission(kind, rows[person["code"]], person)
    numbers = {table.sent[row.line].response if row.line in table.sent else "" for row in rows.values()}
    numbered = "" not in numbers and len(numbers) == len(rows)
    fits = numbered if kind.page.response else numbers == {""}
    require_law(fits, "each answer has a number of its own where `page.response` says so, none where it does not")


def check_submission(kind: type[Tool], row: RowFate, person: Mapping[str, Any]) -> None:
    """Check that a row has its time, and its unfinished state, if ``page`` of the tool states them."""
    is_unfinished = bool(kind.page.unfinished) and "unfinished" in person
    require_law(
        (row.fate == "incomplete") == is_unfinished,
        f"`page.unfinished` says whether it is known that {row.key} left half-way",
    )
    expected_time = person["sent"] if kind.page.sent else None
    day = expected_time and datetime.combine(expected_time, time())  # some tools tell no more
    read_time = row.when.astimezone(EXPORT_TIMEZONE).replace(tzinfo=None) if row.when and row.when.tzinfo else row.when
    require_law(
        read_time in (expected_time, day) or (is_unfinished and not read_time),
        f"`page.sent`: {row.key} answered at {expected_time}, not {read_time}",
    )


def answers_by_key(people: People, name: str) -> dict[str, str]:
    return {key: people.shown(name, row) for row, key in enumerate(people.ids)}


def exported_people() -> list[dict[str, Any]]:
    """Return the people in the examples of tools: answers, time of sending, unfinished state."""
    people: list[dict[str, Any]] = read_exported()["people"]
    return people


def exported_programme(kind: type[Tool]) -> Programme:
    """Return the programme of these people, with the mapping of questions for a tool."""
    settings = {name: part for name, part in read_exported().items() if name != "people"}
    return Programme.read({**settings, "mapping": {"questions": dict(kind.mapping)}})


def read_exported() -> dict[str, Any]:
    return tomllib.loads(files(examples).joinpath("exported.toml").read_text(encoding="utf-8"))


def read_export(cells: Sequence[Sequence[str]]) -> TextTable:
    """Return the table that is read from a file of these cells."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "export.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(cells)
        return read_table(file)


def count_rows_above(rows: Rows) -> int:
    """Return the number of rows of an export above its first answer."""
    table = sort_by_tool(rows)
    lines = [*(row.line for row in table.records), *(row.line for row in table.refused)]
    return sum(row.line < min(lines, default=0) for row in rows.records)


def to_rows(cells: Sequence[Sequence[str]]) -> Rows:
    """Return cells as rows, as a reader produces them."""
    return collect_rows("answers.csv", (Record(line, tuple(row)) for line, row in enumerate(cells, 1)))


def cells_of(table: TextTable) -> list[tuple[str, ...]]:
    return [record.cells for record in table.records]


# --- people ----------------------------------------------------------------------------------------------------------


def choose_example(
    programme: Programme | None, answers: Sequence[Mapping[str, str]] | None, name: str = "mentorat"
) -> tuple[Programme, Sequence[Mapping[str, str]]]:
    """Return programme and answers; both those of an example if one is not given."""
    if programme is not None and answers is not None:
        return programme, answers
    text = examples.contents(name)[examples.ANSWERS_FILE].decode("utf-8-sig")
    return examples.programme(name), list(csv.DictReader(StringIO(text), delimiter=";"))


def draw_cohort(
    programme: Programme, answers: Sequence[Mapping[str, str]], extension: Extension, random: Random
) -> Cohort:
    """Draw some of the people, and leave out some of their answers to the questions of an extension."""
    questions = {programme.fields[reference.field].question for reference in extension.references()}
    questions |= {reference.field for reference in extension.references()}

    def with_blanks(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        blank_questions = {question for question in sorted(questions) if random.random() < BLANK_SHARE}
        for header, cell in row.items():
            yield header, "" if header.split(" [", maxsplit=1)[0] in blank_questions else cell

    people = random.sample(answers, random.randint(len(answers) // 2, len(answers)))
    return read_survey(programme, [dict(with_blanks(row)) for row in people])


def draw_rows(people: People, random: Random) -> list[int]:
    """Draw the rows of some people, in random order."""
    return random.sample(range(len(people)), random.randint(0, len(people)))
