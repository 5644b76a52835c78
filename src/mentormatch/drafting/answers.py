"""What answers have in common: how many differ, whether they look chosen or typed, which were offered."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from mentormatch import text

fold = lru_cache(maxsize=1 << 18)(text.fold)
"""Answers are given again and again, and looked at by each kind in turn."""
MOST_OPTIONS, LONGEST_OPTION, LONGEST_SEEN = 40, 80, 400
MOST_SPELLINGS = 4 * MOST_OPTIONS
"""Of so few options, as typed."""
FEW = 4
"""Of that many rows, one may be without an answer that everybody should give."""


def share[Answer](answers: Sequence[Answer], test: Callable[[Answer], object]) -> float:
    """Return the share of answers that pass a test, 0 where there are none."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the answers that differ when compared as options are, as first typed."""
    found: dict[str, str] = {}
    for answer in dict.fromkeys(answers):
        if said := fold(answer):
            found.setdefault(said, answer)
    return list(found.values())


def closed(answers: Sequence[str]) -> bool:
    """Say whether answers look like chosen ones: few, short or given again, and given again and again."""
    if len(set(answers)) > MOST_SPELLINGS:
        return False
    options = distinct(answers)
    if not options or len(options) > min(MOST_OPTIONS, max(2, len(answers) // 2)) or len(options) >= len(answers):
        return False
    given = Counter(map(fold, answers))
    long = [option for option in options if len(option) > LONGEST_OPTION]
    again = all(given[fold(option)] > 1 and len(option) <= LONGEST_SEEN for option in long)
    return again or (len(long) == 1 and len(options) > len(long) + 1)


def offered(answers: Sequence[str]) -> list[str]:
    """Return the options among answers; one given once, where each other came again and again, was typed.

    What one person alone typed beside the options is nobody else's to read: it goes into no draft.
    """
    given = Counter(map(fold, answers))
    options = distinct(answers)
    often = sorted(given[fold(option)] for option in options if given[fold(option)] > 1)
    if len(often) < 2 or often[len(often) // 2] < FEW:
        return [option for option in options if len(option) <= LONGEST_OPTION or given[fold(option)] > 1]
    return [option for option in options if given[fold(option)] > 1]
