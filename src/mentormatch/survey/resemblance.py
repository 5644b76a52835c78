"""People and names that may be the same, and people who may be none: remarks for staff, never rules."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from mentormatch.languages import tr
from mentormatch.people import Remark
from mentormatch.survey.entries import Entry
from mentormatch.survey.identity import on_both_sides
from mentormatch.survey.plan import Plan
from mentormatch.survey.settling import grouped, lines, same_email, sheet_of
from mentormatch.text import canonical, flags, fold, skeleton

TRIAL = re.compile(r"\b(tests?|essais?|exemples?)\b|@example\.")
NEAR = 0.88
MOST_NAMES = 400
"""Beyond that many different names, only those with the same skeleton are compared: the rest would be n^2."""


def resemblances(entries: Sequence[Entry], plan: Plan) -> Iterator[Remark]:
    """Yield what may be the same person, or the same name, without being typed alike; and what may be nobody."""
    for same in (same for same in same_email(entries) if not on_both_sides(same, plan)):
        yield remark(same, tr("même courriel"))
    yield from same_looking(entries, plan)
    yield from odd_characters(entries)
    yield from trial_rows(entries)
    for name, field in plan.fields.items():
        if field.kind == "names":
            yield from near_names(entries, name)


def remark(entries: Sequence[Entry], text: str) -> Remark:
    """Return a remark on several rows, which names their lines only."""
    return Remark(
        entries[0].row.source, entries[0].row.line, tr("lignes {lines} : {text}", lines=lines(entries), text=text)
    )


def same_looking(entries: Sequence[Entry], plan: Plan) -> Iterator[Remark]:
    """Yield the rows whose keys, or whose names, look the same."""
    for same in grouped(entries, lambda entry: (*sheet_of(entry, plan), skeleton(entry.row.key))).values():
        if len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("des identifiants qui se ressemblent"))
    for looks, same in grouped(entries, lambda entry: named(entry, plan)).items():
        if looks and len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("même nom à l'œil : homonymes, ou doublon ?"))


def named(entry: Entry, plan: Plan) -> str:
    """Return the skeleton of the name that an entry's contact details make, without e-mail and telephone."""
    names = [text for field, text in entry.contact.items() if field != plan.email and any(map(str.isalpha, text))]
    return skeleton(" ".join(names))


def odd_characters(entries: Sequence[Entry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details hold characters that do not show what they are."""
    for entry in entries:
        odd = dict.fromkeys(flag for text in (entry.row.key, *entry.contact.values()) for flag in flags(text))
        if odd:
            told = tr("identité avec {odd}", odd=", ".join(odd))
            yield Remark(entry.row.source, entry.row.line, told)


def trial_rows(entries: Sequence[Entry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details say test, essai or exemple; they are kept."""
    for entry in entries:
        if any(TRIAL.search(fold(text)) for text in (entry.row.key, *entry.contact.values())):
            told = tr("ligne d'essai ? l'identité contient test, essai ou exemple")
            yield Remark(entry.row.source, entry.row.line, told)


def near_names(entries: Sequence[Entry], field: str) -> Iterator[Remark]:
    """Yield the pairs of names in one field that are nearly the same, and are counted as different."""
    holders: dict[str, list[Entry]] = {}
    for entry in entries:
        value = entry.value(field)
        for name in value if isinstance(value, tuple) else ():
            holders.setdefault(canonical(name), []).append(entry)
    for one, other in near_pairs(list(holders)):
        both = [*holders[one][:1], *holders[other][:1]]
        yield remark(both, tr("« {field} », deux noms presque identiques, comptés comme différents", field=field))


def near_pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different names that look alike or differ by a letter or two."""
    if len(names) > MOST_NAMES:
        for same in grouped(names, skeleton).values():
            yield from combinations(same, 2)
        return
    looks = [(name, skeleton(name)) for name in names]
    for at, (one, first) in enumerate(looks):
        matcher = SequenceMatcher(b=first, autojunk=False)
        number = figures(first)
        rest = ((other, look) for other, look in looks[at + 1 :] if figures(look) == number)
        yield from ((one, other) for other, look in rest if near(matcher, look))


def near(matcher: SequenceMatcher[str], look: str) -> bool:
    """Say whether a skeleton is nearly the one that ``matcher`` holds."""
    matcher.set_seq1(look)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def figures(text: str) -> str:
    """Return the figures in ``text``: another number is another name."""
    return "".join(filter(str.isdigit, text))
