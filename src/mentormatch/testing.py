"""The laws of criteria, rules, survey tools and exporters, for the tests of whoever writes one.

``check_criterion``, ``check_rule``, ``check_tool`` and ``check_exporter`` try one kind on people who are drawn with
seeds, some answers of whom are missing, a tool on those of its example; two runs try the same. Where a law does not
hold they raise AssertionError, with the law. Each law is a function of its own, which the tests of this project call
with other draws.

>>> from mentormatch.rules.kinds.compared_answers import Gap
>>> check_rule(Gap)
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
from mentormatch.survey.intake import take_apart
from mentormatch.survey.table import Record, Rows, TextTable, gather
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import Tool, count, sort_by_tool, tools_by_kind

DRAWS = 10
BLANK_SHARE = 0.2
"""So much of the answers that are asked about is left out."""
WINTER = timezone(timedelta(hours=1))
"""The time zone in which the people of ``exported.toml`` sent their answers."""


def check_criterion(
    kind: type[Criterion], programme: Programme | None = None, answers: Sequence[Mapping[str, str]] | None = None
) -> None:
    """Hold every law of criteria against the ``example`` that a criterion states.

    ``programme`` and ``answers`` (a row a person, question to text) are those of the example programme ``mentorat``
    unless given.
    """
    programme, answers = choose_example(programme, answers)
    criterion = kind.model_validate(kind.example)
    check_statement(criterion, programme.fields)
    hold(bool(kind.title), f"`{criterion.kind}` has a title")
    for seed in range(DRAWS):
        random = Random(seed)
        people = draw_cohort(programme, answers, criterion, random)
        left, right = people.mentors, people.mentees
        check_values(criterion, left, right)
        check_value_of_a_pair(criterion, left, right, draw_part(left, random), draw_part(right, random))
        check_reasons(criterion, left, right)


def check_rule(
    kind: type[Rule], programme: Programme | None = None, answers: Sequence[Mapping[str, str]] | None = None
) -> None:
    """Hold every law of rules against the ``example`` that a rule states; programme and answers as for a criterion."""
    name = "mentorat" if kind.of_pairs else "codeveloppement"
    programme, answers = choose_example(programme, answers, name)
    rule = kind.model_validate(kind.example)
    check_statement(rule, programme.fields)
    hold(bool(rule.describe().strip()), f"`{rule.kind}` says in a phrase what it asks")
    for seed in range(DRAWS if kind.of_pairs else 0):
        random = Random(seed)
        people = draw_cohort(programme, answers, rule, random)
        if not rule.applies_to(people):
            people = read_survey(programme, answers)
        cells = [random.randint(0, MILLION) for _ in range(len(people.mentors) * len(people.mentees))]
        shape = len(people.mentors), len(people.mentees)
        market = market_of(people, np.array(cells, dtype=np.int32).reshape(shape))
        check_pairs(rule, market)
        check_forbidden_pair(rule, market, draw_part(market.mentors, random), draw_part(market.mentees, random))
        check_relaxations(rule, market)
        for side in SIDES:
            some = draw_part(market.side(side), random)
            check_entry_of_a_person(rule, market.side(side), side, some)
            check_degree_bounds(rule, market.side(side), side, some)


def check_tool(kind: type[Tool], export: Sequence[Sequence[str]] = (), above: int | None = None) -> None:
    """Hold every law of survey tools against the ``example`` that a tool states, or another export: its rows of cells.

    The example is read as the people of ``examples/exported.toml``, who were asked the same by hand. ``above`` is how
    many rows of an export stand above the answers, unless given those above the first that is read. The tool has to be
    registered: by its file, or by the entry point of a package that is installed.
    """
    hold(bool(kind.label), f"`{kind.kind}` has a label")
    hold(bool(export or kind.example), f"`{kind.kind}` states an example")
    rows = rows_of(export or kind.example)
    check_known_rows(kind.kind, rows)
    check_named_tool(kind.kind, rows)
    if count(rows.records[0].cells) > 1:  # a tool that begins with a title of its own may not stand below another
        check_title_above(rows, ["Mentorat 2026"])
    above = count_rows_above(rows) if above is None else above
    for seed in range(DRAWS):
        check_order_of_rows(rows, above, Random(seed))
    if not export:
        check_example(kind)


def check_exporter(kind: type[Exporter]) -> None:
    """Hold every law of exporters: the same bytes each time, also without a pair and without an answer."""
    exporter, people, programme = kind(), examples.cohort(), examples.programme()
    hold(kind.kind.startswith("."), f"`{kind.kind}` is the suffix of a file, with its point")
    hold(kind.filename.endswith(kind.kind), f"`{kind.filename}` ends with `{kind.kind}`")
    nobody = Cohort(people.mentors.take([]), people.mentees)
    pair = {"mentor": people.mentors.ids[0], "mentee": people.mentees.ids[0]}
    contrary = [rules_by_kind()[rule].model_validate(pair) for rule in ("pin", "ban")]
    impossible = programme.with_rules(contrary)
    for people_or_none, rules in ((people, programme), (nobody, programme), (people, impossible)):
        matching = match(people_or_none, rules)
        content = exporter.content(matching)
        hold(isinstance(content, bytes), f"`{kind.kind}` writes bytes")
        hold(
            exporter.content(match(people_or_none, rules)) == content, f"`{kind.kind}` writes the same bytes each time"
        )


def hold(holds: bool, law: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise AssertionError where a law does not hold."""
    if not holds:
        raise AssertionError(law)


# --- laws of criteria and rules: what they state ---------------------------------------------------------------------


def check_statement(extension: Extension, fields: Mapping[str, AnyField]) -> None:
    """Hold that it reads back as it is written, is called as staff call it, and speaks of fields of a fitting kind."""
    kind = type(extension)
    hold(kind.model_validate(extension.model_dump(by_alias=True)) == extension, "it reads back as it is written")
    label = getattr(extension.model_copy(update={"name": "a name"}), "label", None)
    hold(label == "a name", "it is called by the name that staff give it")
    for each in extension.references():
        known = each.field in fields and fields[each.field].kind in each.ref.kinds
        hold(known, f"`{each.setting}` names a field of one of the kinds {', '.join(each.ref.kinds)}")


# --- laws of criteria ------------------------------------------------------------------------------------------------


def check_values(criterion: Criterion, left: People, right: People) -> None:
    """Hold that values are from 0 to 1, and undefined exactly where a side gave no answer."""
    values = criterion.score(left, right)
    known = find_answered(criterion, left, "mentor")[:, None] & find_answered(criterion, right, "mentee")[None, :]
    if not any(criterion.references()) and (named := criterion.pairs_by_name(left, right)) is not None:
        known = np.zeros(values.shape, dtype=bool)  # it asks nobody anything, and knows the pairs that it names
        known[named.left, named.right] = True
    hold(values.shape == (len(left), len(right)), "`score` returns a value a pair, (len(left), len(right))")
    hold(values.dtype == np.float64, "`score` returns float64")
    hold(np.array_equal(~np.isnan(values), known), "a value is NaN exactly where one side gave no answer")
    hold(bool(((values[known] >= 0) & (values[known] <= 1)).all()), "a value is from 0 to 1")


def check_value_of_a_pair(
    criterion: Criterion, left: People, right: People, rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Hold that a pair has the same value, to the bit, in every block and every order."""
    whole = criterion.score(left, right)[np.ix_(rows, columns)]
    part = criterion.score(left.take(rows), right.take(columns))
    hold(part.tobytes() == whole.tobytes(), "a pair has the same value, to the bit, whichever block it comes in")


def check_reasons(criterion: Criterion, left: People, right: People) -> None:
    """Hold that a reason is given for every pair with a value, and rests on these two people alone."""
    for i, k in np.argwhere(~np.isnan(criterion.score(left, right))).tolist():
        alone = criterion.reason(left.take([i]).person(0), right.take([k]).person(0))
        hold(isinstance(alone, str) and bool(alone.strip()), "`reason` gives a phrase for every pair with a value")
        hold(criterion.reason(left.person(i), right.person(k)) == alone, "`reason` rests on these two people alone")


def find_answered(extension: Extension, people: People, side: Side) -> BoolVector:
    """Return (n,) bool: who answered all that is asked of this side."""
    known = [people.known(field) for field in extension.fields_of(side)]
    return np.logical_and.reduce(known, axis=0) if known else np.ones(len(people), dtype=bool)


# --- laws of rules ---------------------------------------------------------------------------------------------------


def check_pairs(rule: Rule, market: Market) -> None:
    """Hold that what a rule says of pairs has a cell a pair, and its sums and pins are in order."""
    block = rule.forbidden(market)
    fits = block is None or (block.shape == market.shape and block.dtype == np.bool_)
    hold(fits, "`forbidden` returns a bool a pair, (n, m)")
    for row in rule.side_constraints(market):
        weights = np.broadcast_to(row.weights, market.shape)
        hold(weights.dtype.kind == "i" and bool(row.name), "`side_constraints` have whole weights and a name")
    kept = rule.kept_places(market)
    if kept is not None:
        fits = kept.number >= 0 and (len(kept.mentors), len(kept.latecomers)) == market.shape
        hold(fits, "`kept_places` are a number >= 0, with a bool a mentor and a bool a mentee")
    for mentor, mentee in rule.pins(market):
        there = 0 <= mentor < market.shape[0] and 0 <= mentee < market.shape[1]
        hold(there, "`pins` are positions of people who are there")


def check_forbidden_pair(rule: Rule, market: Market, rows: Sequence[int], columns: Sequence[int]) -> None:
    """Hold that a pair is forbidden in every block and every order, or in none."""
    part = rule.forbidden(market.part(np.array(rows, np.intp), np.array(columns, np.intp)))
    whole = rule.forbidden(market)
    hold((whole is None) == (part is None), "`forbidden` speaks of pairs in every block, or in none")
    if whole is not None and part is not None:
        same = np.array_equal(part, whole[np.ix_(rows, columns)])
        hold(same, "a pair is forbidden whichever block it comes in, or in none")


def check_entry_of_a_person(rule: Rule, people: People, side: Side, some: Sequence[int]) -> None:
    """Hold that what a rule says of people has an entry >= 0 a person, and rests on that person."""
    for say in (rule.eligible, rule.priority):
        whole, part, name = say(people, side), say(people.take(some), side), say.__name__
        hold((whole is None) == (part is None), f"`{name}` speaks of any people, or of none")
        if whole is not None and part is not None:
            fits = whole.shape == (len(people),) and whole.dtype.kind in "bi" and whole.min(initial=0) >= 0
            hold(bool(fits), f"`{name}` returns a truth or a whole number >= 0 a person")
            hold(np.array_equal(whole[some], part), f"`{name}` rests on the person alone")


def check_degree_bounds(rule: Rule, people: People, side: Side, some: Sequence[int]) -> None:
    """Hold that how many partners a person may take rests on that person, and is a whole number >= 0."""
    whole, part = rule.degree_bounds(people, side), rule.degree_bounds(people.take(some), side)
    hold((whole is None) == (part is None), "`degree_bounds` speaks of any people, or of none")
    if whole is None or part is None:
        return
    hold(whole.most.dtype == whole.least.dtype == np.int64, "`degree_bounds` are int64")
    hold(bool((whole.least >= 0).all() and (whole.most >= 0).all()), "`degree_bounds` are >= 0")
    hold(whole.optional.dtype == np.bool_, "`degree_bounds` say with a bool who may also have nobody")
    for name in ("least", "most", "optional"):
        same = np.array_equal(getattr(whole, name)[some], getattr(part, name))
        hold(same, f"`degree_bounds` rest on the person alone: {name}")


def check_relaxations(rule: Rule, market: Market) -> None:
    """Hold that every number that can be moved gives a rule of the same kind that forbids no further pair."""
    before = rule.forbidden(market)
    for each in rule.relaxations(market, rule.label):
        for steps in sorted({1, each.furthest} & set(range(1, each.furthest + 1))):
            relaxed = each.after(steps)
            hold(type(relaxed) is type(rule), "a relaxed rule is a rule of the same kind")
            hold(bool(each.sentence(steps).strip()), "a relaxation is told in a sentence")
            after = relaxed.forbidden(market)
            further = before is not None and after is not None and bool((after & ~before).any())
            hold(not further, "a relaxed rule forbids no pair that it did not forbid before")


# --- laws of survey tools --------------------------------------------------------------------------------------------


def tools_that_know(rows: Rows) -> list[str]:
    """Return the tools that know these rows for their own; those that take any rows are left out."""
    tools = [tool() for tool in tools_by_kind().values()]
    return [tool.kind for tool in tools if not tool.last and tool.knows(rows)]


def check_known_rows(kind: str, rows: Rows) -> None:
    """Hold that a tool alone knows its own export; one that takes any rows takes what no other knows."""
    expected = [] if tools_by_kind()[kind].last else [kind]
    hold(tools_that_know(rows) == expected, f"an export of `{kind}` is known by that tool alone")


def check_named_tool(kind: str, rows: Rows) -> None:
    """Hold that a tool that is named reads what it reads when it is recognised."""
    table = sort_by_tool(rows)
    hold(table.tool == kind, f"an export of `{kind}` is read as one")
    hold(sort_by_tool(rows, kind) == table, f"`{kind}` reads the same where it is named and where it is recognised")


def check_title_above(rows: Rows, titles: Sequence[str]) -> None:
    """Hold that a title above an export is never its header."""
    records = [*([title] for title in titles), *(record.cells for record in rows.records)]
    expected, found = sort_by_tool(rows), sort_by_tool(rows_of(records))
    same = (found.tool, found.header) == (expected.tool, expected.header)
    hold(same and cells_of(found) == cells_of(expected), "a title above an export is never its header")


def check_order_of_rows(rows: Rows, above: int, random: Random) -> None:
    """Hold that the order of the answers changes no answer."""
    head, answers = rows.records[:above], list(rows.records[above:])
    random.shuffle(answers)
    found, expected = sort_by_tool(gather(rows.source, [*head, *answers])), sort_by_tool(rows)
    same = (found.header, found.sent) == (expected.header, expected.sent)
    lines = sorted(found.records, key=lambda record: record.line)
    hold(same and lines == list(expected.records), "the order of the answers changes no answer")


def check_example(kind: type[Tool]) -> None:
    """Hold that the example of a tool is read as the people who were asked, and what the tool tells of each answer."""
    plan, people = make_intake_plan(exported_programme(kind)), exported_people()
    answers = [{name: one[name] for name in one if name in plan.fields} for one in people]
    table = read_export(kind.example)
    found, reached = take_apart([(table, None)], plan)
    expected, contacts = take_apart([(read_table(answers, tool="plain"), None)], plan)
    for side in SIDES:
        ours, theirs = found.side(side), expected.side(side)
        hold(sorted(ours.ids) == sorted(theirs.ids), f"the example has as {side}s {', '.join(theirs.ids)}")
        for name in theirs.columns:
            read, told = answers_by_key(ours, name), answers_by_key(theirs, name)
            hold(read == told, f"the example is read as the same answers to `{name}`: {read} instead of {told}")
    remarked = {remark.text for remark in expected.remarks} <= {remark.text for remark in found.remarks}
    hold(remarked, "the example has what M2 typed beside the options")
    hold(reached.people == contacts.people, "the example is read as people who are reached as they told")
    rows = {row.key: row for row in found.rows}
    for one in people:
        check_submission(kind, rows[one["code"]], one)
    numbers = {table.sent[row.line].response if row.line in table.sent else "" for row in rows.values()}
    numbered = "" not in numbers and len(numbers) == len(rows)
    fits = numbered if kind.page.response else numbers == {""}
    hold(fits, "each answer has a number of its own where `page.response` says so, none where it does not")


def check_submission(kind: type[Tool], row: RowFate, person: Mapping[str, Any]) -> None:
    """Hold that a row tells when it was sent, and whether it was left half-way, where ``page`` of the tool says so."""
    left = bool(kind.page.unfinished) and "unfinished" in person
    hold((row.fate == "incomplete") == left, f"`page.unfinished` says whether it is known that {row.key} left half-way")
    stated = person["sent"] if kind.page.sent else None
    day = stated and datetime.combine(stated, time())  # some tools tell no more
    when = row.when.astimezone(WINTER).replace(tzinfo=None) if row.when and row.when.tzinfo else row.when
    hold(when in (stated, day) or (left and not when), f"`page.sent`: {row.key} answered at {stated}, not {when}")


def answers_by_key(people: People, name: str) -> dict[str, str]:
    """Return what each of some people answered to a question, by their key."""
    return {key: people.shown(name, row) for row, key in enumerate(people.ids)}


def exported_people() -> list[dict[str, Any]]:
    """Return the people whom examples of tools hold: their answers, when they were sent, whether left half-way."""
    people: list[dict[str, Any]] = read_exported()["people"]
    return people


def exported_programme(kind: type[Tool]) -> Programme:
    """Return what these people were asked, with what has to be mapped for a tool."""
    asked = {name: part for name, part in read_exported().items() if name != "people"}
    return Programme.read({**asked, "mapping": {"questions": dict(kind.mapping)}})


def read_exported() -> dict[str, Any]:
    """Return what ``examples/exported.toml`` says."""
    return tomllib.loads(files(examples).joinpath("exported.toml").read_text(encoding="utf-8"))


def read_export(cells: Sequence[Sequence[str]]) -> TextTable:
    """Return what is read from a file of these cells."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "export.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(cells)
        return read_table(file)


def count_rows_above(rows: Rows) -> int:
    """Return how many rows of an export stand above the first that is an answer."""
    table = sort_by_tool(rows)
    lines = [*(row.line for row in table.records), *(row.line for row in table.refused)]
    return sum(row.line < min(lines, default=0) for row in rows.records)


def rows_of(cells: Sequence[Sequence[str]]) -> Rows:
    """Return rows of cells as a reader hands them over."""
    return gather("answers.csv", (Record(line, tuple(row)) for line, row in enumerate(cells, 1)))


def cells_of(table: TextTable) -> list[tuple[str, ...]]:
    """Return the cells of a table, without their lines."""
    return [record.cells for record in table.records]


# --- people ----------------------------------------------------------------------------------------------------------


def choose_example(
    programme: Programme | None, answers: Sequence[Mapping[str, str]] | None, name: str = "mentorat"
) -> tuple[Programme, Sequence[Mapping[str, str]]]:
    """Return a programme and answers to try a kind on: those of an example where none are given."""
    if programme is not None and answers is not None:
        return programme, answers
    text = examples.contents(name)[examples.ANSWERS].decode("utf-8-sig")
    return examples.programme(name), list(csv.DictReader(StringIO(text), delimiter=";"))


def draw_cohort(
    programme: Programme, answers: Sequence[Mapping[str, str]], extension: Extension, random: Random
) -> Cohort:
    """Draw some of the people, and leave out some of their answers to what an extension asks."""
    questions = {programme.fields[each.field].question for each in extension.references()}
    questions |= {each.field for each in extension.references()}

    def drawn(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        left_out = {question for question in sorted(questions) if random.random() < BLANK_SHARE}
        for header, cell in row.items():
            yield header, "" if header.split(" [", maxsplit=1)[0] in left_out else cell

    people = random.sample(answers, random.randint(len(answers) // 2, len(answers)))
    return read_survey(programme, [dict(drawn(row)) for row in people])


def draw_part(people: People, random: Random) -> list[int]:
    """Draw the positions of some people, in any order."""
    return random.sample(range(len(people)), random.randint(0, len(people)))
