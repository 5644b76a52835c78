"""The fields of a draft -> the fields, those that two files or two questions share made one or read alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.fields import Side
from mentormatch.fields.lists import find_options
from mentormatch.languages import mark, tr
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.answers import distinct
from mentormatch.programme.drafts.entries import DraftEntry, identifier, only_side, thin
from mentormatch.programme.drafts.identity import is_code, is_email
from mentormatch.programme.drafts.kinds import SEEN, Guess
from mentormatch.programme.drafts.patterns import fold
from mentormatch.programme.drafts.proposals import is_of_house
from mentormatch.programme.drafts.uses import guess

MERGED = ("choice", "scale", "choices", "place", "slots", "number")
"""Kinds of questions that are one where two files ask them with another word for the side."""
FEWEST, MOST_UNREAD = 3, 0.1
"""So many options make a vocabulary; at most this share of the different answers may hold something else."""
PROBED = 500
"""So many different answers are looked at."""
READ_AS = ("text", "names", "choice", "choices")
"""Kinds of questions of one column whose answers may be options of another."""
SHARED = mark("les options de « {question} » ; {seen}")


def unify(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields of two files, what both ask of the same person in words of their own in one field."""
    kept = {entry.name: entry for entry in entries}
    for one, other in same_questions(entries):
        del kept[other.name]
        rows, sides = (*one.sample.rows, *other.sample.rows), (*one.sample.sides, *other.sample.sides)
        sample = replace(one.sample, rows=rows, sides=sides)
        found = guess(sample)
        found = found if found.use in (one.guess.use, other.guess.use) else one.guess
        kept[one.name] = replace(
            one, sample=sample, guess=found, side=only_side(sample), also=(*one.also, *other.sample.headers)
        )
    return [rename_plainly(entry, set(kept)) for entry in kept.values()]


def rename_plainly(entry: DraftEntry, taken: set[str]) -> DraftEntry:
    """Return a field of two files without the side in its id."""
    neutral = " ".join(words.plain_words(entry.question))
    return replace(entry, name=identifier(neutral, taken)) if entry.also and neutral else entry


def same_questions(entries: Sequence[DraftEntry]) -> Iterator[tuple[DraftEntry, DraftEntry]]:
    """Yield the questions of two files that are one: addresses, codes, the same words but for the side."""
    mentors, mentees = ([entry for entry in entries if is_only_of(entry, side)] for side in ("mentor", "mentee"))
    taken: set[str] = set()
    for one in mentors:
        other = next((each for each in mentees if each.name not in taken and ask_the_same(one, each, entries)), None)
        if other:
            taken.add(other.name)
            yield one, other


def is_only_of(entry: DraftEntry, side: Side) -> bool:
    """Say whether only the file of one side has a question, in one column."""
    return entry.apart and set(entry.sample.sides) == {side} and not entry.sample.items


def ask_the_same(one: DraftEntry, other: DraftEntry, entries: Sequence[DraftEntry]) -> bool:
    """Say whether two questions of two files ask the same: who somebody is, or the same words but for the side."""
    if is_email(one.sample) and is_email(other.sample):
        return one.guess.use == other.guess.use == "contact" and not share_email(entries)
    if is_code(one) and is_code(other):
        return True
    alike = words.plain_words(one.question) == words.plain_words(other.question) != []
    closed = one.guess.kind in MERGED and one.guess.kind == other.guess.kind
    houses = is_of_house(one) and one.guess.use in ("match", "display")
    return alike and one.guess.use == other.guess.use and (houses or (closed and one.scored))


def share_email(entries: Sequence[DraftEntry]) -> bool:
    """Say whether both files ask for an e-mail address in the same words."""
    return any(is_email(entry.sample) and len(set(entry.sample.sides)) > 1 for entry in entries)


def with_shared_options(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields, those whose every answer is made of the options of another question with these options."""
    known = [entry for entry in entries if entry.guess.kind == "choices" and is_vocabulary(entry)]
    return [reread(entry, known) for entry in entries]


def is_vocabulary(entry: DraftEntry) -> bool:
    """Say whether a question has options enough to know them again, and none that are kept apart."""
    return entry.guess.use in ("match", "display") and len(entry.options) >= FEWEST


def reread(entry: DraftEntry, known: Sequence[DraftEntry]) -> DraftEntry:
    """Return a field with the options of the first question that explains its answers better than its own do."""
    able = entry.guess.kind in READ_AS and entry.guess.use in ("match", "display") and not entry.sample.items
    answers = distinct(thin(entry.sample).answers)[:PROBED] if able else []
    if len(answers) < FEWEST:
        return entry
    own = {fold(option) for option in entry.options}
    others = (other for other in known if other is not entry and {fold(option) for option in other.options} != own)
    found = next((other for other in others if explains(other, answers) and explains_better(other, entry)), None)
    if found is None:
        return entry
    why = tr(SHARED, question=found.question, seen=tr(SEEN))
    kind = "choice" if entry.guess.kind == "choice" else "choices"
    settings = {"options": found.options} | {
        name: said for name, said in found.guess.settings.items() if name == "joiner"
    }
    return replace(entry, guess=replace(entry.guess, kind=kind, why=why, settings=settings, use="match"))


def explains(other: DraftEntry, answers: Sequence[str]) -> bool:
    """Say whether answers are made of the options of another question, all but a few."""
    joiner = str(other.guess.settings.get("joiner", "")) or None
    bad = 0
    for answer in answers:
        bad += not find_options(other.options, answer, joiner)[1]
        if bad > MOST_UNREAD * len(answers):
            return False
    return True


def explains_better(other: DraftEntry, entry: DraftEntry) -> bool:
    """Say whether another question's options are longer pieces of the same answers, or the question has none."""
    ours, theirs = entry.options, [fold(option) for option in other.options]
    return not ours or any(fold(option) not in theirs for option in ours)


def link_rankings(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields, those that rank the lines of a grid with the grid that they rank."""
    grids = {
        entry.name: set(map(fold, entry.guess.settings["items"])) for entry in entries if entry.guess.kind == "levels"
    }
    return [replace(entry, guess=ranking_of_grid(entry.guess, grids)) for entry in entries]


def ranking_of_grid(found: Guess, grids: Mapping[str, set[str]]) -> Guess:
    """Return a ranking of the lines of one of ``grids`` as such, anything else as it is."""
    options = set(map(fold, found.settings.get("options", ())))
    grid = next((name for name, items in grids.items() if found.kind == "ranking" and options <= items), None)
    why = tr("un classement des lignes d'une grille")
    return found if grid is None else replace(found, settings={"items_of": grid}, why=why)
