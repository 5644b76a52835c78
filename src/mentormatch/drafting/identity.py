"""Who is who: the key, the e-mail address that stands for it, one field for what two files ask of a person."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mentormatch.drafting import words
from mentormatch.drafting.answers import FEW, share
from mentormatch.drafting.columns import AT
from mentormatch.drafting.entries import Entry, answering, by_side
from mentormatch.drafting.ids import RESPONSE, identifier, plain_words
from mentormatch.drafting.kinds import guess
from mentormatch.drafting.proposals import of_house
from mentormatch.drafting.samples import Sample
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.survey.table import Table
from mentormatch.text import canonical, fold

MOST_OF_A_CODE = 40
"""Characters; what is longer is no code."""
MERGED = ("choice", "scale", "choices", "place", "slots", "number")
"""Kinds of questions that are one where two files ask them with another word for the side."""


def tool_headers(tables: Sequence[tuple[Table, Side | None]]) -> set[str]:
    """Return the headers of the columns that survey tools add to those of a form, folded."""
    return {fold(table.header[column]) for table, _ in tables for column in table.own}


def asked_by_people(asked: Sequence[Sample], own: set[str]) -> tuple[list[Sample], list[Sample]]:
    """Return the questions, with the names and addresses that a tool knows, and apart from them its other columns."""
    kept: list[Sample] = []
    aside: list[Sample] = []
    for sample in asked:
        of_tool = all(fold(header) in own for header in sample.headers)
        known = of_tool and sample.answers and guess(sample).use == "contact"
        (aside if of_tool and not known else kept).append(sample)
    return kept, aside


def identified(entries: Sequence[Entry], aside: Sequence[Sample], total: int) -> list[Entry]:
    """Return the fields with one key at most: a code that all but a few rows bear; see ``fallback`` for the others."""
    email = email_of(entries)
    codes = [entry for entry in entries if is_code(entry)]
    lost = {entry.name: blanks(entry.sample, total) for entry in codes}
    best = min(codes, key=lambda entry: lost[entry.name], default=None)
    usable = best is not None and lost[best.name] * FEW < total and everywhere(best, entries)
    if not usable and email is None:
        return fallback(entries, aside, total)
    return [as_key(entry, chosen=usable and entry is best) for entry in entries]


def is_code(entry: Entry) -> bool:
    """Say whether a question asks for a code, and no two rows of one file share an answer."""
    named = entry.guess.use == "key" or (words.key(entry.question) and entry.guess.kind in ("text", "number"))
    return bool(named) and not entry.sample.items and entry.guess.use != "forbidden" and apart(entry.sample)


def apart(sample: Sample) -> bool:
    """Say whether no two rows of one side share an answer, and each is short enough for a code."""
    given = [[canonical(cell) for cell in cells if cell] for cells in by_side(sample).values()]
    short = all(len(cell) <= MOST_OF_A_CODE for cells in given for cell in cells)
    return any(given) and short and all(len(set(cells)) == len(cells) for cells in given)


def blanks(sample: Sample, total: int) -> int:
    """Return how many of all rows do not answer a question of one column."""
    return total - sum(bool(row[0]) for row in sample.rows)


def everywhere(entry: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether every file asks a question."""
    sides = {side for each in entries for side in each.sample.sides} if entry.apart else set()
    return sides <= set(entry.sample.sides)


def fallback(entries: Sequence[Entry], aside: Sequence[Sample], total: int) -> list[Entry]:
    """Return the fields with what is left to tell people apart: the tool's number of a response, else a name."""
    numbers = [each for each in aside if is_response(each) and apart(each) and not blanks(each, total)]
    kept = [as_key(entry, chosen=False) for entry in entries]
    if numbers:
        taken = {entry.name for entry in entries} | {fold(header) for each in aside for header in each.headers}
        why = tr("faute de code et de courriel, le numéro que l'outil donne à la réponse")
        sample = numbers[0]
        name = identifier(sample.question, taken - {fold(sample.question)})
        return [Entry(name, sample, replace(guess(sample), kind="text", settings={}, why=why, use="key")), *kept]
    names = [entry for entry in kept if entry.guess.use == "contact" and lone(entry.sample, total)]
    chosen = names[0] if names else None
    return [as_key(entry, chosen=entry is chosen) for entry in kept]


def is_response(sample: Sample) -> bool:
    """Say whether a column is the number that a tool gives to a response."""
    return bool(RESPONSE.fullmatch(fold(sample.question))) and not sample.items


def lone(sample: Sample, total: int) -> bool:
    """Say whether every row has an answer that no other row of its file has."""
    return not sample.items and len(sample.rows) == total and not blanks(sample, total) and apart(sample)


def as_key(entry: Entry, *, chosen: bool) -> Entry:
    """Return a field, once it is known whether it is the key."""
    if chosen and entry.guess.use != "key":
        known = words.key(entry.question)
        why = (
            tr("un code différent sur chaque ligne")
            if known
            else tr("faute de code et de courriel, ce qui distingue les personnes")
        )
        return replace(entry, guess=replace(entry.guess, kind="text", settings={}, use="key", why=why))
    if not chosen and entry.guess.use == "key":
        return replace(entry, guess=replace(entry.guess, use="display", why=tr("un autre code, lu par l'équipe")))
    return entry


def email_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the field that holds e-mail addresses: of several, the first of those that most rows fill in."""
    found = [entry for entry in entries if entry.guess.use == "contact" and is_email(entry.sample)]
    return max(found, key=lambda entry: len(entry.sample.answers), default=None)


def is_email(sample: Sample) -> bool:
    """Say whether most answers are e-mail addresses."""
    return not sample.items and share(sample.answers, AT.fullmatch) > 0.7


def unified(entries: Sequence[Entry]) -> list[Entry]:
    """Return the fields of two files, what both ask of the same person in words of their own in one field."""
    kept = {entry.name: entry for entry in entries}
    for one, other in doubles(entries):
        del kept[other.name]
        rows, sides = (*one.sample.rows, *other.sample.rows), (*one.sample.sides, *other.sample.sides)
        sample = replace(one.sample, rows=rows, sides=sides)
        found = guess(sample)
        found = found if found.use in (one.guess.use, other.guess.use) else one.guess
        kept[one.name] = replace(
            one, sample=sample, guess=found, side=answering(sample), also=(*one.also, *other.sample.headers)
        )
    return [named_plainly(entry, set(kept)) for entry in kept.values()]


def named_plainly(entry: Entry, taken: set[str]) -> Entry:
    """Return a field of two files without the side in its id."""
    neutral = " ".join(plain_words(entry.question))
    return replace(entry, name=identifier(neutral, taken)) if entry.also and neutral else entry


def doubles(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Yield the questions of two files that are one: addresses, codes, the same words but for the side."""
    mentors, mentees = ([entry for entry in entries if only(entry, side)] for side in ("mentor", "mentee"))
    taken: set[str] = set()
    for one in mentors:
        other = next((each for each in mentees if each.name not in taken and same(one, each, entries)), None)
        if other:
            taken.add(other.name)
            yield one, other


def only(entry: Entry, side: Side) -> bool:
    """Say whether only the file of one side has a question, in one column."""
    return entry.apart and set(entry.sample.sides) == {side} and not entry.sample.items


def same(one: Entry, other: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether two questions of two files ask the same: who somebody is, or the same words but for the side."""
    if is_email(one.sample) and is_email(other.sample):
        return one.guess.use == other.guess.use == "contact" and not common_email(entries)
    if is_code(one) and is_code(other):
        return True
    alike = plain_words(one.question) == plain_words(other.question) != []
    closed = one.guess.kind in MERGED and one.guess.kind == other.guess.kind
    houses = of_house(one) and one.guess.use in ("match", "display")
    return alike and one.guess.use == other.guess.use and (houses or (closed and one.scored))


def common_email(entries: Sequence[Entry]) -> bool:
    """Say whether both files ask for an e-mail address in the same words."""
    return any(is_email(entry.sample) and len(set(entry.sample.sides)) > 1 for entry in entries)
