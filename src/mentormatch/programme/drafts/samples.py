"""Files of answers -> their questions with rows of cells, and the languages of the files.

A question has one column, or several: one per item in brackets after the question, per box, or per rank.
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
from mentormatch.programme.drafts.capacity import share_of
from mentormatch.programme.drafts.form_language import (
    MIN_HEADER_WORDS,
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

EMAIL_PATTERN = re.compile(r"\S+@\S+\.\S+")
MAX_LANGUAGE_ROWS = 100  # rows of a file whose answers help to find its language
MIN_ROWS = 8  # with more rows, columns of one grid have common answers
type Tables = Sequence[tuple[TextTable, Side | None]]


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question of a file, with its cells.

    ``items`` are the items of its columns, empty if its only column has none; ``headers`` are those of its columns.
    ``rows`` contains the cells of each row, stripped. ``sides`` has the side of each row, None if it is unknown.
    ``people`` has an id of the person of each row; if it is empty, each row is another person. ``follows`` are the
    questions that state the subject of this one, one per file in which they differ; empty if this one states it.
    """

    question: str
    headers: tuple[str, ...]
    items: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sides: tuple[Side | None, ...]
    follows: "tuple[QuestionSample, ...]" = ()
    people: tuple[str, ...] = ()

    @property
    def answers(self) -> list[str]:
        """All non-empty cells."""
        return [cell for row in self.rows for cell in row if cell]

    @property
    def givers(self) -> list[str]:
        """The person who gave each of the ``answers``."""
        people = self.people or map(str, range(len(self.rows)))
        return [person for person, row in zip(people, self.rows, strict=True) for cell in row if cell]

    def of(self, item: str) -> list[str]:
        """Return the non-empty cells of one item."""
        place = self.items.index(item)
        return [row[place] for row in self.rows if row[place]]


def sample_questions(tables: Sequence[tuple[TextTable, Side | None]]) -> list[QuestionSample]:
    """Return the questions of all files in order; a question in several files is merged into one."""
    questions: dict[str, QuestionSample] = {}
    for table, side in tables:
        for question in find_questions(table, side):
            key = fold(question.question)
            questions[key] = merge_samples(questions[key], question) if key in questions else question
    return list(questions.values())


def find_questions(table: TextTable, side: Side | None) -> list[QuestionSample]:
    """Return the questions of one file.

    If a question has a column without an item, only that column is read.
    """
    table = separate_columns(table)
    groups = group_columns(table.header)
    boxes = find_checkbox_groups(
        table, {columns[0]: columns[1:] for columns in groups.values() if contain_other_only(table.header, columns[1:])}
    )
    ranks = find_rank_groups(table, [columns[0] for columns in groups.values() if len(columns) == 1])
    samples: list[QuestionSample] = []
    for question, columns in groups.items():
        first = columns[0]
        if first in boxes:
            samples += [make_joint_sample(table, boxes[first], side)] if boxes[first] else []
        elif first in ranks:
            samples += [make_joint_sample(table, ranks[first], side)] if ranks[first] else []
        elif any(table.header[column].strip() for column in columns):
            samples.append(make_sample(table, question, columns, side))
    people = identify_people(table)
    return link_memberships(link_follow_ups([replace(question_sample, people=people) for question_sample in samples]))


def separate_columns(table: TextTable) -> TextTable:
    """Return a table in which columns that a tool may have added to the question before them are questions.

    A column is separate from the first one on that shares no answer with those before it, if there are enough rows and
    answers other than ranks.
    """
    header, earlier, is_separate = list(table.header), frozenset[str](), False
    for column in sorted(table.alone):
        answers = answers_in(table, column)
        if column - 1 not in table.alone:
            earlier, is_separate = answers_in(table, column - 1), False
        is_different = answers.isdisjoint(earlier) and not all(map(is_rank, answers | earlier))
        is_separate = is_separate or bool(answers and earlier and is_different and len(table.records) > MIN_ROWS)
        header[column] = table.alone[column] if is_separate else header[column]
        earlier |= answers
    return replace(table, header=tuple(header))


def answers_in(table: TextTable, column: int) -> frozenset[str]:
    """Return the folded non-empty answers of a column."""
    return frozenset(fold(record.cells[column]) for record in table.records) - {""}


def link_follow_ups(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return the questions in order, each follow-up linked to an earlier question."""
    linked: list[QuestionSample] = []
    for question in questions:
        previous = linked[-1] if linked else None
        target = (
            previous
            if previous and (is_follow_up(question.question) or repeats_previous(question.question, previous.question))
            else None
        )
        linked.append(replace(question, follows=(target.follows or (target,)) if target else ()))
    return linked


def link_memberships(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return the questions, those on an unnamed membership linked to the group that the form is about.

    A form with three or more questions about faith, about unions or about politics is that of a church, a union or a
    party. The first of these questions states the group.
    """
    subjects = [(subject_of(sample.question), sample) for sample in questions]
    # Subjects with groups that have members
    counts = Counter(subject for subject, _ in subjects if subject in ("religion", "union", "politics"))
    subject, count = counts.most_common(1)[0] if counts else (None, 0)
    if count < 3:
        return list(questions)
    first = next(sample for sample_subject, sample in subjects if sample_subject == subject)
    return [replace(sample, follows=(first,)) if asks_membership(sample.question) else sample for sample in questions]


def contain_other_only(header: Sequence[str], columns: Sequence[int]) -> bool:
    return all(fold(split_header(header[column])[1]) == fold(OTHER) for column in columns)


def find_checkbox_groups(table: TextTable, alone: Mapping[int, Sequence[int]]) -> dict[int, dict[str, int]]:
    """Return, by column, the items of a checkbox question with their columns; empty except for the first column.

    Some tools write no question above boxes that contain their own label when ticked. Adjacent boxes are one question.
    ``alone`` has the columns that may be boxes, with those of texts typed next to them. A repeated label, which is
    numbered, begins another question; a box for another answer ends its question.
    """
    labels = {column: strip_number(table.header[column], table.header) for column in alone}
    boxes = [
        column
        for column in alone
        if is_ticked_with_label(table, column, labels[column])
        and not contains_phrase(vocabulary().consent.required, labels[column])
    ]
    groups: dict[int, dict[str, int]] = {}
    for column in boxes:
        first_box = next((first for first, items in groups.items() if items and column - 1 in items.values()), None)
        if (
            first_box is None
            or labels[column] in groups[first_box]
            or fold(next(reversed(groups[first_box]))) in OTHER_ITEMS
        ):
            first_box = column
        groups.setdefault(column, {})
        groups[first_box] |= {labels[column]: column, **dict(zip([OTHER], alone[column], strict=False))}
    single_boxes = [first for first, items in groups.items() if len(items) == 1]
    return {column: items for column, items in groups.items() if column not in single_boxes}


def is_ticked_with_label(table: TextTable, column: int, text: str) -> bool:
    """Return whether a column contains its own label and nothing else."""
    label = fold(text)
    cells = (row.cells[column] for row in table.records)
    first = next((cell for cell in cells if cell.strip()), "")
    return fold(first) == label != "" and all(fold(cell) in ("", label) for cell in cells)


def find_rank_groups(table: TextTable, alone: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return, by column, the ranks of a ranking question with their columns; empty except for the first column.

    Headers differ by an ordinal: ``First choice``, ``2e choix``. Ranks are in order, whatever the order of the columns.
    """
    rankings: dict[str, dict[int, int]] = {}
    for column in alone:
        stem, rank = split_ordinal(table.header[column])
        if rank:
            rankings.setdefault(stem, {}).setdefault(rank, column)
    groups: dict[int, dict[str, int]] = {}
    for columns_by_rank in rankings.values():
        if (
            len(columns_by_rank) > 1
            and sorted(columns_by_rank) == list(range(1, len(columns_by_rank) + 1))
            and have_common_answers(table, columns_by_rank)
        ):
            groups |= {column: {} for column in columns_by_rank.values()}
            groups[min(columns_by_rank.values())] = {
                str(rank): columns_by_rank[rank] for rank in sorted(columns_by_rank)
            }
    return groups


def have_common_answers(table: TextTable, columns_by_rank: Mapping[int, int]) -> bool:
    """Return whether each column contains at least half of the answers of all columns."""
    answer_sets = [{row.cells[column].strip() for row in table.records} - {""} for column in columns_by_rank.values()]
    all_answers = set().union(*answer_sets)
    return bool(all_answers) and all(2 * len(answers) >= len(all_answers) for answers in answer_sets)


def make_joint_sample(table: TextTable, items: Mapping[str, int], side: Side | None) -> QuestionSample:
    """Return a question over several columns, named after the first header."""
    rows = tuple(tuple(record.cells[column].strip() for column in items.values()) for record in table.records)
    headers = tuple(table.header[column].strip() for column in items.values())
    return QuestionSample(headers[0], headers, tuple(items), rows, (side,) * len(rows))


def strip_number(text: str, header: Sequence[str]) -> str:
    """Return a header without the number that separates it from an equal one; unchanged if it has none.

    >>> strip_number("Law (2)", ["Law", "Law (2)"]), strip_number("Law (2)", ["Law (1)", "Law (2)"])
    ('Law', 'Law (2)')
    """
    question, item = split_part(text) or (text, "")
    names = {fold(name) for name in header}
    is_numbered = item.isdigit() and text.rstrip().endswith(")") and fold(question) in names
    return question.strip() if is_numbered and fold(f"{question} (1)") not in names else text.strip()


def group_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Map each question to its columns."""
    questions = [fold(split_header(text)[0]) for text in header]
    groups: dict[str, list[int]] = {}
    spellings: dict[str, str] = {}
    for column, text in enumerate(header):
        question, item = split_header(text)
        is_repeated = strip_number(text, header) != text.strip()
        is_item = item and not is_repeated and (text.rstrip().endswith("]") or questions.count(fold(question)) > 1)
        wording = question if is_item else text.strip()
        groups.setdefault(spellings.setdefault(fold(wording), wording), []).append(column)
    return groups


def split_header(header: str) -> tuple[str, str]:
    """Return the question and the item of a header; the item is empty if there is none."""
    question, item = split_part(header) or (header, "")
    is_item = fold(item) and not asks_all_that_apply(item)
    return (question.strip(), item.strip()) if is_item else (header.strip(), "")


def make_sample(table: TextTable, question: str, columns: Sequence[int], side: Side | None) -> QuestionSample:
    """Return a question; if one of its columns has no item, only this column is read."""
    items = tuple(split_header(table.header[column])[1] for column in columns)
    columns_without_item = [column for column, item in zip(columns, items, strict=True) if not item]
    columns_without_item = columns_without_item or [
        column for column in columns if table.header[column].strip() == question
    ]
    columns_read = columns_without_item[:1] or list(columns)
    rows = tuple(tuple(record.cells[column].strip() for column in columns_read) for record in table.records)
    headers = tuple(table.header[column] for column in columns_read)
    return QuestionSample(question, headers, () if columns_without_item else items, rows, (side,) * len(rows))


def identify_people(table: TextTable) -> tuple[str, ...]:
    """Return an id per row for its person: rows with the same e-mail address are of one person."""
    columns = [[record.cells[column].strip() for record in table.records] for column in range(len(table.header))]
    addresses = [column for column in columns if share_of(list(filter(None, column)), EMAIL_PATTERN.fullmatch) > 0.7]
    best = max(addresses, key=lambda column: len(set(column)), default=[""] * len(table.records))
    lines = (f"{table.source}:{record.line}" for record in table.records)
    return tuple(canonical(address) or line for address, line in zip(best, lines, strict=True))


def merge_samples(first: QuestionSample, second: QuestionSample) -> QuestionSample:
    """Return the question of two files, with the items of both; the first one if only one of them has items."""
    if bool(first.items) != bool(second.items):
        return first
    headers = dict(zip((*first.items, *second.items), (*first.headers, *second.headers), strict=False))
    items = tuple(headers) if first.items else ()
    rows = (*align_rows(first, items), *align_rows(second, items))
    sides, people = (*first.sides, *second.sides), (*first.people, *second.people)
    merged_headers, follows = tuple(headers.values()) or first.headers, (*first.follows, *second.follows)
    return QuestionSample(first.question, merged_headers, items, rows, sides, follows, people)


def align_rows(sample: QuestionSample, items: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Return the rows of a question in the columns of these items."""
    if not items:
        return sample.rows
    columns = {item: index for index, item in enumerate(sample.items)}
    return (tuple(row[columns[item]] if item in columns else "" for item in items) for row in sample.rows)


def with_sides(questions: Iterable[QuestionSample], sides: Sequence[Side | None]) -> list[QuestionSample]:
    """Return the questions of one file with the side of each row."""
    return [replace(sample, sides=tuple(sides)) for sample in questions]


def language_of(tables: Tables) -> str:
    """Return the code of the language for a draft: that of the files if messages exist in it, else the current one."""
    known = [code for code in languages_of(tables) if code in LANGUAGES]
    return known[0] if known else spoken()


def languages_of(tables: Tables) -> Codes:
    """Return the codes of the languages of some files, most used first; empty if they are unknown.

    The headers of questions decide, without those that a survey tool added, else these headers and all columns. If the
    headers are short, with at most one common word, words that only one language has decide, if there are any.
    """
    headers = [text for table, _ in tables for column, text in enumerate(table.header) if column not in table.own]
    cells = (cell for table, _ in tables for record in table.records[:MAX_LANGUAGE_ROWS] for cell in record.cells)
    answers = list(dict.fromkeys(cells))
    codes = languages_in(headers) or languages_in([*headers, *answers])
    if len(" ".join(headers).split()) >= MIN_HEADER_WORDS or count_common_words(headers, codes) > 1:
        return codes
    return certain_language([*(text for table, _ in tables for text in table.header), *answers]) or codes
