"""The answers to one question -> the number of people per answer and per side."""

from collections import Counter
from collections.abc import Sequence

from mentormatch.fields.base import Side
from mentormatch.languages.phrases import counted
from mentormatch.programme.drafts.capacity import MAX_OPTION_LENGTH, split_options
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.interview.question import CellCount

MAX_CELLS = 6  # a screen shows these, the most frequent first


def last_rows(sample: QuestionSample) -> list[int]:
    """Return the index of the last row of each person, in the order of the rows."""
    people = sample.people or tuple(map(str, range(len(sample.rows))))
    return sorted({person: row for row, person in enumerate(people)}.values())


def last_answers(sample: QuestionSample) -> list[str]:
    """Return the last answer of each person to a question of one column; a person without an answer has ""."""
    return [sample.rows[row][0] for row in last_rows(sample)]


def tally(answers: Sequence[str]) -> dict[str, int]:
    """Map each answer, as first typed, to its count, most frequent first; answers are compared folded."""
    spelled: dict[str, str] = {}
    counts = Counter(spelled.setdefault(fold(answer), answer) for answer in answers if fold(answer))
    return dict(counts.most_common())


def cells_of(sample: QuestionSample, answers: Sequence[str] | None = None) -> tuple[CellCount, ...]:
    """Return the most frequent answers with their counts, without long answers and those of a single person."""
    shared, _ = split_options(sample.answers, sample.givers)
    shared_folds = set(map(fold, shared))
    counts = tally(last_answers(sample) if answers is None else answers)
    short = [CellCount(text, people) for text, people in counts.items() if len(text) <= MAX_OPTION_LENGTH]
    return tuple(cell for cell in short if answers is not None or fold(cell.text) in shared_folds)[:MAX_CELLS]


def people_on(entries: Sequence[DraftEntry], side: Side) -> int:
    """Return the number of people on a side, by the rows of the question with most rows."""
    samples = [entry.sample for entry in entries]
    if not samples:
        return 0
    largest = max(samples, key=lambda sample: len(sample.rows))
    return sum(largest.sides[row] == side for row in last_rows(largest))


def count_people(number: int) -> str:
    return counted(number, "personne")


def side_counts(mentors: int, mentees: int) -> str:
    return f"{counted(mentors, 'mentor·e', 'mentor·es')}, {counted(mentees, 'mentoré·e', 'mentoré·es')}"
