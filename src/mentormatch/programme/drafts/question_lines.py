"""How staff look at a question of their files: two answers as examples, and how sure it is what it seems to be.

Examples are for one screen, never kept. There are none of texts that people typed, of how they are reached, of whom
they avoid, nor of a sensitive question.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from mentormatch.fields import AnyField
from mentormatch.languages import tr
from mentormatch.languages.similarity import likenesses
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.answers import pieces
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.identity import is_email
from mentormatch.programme.drafts.kinds import boxes_of
from mentormatch.programme.drafts.mapping_draft import share_understood
from mentormatch.programme.drafts.patterns import fold
from mentormatch.programme.drafts.programme_draft import CHECK_ORDER
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.uses import is_sensitive

type Surety = Literal["sure", "likely", "doubtful"]

MOST_EXAMPLES, LONGEST_EXAMPLE, MOST_ROWS = 2, 60, 500
CLOSED = ("choice", "choices", "scale", "levels", "ranking", "slots", "yesno", "number", "place", "names")
"""Kinds of questions whose answers say little of one person alone."""
ALIKE = 0.8
"""From that likeness on, or that share of answers that are understood, a column is likely to be what it seems."""


def examples(sample: QuestionSample, kind: str, use: str, joiner: str | None = None) -> tuple[str, ...]:
    """Return two answers to a question, those that most people gave, none where they are nobody else's to see."""
    coded = use == "key" and words.asks_code(sample.question) and not is_email(sample)
    shown = coded or (kind in CLOSED and use in ("match", "display", "consent"))
    if not shown or words.AVOIDED.search(fold(sample.question)) or is_sensitive(sample):
        return ()
    if kind == "choices" and sample.items:
        said: Sequence[str] = boxes_of(sample)
    else:
        several = kind in ("choices", "ranking", "slots", "names")
        given = sample.answers[:MOST_ROWS]
        parted = any(mark in text for text in given for mark in (";", "\n"))
        cells = pieces(given, joiner or (";" if parted else ",")) if several else [[text] for text in given]
        said = [piece for cell in cells for piece in cell]
    counts = Counter(text for text in said if len(text) <= LONGEST_EXAMPLE)
    return tuple(text for text, _ in counts.most_common(MOST_EXAMPLES))


def surety_of_entry(entry: DraftEntry) -> Surety:
    """Return how sure it is that a question is what a draft takes it for."""
    guess = entry.guess
    if entry.stated:
        return "sure"
    coded = words.asks_code(entry.question)
    if fold(tr(CHECK_ORDER)) in fold(guess.why) or (guess.use == "key" and not coded):
        return "doubtful"
    typed = guess.kind == "names" or guess.settings.get("joiner") is not None
    clear = entry.name != "role" or words.roles(entry.options) is not None
    return "likely" if typed or guess.use in ("consent", "key") or not clear else "sure"


def surety_of_column(sample: QuestionSample, field: AnyField) -> Surety:
    """Return how sure it is that a column of other words answers a question of a programme: never wholly."""
    alike = max(likenesses([sample.question], [field.question])[0][0], share_understood(sample, field))
    return "likely" if alike >= ALIKE else "doubtful"
