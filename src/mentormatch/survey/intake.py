"""TextTable + fields -> people: every row ends once, as taken, incomplete, replaced or rejected.

Who is the same person on both sides is told by an e-mail address as key, by e-mail and name, or by keys that are
common. A person is known by numbers, digests of these: a cohort holds them, and not how people are reached. People and
names that only may be the same are remarks for staff, never rules.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from hashlib import blake2b
from itertools import combinations

import numpy as np

from mentormatch.fields import SIDES, AnyField, Side, Slots, columns_of
from mentormatch.languages.text_keys import canonical, flags, fold, skeleton
from mentormatch.languages.translation import mark, tr
from mentormatch.people.codes import with_codes
from mentormatch.people.cohort import Cohort, People, PersonNumbers, Remark, RowFate, first_lines, merge_remarks
from mentormatch.survey.contacts import Contacts, find_address_fault
from mentormatch.survey.duplicates import group_by, lines, merge_fates, same_email, settle_duplicates, sheet_of
from mentormatch.survey.entries import (
    Questionnaire,
    Submission,
    SurveyEntry,
    find_refused_rows,
    locate_fields,
    remarks_of,
    submissions,
    to_entry,
)
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import TextTable

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
WORD = re.compile(r"[^\W_]+")
OF_OTHERS = r"(?! (?:d(?:e|u|es|')|of)(?! ?(?:famille|naissance|usage|jeune)\b))"
"""What is named is somebody or something else: the name of an employer."""
NAME = re.compile(
    rf"\b(?:pre)?noms?\b{OF_OTHERS}"
    rf"|(?:^|\b(?:your|full|first|last|given|family|birth|preferred|middle) ?)names?\b{OF_OTHERS}|\bsurname\b"
)


def name_fields(fields: Mapping[str, AnyField], called: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the fields that ask people what they are called; where no question says so, those ``called`` that."""
    texts = {name: field for name, field in fields.items() if field.kind == "text" and field.use != "forbidden"}
    found = tuple(name for name, field in texts.items() if NAME.search(fold(field.question or name)))
    return found or called


def numbers_of(entry: SurveyEntry, plan: Plan) -> tuple[int, int]:
    """Return what somebody is known by beyond their own side: by their key, and by e-mail and name; 0 for neither."""
    by_key = tells_a_person(entry.key, common=plan.common_keys)
    name = " ".join(sorted(words_of(entry, plan)))
    return number("key", entry.key) if by_key else 0, number("name", entry.email, name) if entry.email and name else 0


def tells_a_person(key: str, *, common: bool) -> bool:
    """Say whether a key is that of one person on either side: all are where they are ``common``, else addresses."""
    return common or ADDRESS.fullmatch(key) is not None


def words_of(entry: SurveyEntry, plan: Plan) -> Iterator[str]:
    """Yield the words of the name that somebody gave, in any order of first and last name."""
    yield from words_in(str(entry.contact.get(field) or entry.value(field) or "") for field in plan.names)


def words_in(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of some texts, as names are compared."""
    for text in texts:
        yield from WORD.findall(fold(text))


def number(*told: str) -> int:
    """Return a number that stands for some texts."""
    return int.from_bytes(blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def person_numbers(entries: Sequence[SurveyEntry], plan: Plan) -> PersonNumbers:
    """Return (n, 2) uint64: the numbers of the people of one side."""
    return np.array([numbers_of(entry, plan) for entry in entries], dtype=np.uint64).reshape(-1, 2)


def on_both_sides(same: Sequence[SurveyEntry], plan: Plan) -> bool:
    """Say whether two entries are those of one person, on either side."""
    if len(same) != 2 or same[0].side == same[1].side:
        return False
    return any(one == other > 0 for one, other in zip(*(numbers_of(each, plan) for each in same), strict=True))


def remarks_on_both(cohort: Cohort, entries: Sequence[SurveyEntry], plan: Plan) -> Iterator[Remark]:
    """Yield who is on both sides, with the lines."""
    mentors, mentees = ([entry.row for entry in entries if entry.side == side] for side in ("mentor", "mentee"))
    for i, k in zip(*cohort.both, strict=True):
        if mentors[i].line == mentees[k].line and mentors[i].source == mentees[k].source and plan.on_both_sides:
            sentence = tr("cette personne est mentor·e et mentoré·e : jamais en binôme avec elle-même")
        else:
            sentence = tr(
                "cette personne est aussi de l'autre côté ({source}, ligne {line}) : jamais en binôme avec elle-même",
                line=mentees[k].line,
                source=mentees[k].source,
            )
        yield Remark(mentors[i].source, mentors[i].line, sentence)


TRIAL = re.compile(
    r"\b(?:tests?|essais?|exemples?|pruebas?|ejemplos?|beispiele?|esempi[oi]?|testes?|voorbeeld)\b|@example\."
)
UNREAL = mark("ligne d'essai ? l'adresse n'est celle de personne")
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
    name_fields = {name: field for name, field in plan.fields.items() if field.kind == "names"}
    known = known_names(entries, apart=not plan.on_both_sides) if name_fields else Counter()
    for name, field in name_fields.items():
        yield from similar_names(entries, name)
        yield from names_run_together(entries, name, field.joiner or ";", known)


def remark(entries: Sequence[SurveyEntry], text: str) -> Remark:
    """Return a remark on several rows, which names their lines only."""
    return Remark(
        entries[0].row.source, entries[0].row.line, tr("lignes {lines} : {text}", lines=lines(entries), text=text)
    )


def same_looking(entries: Sequence[SurveyEntry], plan: Plan) -> Iterator[Remark]:
    """Yield the rows whose keys, or whose names, look the same."""
    for same in group_by(entries, lambda entry: (*sheet_of(entry, plan), skeleton(entry.row.key))).values():
        if len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("des identifiants qui se ressemblent"))
    for looks, same in group_by(entries, lambda entry: skeleton_of_name(entry, plan)).items():
        if looks and len(same) > 1 and not on_both_sides(same, plan):
            yield remark(same, tr("même nom à l'œil : homonymes, ou doublon ?"))


def skeleton_of_name(entry: SurveyEntry, plan: Plan) -> str:
    """Return the skeleton of the name that an entry's contact details make, without e-mail and telephone."""
    names = [text for field, text in entry.contact.items() if field != plan.email and any(map(str.isalpha, text))]
    return skeleton(" ".join(names))


def odd_characters(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details hold characters that do not show what they are."""
    for entry in entries:
        odd = dict.fromkeys(flag for text in (entry.row.key, *entry.contact.values()) for flag in flags(text))
        if odd:
            sentence = tr("identité avec {odd}", odd=", ".join(odd))
            yield Remark(entry.row.source, entry.row.line, sentence)


def trial_rows(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield the rows whose key or contact details have a word for a test, in any language; they are kept."""
    for entry in entries:
        texts = (entry.row.key, *entry.contact.values())
        found = next((word for text in texts if (word := TRIAL.search(fold(text)))), None)
        if found:
            is_word = found.group().isalpha()
            sentence = (
                tr("ligne d'essai ? l'identité contient « {word} »", word=found.group()) if is_word else tr(UNREAL)
            )
            yield Remark(entry.row.source, entry.row.line, sentence)


def similar_names(entries: Sequence[SurveyEntry], field: str) -> Iterator[Remark]:
    """Yield the pairs of names in one field that are nearly the same, and are counted as different."""
    holders: dict[str, list[SurveyEntry]] = {}
    for entry in entries:
        value = entry.value(field)
        for name in value if isinstance(value, tuple) else ():
            holders.setdefault(canonical(name), []).append(entry)
    pairs = [[holders[one][0], holders[other][0]] for one, other in similar_pairs(list(holders))]
    if len(pairs) == 1:
        yield remark(pairs[0], tr("« {field} », deux noms presque identiques, comptés comme différents", field=field))
    elif pairs:
        shown = first_lines([lines(both) for both in pairs])
        sentence = tr(
            "« {field} », des noms presque identiques, comptés comme différents : lignes {lines}",
            field=field,
            lines=shown,
        )
        yield Remark(pairs[0][0].row.source, pairs[0][0].row.line, sentence)


BETWEEN_NAMES = re.compile(r"\s*[,;/|+&]\s*|\s+(?:et|and|ou|or)\s+", re.IGNORECASE)


def known_names(entries: Sequence[SurveyEntry], *, apart: bool) -> Counter[str]:
    """Return every key, and every text or part of a text that people gave, as names are compared: how many each.

    ``apart``: each row is of one side.
    """
    found: Counter[str] = Counter()
    # What somebody on both sides wrote in one row counts once.
    for own in group_by(
        entries, lambda entry: (entry.side if apart else "", entry.row.source, entry.row.line)
    ).values():
        found.update({entry.key for entry in own})
        readings = {name: said for entry in own for name, said in zip(entry.names, entry.readings, strict=True)}
        for reading in readings.values():
            texts = reading.value if isinstance(reading.value, tuple) else (reading.value,)
            found.update({part for text in texts if isinstance(text, str) for part in name_parts(text)})
    return found


def name_parts(text: str) -> frozenset[str]:
    """Return a text and its parts between what may stand between two names, all as names are compared."""
    return frozenset(map(canonical, {text, *filter(None, BETWEEN_NAMES.split(text))}))


def names_run_together(
    entries: Sequence[SurveyEntry], field: str, joiner: str, known: Counter[str]
) -> Iterator[Remark]:
    """Yield the lines where one name holds another that somebody else gives or bears: two names, taken for one."""
    for entry in entries:
        value = entry.value(field)
        names = value if isinstance(value, tuple) else ()
        inside = {part for name in names for part in name_parts(name) - {canonical(name)}}
        if any(known[part] > 1 for part in inside):
            sentence = tr(
                "« {field} » : un nom en contient un autre ; si ce sont plusieurs noms, séparez-les par « {joiner} »",
                field=field,
                joiner=joiner,
            )
            yield Remark(entry.row.source, entry.row.line, sentence)


def similar_pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different names that look alike or differ by a letter or two."""
    # Among very many names only those of one skeleton are compared, in linear time.
    if len(names) > MOST_NAMES:
        for same in group_by(names, skeleton).values():
            yield from combinations(same, 2)
        return
    looks = [(name, skeleton(name)) for name in names]
    for at, (one, first) in enumerate(looks):
        matcher = SequenceMatcher(b=first, autojunk=False)
        rest = ((other, look) for other, look in looks[at + 1 :] if look == first or not differ_in_number(one, other))
        yield from ((one, other) for other, look in rest if is_near(matcher, look))


def is_near(matcher: SequenceMatcher[str], other: str) -> bool:
    """Say whether a skeleton is nearly the one that ``matcher`` holds."""
    matcher.set_seq1(other)
    # Upper bounds of the ratio first, each cheaper than the next.
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")
MARK = re.compile(r"[^\W\d_]+(?!['\w])")


def differ_in_number(one: str, other: str) -> bool:
    """Say whether two names bear other figures, Roman numerals or single letters, which are there to tell them apart.

    >>> [differ_in_number(*both) for both in (("prof 1", "prof 10"), ("Lycée A", "Lycée B"), ("Lycée 3", "Lycee 3"))]
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


def take_in(tables: Sequence[tuple[TextTable, Side | None]], plan: Plan) -> Cohort:
    """Return the cohort in ``tables``, each with the side that answered it, None where a question tells the role.

    Raises SurveyError, with every problem of every file, where a needed column or any identity is missing, or a key
    was typed twice, or which of two answers counts depends on an order of day and month that nothing tells.
    """
    return take_apart(tables, plan)[0]


def take_apart(tables: Sequence[tuple[TextTable, Side | None]], plan: Plan) -> tuple[Cohort, Contacts]:
    """Return the cohort in ``tables``, and apart from it how its people are reached; see ``take_in``."""
    sheets = locate_fields(tables, plan)
    sent = (submission for sheet in sheets for submission in submissions(sheet, plan))
    return split(sent, plan, refused=find_refused_rows(sheets), remarks=remarks_of(sheets, plan))


def gather(
    sent: Iterable[Submission], plan: Plan, *, refused: Iterable[RowFate] = (), remarks: Iterable[Remark] = ()
) -> Cohort:
    """Return the cohort of those who sent something, with the rows that were refused and the remarks made before.

    Raises SurveyError where a key was typed twice.
    """
    return split(sent, plan, refused=refused, remarks=remarks)[0]


def split(
    sent: Iterable[Submission], plan: Plan, *, refused: Iterable[RowFate], remarks: Iterable[Remark]
) -> tuple[Cohort, Contacts]:
    """Return the cohort of those who sent something, and apart from it how they are reached; see ``gather``."""
    questionnaire = Questionnaire(plan)
    # Every row is an entry or a fate; of the entries of one person one is kept.
    met = [to_entry(submission, questionnaire) for submission in sent]
    kept, replaced, doubts = settle_duplicates([entry for entry in met if isinstance(entry, SurveyEntry)], plan)
    rejected = [*(row for row in met if isinstance(row, RowFate)), *refused]
    # All rows that came in, each once, in the order of their files.
    fates = [*rejected, *replaced, *(entry.row for entry in kept)]
    if plan.on_both_sides:
        fates = list(map(merge_fates, group_by(fates, lambda row: (row.source, row.line)).values()))
    rows = sorted(fates, key=lambda row: (row.source, row.line))
    faults = {entry.row: dict(faulty(entry, questionnaire)) for entry in kept}
    mentors, mentees = (people_of(kept, plan, side) for side in SIDES)
    telling = plan.key in name_fields(plan.fields)
    cohort = with_codes(Cohort(mentors, mentees, tuple(rows)), plan.codes, telling=telling)
    both = remarks_on_both(cohort, kept, plan)
    # What staff should look at; nothing of it decides anything.
    made = merge_remarks(
        [
            *remarks,
            *doubts,
            *notes(kept),
            *unreachable(faults),
            *without_a_clock(kept, plan),
            *both,
            *resemblances(kept, plan),
        ]
    )
    return replace(cohort, remarks=made), Contacts(tuple(questionnaire.contacts), gather_contacts(kept, faults))


def gather_contacts(
    kept: Iterable[SurveyEntry], faults: Mapping[RowFate, Mapping[str, str]]
) -> dict[tuple[Side, str], dict[str, str]]:
    """Return how people are reached, apart from the cohort, without addresses that no mail can be sent to."""
    return {
        (entry.side, entry.row.key): {
            name: said for name, said in entry.contact.items() if name not in faults[entry.row]
        }
        for entry in kept
        if entry.contact
    }


def faulty(entry: SurveyEntry, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Yield the questions to which somebody gave an address that no mail can be sent to, each with the reason."""
    for name in questionnaire.addresses:
        fault = find_address_fault(entry.contact[name]) if name in entry.contact else ""
        if fault:
            yield name, fault


def unreachable(faults: Mapping[RowFate, Mapping[str, str]]) -> Iterator[Remark]:
    """Yield the addresses that no mail can be sent to: the line, the field and the reason."""
    for row, found in faults.items():
        for name, fault in found.items():
            yield Remark(row.source, row.line, tr("« {name} » : {note}", name=name, note=tr(fault)))


def without_a_clock(entries: Sequence[SurveyEntry], plan: Plan) -> Iterator[Remark]:
    """Yield whose slots are read by the clock of the reference, as they do not say where they live."""
    for name, field in plan.fields.items():
        if isinstance(field, Slots) and field.zone:
            sentence = tr(
                "« {name} » : lieu inconnu, créneaux lus à l'heure de {place}", name=name, place=field.zone.place
            )
            for entry in entries:
                if entry.value(name) and entry.value(field.zone.field) is None:
                    yield Remark(entry.row.source, entry.row.line, sentence)


def people_of(entries: Sequence[SurveyEntry], plan: Plan, side: Side) -> People:
    """Return the people of one side, one typed column a field."""
    mine = [entry for entry in entries if entry.side == side]
    questions = plan.fields_for(side)
    values = {name: [entry.readings[place].value for entry in mine] for place, name in enumerate(questions)}
    columns = columns_of(questions, values)
    complete = np.array([entry.row.fate == "taken" for entry in mine], dtype=bool)
    return People(tuple(entry.row.key for entry in mine), columns, complete, person_numbers(mine, plan))


def notes(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield what was odd about single answers: the line and the field, never the answer."""
    for entry in entries:
        for name, reading in zip(entry.names, entry.readings, strict=True):
            if reading.note:
                sentence = tr("« {name} » : {note}", name=name, note=reading.note)
                yield Remark(entry.row.source, entry.row.line, sentence, field=name)
