"""The columns of a table -> those that may be items of one question, though no tool wrote so, by how headers begin."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mentormatch.programme.drafts.capacity import LONGEST_OPTION, are_chosen
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.twins import need_or_offer
from mentormatch.programme.drafts.words import get_content_words
from mentormatch.survey.headers import split_part
from mentormatch.survey.table import TextTable

MIN_STEM_WORDS = 2  # headers that begin alike for these words may have one question
SEPARATORS = " -\u2013\u2014:>/|."
MIN_SHARED = 0.5  # of the answers of all columns, those that each of them has too


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """Columns side by side whose headers begin with one ``question``, by their items."""

    question: str
    columns: Mapping[str, int]

    @property
    def key(self) -> str:
        """The question as it is compared."""
        return fold(self.question)


def item_columns(table: TextTable) -> Iterator[ItemColumns]:
    """Yield the columns that may be items of one question: two or more, with the same few answers."""
    run: list[int] = []
    for column, after in pairwise((*range(len(table.header)), -1)):
        run.append(column)
        if after >= 0 and begin_alike(table, run, after):
            continue
        headers = [table.header[at] for at in run]
        stem = stem_of(headers)
        if len(run) > 1 and is_question(stem, headers) and have_same_answers(table, run):
            yield ItemColumns(stem.rstrip(SEPARATORS), {table.header[at][len(stem) :].strip(): at for at in run})
        run = []


def begin_alike(table: TextTable, run: Sequence[int], column: int) -> bool:
    """Return whether one more column goes on with a run: no tool's column, nor an item in brackets."""
    columns = (*run, column)
    headers = [table.header[at].strip() for at in columns]
    if any(at in table.own or at in table.alone or split_part(table.header[at]) for at in columns):
        return False
    stem = stem_of(headers)
    items = [text[len(stem) :].strip() for text in headers]
    short = all(0 < len(item) <= LONGEST_OPTION for item in items)
    before = stem_of(headers[:-1]) if len(run) > 1 else stem
    return short and len({*map(fold, items)}) == len(items) and len(stem.split()) >= MIN_STEM_WORDS and stem == before


def is_question(stem: str, headers: Sequence[str]) -> bool:
    """Return whether a stem says what is asked, and no header is a question of its own or the twin of another.

    >>> is_question("What matters to you ", ["What matters to you Advice", "What matters to you Listening"])
    True
    >>> is_question("Ce que vous ", ["Ce que vous pouvez transmettre", "Ce que vous aimeriez apprendre"])
    False
    """
    asked = any(text.rstrip().endswith("?") for text in headers)
    return bool(get_content_words(stem)) and not asked and len({need_or_offer(text) for text in headers}) == 1


def stem_of(headers: Sequence[str]) -> str:
    """Return the words with which all headers begin, up to a blank, as typed.

    >>> stem_of(["Vos attentes Conseils", "Vos attentes Écoute"]), stem_of(["Nom", "Prénom"])
    ('Vos attentes ', '')
    """
    first, last = min(headers), max(headers)
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: first.rfind(" ", 0, length) + 1]


def have_same_answers(table: TextTable, columns: Sequence[int]) -> bool:
    """Return whether all columns have the same few answers, all but some that nobody gave to one of them."""
    given = [[text for record in table.records if (text := record.cells[at].strip())] for at in columns]
    sets = [set(map(fold, answers)) for answers in given]
    every = set[str]().union(*sets)
    shared = all(len(one) >= MIN_SHARED * len(every) for one in sets)
    return bool(every) and shared and are_chosen([text for answers in given for text in answers])


def join_columns(table: TextTable, joined: Collection[str]) -> TextTable:
    """Return a table in which the columns of these questions are named as items of one: ``Question [item]``."""
    header = list(table.header)
    for group in item_columns(table) if joined else ():
        if group.key in joined:
            for item, column in group.columns.items():
                header[column] = f"{group.question} [{item}]"
    return replace(table, header=tuple(header))
