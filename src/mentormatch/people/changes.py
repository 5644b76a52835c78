"""Cohorts that differ from another: by who left or came, or by what somebody answers.

People who leave and people who arrive in the course of an edition: the cohort after either.

Answers that people did not give: no answer, fewer items than they named, and what somebody else might answer.
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
from mentormatch.languages.translation import mark, tr
from mentormatch.people.codes import codes_of, with_codes
from mentormatch.people.cohort import Cohort, People, RowFate
from mentormatch.places.gazetteer import PlaceColumn

WITHDRAWN = mark("retrait en cours d'édition")
GROWING = ("values", "known", "positions", "zones")
"""The parts of a column that have an entry a person; the others say what the answers mean."""


def remove_people(cohort: Cohort, keys: Iterable[str]) -> Cohort:
    """Return the cohort without the people who have these keys, on whichever side; their rows say that they left.

    Who is on both sides leaves both, under whichever key.

    Raises RequestError where a key is nobody's.
    """
    gone = list({canonical(key): key for key in keys}.values())
    unknown = [
        Problem("withdrawn", quoted(key), tr("l'identifiant d'une personne de cette édition"))
        for key in gone
        if not any(cohort.side(side).has(key) for side in SIDES)
    ]
    if unknown:
        raise RequestError(tr("Qui n'est pas de cette édition ne peut pas la quitter"), unknown)
    leaving = {side: cohort.side(side).people_named(gone) for side in SIDES}
    mentors, mentees = cohort.both
    both = leaving["mentor"][mentors] | leaving["mentee"][mentees]
    leaving["mentor"][mentors[both]] = leaving["mentee"][mentees[both]] = True
    left = {
        (side, key)
        for side in SIDES
        for key, leaves in zip(cohort.side(side).compared, leaving[side].tolist(), strict=True)
        if leaves
    }
    codes = {(side, canonical(key)): code for side in SIDES for key, code in cohort.coded(side)}
    return replace(
        cohort,
        departed={**cohort.departed, **{person: code for person, code in codes.items() if person in left}},
        mentors=cohort.mentors.take(np.flatnonzero(~leaving["mentor"])),
        mentees=cohort.mentees.take(np.flatnonzero(~leaving["mentee"])),
        rows=tuple(row_after(row, left) for row in cohort.rows),
    )


def row_after(row: RowFate, gone: Container[tuple[Side, str]]) -> RowFate:
    """Return the fate of a row once some people have left: a row that was somebody is then nobody."""
    left = row.fate in ("taken", "incomplete") and any((side, canonical(row.key)) in gone for side in row.sides)
    return replace(row, fate="rejected", reason=tr(WITHDRAWN)) if left else row


def add_people(cohort: Cohort, arrived: Cohort) -> Cohort:
    """Return the cohort with the people of another after its own.

    Raises RequestError where a key of one side comes twice, or the two do not hold the same fields.
    """
    problems = [wrong for side in SIDES for wrong in misfits(side, cohort.side(side), arrived.side(side))]
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


def misfits(side: Side, here: People, new: People) -> list[Problem]:
    """Return what keeps the people of one side apart: doubled keys, and fields that differ."""
    known = {canonical(key) for key in here.ids}
    found = [
        Problem(quoted(key), tr("cet identifiant est déjà dans l'édition"), tr("un identifiant par personne"))
        for key in new.ids
        if canonical(key) in known
    ]
    if not here.ids or not new.ids:
        return found
    names = sorted({*here.columns, *new.columns})
    alike = [name for name in names if name in here.columns and name in new.columns]
    differ = [name for name in names if name not in alike or not same(here.columns[name], new.columns[name])]
    expected = tr("le même programme")
    return found + [Problem(quoted(name), tr("ce n'est pas la même question"), expected) for name in differ]


def same(one: Column, other: Column) -> bool:
    """Say whether two columns hold answers to the same question."""
    return type(one) is type(other) and settings(one) == settings(other)


def settings(column: Column) -> dict[str, object]:
    """Return the parts of a column that say what its answers mean."""
    return {name: part for name, part in parts(column).items() if name not in GROWING}


def parts(column: Column) -> dict[str, Any]:
    """Return the parts of a column by name."""
    return {part.name: getattr(column, part.name) for part in fields(column)} if is_dataclass(column) else {}


def stack_people(here: People, new: People) -> People:
    """Return the people of one side, the newcomers after the others."""
    if not here.ids or not new.ids:
        return replace(here if here.ids else new, aliases=())
    columns = {name: longer(column, new.columns[name]) for name, column in here.columns.items()}
    complete = np.concatenate([here.complete, new.complete])
    return People((*here.ids, *new.ids), columns, complete, np.concatenate([here.numbered, new.numbered]))


def longer(column: Column, more: Column) -> Column:
    """Return one column, the answers of another after its own."""
    here, new = parts(column), parts(more)
    grown = {name: append_entries(here[name], new[name]) for name in GROWING if name in here}
    made: Column = type(column)(**{**here, **grown})
    return made


def append_entries(here: Any, new: Any) -> Any:
    """Return the entries of ``new`` after those of ``here``."""
    return (*here, *new) if isinstance(here, tuple) else np.concatenate([here, new])


MOST_PAIRED = 24
"""Items of a question of which every two together are an answer that is thought of."""
MOST_NUMBERS = 200
"""Whole numbers between the least and the greatest that are thought of."""

type Items = NDArray[np.bool_] | NDArray[np.int64]
"""One line an answer, one entry an item of the question."""


def with_answer(people: People, field: str, rows: Sequence[int], answers: Column) -> People:
    """Return the people with other answers to one field: those at ``rows`` (k) with those of ``answers`` (k people)."""
    column, given = people.columns[field], parts(answers)
    changed = {name: entries_with(part, rows, given[name]) for name, part in parts(column).items() if name in GROWING}
    made: Column = type(column)(**{**parts(column), **changed})
    return replace(people, columns={**people.columns, field: made})


def entries_with[T](entries: T, rows: Sequence[int], others: T) -> T:
    """Return the entries of a column with others at some rows."""
    if isinstance(entries, tuple) and isinstance(others, tuple):
        new = dict(zip(rows, others, strict=True))
        return tuple(new.get(row, entry) for row, entry in enumerate(entries))  # type: ignore[return-value]  # as T is
    found = np.array(entries)
    found[list(rows)] = others
    return found  # type: ignore[return-value]  # an array, as T is then


def blank_column(column: Column, count: int = 1) -> Column:
    """Return the column of so many people who did not answer; of at least one there has to be a place in it."""
    some = column.take(np.zeros(count, dtype=np.int64))
    match some:
        case PlaceColumn():
            return PlaceColumn.of([NONE] * count)
        case SingleChoice() | Grades():
            return replace(some, values=np.full_like(some.values, NONE))
        case MultiChoice():
            return replace(some, values=np.zeros_like(some.values), known=np.zeros(count, dtype=bool))
        case Ranks():
            return replace(some, values=np.zeros_like(some.values))
        case NumberColumn():
            return NumberColumn(np.full(count, np.nan))
        case NameLists():
            return NameLists((None,) * count)
    empty = {name: ("",) * count if isinstance(part, tuple) else part for name, part in parts(some).items()}
    made: Column = type(some)(**empty)
    return made


def blank_people(people: People, ids: Sequence[str]) -> People:
    """Return others who were asked what ``people``, of whom there is one at least, were asked, and answered nothing.

    They count as people who answered enough.
    """
    columns = {name: blank_column(column, len(ids)) for name, column in people.columns.items()}
    return People(tuple(ids), columns, np.ones(len(ids), dtype=bool))


def possible_answers(own: Column, others: Iterable[Column]) -> Column | None:
    """Return answers that somebody might give to a question, each once; first no answer, then the shortest.

    Among them are all that people gave to ``own``, and those to ``others``, the questions of the other side, that
    fit. None where answers are names or free text, which describe nobody whom one could look for.
    """
    match own:
        case PlaceColumn():
            there = (each.positions.tolist() for each in (own, *others) if isinstance(each, PlaceColumn))
            return PlaceColumn.of([NONE, *sorted({place for places in there for place in places if place != NONE})])
        case SingleChoice(labels):
            return replace(own, values=np.arange(NONE, len(labels)))
        case NumberColumn(values):
            theirs = (each.values for each in others if isinstance(each, NumberColumn))
            return NumberColumn(np.array([np.nan, *possible_numbers(np.concatenate([values, *theirs]))]))
        case MultiChoice():
            return tick(own, each_once(keep_fitting(own, possible_ticks(own, others), own.most)))
        case Ranks():
            ranks = keep_fitting(own, possible_ranks(own, others), own.most)
            return replace(own, values=each_once(ranks).astype(np.int64))
        case Grades():
            return replace(own, values=each_once(possible_grades(own, others)).astype(np.int64))
    return None


def possible_numbers(values: NDArray[np.float64]) -> list[float]:
    """Return the numbers that people gave, and the whole numbers between the least and the greatest, if few."""
    given = set(values[~np.isnan(values)].tolist())
    if not given:
        return []
    between = range(int(np.ceil(min(given))), int(np.floor(max(given))) + 1)
    return sorted(given | (set(map(float, between)) if len(between) <= MOST_NUMBERS else set()))


def small_subsets(count: int) -> Iterator[list[int]]:
    """Yield no item, each by itself, and each two together where they are not too many."""
    yield []
    yield from ([item] for item in range(count))
    if count <= MOST_PAIRED:
        yield from map(list, combinations(range(count), 2))


def possible_ticks(own: MultiChoice, others: Iterable[Column]) -> Iterator[Items]:
    """Yield sets of items: few, those that anybody named, and all."""
    count = len(own.labels)
    for items in small_subsets(count):
        yield np.isin(np.arange(count), items)
    yield from (values != 0 for values in given_items(own, others))
    yield np.ones(count, dtype=bool)


def possible_ranks(own: Ranks, others: Iterable[Column]) -> Iterator[Items]:
    """Yield short orders of items, and those that anybody gave."""
    count = len(own.labels)
    for items in small_subsets(count):
        for order in {tuple(items), tuple(reversed(items))}:
            yield ranks_of(order, count)
    for values in given_items(own, others):
        yield values.astype(np.int64)


def possible_grades(own: Grades, others: Iterable[Column]) -> Iterator[Items]:
    """Yield the highest level in few items and in all, the levels that anybody gave, and their items at the highest."""
    count, top = len(own.labels), len(own.levels) - 1
    for items in small_subsets(count):
        yield np.where(np.isin(np.arange(count), items), top, NONE)
    for values in given_items(own, others):
        yield np.where(values > 0, top, NONE)
    yield from own.values
    yield from (
        each for other in others if isinstance(other, Grades) and has_same_items(own, other) for each in other.values
    )
    yield np.full(count, top)


def given_items(own: MultiChoice | Ranks | Grades, others: Iterable[Column]) -> Iterator[Items]:
    """Yield what each person gave to each item, above 0 where they named it: of questions with the same items."""
    for column in (own, *others):
        if isinstance(column, MultiChoice | Ranks | Grades) and has_same_items(own, column):
            yield from column.values


def has_same_items(own: MultiChoice | Ranks | Grades, other: MultiChoice | Ranks | Grades) -> bool:
    """Say whether two questions have the same items."""
    return own.labels == other.labels


def keep_fitting(own: MultiChoice | Ranks, answers: Iterable[Items], most: int | None) -> Iterator[Items]:
    """Yield the answers in which no more items are named than may be."""
    longest = len(own.labels) if most is None else most
    yield from (each for each in answers if np.count_nonzero(each) <= longest)


def each_once(answers: Iterable[Items]) -> Items:
    """Return (k, items) each answer once, in the order in which they come."""
    return np.array(list({each.tobytes(): each for each in answers}.values()))


def tick(column: MultiChoice, values: Items) -> MultiChoice:
    """Return the column of people who ticked these items; who ticked none did not answer."""
    some = column.take(np.zeros(len(values), dtype=np.int64))
    return replace(some, values=values.astype(bool), known=values.astype(bool).any(axis=1))


def ranks_of(order: Sequence[int], count: int) -> NDArray[np.int64]:
    """Return (count,) the rank of each item, 0 where it is not in the order.

    >>> ranks_of([2, 0], 4).tolist()
    [2, 0, 1, 0]
    """
    found = np.zeros(count, dtype=np.int64)
    found[list(order)] = np.arange(1, len(order) + 1)
    return found


def shorter_answers(answer: Column) -> list[Column]:
    """Return the answer of one person without one of its items, for each of them; last, no answer at all."""
    match answer:
        case MultiChoice(_, values):
            found: list[Column] = [
                tick(answer, drop_item(values, item, 0)) for item in np.flatnonzero(values[0]).tolist()
            ]
        case Grades(_, _, values):
            items = np.flatnonzero(values[0] != NONE).tolist()
            found = [replace(answer, values=drop_item(values, item, NONE)) for item in items]
        case Ranks(labels, values):
            order = order_of(values[0])
            shorter = ([each for each in order if each != item] for item in reversed(order))
            found = [replace(answer, values=ranks_of(each, len(labels))[None, :]) for each in shorter]
        case NameLists(((str(), *_) as names,)):
            found = [NameLists(((*names[:at], *names[at + 1 :]),)) for at in reversed(range(len(names)))]
        case _:
            found = []
    several = [each for each in found if bool(each.known[0])]
    return [*several, blank_column(answer)]


def drop_item[T: np.generic](values: NDArray[T], item: int, none: int) -> NDArray[T]:
    """Return (1, items) an answer with nothing said of one item."""
    found = values.copy()
    found[0, item] = none
    return found


def order_of(ranks: NDArray[np.int64]) -> list[int]:
    """Return the items that have a rank, the first choice first."""
    return sorted(np.flatnonzero(ranks).tolist(), key=lambda item: int(ranks[item]))


type AnswerChange = Literal["shorter", "reordered", "blank", "exaggerated"]


def other_answers(answer: Column, *, graded: bool = False) -> Iterator[tuple[AnswerChange, Column]]:
    """Yield what one person could answer instead, and how it differs: fewer items, another order, nothing, or more.

    Shorter lists lack one item, or have one alone; in other orders one item is first or last; levels are exaggerated
    in one item, in all, or in one against all others. ``graded``: the options of a choice are in an order, of which the
    ends are exaggerations.
    """
    *shorter, nothing = shorter_answers(answer)
    yield from (("shorter", each) for each in [*shorter, *single_answers(answer)])
    yield from (("reordered", each) for each in reordered_answers(answer))
    yield from (("exaggerated", each) for each in exaggerated_answers(answer, graded=graded))
    yield "blank", nothing


def single_answers(answer: Column) -> list[Column]:
    """Return the answer of one person with one of its items alone, for each of them; none where there are fewer than 3.

    Of two items, each is what is left when the other is left out.
    """
    match answer:
        case MultiChoice(_, values) if np.count_nonzero(values) > 2:
            return [tick(answer, only(values, item)) for item in np.flatnonzero(values[0]).tolist()]
        case Ranks(labels, values) if np.count_nonzero(values) > 2:
            return [replace(answer, values=ranks_of([item], len(labels))[None, :]) for item in order_of(values[0])]
        case NameLists(((_, _, _, *_) as names,)):
            return [NameLists(((name,),)) for name in names]
    return []


def only(values: Items, item: int) -> Items:
    """Return (1, items) an answer in which one item alone is named."""
    found = np.zeros_like(values)
    found[0, item] = values[0, item]
    return found


def reordered_answers(answer: Column) -> list[Column]:
    """Return the answer of one person with each of its items moved to the front, and to the end."""
    match answer:
        case Ranks(labels, values):
            orders = move_each(order_of(values[0]))
            return [replace(answer, values=ranks_of(each, len(labels))[None, :]) for each in orders]
        case NameLists(((str(), *_) as names,)):
            return [NameLists((tuple(names[at] for at in each),)) for each in move_each(list(range(len(names))))]
    return []


def move_each(order: Sequence[int]) -> list[list[int]]:
    """Return an order with each item moved to the front, and to the end, each other order once.

    >>> move_each([4, 7])
    [[7, 4]]
    """
    front = [[item, *(each for each in order if each != item)] for item in order]
    back = [[*(each for each in order if each != item), item] for item in order]
    return [list(each) for each in dict.fromkeys(map(tuple, [*front, *back])) if list(each) != list(order)]


def exaggerated_answers(answer: Column, *, graded: bool) -> list[Column]:
    """Return the answer of one person with the highest level in an item, in all, or in one and the lowest elsewhere."""
    match answer:
        case Grades(_, levels, values):
            top, given = len(levels) - 1, np.flatnonzero(values[0] != NONE).tolist()
            higher = [with_level(values, item, top) for item in given if values[0, item] < top]
            against = [with_level(np.where(values == NONE, NONE, 0), item, top) for item in given]
            return [replace(answer, values=each) for each in [*higher, np.where(values == NONE, NONE, top), *against]]
        case PlaceColumn():
            return []
        case SingleChoice(labels, values) if graded:
            ends = [end for end in (0, len(labels) - 1) if end != values[0]]
            return [replace(answer, values=np.array([end])) for end in ends]
    return []


def with_level(values: NDArray[np.int64], item: int, level: int) -> NDArray[np.int64]:
    """Return (1, items) levels with another in one item."""
    found = values.copy()
    found[0, item] = level
    return found
