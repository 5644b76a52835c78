"""People and names that may be the same, and people who may be none: remarks for staff, never rules."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations

from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical, flags, fold, skeleton
from mentormatch.people.cohort import Remark, first_lines
from mentormatch.survey.duplicates import grouped, lines, same_email, sheet_of
from mentormatch.survey.entries import SurveyEntry
from mentormatch.survey.identity import on_both_sides
from mentormatch.survey.plan import Plan

TRIAL = re.compile(r"\b(tests?|essais?|exemples?)\b|@example\.")
NEAR = 0.88
MOST_NAMES = 400
"""Beyond that many different names, only those with the same skeleton are compared: the rest would be n^2."""


def resemblances(entries: Sequence[SurveyEntry], plan: Plan) -> Iterator[Remark]:
    """Yield what may be the same person, or the same name, without being typed alike; and what may be nobody."""
    for same in (same for same in same_email(entries) if not on_both_sides(same, plan)):
        yield remark(same, tr("même courriel"))
    yield from same_looking(entries, plan)
    yield from odd_characters(entries)
    yield from trial_rows(entries)
    asked = {name: field for name, field in plan.fields.items() if field.kind == "names"}
    known = known_names(entries) if asked else Counter()
    for name, field in asked.items():
        yield from near_names(entries, name)
        yield from run_together(entries, name, field.joiner or ";", known)


def remark(entries: Sequence[SurveyEntry], text: str) -> Remark:
    """Return a remark on several rows, which names their lines only."""
    return Remark(
        entries[0].row.source, entries[0].row.line, tr("lignes {lines} : {text}", lines=lines(entries), text=text)
    )


def same_looking(entries: Sequence[SurveyEntry], plan: Plan) -> Iterator[Remark]:
    """Yield the rows whose keys, or whose names, look the same."""
    for same in grouped(entries, lambda entry: (*sheet_of(entry, plan), skeleton(entry.row.key))).values():
        if len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("des identifiants qui se ressemblent"))
    for looks, same in grouped(entries, lambda entry: named(entry, plan)).items():
        if looks and len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("même nom à l'œil : homonymes, ou doublon ?"))


def named(entry: SurveyEntry, plan: Plan) -> str:
    """Return the skeleton of the name that an entry's contact details make, without e-mail and telephone."""
    names = [text for field, text in entry.contact.items() if field != plan.email and any(map(str.isalpha, text))]
    return skeleton(" ".join(names))


def odd_characters(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details hold characters that do not show what they are."""
    for entry in entries:
        odd = dict.fromkeys(flag for text in (entry.row.key, *entry.contact.values()) for flag in flags(text))
        if odd:
            told = tr("identité avec {odd}", odd=", ".join(odd))
            yield Remark(entry.row.source, entry.row.line, told)


def trial_rows(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details say test, essai or exemple; they are kept."""
    for entry in entries:
        if any(TRIAL.search(fold(text)) for text in (entry.row.key, *entry.contact.values())):
            told = tr("ligne d'essai ? l'identité contient test, essai ou exemple")
            yield Remark(entry.row.source, entry.row.line, told)


def near_names(entries: Sequence[SurveyEntry], field: str) -> Iterator[Remark]:
    """Yield the pairs of names in one field that are nearly the same, and are counted as different."""
    holders: dict[str, list[SurveyEntry]] = {}
    for entry in entries:
        value = entry.value(field)
        for name in value if isinstance(value, tuple) else ():
            holders.setdefault(canonical(name), []).append(entry)
    pairs = [[holders[one][0], holders[other][0]] for one, other in near_pairs(list(holders))]
    if len(pairs) == 1:
        yield remark(pairs[0], tr("« {field} », deux noms presque identiques, comptés comme différents", field=field))
    elif pairs:
        shown = first_lines([lines(both) for both in pairs])
        told = tr(
            "« {field} », des noms presque identiques, comptés comme différents : lignes {lines}",
            field=field,
            lines=shown,
        )
        yield Remark(pairs[0][0].row.source, pairs[0][0].row.line, told)


BETWEEN_NAMES = re.compile(r"\s*[,;/|+&]\s*|\s+(?:et|and|ou|or)\s+", re.IGNORECASE)


def known_names(entries: Sequence[SurveyEntry]) -> Counter[str]:
    """Return every key, and every text or part of a text that people gave, as names are compared: how many each."""
    found = Counter(entry.key for entry in entries)
    for entry in entries:
        for reading in entry.readings:
            texts = reading.value if isinstance(reading.value, tuple) else (reading.value,)
            named = {canonical(part) for text in texts if isinstance(text, str) for part in parted(text)}
            found.update(named)
    return found


@lru_cache(maxsize=4_096)
def parted(text: str) -> frozenset[str]:
    """Return a text, and its parts between what may stand between two names; the same ones come again and again."""
    return frozenset({text, *filter(None, BETWEEN_NAMES.split(text))})


def run_together(entries: Sequence[SurveyEntry], field: str, joiner: str, known: Counter[str]) -> Iterator[Remark]:
    """Yield the lines where one name holds another that somebody else gives or bears: two names, taken for one."""
    for entry in entries:
        value = entry.value(field)
        names = value if isinstance(value, tuple) else ()
        inside = {canonical(part) for name in names for part in parted(name) - {name}}
        if any(known[part] > 1 for part in inside):
            told = tr(
                "« {field} » : un nom en contient un autre ; si ce sont plusieurs noms, séparez-les par « {joiner} »",
                field=field,
                joiner=joiner,
            )
            yield Remark(entry.row.source, entry.row.line, told)


def near_pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different names that look alike or differ by a letter or two."""
    if len(names) > MOST_NAMES:
        for same in grouped(names, skeleton).values():
            yield from combinations(same, 2)
        return
    looks = [(name, skeleton(name)) for name in names]
    for at, (one, first) in enumerate(looks):
        matcher = SequenceMatcher(b=first, autojunk=False)
        rest = ((other, look) for other, look in looks[at + 1 :] if look == first or not numbered_apart(one, other))
        yield from ((one, other) for other, look in rest if near(matcher, look))


def near(matcher: SequenceMatcher[str], look: str) -> bool:
    """Say whether a skeleton is nearly the one that ``matcher`` holds."""
    matcher.set_seq1(look)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")
MARK = re.compile(r"[^\W\d_]+(?!['\w])")


def numbered_apart(one: str, other: str) -> bool:
    """Say whether two names bear other figures, Roman numerals or single letters, which are there to tell them apart.

    >>> [numbered_apart(*both) for both in (("prof 1", "prof 10"), ("Lycée A", "Lycée B"), ("Lycée 3", "Lycee 3"))]
    [True, True, False]
    """
    if figures(one) != figures(other):
        return True
    ours, theirs = marks(one), marks(other)
    return bool(ours and theirs) and ours != theirs


def figures(text: str) -> str:
    """Return the figures in ``text``."""
    return "".join(filter(str.isdigit, text))


def marks(text: str) -> list[str]:
    """Return the words in a text that are one letter or a Roman numeral, elided ones aside."""
    return [word for word in MARK.findall(fold(text)) if len(word) == 1 or ROMAN.fullmatch(word)]
