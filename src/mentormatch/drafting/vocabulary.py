"""Options that several questions share: what one question is known to offer tells how the cells of another are read."""

from collections.abc import Sequence
from dataclasses import replace

from mentormatch.drafting.answers import distinct
from mentormatch.drafting.entries import Entry, thinned
from mentormatch.drafting.guesses import SEEN
from mentormatch.fields.lists import find_options
from mentormatch.languages import mark, tr
from mentormatch.text import fold

FEWEST, MOST_UNREAD = 3, 0.1
"""So many options make a vocabulary; at most this share of the different answers may hold something else."""
PROBED = 500
"""So many different answers are looked at."""
READ_AS = ("text", "names", "choice", "choices")
"""Kinds of questions of one column whose answers may be options of another."""
SHARED = mark("les options de « {question} » ; {seen}")


def with_shared_options(entries: Sequence[Entry]) -> list[Entry]:
    """Return the fields, those whose every answer is made of the options of another question with these options."""
    known = [entry for entry in entries if entry.guess.kind == "choices" and is_vocabulary(entry)]
    return [read_again(entry, known) for entry in entries]


def is_vocabulary(entry: Entry) -> bool:
    """Say whether a question has options enough to know them again, and none that are kept apart."""
    return entry.guess.use in ("match", "display") and len(entry.options) >= FEWEST


def read_again(entry: Entry, known: Sequence[Entry]) -> Entry:
    """Return a field with the options of the first question that explains its answers better than its own do."""
    able = entry.guess.kind in READ_AS and entry.guess.use in ("match", "display") and not entry.sample.items
    answers = distinct(thinned(entry.sample).answers)[:PROBED] if able else []
    if len(answers) < FEWEST:
        return entry
    own = {fold(option) for option in entry.options}
    others = (other for other in known if other is not entry and {fold(option) for option in other.options} != own)
    found = next((other for other in others if explains(other, answers) and better(other, entry)), None)
    if found is None:
        return entry
    why = tr(SHARED, question=found.question, seen=tr(SEEN))
    kind = "choice" if entry.guess.kind == "choice" else "choices"
    settings = {"options": found.options} | {
        name: said for name, said in found.guess.settings.items() if name == "joiner"
    }
    return replace(entry, guess=replace(entry.guess, kind=kind, why=why, settings=settings, use="match"))


def explains(other: Entry, answers: Sequence[str]) -> bool:
    """Say whether answers are made of the options of another question, all but a few."""
    joiner = str(other.guess.settings.get("joiner", "")) or None
    bad = 0
    for answer in answers:
        bad += not find_options(other.options, answer, joiner)[1]
        if bad > MOST_UNREAD * len(answers):
            return False
    return True


def better(other: Entry, entry: Entry) -> bool:
    """Say whether another question's options are longer pieces of the same answers, or the question has none."""
    ours, theirs = entry.options, [fold(option) for option in other.options]
    return not ours or any(fold(option) not in theirs for option in ours)
