"""Cohort -> a cohort after withdrawals, arrivals or changes of answers.

The changed answers are hypothetical: no answer, fewer items than named, and other possible answers of a person.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.people.codes import codes_of, with_codes
from mentormatch.people.cohort import Cohort, People, RowFate
from mentormatch.places.gazetteer import PlaceColumn

PER_PERSON_PARTS = ("values", "known", "positions", "zones")  # parts of a column with an entry per person


def remove_people(cohort: Cohort, keys: Iterable[str]) -> Cohort:
    """Return the cohort without the people with these keys or codes; their rows in use become "rejected".

    A person on both sides leaves both, under either key. Raises RequestError for an unknown key.
    """
    withdrawn = list({canonical(key): key for key in keys}.values())
    unknown = [
        Problem("withdrawn", quoted(key), tr("l'identifiant d'une personne de cette édition"))
        for key in withdrawn
        if not any(cohort.side(side).has(key) for side in SIDES)
    ]
    if unknown:
        raise RequestError(tr("Qui n'est pas de cette édition ne peut pas la quitter"), unknown)
    leaving = {side: cohort.side(side).people_named(withdrawn) for side in SIDES}
    mentors, mentees = cohort.both
    leaves_either = leaving["mentor"][mentors] | leaving["mentee"][mentees]
    leaving["mentor"][mentors[leaves_either]] = leaving["mentee"][mentees[leaves_either]] = True
    departed_keys = {
        (side, key)
        for side in SIDES
        for key, leaves in zip(cohort.side(side).compared, leaving[side].tolist(), strict=True)
        if leaves
    }
    codes = {(side, canonical(key)): code for side in SIDES for key, code in cohort.coded(side)}
    return replace(
        cohort,
        departed={**cohort.departed, **{person: code for person, code in codes.items() if person in departed_keys}},
        mentors=cohort.mentors.take(np.flatnonzero(~leaving["mentor"])),
        mentees=cohort.mentees.take(np.flatnonzero(~leaving["mentee"])),
        rows=tuple(row_after(row, departed_keys) for row in cohort.rows),
    )


def row_after(row: RowFate, departed_keys: Container[tuple[Side, str]]) -> RowFate:
    """Return the outcome of a row after people left: the row of one of them is then rejected."""
    has_left = row.fate in ("taken", "incomplete") and any(
        (side, canonical(row.key)) in departed_keys for side in row.sides
    )
    return replace(row, fate="rejected", reason=tr("départ en cours d'année")) if has_left else row


def add_people(cohort: Cohort, arrived: Cohort) -> Cohort:
    """Return the cohort with the people of another after its own.

    Raises RequestError if both have a key on the same side, or if both have people of a side and their fields differ.
    """
    problems = [problem for side in SIDES for problem in joining_problems(side, cohort.side(side), arrived.side(side))]
    if problems:
        raise RequestError(tr("Les personnes qui arrivent ne peuvent pas rejoindre cette édition"), problems)
    joined = Cohort(
        stack_people(cohort.mentors, arrived.mentors),
        stack_people(cohort.mentees, arrived.mentees),
        (*cohort.rows, *arrived.rows),
        (*cohort.remarks, *arrived.remarks),
        cohort.departed,
    )
    codes = codes_of(cohort)
    return with_codes(joined, codes, telling=bool(codes))


def joining_problems(side: Side, present: People, new: People) -> list[Problem]:
    """Return the problems that prevent joining the people of one side: duplicate keys, and fields that differ."""
    present_keys = {canonical(key) for key in present.ids}
    duplicates = [
        Problem(quoted(key), tr("cet identifiant est déjà dans l'édition"), tr("un identifiant par personne"))
        for key in new.ids
        if canonical(key) in present_keys
    ]
    if not present.ids or not new.ids:
        return duplicates
    names = sorted({*present.columns, *new.columns})
    common = [name for name in names if name in present.columns and name in new.columns]
    different = [
        name for name in names if name not in common or not same_question(present.columns[name], new.columns[name])
    ]
    expected = tr("le même programme")
    return duplicates + [Problem(quoted(name), tr("ce n'est pas la même question"), expected) for name in different]


def same_question(left: Column, right: Column) -> bool:
    """Return whether two columns contain answers to the same question."""
    return type(left) is type(right) and column_settings(left) == column_settings(right)


def column_settings(column: Column) -> dict[str, object]:
    """Return the parts of a column that are not per person: the meaning of its answers."""
    return {name: part for name, part in column_parts(column).items() if name not in PER_PERSON_PARTS}


def column_parts(column: Column) -> dict[str, Any]:
    return {part.name: getattr(column, part.name) for part in fields(column)} if is_dataclass(column) else {}


def stack_people(present: People, new: People) -> People:
    """Return the people of one side, new people after the present ones, without codes."""
    if not present.ids or not new.ids:
        return replace(present if present.ids else new, aliases=())
    columns = {name: append_column(column, new.columns[name]) for name, column in present.columns.items()}
    complete = np.concatenate([present.complete, new.complete])
    return People((*present.ids, *new.ids), columns, complete, np.concatenate([present.numbered, new.numbered]))


def append_column(column: Column, more: Column) -> Column:
    """Return a column with the answers of another after its own."""
    entries, new = column_parts(column), column_parts(more)
    joined_parts = {name: append_entries(entries[name], new[name]) for name in PER_PERSON_PARTS if name in entries}
    joined: Column = type(column)(**{**entries, **joined_parts})
    return joined


def append_entries(entries: Any, new: Any) -> Any:
    return (*entries, *new) if isinstance(entries, tuple) else np.concatenate([entries, new])


MAX_PAIRED_ITEMS = 24  # items of a question, all pairs of which are candidate answers
MAX_NUMBERS = 200  # whole numbers from the least to the greatest that are candidate answers

type Items = NDArray[np.bool_] | NDArray[np.int64]  # one answer, or a row per answer; an entry per item of the question


def with_answer(people: People, field: str, rows: Sequence[int], answers: Column) -> People:
    """Return the people with their answers to one field replaced at ``rows`` (k) by ``answers`` (k people)."""
    column, new_parts = people.columns[field], column_parts(answers)
    changed = {
        name: entries_with(part, rows, new_parts[name])
        for name, part in column_parts(column).items()
        if name in PER_PERSON_PARTS
    }
    replaced: Column = type(column)(**{**column_parts(column), **changed})
    return replace(people, columns={**people.columns, field: replaced})


def entries_with[T](entries: T, rows: Sequence[int], new_entries: T) -> T:
    """Return the entries of a column with those at some rows replaced."""
    if isinstance(entries, tuple) and isinstance(new_entries, tuple):
        new = dict(zip(rows, new_entries, strict=True))
        return tuple(new.get(row, entry) for row, entry in enumerate(entries))  # type: ignore[return-value]  # as T is
    copy = np.array(entries)
    copy[list(rows)] = new_entries
    return copy  # type: ignore[return-value]  # an array, as T is then


def blank_column(column: Column, count: int = 1) -> Column:
    """Return the column of ``count`` people without an answer. ``column`` must not be empty."""
    template = column.take(np.zeros(count, dtype=np.int64))
    match template:
        case PlaceColumn():
            return PlaceColumn.of([NONE] * count)
        case SingleChoice() | Grades():
            return replace(template, values=np.full_like(template.values, NONE))
        case MultiChoice():
            return replace(template, values=np.zeros_like(template.values), known=np.zeros(count, dtype=bool))
        case Ranks():
            return replace(template, values=np.zeros_like(template.values))
        case NumberColumn():
            return NumberColumn(np.full(count, np.nan))
        case NameLists():
            return NameLists((None,) * count)
    empty = {name: ("",) * count if isinstance(part, tuple) else part for name, part in column_parts(template).items()}
    blank: Column = type(template)(**empty)
    return blank


def blank_people(people: People, ids: Sequence[str]) -> People:
    """Return new people with the fields of ``people`` and without answers. ``people`` must not be empty.

    They count as people who answered enough.
    """
    columns = {name: blank_column(column, len(ids)) for name, column in people.columns.items()}
    return People(tuple(ids), columns, np.ones(len(ids), dtype=bool))


def possible_answers(question: Column, other_columns: Iterable[Column]) -> Column | None:
    """Return distinct candidate answers to a question: first no answer, then the shortest ones.

    They include all answers in ``question``, and suitable ones in ``other_columns``, the questions of the other side.
    None for names and free text, which do not describe a person to recruit.
    """
    match question:
        case PlaceColumn():
            position_lists = (
                column.positions.tolist() for column in (question, *other_columns) if isinstance(column, PlaceColumn)
            )
            return PlaceColumn.of(
                [
                    NONE,
                    *sorted({position for positions in position_lists for position in positions if position != NONE}),
                ]
            )
        case SingleChoice(labels):
            return replace(question, values=np.arange(NONE, len(labels)))
        case NumberColumn(values):
            theirs = (column.values for column in other_columns if isinstance(column, NumberColumn))
            return NumberColumn(np.array([np.nan, *possible_numbers(np.concatenate([values, *theirs]))]))
        case MultiChoice():
            return ticked_column(
                question, unique_answers(keep_fitting(question, possible_ticks(question, other_columns), question.most))
            )
        case Ranks():
            ranks = keep_fitting(question, possible_ranks(question, other_columns), question.most)
            return replace(question, values=unique_answers(ranks).astype(np.int64))
        case Grades():
            return replace(question, values=unique_answers(possible_grades(question, other_columns)).astype(np.int64))
    return None


def possible_numbers(values: NDArray[np.float64]) -> list[float]:
    """Return the numbers that people gave, and the whole numbers between the extremes, unless they are too many."""
    numbers = set(values[~np.isnan(values)].tolist())
    if not numbers:
        return []
    between = range(int(np.ceil(min(numbers))), int(np.floor(max(numbers))) + 1)
    return sorted(numbers | (set(map(float, between)) if len(between) <= MAX_NUMBERS else set()))


def small_subsets(count: int) -> Iterator[list[int]]:
    """Yield the empty set, each item, and each pair of items unless there are too many."""
    yield []
    yield from ([item] for item in range(count))
    if count <= MAX_PAIRED_ITEMS:
        yield from map(list, combinations(range(count), 2))


def possible_ticks(question: MultiChoice, other_columns: Iterable[Column]) -> Iterator[Items]:
    """Yield candidate sets of items: small ones, every set ticked, and all items."""
    count = len(question.labels)
    for items in small_subsets(count):
        yield np.isin(np.arange(count), items)
    yield from (values != 0 for values in given_items(question, other_columns))
    yield np.ones(count, dtype=bool)


def possible_ranks(question: Ranks, other_columns: Iterable[Column]) -> Iterator[Items]:
    """Yield candidate rankings: short ones in both directions, and the items of every answer given, best first."""
    count = len(question.labels)
    for items in small_subsets(count):
        for order in {tuple(items), tuple(reversed(items))}:
            yield ranks_of(order, count)
    for column in answers_about(question, other_columns):
        for values in column.values.astype(np.int64):
            sort_keys = values if isinstance(column, Ranks) else -values
            yield ranks_of([item for item in np.argsort(sort_keys, kind="stable").tolist() if values[item] > 0], count)


def possible_grades(question: Grades, other_columns: Iterable[Column]) -> Iterator[Items]:
    """Yield candidate grades: every grading given, and the highest level for few, for all or for the named items."""
    count, top = len(question.labels), len(question.levels) - 1
    for items in small_subsets(count):
        yield np.where(np.isin(np.arange(count), items), top, NONE)
    for values in given_items(question, other_columns):
        yield np.where(values > 0, top, NONE)
    yield from question.values
    yield from (
        grades
        for column in other_columns
        if isinstance(column, Grades) and has_same_items(question, column) and column.levels == question.levels
        for grades in column.values
    )
    yield np.full(count, top)


def given_items(question: MultiChoice | Ranks | Grades, other_columns: Iterable[Column]) -> Iterator[Items]:
    """Yield the answer of each person to the questions with the same items.

    Values are above 0 for items that are ticked, ranked, or graded above the lowest level.
    """
    for column in answers_about(question, other_columns):
        yield from column.values


def answers_about(
    question: MultiChoice | Ranks | Grades, other_columns: Iterable[Column]
) -> Iterator[MultiChoice | Ranks | Grades]:
    """Yield ``question``, and the other columns with the same items."""
    for column in (question, *other_columns):
        if isinstance(column, MultiChoice | Ranks | Grades) and has_same_items(question, column):
            yield column


def has_same_items(left: MultiChoice | Ranks | Grades, right: MultiChoice | Ranks | Grades) -> bool:
    return left.labels == right.labels


def keep_fitting(question: MultiChoice | Ranks, answers: Iterable[Items], max_items: int | None) -> Iterator[Items]:
    """Yield the answers that name at most ``max_items`` items; None means no limit."""
    longest = len(question.labels) if max_items is None else max_items
    yield from (answer for answer in answers if np.count_nonzero(answer) <= longest)


def unique_answers(answers: Iterable[Items]) -> Items:
    """Return (k, items) the distinct answers, in order of first occurrence."""
    return np.array(list({answer.tobytes(): answer for answer in answers}.values()))


def ticked_column(column: MultiChoice, values: Items) -> MultiChoice:
    """Return the column of people who ticked these items; a person with none did not answer."""
    template = column.take(np.zeros(len(values), dtype=np.int64))
    return replace(template, values=values.astype(bool), known=values.astype(bool).any(axis=1))


def ranks_of(order: Sequence[int], count: int) -> NDArray[np.int64]:
    """Return (count,) the rank of each item, 0 for items that are not in ``order``.

    >>> ranks_of([2, 0], 4).tolist()
    [2, 0, 1, 0]
    """
    ranks = np.zeros(count, dtype=np.int64)
    ranks[list(order)] = np.arange(1, len(order) + 1)
    return ranks


def shorter_answers(answer: Column) -> list[Column]:
    """Return a person's answer without each of its items in turn, and last the blank answer."""
    match answer:
        case MultiChoice(_, values):
            shortened: list[Column] = [
                ticked_column(answer, drop_item(values, item, 0)) for item in np.flatnonzero(values[0]).tolist()
            ]
        case Grades(_, _, values):
            items = np.flatnonzero(values[0] != NONE).tolist()
            shortened = [replace(answer, values=drop_item(values, item, NONE)) for item in items]
        case Ranks(labels, values):
            order = order_of(values[0])
            orders = ([other_item for other_item in order if other_item != item] for item in reversed(order))
            shortened = [replace(answer, values=ranks_of(shorter, len(labels))[None, :]) for shorter in orders]
        case NameLists(((str(), *_) as names,)):
            shortened = [NameLists(((*names[:at], *names[at + 1 :]),)) for at in reversed(range(len(names)))]
        case _:
            shortened = []
    answered = [column for column in shortened if bool(column.known[0])]
    return [*answered, blank_column(answer)]


def drop_item[T: np.generic](values: NDArray[T], item: int, none: int) -> NDArray[T]:
    """Return (1, items) an answer without one item; its entry becomes ``none``."""
    copy = values.copy()
    copy[0, item] = none
    return copy


def order_of(ranks: NDArray[np.int64]) -> list[int]:
    """Return the ranked items, first choice first."""
    return sorted(np.flatnonzero(ranks).tolist(), key=lambda item: int(ranks[item]))


type AnswerChange = Literal["shorter", "reordered", "blank", "exaggerated"]


def other_answers(answer: Column, *, graded: bool = False) -> Iterator[tuple[AnswerChange, Column]]:
    """Yield alternative answers of one person, with the kind of change.

    Shorter lists lack one item, or have one only; in reordered ones, one item is first or last; exaggerated levels are
    highest in one item, in all, or in one against all others. With ``graded``, the options of a choice are ordered, and
    its ends are exaggerations. Last comes the blank answer.
    """
    *shorter, blank = shorter_answers(answer)
    yield from (("shorter", changed) for changed in [*shorter, *single_answers(answer)])
    yield from (("reordered", changed) for changed in reordered_answers(answer))
    yield from (("exaggerated", changed) for changed in exaggerated_answers(answer, graded=graded))
    yield "blank", blank


def single_answers(answer: Column) -> list[Column]:
    """Return a person's ticks, ranks or names reduced to each of the items; empty if there are fewer than three.

    Of two items, each is already a shorter answer. Empty for other answers.
    """
    match answer:
        case MultiChoice(_, values) if np.count_nonzero(values) > 2:
            return [ticked_column(answer, only_item(values, item)) for item in np.flatnonzero(values[0]).tolist()]
        case Ranks(labels, values) if np.count_nonzero(values) > 2:
            return [replace(answer, values=ranks_of([item], len(labels))[None, :]) for item in order_of(values[0])]
        case NameLists(((_, _, _, *_) as names,)):
            return [NameLists(((name,),)) for name in names]
    return []


def only_item(values: Items, item: int) -> Items:
    """Return (1, items) an answer that names one item only."""
    single = np.zeros_like(values)
    single[0, item] = values[0, item]
    return single


def reordered_answers(answer: Column) -> list[Column]:
    """Return a person's answer with each of its items moved to the front, and to the end."""
    match answer:
        case Ranks(labels, values):
            orders = move_each(order_of(values[0]))
            return [replace(answer, values=ranks_of(changed_order, len(labels))[None, :]) for changed_order in orders]
        case NameLists(((str(), *_) as names,)):
            return [
                NameLists((tuple(names[index] for index in order),)) for order in move_each(list(range(len(names))))
            ]
    return []


def move_each(order: Sequence[int]) -> list[list[int]]:
    """Return the distinct orders, other than ``order``, with one item moved to the front or to the end.

    >>> move_each([4, 7])
    [[7, 4]]
    """
    front = [[item, *(other_item for other_item in order if other_item != item)] for item in order]
    back = [[*(other_item for other_item in order if other_item != item), item] for item in order]
    return [list(moved) for moved in dict.fromkeys(map(tuple, [*front, *back])) if list(moved) != list(order)]


def exaggerated_answers(answer: Column, *, graded: bool) -> list[Column]:
    """Return a person's answer with the highest level in an item, in all, or in one against the lowest in others.

    With ``graded``, a choice becomes its first and its last option.
    """
    match answer:
        case Grades(_, levels, values):
            top, answered = len(levels) - 1, np.flatnonzero(values[0] != NONE).tolist()
            higher = [with_level(values, item, top) for item in answered if values[0, item] < top]
            against = [with_level(np.where(values == NONE, NONE, 0), item, top) for item in answered]
            return [
                replace(answer, values=changed) for changed in [*higher, np.where(values == NONE, NONE, top), *against]
            ]
        case PlaceColumn():
            return []
        case SingleChoice(labels, values) if graded:
            ends = [end for end in (0, len(labels) - 1) if end != values[0]]
            return [replace(answer, values=np.array([end])) for end in ends]
    return []


def with_level(values: NDArray[np.int64], item: int, level: int) -> NDArray[np.int64]:
    """Return (1, items) the levels with that of one item replaced."""
    copy = values.copy()
    copy[0, item] = level
    return copy
