"""Files of answers -> the questions that they ask, each with its rows of cells, and the language of these questions.

A question has one column, or several that share its words, each with an item in brackets.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mentormatch.fields import Side
from mentormatch.fields.lists import OTHER_ITEMS
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import LANGUAGES, spoken
from mentormatch.languages.vocabulary import Codes, vocabulary
from mentormatch.programme.drafts.capacity import share
from mentormatch.programme.drafts.form_language import (
    FEW_WORDS,
    certain_language,
    count_common_words,
    languages_in,
)
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.drafts.words import (
    asks_all_that_apply,
    asks_membership,
    contains_phrase,
    is_follow_up,
    is_rank,
    repeats_previous,
    split_ordinal,
)
from mentormatch.survey.headers import split_part
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import OTHER

AT = re.compile(r"\S+@\S+\.\S+")
MOST_ROWS = 100
"""So many rows of a file are looked at where its headers tell nothing."""
MOST_ADDRESSES = 0.7
"""A column holds e-mail addresses from that share of its answers on."""
ENOUGH = 8
"""Rows: with more, columns of one grid have answers in common."""
BELONGING, OFTEN = ("religion", "union", "politics"), 3
"""Subjects that people are members of, and the questions of one from which on a whole form is about it."""
type Tables = Sequence[tuple[TextTable, Side | None]]


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question as a file asks it: ``items`` of its columns (none: one column), and ``rows`` of cells, all trimmed.

    ``headers`` are those of its columns; ``sides`` says who sent each row, None where that is not known. ``people``
    tells which rows are of one person; if it is empty, each row is of another. ``follows`` is the question of which
    this one only asks to say more.
    """

    question: str
    headers: tuple[str, ...]
    items: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sides: tuple[Side | None, ...]
    follows: "QuestionSample | None" = None
    people: tuple[str, ...] = ()

    @property
    def answers(self) -> list[str]:
        """All cells that are not empty."""
        return [cell for row in self.rows for cell in row if cell]

    @property
    def givers(self) -> list[str]:
        """The person who gave each of the ``answers``."""
        people = self.people or map(str, range(len(self.rows)))
        return [person for person, row in zip(people, self.rows, strict=True) for cell in row if cell]

    def of(self, item: str) -> list[str]:
        """Return the cells of one item that are not empty."""
        place = self.items.index(item)
        return [row[place] for row in self.rows if row[place]]


def sample_questions(tables: Sequence[tuple[TextTable, Side | None]]) -> list[QuestionSample]:
    """Return the questions of all files in their order; one that both files ask comes once."""
    found: dict[str, QuestionSample] = {}
    for table, side in tables:
        for question in in_table(table, side):
            key = fold(question.question)
            found[key] = join(found[key], question) if key in found else question
    return list(found.values())


def in_table(table: TextTable, side: Side | None) -> list[QuestionSample]:
    """Return the questions of one file; of a question that stands alone too, the items come with it."""
    table = separate_columns(table)
    groups = column_groups(table.header)
    boxes = box_groups(
        table, {columns[0]: columns[1:] for columns in groups.values() if hold_other_only(table.header, columns[1:])}
    )
    ranks = rank_groups(table, [columns[0] for columns in groups.values() if len(columns) == 1])
    found: list[QuestionSample] = []
    for question, columns in groups.items():
        first = columns[0]
        if first in boxes:
            found += [sample_of_columns(table, boxes[first], side)] if boxes[first] else []
        elif first in ranks:
            found += [sample_of_columns(table, ranks[first], side)] if ranks[first] else []
        elif any(table.header[column].strip() for column in columns):
            found.append(sample(table, question, columns, side))
    people = people_in(table)
    return link_memberships(link_follow_ups([replace(one, people=people) for one in found]))


def separate_columns(table: TextTable) -> TextTable:
    """Return a table in which columns that a tool may have put under the question before it stand alone.

    They do from the first of them on that has no answer in common with those before, where rows are enough to tell.
    """
    header, known, ended = list(table.header), frozenset[str](), False
    for column in sorted(table.alone):
        given = answers_in(table, column)
        if column - 1 not in table.alone:
            known, ended = answers_in(table, column - 1), False
        unlike = given.isdisjoint(known) and not all(map(is_rank, given | known))
        ended = ended or bool(given and known and unlike and len(table.records) > ENOUGH)
        header[column] = table.alone[column] if ended else header[column]
        known |= given
    return replace(table, header=tuple(header))


def answers_in(table: TextTable, column: int) -> frozenset[str]:
    """Return the answers of a column, as they are compared."""
    return frozenset(fold(record.cells[column]) for record in table.records) - {""}


def link_follow_ups(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return questions in their order, each that only asks to say more with the one that it follows."""
    found: list[QuestionSample] = []
    for one in questions:
        last = found[-1] if found else None
        before = (
            last if last and (is_follow_up(one.question) or repeats_previous(one.question, last.question)) else None
        )
        found.append(replace(one, follows=before and (before.follows or before)))
    return found


def link_memberships(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return questions, those on being a member of something unnamed with a question that names what it is.

    A form that asks again and again about faith, or about a union, is the form of a church, or of that union.
    """
    named = [(subject_of(one.question), one) for one in questions]
    times = Counter(subject for subject, _ in named if subject in BELONGING)
    subject, count = times.most_common(1)[0] if times else (None, 0)
    if count < OFTEN:
        return list(questions)
    first = next(one for of, one in named if of == subject)
    return [replace(one, follows=first) if asks_membership(one.question) else one for one in questions]


def hold_other_only(header: Sequence[str], columns: Sequence[int]) -> bool:
    """Say whether columns, if there are any, only hold what was typed beside an option."""
    return all(fold(split_header(header[column])[1]) == fold(OTHER) for column in columns)


def box_groups(table: TextTable, alone: Mapping[int, Sequence[int]]) -> dict[int, dict[str, int]]:
    """Return the columns that are boxes ticked with their own label, those side by side as one under the first.

    Some tools write no question above them. Each column has the items of its group, by label; none but the first.
    ``alone`` has the columns that may be boxes, with those that hold what was typed beside each. A label that comes
    again, which is numbered, begins another group; a box for another answer ends its group.
    """
    labels = {column: strip_number(table.header[column], table.header) for column in alone}
    box = [
        column
        for column in alone
        if is_ticked_with_label(table, column, labels[column])
        and not contains_phrase(vocabulary().consent.required, labels[column])
    ]
    found: dict[int, dict[str, int]] = {}
    for column in box:
        before = next((first for first, items in found.items() if items and column - 1 in items.values()), None)
        if before is None or labels[column] in found[before] or fold(next(reversed(found[before]))) in OTHER_ITEMS:
            before = column
        found.setdefault(column, {})
        found[before] |= {labels[column]: column, **dict(zip([OTHER], alone[column], strict=False))}
    lone = [first for first, items in found.items() if len(items) == 1]
    return {column: items for column, items in found.items() if column not in lone}


def is_ticked_with_label(table: TextTable, column: int, text: str) -> bool:
    """Say whether a column is ticked, and with nothing else than its own label."""
    label = fold(text)
    given = (row.cells[column] for row in table.records)
    first = next((cell for cell in given if cell.strip()), "")
    return fold(first) == label != "" and all(fold(cell) in ("", label) for cell in given)


def rank_groups(table: TextTable, alone: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the columns of one ranked question, told apart by ``First choice``, ``2e choix``, as one under the best.

    Each column has the ranks of its group, the first first whatever the order of the columns; none but one of them.
    """
    groups: dict[str, dict[int, int]] = {}
    for column in alone:
        stem, place = split_ordinal(table.header[column])
        if place:
            groups.setdefault(stem, {}).setdefault(place, column)
    found: dict[int, dict[str, int]] = {}
    for places in groups.values():
        if len(places) > 1 and sorted(places) == list(range(1, len(places) + 1)) and share_options(table, places):
            found |= {column: {} for column in places.values()}
            found[min(places.values())] = {str(place): places[place] for place in sorted(places)}
    return found


def share_options(table: TextTable, places: Mapping[int, int]) -> bool:
    """Say whether columns are answered with the same options, most of those of each standing in the others too."""
    given = [{row.cells[column].strip() for row in table.records} - {""} for column in places.values()]
    every = set().union(*given)
    return bool(every) and all(2 * len(one) >= len(every) for one in given)


def sample_of_columns(table: TextTable, items: Mapping[str, int], side: Side | None) -> QuestionSample:
    """Return a question over several columns, in the words of the first header, for it has none of its own."""
    rows = tuple(tuple(record.cells[column].strip() for column in items.values()) for record in table.records)
    headers = tuple(table.header[column].strip() for column in items.values())
    return QuestionSample(headers[0], headers, tuple(items), rows, (side,) * len(rows))


def strip_number(text: str, header: Sequence[str]) -> str:
    """Return a header without the number that tells it from one of the same words, itself where it has none.

    >>> strip_number("Law (2)", ["Law", "Law (2)"]), strip_number("Law (2)", ["Law (1)", "Law (2)"])
    ('Law', 'Law (2)')
    """
    question, item = split_part(text) or (text, "")
    names = {fold(name) for name in header}
    repeated = item.isdigit() and text.rstrip().endswith(")") and fold(question) in names
    return question.strip() if repeated and fold(f"{question} (1)") not in names else text.strip()


def column_groups(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns of each question."""
    questions = [fold(split_header(text)[0]) for text in header]
    groups: dict[str, list[int]] = {}
    named: dict[str, str] = {}
    for column, text in enumerate(header):
        question, item = split_header(text)
        again = strip_number(text, header) != text.strip()
        together = item and not again and (text.rstrip().endswith("]") or questions.count(fold(question)) > 1)
        wording = question if together else text.strip()
        groups.setdefault(named.setdefault(fold(wording), wording), []).append(column)
    return groups


def split_header(header: str) -> tuple[str, str]:
    """Return the question and the item of a header, the item empty where there is none."""
    question, item = split_part(header) or (header, "")
    named = fold(item) and not asks_all_that_apply(item)
    return (question.strip(), item.strip()) if named else (header.strip(), "")


def sample(table: TextTable, question: str, columns: Sequence[int], side: Side | None) -> QuestionSample:
    """Return one question; where one of its columns has no item, that one answers, and the items are its options."""
    items = tuple(split_header(table.header[column])[1] for column in columns)
    whole = [column for column, item in zip(columns, items, strict=True) if not item]
    whole = whole or [column for column in columns if table.header[column].strip() == question]
    taken = whole[:1] or list(columns)
    rows = tuple(tuple(record.cells[column].strip() for column in taken) for record in table.records)
    headers = tuple(table.header[column] for column in taken)
    return QuestionSample(question, headers, () if whole else items, rows, (side,) * len(rows))


def people_in(table: TextTable) -> tuple[str, ...]:
    """Return the person of each row: rows with the same e-mail address are of one person, any other row of another."""
    columns = [[record.cells[column].strip() for record in table.records] for column in range(len(table.header))]
    addresses = [column for column in columns if share(list(filter(None, column)), AT.fullmatch) > MOST_ADDRESSES]
    told = max(addresses, key=lambda column: len(set(column)), default=[""] * len(table.records))
    lines = (f"{table.source}:{record.line}" for record in table.records)
    return tuple(canonical(address) or line for address, line in zip(told, lines, strict=True))


def join(one: QuestionSample, other: QuestionSample) -> QuestionSample:
    """Return a question that two files ask, with the items of both."""
    if bool(one.items) != bool(other.items):
        return one
    headers = dict(zip((*one.items, *other.items), (*one.headers, *other.headers), strict=False))
    items = tuple(headers) if one.items else ()
    rows = (*align(one, items), *align(other, items))
    sides, people = (*one.sides, *other.sides), (*one.people, *other.people)
    return QuestionSample(one.question, tuple(headers.values()) or one.headers, items, rows, sides, people=people)


def align(sample: QuestionSample, items: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Return the rows of a question under these items."""
    if not items:
        return sample.rows
    place = {item: at for at, item in enumerate(sample.items)}
    return (tuple(row[place[item]] if item in place else "" for item in items) for row in sample.rows)


def with_sides(questions: Iterable[QuestionSample], sides: Sequence[Side | None]) -> list[QuestionSample]:
    """Return the questions of one file with who sent each row."""
    return [replace(sample, sides=tuple(sides)) for sample in questions]


def language_of(tables: Tables) -> str:
    """Return the code of the language in which to write a draft of these files: theirs, or else the one spoken."""
    known = [code for code in languages_of(tables) if code in LANGUAGES]
    return known[0] if known else spoken()


def languages_of(tables: Tables) -> Codes:
    """Return the codes of the languages in which some files ask, the most used first; none if that is not known.

    Headers tell, or headers and answers together. The columns that a survey tool added do not count, unless a form has
    few words: then certain words of headers and answers tell, if nothing else does.
    """
    headers = [text for table, _ in tables for at, text in enumerate(table.header) if at not in table.own]
    cells = (cell for table, _ in tables for record in table.records[:MOST_ROWS] for cell in record.cells)
    answers = list(dict.fromkeys(cells))
    told = languages_in(headers) or languages_in([*headers, *answers])
    if len(" ".join(headers).split()) >= FEW_WORDS or count_common_words(headers, told) > 1:
        return told
    return certain_language([*(text for table, _ in tables for text in table.header), *answers]) or told
