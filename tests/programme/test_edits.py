"""Edits of a programme: what comes out is what the library reads, all else in the file stays as it was written."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from itertools import groupby
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import MentorMatchError, ProgrammeError, RequestError
from mentormatch.base.strict_toml import find_headers
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
    apportion,
    goals_after,
    programme_differences,
    read_edit,
    weights_after,
)
from mentormatch.programme.tables import parse_document
from tests.conftest import some_seeds
from tests.programme.random_edits import (
    EXAMPLE,
    FIELDS,
    INLINE,
    LINE,
    TABLES,
    comments,
    edits,
    settings,
)

BARE = f'[programme]\nname = "Essai"\n{FIELDS}'
IN_TURNS = f"""{TABLES}
# 5. Le reste
[mapping.questions]
"Votre lieu" = "lieu"
# la fin de la correspondance

# une règle de plus
[[rules]]
kind = "capacity"                   # en dernier
most = 2
[[criteria]]
kind = "overlap"
field = "langues"
[fields.autre]
question = '''Une
[[rules]]
# autre'''
kind = "text"
# tout à la fin
"""
TEXTS = [ProgrammeText(text) for text in (TABLES, INLINE, BARE, BARE.rstrip(), IN_TURNS)]


def plainly(tables: dict[str, Any], edit: ProgrammeEdit, text: ProgrammeText) -> dict[str, Any]:
    """Return the tables of a programme after an edit, by assignments to plain tables alone."""
    after = deepcopy(tables)
    match edit:
        case WeightEdit() | WeightsEdit():
            weighed(after, edit, [one.weight for one in text.programme.criteria])
        case SettingsEdit(part=part, at=at, changes=changes):
            for path, value in changes.items():
                assign(after[part] if part == "programme" else after[part][at], path.split("."), value)
        case AdditionEdit(part=part, settings=stated):
            after.setdefault(part, []).append(deepcopy(stated))
        case RemovalEdit(part=part, at=at):
            del after[part][at]
        case GoalEdit():
            after["goals"] = {"order": goals_after(edit, text.programme.goals.order)}
    return {name: part for name, part in after.items() if part != []}


def weighed(tables: dict[str, Any], edit: WeightEdit | WeightsEdit, weights: list[float]) -> None:
    for table, before, weight in zip(tables["criteria"], weights, weights_after(edit, weights), strict=True):
        if weight != before:
            table["weight"] = weight


def assign(table: Any, path: list[str], value: object) -> None:
    for step in path[:-1]:
        if isinstance(table, list):
            table = table[int(step)]
        elif not step.isdigit():  # a condition may stand in no list
            table = table[step]
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = value


@pytest.mark.parametrize("begun", TEXTS, ids=["tables", "inline", "bare", "without an end of line", "in turns"])
@given(data=st.data())
def test_after_any_edits_the_file_holds_what_they_say_and_all_comments(
    begun: ProgrammeText, data: st.DataObject
) -> None:
    text = begun
    for _ in range(5):
        edit = data.draw(edits(text))
        try:
            after = text.after(edit)
        except MentorMatchError:
            continue
        tables = {name: part for name, part in tomllib.loads(after.text).items() if part != []}
        assert tables == plainly(tomllib.loads(text.text), edit, text)
        assert ProgrammeText(after.text).programme == after.programme
        assert comments(text.text, LINE) <= comments(after.text)
        if not isinstance(edit, RemovalEdit):
            assert comments(text.text) == comments(after.text)
        text = after


def test_a_file_in_turns_is_regrouped_with_its_comments_and_one_that_is_not_stays_as_it_is() -> None:
    after = ProgrammeText(IN_TURNS).after(GoalEdit(goal="floor", at=0)).text
    parts = [part for part, _ in groupby(keys[0] for _, keys, _ in find_headers(after))]
    assert parts == ["programme", "fields", "criteria", "rules", "goals", "mapping"]
    assert comments(after, LINE) == comments(IN_TURNS, LINE)
    assert '\n# une règle de plus\n[[rules]]\nkind = "capacity"' in after
    assert after.endswith("# la fin de la correspondance\n")
    for text in (*(text.text for text in TEXTS[:4]), EXAMPLE.text):
        assert parse_document(text).as_string() == text


@pytest.mark.parametrize("seed", some_seeds(100))
def test_tables_in_any_turns_are_regrouped_and_hold_what_they_held(seed: int) -> None:
    for text in (EXAMPLE.text, TABLES, BARE):
        head, *tables = re.split(r"(?m)^(?=\[)", text)
        parts: dict[str, list[str]] = {}
        for table in tables:
            parts.setdefault(re.split(r"\W+", table)[1], []).append(table)
        order = [part for part, listed in parts.items() for _ in listed]
        Random(seed).shuffle(order)
        mixed = head + "".join(parts[part].pop(0) for part in order)
        grouped = parse_document(mixed).as_string()
        assert tomllib.loads(grouped) == tomllib.loads(text)
        assert Counter(grouped.splitlines()) == Counter(mixed.splitlines())


def every_edit(text: ProgrammeText) -> Iterator[ProgrammeEdit]:
    """Yield an edit of each kind; removals also at both ends."""
    yield from (RemovalEdit(part="criteria", at=at) for at in (0, 5, 10))
    yield from (RemovalEdit(part="rules", at=at) for at in (0, 4, 9))
    yield WeightEdit(at=0, weight=50.0, others=True)
    yield GoalEdit(goal="total", at=0)
    yield settings("programme", 0, {"minimum_answered": 0.5, "role.mentor": "Mentoré·e", "role.mentee": "Mentor·e"})
    yield settings("rules", 9, {"where.0.in": ["Allier", "Ain"], "least": None, "most": 3})


def test_every_edit_of_the_example_leaves_all_other_lines_as_they_were_written() -> None:
    before = Counter(EXAMPLE.text.splitlines())
    for edit in every_edit(EXAMPLE):
        after = EXAMPLE.after(edit)
        assert tomllib.loads(after.text) == plainly(tomllib.loads(EXAMPLE.text), edit, EXAMPLE), edit
        new = Counter(after.text.splitlines()) - before
        others = getattr(edit, "others", False)
        assert len(list(new.elements())) <= (11 if others else 4), edit
        assert comments(EXAMPLE.text, LINE) == comments(after.text, LINE), edit


def test_a_gesture_is_undone_and_made_again_and_nothing_is_kept_unasked() -> None:
    begun = ProgrammeVersions.of(EXAMPLE)
    tried = begun.edit(WeightEdit(at=0, weight=40.0)).edit(
        RemovalEdit(part="rules", at=6), GoalEdit(goal="floor", at=1)
    )
    assert (tried.kept, len(tried.before)) == ((EXAMPLE,), 2)
    assert tried.undo().undo() == begun.edit(WeightEdit(at=0, weight=40.0)).undo().__class__(
        kept=begun.kept, now=begun.now, undone=(tried.now, tried.before[1])
    )
    assert tried.undo().redo() == tried
    assert tried.undo().edit(WeightsEdit()).undone == ()
    assert tried.keep().kept == (EXAMPLE, tried.now)
    assert tried.keep().keep() == tried.keep()
    assert tried.leave().now is EXAMPLE
    assert tried.leave().undo().now is tried.now
    assert begun.undo() is begun.redo() is begun.leave() is begun.keep() is begun


def test_what_differs_is_told_by_part_and_place() -> None:
    tried = ProgrammeVersions.of(EXAMPLE).edit(
        WeightEdit(at=0, weight=40.0),
        RemovalEdit(part="rules", at=6),
        settings("rules", 3, {"least": 1}),
        AdditionEdit(part="rules", settings={"kind": "minimum_score", "points": 20}),
        GoalEdit(goal="floor", at=0),
    )
    found = programme_differences(EXAMPLE.programme, tried.now.programme)
    told = {(one.part, one.before, one.after) for one in found}
    assert told == {
        ("criteria", 0, 0),
        ("rules", 3, 3),
        ("rules", 6, None),
        ("rules", None, 9),
        ("goals", 0, 0),
    }
    assert programme_differences(EXAMPLE.programme, EXAMPLE.programme) == ()


def test_weights_are_brought_to_a_hundred_in_their_proportions() -> None:
    assert apportion([1, 1, 1], 100) == [34, 33, 33]
    assert sum(apportion([3, 0, 4.5, 1], 87.5)) == 87.5
    assert apportion([0, 7], 10) == [0, 10]
    edited = EXAMPLE.after(WeightEdit(at=0, weight=3.0)).after(WeightsEdit()).programme
    assert sum(one.weight for one in edited.criteria) == 100


@pytest.mark.parametrize(
    "edit",
    [
        WeightEdit(at=11, weight=1.0),
        RemovalEdit(part="rules", at=10),
        settings("rules", 99, {"least": 1}),
        settings("rules", 0, {"where.0.in": ["Ain"]}),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: ProgrammeEdit) -> None:
    with pytest.raises(RequestError, match="n’est plus dans le programme"):
        EXAMPLE.after(edit)


def test_an_edit_that_makes_no_programme_is_refused_with_every_mistake() -> None:
    with pytest.raises(ProgrammeError, match="1 erreur à corriger"):
        EXAMPLE.after(settings("rules", 3, {"field": "personne"}))
    with pytest.raises(RequestError, match="au moins un objectif"):
        ProgrammeText(BARE).after(GoalEdit(goal="matched", at=0)).after(GoalEdit(goal="total", at=None)).after(
            GoalEdit(goal="priority", at=None)
        ).after(GoalEdit(goal="matched", at=None))


def test_what_is_no_edit_is_refused_without_a_word_of_what_it_held() -> None:
    with pytest.raises(RequestError) as refused:
        read_edit({"edit": "weight", "at": 0, "weight": "Camille"})
    assert "Camille" not in str(refused.value)
    assert read_edit({"edit": "remove", "part": "rules", "at": 1}) == RemovalEdit(part="rules", at=1)
    assert EDIT_ADAPTER.json_schema()


def test_a_file_with_the_line_ends_of_windows_and_a_mark_of_byte_order_is_edited() -> None:
    text = ProgrammeText.of(b"\xef\xbb\xbf" + TABLES.replace("\n", "\r\n").encode())
    assert text.after(WeightsEdit()).programme.criteria[0].weight == 97
