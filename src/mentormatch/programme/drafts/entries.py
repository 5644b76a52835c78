"""One field of a draft: its id, the question as the files ask it, what it was taken for, and who answers it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from mentormatch.fields import Side
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.patterns import fold
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.words import content
from mentormatch.survey.headers import split_part
from mentormatch.survey.tool import OTHER

ENOUGH = 1000
"""So many rows tell what a question is, with as many more that hold an answer not yet seen twice."""
NO_WORDS: Mapping[str, str] = MappingProxyType({})
MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """One field of a draft: its id, the question as the file asks it, what it was taken for, who answers.

    ``side`` is None where both sides answer, or nobody can tell. ``also`` are headers of other words that ask the
    same; ``answers`` are texts of the file with the answer of the programme that each stands for. ``takes`` is the side
    that says by it how many people it takes; ``apart`` whether each side was asked in a file of its own; ``stated``
    whether people said what is done with it, so that nothing of it is to be confirmed.
    """

    name: str
    sample: QuestionSample
    guess: Guess
    side: Side | None = None
    also: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default=NO_WORDS)
    takes: Side | None = None
    apart: bool = False
    stated: bool = False

    @property
    def question(self) -> str:
        """The words of the question."""
        return self.sample.question

    @property
    def options(self) -> list[str]:
        """The options of the question, or the lines of its grid, as typed."""
        settings = self.guess.settings
        return [str(text) for text in (*settings.get("options", ()), *settings.get("items", ()))]

    @property
    def scored(self) -> bool:
        """Whether pairs may be compared by it: neither free text nor anything that is kept apart."""
        return self.guess.use == "match"

    def map_headers(self) -> Iterator[tuple[str, str]]:
        """Yield each header that does not say by itself which field it answers, or which item of it, and that name."""
        items = self.sample.items or ("",) * len(self.sample.headers)
        for header, item in zip(self.sample.headers, items, strict=False):
            if item and fold(item) != fold(OTHER) and not reads_as(header, self.question, item):
                yield header, f"{self.name} [{item}]"
            elif not item and fold(header) != fold(self.question):
                yield header, self.name
        yield from ((header, self.name) for header in self.also)


def reads_as(header: str, question: str, item: str) -> bool:
    """Say whether a header reads as this item of this question."""
    return tuple(map(fold, split_part(header) or (header, ""))) == (fold(question), fold(item))


def only_side(sample: QuestionSample) -> Side | None:
    """Return the only side that answered a question, None where both did, or nobody can tell."""
    sides = {side for side, row in zip(sample.sides, sample.rows, strict=True) if any(row)}
    return next(iter(sides)) if len(sides) == 1 else None


def by_side(sample: QuestionSample) -> Mapping[Side | None, Sequence[str]]:
    """Return the answers to a question of one column, empty ones too, of each side."""
    found: dict[Side | None, list[str]] = {}
    for side, row in zip(sample.sides, sample.rows, strict=True):
        found.setdefault(side, []).append(row[0])
    return found


def thin(sample: QuestionSample) -> QuestionSample:
    """Return a question with rows enough to tell what it is: the first, and later ones whose answers are rare."""
    if len(sample.rows) <= ENOUGH:
        return sample
    seen: Counter[str] = Counter()
    kept: list[int] = []
    for place, row in enumerate(sample.rows):
        if place < ENOUGH or any(cell and seen[cell] < 2 for cell in row):
            kept.append(place)
            seen.update(row)
        if len(kept) == 2 * ENOUGH:
            break
    rows = tuple(sample.rows[place] for place in kept)
    return replace(sample, rows=rows, sides=tuple(sample.sides[place] for place in kept))


def identifier(question: str, taken: set[str]) -> str:
    """Return a short id for a question, other than those taken.

    >>> identifier("Quelles sont vos disciplines ?", {"disciplines"})
    'disciplines_2'
    """
    short = "_".join(content(question)[:MOST_WORDS]) or "question"
    several = (f"{short}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (short, *several) if name not in taken)
