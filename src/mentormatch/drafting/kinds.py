"""What a question of a file is taken for: sensitive or not, then the first kind that fits, with its use."""

from dataclasses import replace

from mentormatch.drafting import words
from mentormatch.drafting.answers import closed, distinct
from mentormatch.drafting.columns import COLUMNS
from mentormatch.drafting.grids import GRIDS
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.sensitivity import subject_of
from mentormatch.fields.base import split
from mentormatch.languages import mark, tr
from mentormatch.text import fold

READ_ONLY = mark("lu par l'équipe, jamais noté")
UNASKED = mark("jamais comparé sans que vous le demandiez")


def guess(sample: Sample) -> Guess:
    """Return what a question looks like; where nothing tells, a text that only staff read."""
    if sensitive(sample):
        why = tr("donnée sensible (RGPD, article 9) : ni lue ni utilisée, sauf si vous en décidez autrement")
        return Guess("text", why, use="forbidden")
    found = (tried(sample) for tried in (GRIDS if sample.items else COLUMNS))
    nothing = Guess("text", tr("texte libre, lu par l'équipe, jamais noté"), use="display")
    return read_only(sample, next((one for one in found if one), nothing))


def read_only(sample: Sample, found: Guess) -> Guess:
    """Return a guess, without a part in pairs where the question is about logistics, a household or a course."""
    if found.use == "match" and words.read_only(sample.question) and not words.COUNT.search(fold(sample.question)):
        return replace(found, use="display", why=f"{found.why} ; {tr(READ_ONLY)}")
    return found


def sensitive(sample: Sample) -> bool:
    """Say whether a question asks for sensitive data, by its words, its items, or the answers chosen."""
    if sample.follows is not None and sensitive(sample.follows):
        return True
    cells = [piece for answer in distinct(sample.answers) for piece in split(answer, None)]
    options = [*sample.items, *distinct(cells), *(piece for cell in distinct(cells) for piece in cell.split(", "))]
    return (
        subject_of(sample.question, distinct(options), closed=bool(sample.items) or closed(sample.answers)) is not None
    )
