"""The columns of a table -> groups that may be items of one question, by the words with which their headers begin."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mentormatch.programme.drafts.capacity import MAX_OPTION_LENGTH, are_chosen
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.twins import need_or_offer
from mentormatch.programme.drafts.words import get_content_words
from mentormatch.survey.headers import split_part
from mentormatch.survey.table import TextTable

MIN_STEM_WORDS = 2  # common to the headers of one question
MIN_SHARED = 0.5  # of the answers of all columns, in each column
MIN_RANKED_OPTIONS = 3
MIN_RANKINGS = 6  # complete ones: six rows of three random levels are all rankings once in 8,000 files


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """Adjacent columns whose headers begin with one ``question``, by their items."""

    question: str
    columns: Mapping[str, int]

    @property
    def key(self) -> str:
        """The folded question."""
        return fold(self.question)


def item_columns(table: TextTable) -> Iterator[ItemColumns]:
    """Yield the groups of two or more columns that may be items of one question: few answers, half in each."""
    run: list[int] = []
    for column, following in pairwise((*range(len(table.header)), -1)):
        run.append(column)
        if following >= 0 and continues_run(table, run, following):
            continue
        headers = [table.header[index] for index in run]
        stem = get_common_beginning(headers)
        if len(run) > 1 and is_question(stem, headers) and have_same_answers(table, run):
            yield ItemColumns(
                stem.rstrip(" -\u2013\u2014:>/|."), {table.header[index][len(stem) :].strip(): index for index in run}
            )
        run = []


def continues_run(table: TextTable, run: Sequence[int], column: int) -> bool:
    """Return whether a column continues a run: same beginning, not from a tool, and without an item in brackets."""
    columns = (*run, column)
    headers = [table.header[index].strip() for index in columns]
    if any(index in table.own or index in table.alone or split_part(table.header[index]) for index in columns):
        return False
    stem = get_common_beginning(headers)
    items = [text[len(stem) :].strip() for text in headers]
    are_short = all(0 < len(item) <= MAX_OPTION_LENGTH for item in items)
    stem_of_run = get_common_beginning(headers[:-1]) if len(run) > 1 else stem
    return (
        are_short
        and len({*map(fold, items)}) == len(items)
        and len(stem.split()) >= MIN_STEM_WORDS
        and stem == stem_of_run
    )


def is_question(stem: str, headers: Sequence[str]) -> bool:
    """Return whether a beginning is the question: no header is one by itself, and none is a need among offers.

    >>> is_question("What matters to you ", ["What matters to you Advice", "What matters to you Listening"])
    True
    >>> is_question("Ce que vous ", ["Ce que vous pouvez transmettre", "Ce que vous aimeriez apprendre"])
    False
    """
    has_question = any(text.rstrip().endswith("?") for text in headers)
    return bool(get_content_words(stem)) and not has_question and len({need_or_offer(text) for text in headers}) == 1


def get_common_beginning(headers: Sequence[str]) -> str:
    """Return the words with which all headers begin, up to the last space, as typed.

    >>> get_common_beginning(["Vos attentes Conseils", "Vos attentes Écoute"]), get_common_beginning(["Nom", "Prénom"])
    ('Vos attentes ', '')
    """
    first, last = min(headers), max(headers)
    length = next(
        (index for index, (left, right) in enumerate(zip(first, last, strict=False)) if left != right), len(first)
    )
    return first[: first.rfind(" ", 0, length) + 1]


def have_same_answers(table: TextTable, columns: Sequence[int]) -> bool:
    """Return whether columns have few distinct answers, and each column at least half of them."""
    columns_of_answers = [
        [text for record in table.records if (text := record.cells[index].strip())] for index in columns
    ]
    answer_sets = [set(map(fold, answers)) for answers in columns_of_answers]
    all_answers = set[str]().union(*answer_sets)
    are_shared = all(len(answer_set) >= MIN_SHARED * len(all_answers) for answer_set in answer_sets)
    return bool(all_answers) and are_shared and are_chosen([text for answers in columns_of_answers for text in answers])


def are_ranks(table: TextTable, columns: Collection[int]) -> bool:
    """Return whether columns certainly contain the rank of an option each: all ranks, once, in each row with answers.

    Incomplete rankings, and fewer than three columns or six rows, are not certain: staff are asked.
    """
    ranks = sorted(str(rank) for rank in range(1, len(columns) + 1))
    rows = [[record.cells[column].strip() for column in columns] for record in table.records]
    rankings = [sorted(cells) for cells in rows if any(cells)]
    is_enough = len(columns) >= MIN_RANKED_OPTIONS and len(rankings) >= MIN_RANKINGS
    return is_enough and all(ranking == ranks for ranking in rankings)


def join_columns(table: TextTable, joined: Collection[str]) -> TextTable:
    """Return a table in which the headers of these questions, and of rankings, have the form ``Question [item]``."""
    header = list(table.header)
    for group in item_columns(table):
        if group.key in joined or are_ranks(table, group.columns.values()):
            for item, column in group.columns.items():
                header[column] = f"{group.question} [{item}]"
    return replace(table, header=tuple(header))
