"""Programmes that were drafted from published questionnaires, changed in the form: each edit, and its undoing."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mentormatch import MentorMatchError, Programme, examples
from mentormatch.fields import AnyField
from mentormatch.programme.drafts.programme_draft import Draft, DraftDecisions, make_draft
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.edits import (
    EDIT_ADAPTER,
    AdditionEdit,
    GoalEdit,
    ProgrammeEdit,
    ProgrammeText,
    ProgrammeVersions,
    RemovalEdit,
    SettingsEdit,
    WeightEdit,
    WeightsEdit,
)
from mentormatch.programme.enrolment import make_intake_plan, read_tables
from mentormatch.programme.question_edits import (
    LIST_SETTINGS,
    AnswerEdit,
    MeaningEdit,
    PointsEdit,
    QuestionAddition,
    QuestionRemoval,
    QuestionSettings,
    WordingEdit,
    convert_kind,
)
from mentormatch.survey.intake import build_cohort
from mentormatch.widgets.form.changes import UndoEdit
from mentormatch.widgets.form.session import ProgrammeForm
from tests.conftest import DEEP
from tests.drafts.questionnaires import renderer, tables, uncommented
from tests.programme.random_edits import LINE, comments

ADDED = "une question de plus"


class Reversible(NamedTuple):
    """An edit, and the edit after which the file has the lines that it had before, None if there is no such edit."""

    edit: ProgrammeEdit
    back: ProgrammeEdit | None = None


def drafted(made: Draft, given: Tables) -> ProgrammeText:
    """Return the draft that the page makes of the same answers once all its proposals are taken."""
    taken = DraftDecisions(accepted=frozenset(one.key for one in made.proposals))
    return ProgrammeText.of(make_draft(given, "", taken).text.encode())


def edits_of(text: ProgrammeText) -> Iterator[Reversible]:
    """Yield edits of each kind that the form offers on a programme."""
    programme = text.programme
    yield Reversible(GoalEdit(goal="total", at=0))
    yield Reversible(
        SettingsEdit(part="programme", changes={"minimum_answered": 0.25}),
        SettingsEdit(part="programme", changes={"minimum_answered": None}),
    )
    yield from additions(programme)
    yield from criterion_edits(programme)
    for at in range(len(programme.rules)):
        yield Reversible(
            SettingsEdit(part="rules", at=at, changes={"name": "Autrement"}),
            SettingsEdit(part="rules", at=at, changes={"name": None}),
        )
        yield Reversible(RemovalEdit(part="rules", at=at))
    for name, field in programme.fields.items():
        yield from question_edits(name, field)
    yield Reversible(
        QuestionAddition(name=ADDED, settings={"question": "Âge ?", "kind": "number"}), QuestionRemoval(name=ADDED)
    )


def additions(programme: Programme) -> Iterator[Reversible]:
    """Yield a rule, a criterion, and a criterion with a table of points."""
    rules, criteria = programme.rules, programme.criteria
    yield Reversible(
        AdditionEdit(part="rules", settings={"kind": "capacity", "most": 3}), RemovalEdit(part="rules", at=len(rules))
    )
    closed = [name for name, field in programme.fields.items() if field.kind in ("choice", "yesno", "scale")]
    shared = [name for name in closed if programme.fields[name].side == "both" and is_scored(programme, name)]
    for name in shared[:1]:
        yield Reversible(
            AdditionEdit(part="criteria", settings={"kind": "same", "field": name, "weight": 3}),
            RemovalEdit(part="criteria", at=len(criteria)),
        )


def criterion_edits(programme: Programme) -> Iterator[Reversible]:
    for at, criterion in enumerate(programme.criteria):
        yield Reversible(WeightEdit(at=at, weight=criterion.weight + 5), WeightEdit(at=at, weight=criterion.weight))
        yield Reversible(WeightEdit(at=at, weight=55.0, others=True))
        yield Reversible(
            SettingsEdit(part="criteria", at=at, changes={"neutral": 0.25}),
            SettingsEdit(part="criteria", at=at, changes={"neutral": None}),
        )
        yield Reversible(RemovalEdit(part="criteria", at=at))
    if programme.criteria:
        yield Reversible(WeightsEdit())


def question_edits(name: str, field: AnyField) -> Iterator[Reversible]:
    yield Reversible(WordingEdit(name=name, question=f"{field.question} (en d'autres mots)"))
    if not field.private:
        yield Reversible(
            QuestionSettings(name=name, changes={"private": True}),
            QuestionSettings(name=name, changes={"private": None}),
        )
    own = [] if getattr(field, "items_of", None) else [one for one in LIST_SETTINGS if getattr(field, one, None)]
    for setting in own[:1]:
        answer = getattr(field, setting)[0]
        yield Reversible(AnswerEdit(name=name, answer=answer, becomes="En d'autres mots"))
        yield Reversible(MeaningEdit(name=name, text="En d'autres mots encore", means=answer))
    if field.kind == "choice" and (changes := convert_kind(field, "choices", [], "fr")):
        yield Reversible(QuestionSettings(name=name, changes=changes))
    yield Reversible(QuestionRemoval(name=name))


def is_scored(programme: Programme, name: str) -> bool:
    role = programme.heading.role
    return programme.fields[name].use == "match" and (role is None or role.field != name)


def points(text: ProgrammeText) -> Iterator[tuple[ProgrammeText, Reversible]]:
    """Yield a programme with a table of points, and an edit of that table."""
    at = len(text.programme.criteria)
    begun = text.after(
        AdditionEdit(
            part="criteria",
            settings={"kind": "given", "most": 5, "pairs": [{"mentor": "M1", "mentee": "E1", "points": 2}]},
        )
    )
    yield (
        begun,
        Reversible(
            PointsEdit(at=at, mentor="M1", mentee="E1", points=3.0),
            PointsEdit(at=at, mentor="M1", mentee="E1", points=2.0),
        ),
    )
    yield (
        begun,
        Reversible(
            PointsEdit(at=at, mentor="M1", mentee="E2", points=1.0),
            PointsEdit(at=at, mentor="M1", mentee="E2", points=None),
        ),
    )


def check(text: ProgrammeText, each: Reversible) -> bool:
    """Make an edit and undo it; return whether it was made."""
    versions = ProgrammeVersions.of(text)
    edited, refusal = None, ""
    try:
        edited = versions.edit(each.edit)
    except MentorMatchError as error:  # the answer or the question is still used
        refusal = str(error)
    if edited is None:
        assert "formulaire" not in refusal
        return False
    assert edited.is_tried, each
    assert comments(text.text, LINE) <= comments(edited.now.text, LINE), each
    assert edited.undo().now.content == text.content
    assert edited.undo().redo().now == edited.now
    if each.back is not None:
        assert lines_of(edited.edit(each.back).now) == lines_of(text), each
    return True


def lines_of(text: ProgrammeText) -> list[str]:
    return [line for line in text.text.splitlines() if line]


def in_turns(text: ProgrammeText) -> ProgrammeText:
    """Return the programme with its criteria among its rules, each behind a comment of its own."""
    head, *tables_ = text.text.split("\n[[")
    rules = [one for one in tables_ if one.startswith("rules]]")]
    criteria = [one for one in tables_ if one.startswith("criteria]]")]
    mixed = [one for pair in zip(rules, criteria, strict=False) for one in pair]
    mixed += [*rules[len(criteria) :], *criteria[len(rules) :]]
    return ProgrammeText("".join([head, *(f"\n\n# tour {place}\n[[{one}" for place, one in enumerate(mixed))]))


def is_plain(edit: ProgrammeEdit) -> bool:
    """Say whether nothing in a programme can need what an edit takes away."""
    return not isinstance(edit, QuestionRemoval | AnswerEdit | QuestionSettings | RemovalEdit)


def check_all(cases: Iterable[tuple[ProgrammeText, Reversible]]) -> set[str]:
    """Check edits, one of each kind unless the suite is deep; return the kinds."""
    made: dict[str, set[str]] = {}
    for text, each in cases:
        where = str(getattr(each.edit, "part", ""))
        if (DEEP or where not in made.get(each.edit.edit, ())) and check(text, each):
            made.setdefault(each.edit.edit, set()).add(where)
    return set(made)


def test_every_questionnaire_takes_every_kind_of_edit_and_its_undoing(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "questions"
    render = renderer(folder)
    made: set[str] = set()
    mixed = 0
    every = sorted((folder / "open").glob("*.yaml"))
    # The fast suite takes every fifth: drafting takes longer than the edits
    paths = every if DEEP else every[::5]
    for path in paths:
        given = tables(render.read(path), render, tmp_path)
        plain = make_draft(given)
        assert [one.rule for one in plain.proposals] == sorted((one.rule for one in plain.proposals), reverse=True)
        assert "[[rules]]" not in uncommented(plain.text).partition("[[criteria]]")[2]
        text = drafted(plain, given)
        made |= check_all([*((text, each) for each in edits_of(text)), *points(text)])
        turns = in_turns(text)
        if turns.text.count("# tour") > 2 and turns.text.index("[[criteria]]") < turns.text.rindex("[[rules]]"):
            mixed += 1
            assert turns.programme.rules == text.programme.rules
            check_all((turns, each._replace(back=None)) for each in edits_of(turns) if is_plain(each.edit))
    assert len(every) >= 45
    assert mixed >= (3 if DEEP else 1)
    assert made == {*EDIT_ADAPTER.json_schema()["discriminator"]["mapping"]}


def test_the_form_tries_changes_of_a_draft_of_the_example_on_its_people(tmp_path: Path) -> None:
    given = read_tables(examples.copy_to(tmp_path).answers)
    text = drafted(make_draft(given), given)
    people = build_cohort(given, make_intake_plan(text.programme, per_side=False))
    form = ProgrammeForm(text, lambda _: people)
    form.edit(WeightEdit(at=0, weight=50.0, others=True))
    form.edit(AdditionEdit(part="rules", settings={"kind": "capacity", "most": 2}))
    assert form.trial().points
    form.do(UndoEdit())
    form.do(UndoEdit())
    assert form.versions.now == text
