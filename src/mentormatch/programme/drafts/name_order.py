"""Names, addresses and first names of people -> whether the last name comes before the first name."""

import re
from collections.abc import Collection, Iterator, Sequence

from mentormatch.languages.text_keys import fold
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.people.name_order import capital_words
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import normalize_words
from mentormatch.programme.drafts.samples import EMAIL_PATTERN

MIN_MARKS = 2  # rows that show the order, none of which shows the other


def marked_order(name: DraftEntry, entries: Sequence[DraftEntry]) -> bool | None:
    """Return whether the last name comes first in a column of whole names; None without certain, consistent marks.

    Marks are a last name in capitals, an address of first and last name, and a first name that has a column too.
    """
    names = [row[0] for row in name.sample.rows]
    columns = [entry.sample for entry in entries if entry is not name and len(entry.sample.rows) == len(names)]
    columns = [sample for sample in columns if not sample.items]
    addresses = [
        [row[0] for row in sample.rows]
        for sample in columns
        if any(EMAIL_PATTERN.fullmatch(row[0]) for row in sample.rows)
    ]
    first_name_samples = [sample for sample in columns if asks_first_name(sample.question)]
    first_names = {fold(text) for sample in first_name_samples for text in sample.answers}
    marks = {
        mark
        for name, *person_addresses in zip(names, *addresses, strict=True)
        for mark in marks_in(name, person_addresses, first_names)
    }
    count = sum(
        bool([*marks_in(name, person_addresses, first_names)])
        for name, *person_addresses in zip(names, *addresses, strict=True)
    )
    return marks.pop() if len(marks) == 1 and count >= MIN_MARKS else None


def asks_first_name(question: str) -> bool:
    return words.name_part(question) == "first" and not words.name_of_somebody_else(question)


def marks_in(name: str, addresses: Sequence[str], first_names: Collection[str]) -> Iterator[bool]:
    """Yield the result of each mark in the name of one person: True if the last name comes first.

    >>> list(marks_in("TEYSSIER Bruno", ["b.teyssier@a.fr"], ())), list(marks_in("Ana Ruiz", ["ana.ruiz@a.es"], ()))
    ([True, True], [False])
    >>> list(marks_in("Faure Élise", ["faure@a.fr"], {"elise"})), list(marks_in("Ana Ruiz", ["contact@a.es"], ()))
    ([True], [])
    """
    parts = name.split()
    if len(parts) < 2:
        return
    capitals = capital_words(parts)
    if capitals:
        yield capitals[0] == 0
    ends = fold(parts[0]), fold(parts[-1])
    for address in addresses:
        local = re.split(r"[._]|(?<=\w)-", fold(address).partition("@")[0])
        if len(local) == 2:
            forwards, backwards = (fits(local, ordered) for ordered in (ends, ends[::-1]))
            if forwards != backwards:
                yield backwards
    are_first = [end in first_names for end in ends]
    if are_first[0] != are_first[1]:
        yield are_first[1]


def fits(local: Sequence[str], ends: Sequence[str]) -> bool:
    """Return whether an address contains a first name, or its initial, and a last name."""
    first, last = ends
    return local[1] == last and local[0] in (first, first[:1])


def states_last_first(question: str) -> bool:
    """Return whether a question names both parts of a name, the last name before the first name.

    >>> states_last_first("Nom et prénom"), states_last_first("First and last name"), states_last_first("Full name")
    (True, False, False)
    """
    parts, name = normalize_words(question).split(), vocabulary().name
    first = [index for index, word in enumerate(parts) if word in name.first.words]
    last = [index for index, word in enumerate(parts) if word in name.last.words]
    return bool(first and last) and last[0] < first[0]
