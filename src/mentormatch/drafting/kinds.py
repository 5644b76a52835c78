"""What a question of a file is taken for: sensitive or not, then the first kind that fits, with its use."""

from dataclasses import replace

from mentormatch.drafting import words
from mentormatch.drafting.answers import closed, distinct
from mentormatch.drafting.columns import COLUMNS
from mentormatch.drafting.grids import GRIDS
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.pairing import pairs
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.sensitivity import MOST_ANSWERS, doubtful, subject_of
from mentormatch.fields.base import split
from mentormatch.languages import mark, tr
from mentormatch.text import fold

MOST_LOOKED_AT = 2000
"""Answers among which those of a sensitive subject are looked for."""
READ_ONLY = mark("lu par l'équipe, jamais noté")
SENSITIVE = mark(
    "donnée sensible ({subject} ; RGPD, articles 9 et 10) : ni lue ni utilisée, sauf si vous en décidez autrement"
)
SUBJECTS = {
    "health": mark("santé, handicap"),
    "religion": mark("religion, convictions"),
    "origin": mark("origine"),
    "sexuality": mark("orientation sexuelle, identité de genre"),
    "politics": mark("opinions politiques"),
    "union": mark("appartenance syndicale"),
    "pregnancy": mark("grossesse, maternité"),
    "criminal record": mark("condamnations"),
    "biometrics": mark("biométrie, génétique"),
}
NO_REASON = mark("rien n'y dit de quoi rapprocher deux personnes : lu par l'équipe")
UNASKED = mark("jamais comparé sans que vous le demandiez")


def guess(sample: Sample) -> Guess:
    """Return what a question looks like; where nothing tells, a text that only staff read."""
    subject = subject_in(sample)
    if subject is not None:
        return Guess("text", tr(SENSITIVE, subject=tr(SUBJECTS[subject])), use="forbidden")
    found = (tried(sample) for tried in (GRIDS if sample.items else COLUMNS))
    nothing = Guess("text", tr("texte libre, lu par l'équipe, jamais noté"), use="display")
    return read_only(sample, next((one for one in found if one), nothing))


def read_only(sample: Sample, found: Guess) -> Guess:
    """Return a guess, without a part in pairs where it asks for a gender, for what staff need, or for nothing known."""
    if found.use != "match":
        return found
    if words.gender(sample.question):
        return replace(found, use="display", why=both(found.why, tr(UNASKED)))
    if words.read_only(sample.question) and not words.COUNT.search(fold(sample.question)):
        return replace(found, use="display", why=both(found.why, tr(READ_ONLY)))
    return (
        found
        if pairs(sample, found) and not doubtful(sample.question)
        else replace(found, use="display", why=both(found.why, tr(NO_REASON)))
    )


def both(why: str, more: str) -> str:
    """Return two reasons as one."""
    return tr("{why} ; {more}", why=why, more=more)


def subject_in(sample: Sample) -> str | None:
    """Return the sensitive subject that a question asks for, by its words, its items, or the answers chosen."""
    before = None if sample.follows is None else subject_in(sample.follows)
    if before is not None:
        return before
    answers = distinct(sample.answers[:MOST_LOOKED_AT])[:MOST_ANSWERS]
    pieces = [piece for answer in answers for piece in split(answer, None)]
    options = distinct([*sample.items, *pieces, *(part for piece in pieces for part in piece.split(", "))])
    return subject_of(sample.question, options, closed=bool(sample.items) or closed(sample.answers))


def sensitive(sample: Sample) -> bool:
    """Say whether a question asks for sensitive data."""
    return subject_in(sample) is not None
