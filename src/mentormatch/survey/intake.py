"""Tables and intake plan -> cohort: each row is taken, incomplete, replaced or rejected.

A person on both sides is recognised by an e-mail address as key, by e-mail and name, or by keys that both sides share.
The cohort contains hashes of these identities, and no contact details apart from keys. People and names that are only
similar give remarks for staff and decide nothing.
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
from mentormatch.languages.translation import tr
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
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import TextTable

ADDRESS_PATTERN = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
NOT_OF_ANOTHER_REGEX = r"(?! (?:d(?:e|u|es|')|of)(?! ?(?:famille|naissance|usage|jeune)\b))"
"""Excludes the name of another person or thing, such as an employer."""
NAME_PATTERN = re.compile(
    rf"\b(?:pre)?noms?\b{NOT_OF_ANOTHER_REGEX}"
    rf"|(?:^|\b(?:your|full|first|last|given|family|birth|preferred|middle) ?)names?\b{NOT_OF_ANOTHER_REGEX}"
    r"|\bsurname\b"
)


def name_fields(fields: Mapping[str, AnyField], called: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the text fields with a word for names in their question, ``called`` if there are none."""
    texts = {name: field for name, field in fields.items() if field.kind == "text" and field.use != "forbidden"}
    names = tuple(name for name, field in texts.items() if NAME_PATTERN.search(fold(field.question or name)))
    return names or called


def identity_hashes(entry: SurveyEntry, plan: IntakePlan) -> tuple[int, int]:
    """Return two hashes that identify a person on both sides: of the key, and of e-mail and name.

    A hash is 0 if the key is valid on one side only, or if the e-mail or the name is unknown.
    """
    is_shared_key = identifies_person(entry.key, common=plan.common_keys)
    name = " ".join(sorted(words_of(entry, plan)))
    key_hash = text_hash("key", entry.key) if is_shared_key else 0
    return key_hash, text_hash("name", entry.email, name) if entry.email and name else 0


def identifies_person(key: str, *, common: bool) -> bool:
    """Return whether a key means the same person on both sides: if keys are ``common``, or if it is an address."""
    return common or ADDRESS_PATTERN.fullmatch(key) is not None


def words_of(entry: SurveyEntry, plan: IntakePlan) -> Iterator[str]:
    """Yield the folded words of the name of a person, in the order of the fields."""
    yield from words_in(str(entry.contact.get(field) or entry.value(field) or "") for field in plan.names)


def words_in(texts: Iterable[str]) -> Iterator[str]:
    """Yield the folded words of some texts."""
    for text in texts:
        yield from re.findall(r"[^\W_]+", fold(text))


def text_hash(*texts: str) -> int:
    return int.from_bytes(blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def person_numbers(entries: Sequence[SurveyEntry], plan: IntakePlan) -> PersonNumbers:
    """Return (n, 2) uint64: the identity hashes of each entry."""
    return np.array([identity_hashes(entry, plan) for entry in entries], dtype=np.uint64).reshape(-1, 2)


def on_both_sides(entries: Sequence[SurveyEntry], plan: IntakePlan) -> bool:
    """Return whether these are two entries of one person, one per side."""
    if len(entries) != 2 or entries[0].side == entries[1].side:
        return False
    first, second = (identity_hashes(entry, plan) for entry in entries)
    return any(first_hash == second_hash > 0 for first_hash, second_hash in zip(first, second, strict=True))


def both_sides_remarks(cohort: Cohort, entries: Sequence[SurveyEntry], plan: IntakePlan) -> Iterator[Remark]:
    """Yield a remark on each person on both sides, with the lines."""
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


TEST_WORD = re.compile(
    r"\b(?:tests?|essais?|exemples?|pruebas?|ejemplos?|beispiele?|esempi[oi]?|testes?|voorbeeld)\b|@example\."
)
MIN_SIMILARITY = 0.88  # ratio of difflib
MAX_NAMES_FOR_ALL_PAIRS = 400  # above, only names with the same skeleton are compared


def similarity_remarks(entries: Sequence[SurveyEntry], plan: IntakePlan) -> Iterator[Remark]:
    """Yield remarks on rows that may be of one person or tests, on odd characters, and on similar or joined names."""
    for group in same_email(entries):
        if not on_both_sides(group, plan):
            yield remark(group, tr("même courriel"))
    yield from look_alike_remarks(entries, plan)
    yield from character_remarks(entries)
    yield from test_row_remarks(entries)
    list_fields = {name: field for name, field in plan.fields.items() if field.kind == "names"}
    name_counts = known_names(entries, apart=not plan.on_both_sides) if list_fields else Counter()
    for name, field in list_fields.items():
        yield from similar_name_remarks(entries, name)
        yield from joined_name_remarks(entries, name, field.joiner or ";", name_counts)


def remark(entries: Sequence[SurveyEntry], text: str) -> Remark:
    """Return a remark on several rows, by their lines."""
    return Remark(
        entries[0].row.source, entries[0].row.line, tr("lignes {lines} : {text}", lines=lines(entries), text=text)
    )


def look_alike_remarks(entries: Sequence[SurveyEntry], plan: IntakePlan) -> Iterator[Remark]:
    """Yield remarks on rows whose names, or keys in one file, have the same skeleton."""
    for group in group_by(entries, lambda entry: (*sheet_of(entry, plan), skeleton(entry.row.key))).values():
        if len(group) > 1 and not on_both_sides(group, plan):
            yield remark(group, tr("des identifiants qui se ressemblent"))
    for name, group in group_by(entries, lambda entry: skeleton_of_name(entry, plan)).items():
        if name and len(group) > 1 and not on_both_sides(group, plan):
            yield remark(group, tr("même nom à l'œil : homonymes, ou doublon ?"))


def skeleton_of_name(entry: SurveyEntry, plan: IntakePlan) -> str:
    """Return the skeleton of the contact details that contain letters, without the e-mail: usually the name."""
    names = [text for field, text in entry.contact.items() if field != plan.email and any(map(str.isalpha, text))]
    return skeleton(" ".join(names))


def character_remarks(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    for entry in entries:
        kinds = dict.fromkeys(flag for text in (entry.row.key, *entry.contact.values()) for flag in flags(text))
        if kinds:
            sentence = tr("identité avec {odd}", odd=", ".join(kinds))
            yield Remark(entry.row.source, entry.row.line, sentence)


def test_row_remarks(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    for entry in entries:
        texts = (entry.row.key, *entry.contact.values())
        match = next((word for text in texts if (word := TEST_WORD.search(fold(text)))), None)
        if match:
            is_word = match.group().isalpha()
            sentence = (
                tr("ligne d'essai ? l'identité contient « {word} »", word=match.group())
                if is_word
                else tr("ligne d'essai ? l'adresse n'est celle de personne")
            )
            yield Remark(entry.row.source, entry.row.line, sentence)


def similar_name_remarks(entries: Sequence[SurveyEntry], field: str) -> Iterator[Remark]:
    """Yield a remark on the pairs of almost equal names in one field, which count as different, if there are any."""
    entries_by_name: dict[str, list[SurveyEntry]] = {}
    for entry in entries:
        value = entry.value(field)
        for name in value if isinstance(value, tuple) else ():
            entries_by_name.setdefault(canonical(name), []).append(entry)
    similar = similar_pairs(list(entries_by_name))
    pairs = [[entries_by_name[first][0], entries_by_name[second][0]] for first, second in similar]
    if len(pairs) == 1:
        yield remark(pairs[0], tr("« {field} », deux noms presque identiques, comptés comme différents", field=field))
    elif pairs:
        sentence = tr(
            "« {field} », des noms presque identiques, comptés comme différents : lignes {lines}",
            field=field,
            lines=first_lines([lines(pair) for pair in pairs]),
        )
        yield Remark(pairs[0][0].row.source, pairs[0][0].row.line, sentence)


def known_names(entries: Sequence[SurveyEntry], *, apart: bool) -> Counter[str]:
    """Count the rows that contain each key and each answer in text, or part of one, as canonical texts.

    Unless sides are ``apart``, the two entries of one row count once.
    """
    counts: Counter[str] = Counter()
    rows = group_by(entries, lambda entry: (entry.side if apart else "", entry.row.source, entry.row.line))
    for row_entries in rows.values():
        names = {entry.key for entry in row_entries}
        for reading in (reading for entry in row_entries for reading in entry.readings):
            texts = reading.value if isinstance(reading.value, tuple) else (reading.value,)
            names.update(part for text in texts if isinstance(text, str) for part in name_parts(text))
        counts.update(names)
    return counts


def name_parts(text: str) -> frozenset[str]:
    parts = re.split(r"\s*[,;/|+&]\s*|\s+(?:et|and|ou|or)\s+", text, flags=re.IGNORECASE)
    return frozenset(map(canonical, {text, *filter(None, parts)}))


def joined_name_remarks(
    entries: Sequence[SurveyEntry], field: str, joiner: str, name_counts: Counter[str]
) -> Iterator[Remark]:
    # A part of a name that is a name or key in another row: several names may be taken for one
    for entry in entries:
        value = entry.value(field)
        names = value if isinstance(value, tuple) else ()
        parts = {part for name in names for part in name_parts(name) - {canonical(name)}}
        if any(name_counts[part] > 1 for part in parts):
            sentence = tr(
                "« {field} » : un nom en contient un autre ; si ce sont plusieurs noms, séparez-les par « {joiner} »",
                field=field,
                joiner=joiner,
            )
            yield Remark(entry.row.source, entry.row.line, sentence)


def similar_pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names whose skeletons have a similarity of at least ``MIN_SIMILARITY``.

    Names that ``differ_in_number`` must have equal skeletons. So must all, if there are more than
    ``MAX_NAMES_FOR_ALL_PAIRS``.
    """
    # Linear time for many names: only equal skeletons
    if len(names) > MAX_NAMES_FOR_ALL_PAIRS:
        for group in group_by(names, skeleton).values():
            yield from combinations(group, 2)
        return
    skeletons = [(name, skeleton(name)) for name in names]
    for at, (name, look) in enumerate(skeletons):
        matcher = SequenceMatcher(b=look, autojunk=False)
        for later_name, later_look in skeletons[at + 1 :]:
            is_comparable = later_look == look or not differ_in_number(name, later_name)
            if is_comparable and is_near(matcher, later_look):
                yield name, later_name


def is_near(matcher: SequenceMatcher[str], text: str) -> bool:
    """Return whether a skeleton is similar to the second text of ``matcher``."""
    matcher.set_seq1(text)
    # Upper bounds of the ratio first, the cheapest first
    return (
        matcher.real_quick_ratio() >= MIN_SIMILARITY
        and matcher.quick_ratio() >= MIN_SIMILARITY
        and matcher.ratio() >= MIN_SIMILARITY
    )


def differ_in_number(first: str, second: str) -> bool:
    """Return whether two names differ in digits, Roman numerals or single letters, which distinguish them on purpose.

    False if their digits are the same and only one has a numeral or a single letter.

    >>> [differ_in_number(*pair) for pair in (("prof 1", "prof 10"), ("Lycée A", "Lycée B"), ("Lycée 3", "Lycee 3"))]
    [True, True, False]
    """
    if digits_in(first) != digits_in(second):
        return True
    first_words, second_words = distinguishing_words(first), distinguishing_words(second)
    return bool(first_words and second_words) and first_words != second_words


def digits_in(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def distinguishing_words(text: str) -> list[str]:
    # Single letters and Roman numerals, but not ``l'``
    return [
        word
        for word in re.findall(r"[^\W\d_]+(?!['\w])", fold(text))
        if len(word) == 1 or re.fullmatch(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})", word)
    ]


def build_cohort(tables: Sequence[tuple[TextTable, Side | None]], plan: IntakePlan) -> Cohort:
    """Return the cohort in ``tables``, each with the side that answered it, None if a question states the side.

    Raises SurveyError with every problem of every header, such as a missing column or identity of people; also if a
    file repeats a key, or if the answer that counts depends on an unknown order of day and month.
    """
    return build_cohort_and_contacts(tables, plan)[0]


def build_cohort_and_contacts(
    tables: Sequence[tuple[TextTable, Side | None]], plan: IntakePlan
) -> tuple[Cohort, Contacts]:
    """Return the cohort in ``tables`` and, separately, the contact details of its people; see ``build_cohort``."""
    sheets = locate_fields(tables, plan)
    received = (submission for sheet in sheets for submission in submissions(sheet, plan))
    return cohort_and_contacts_of(received, plan, refused=find_refused_rows(sheets), remarks=remarks_of(sheets, plan))


def cohort_of_submissions(
    received: Iterable[Submission], plan: IntakePlan, *, refused: Iterable[RowFate] = (), remarks: Iterable[Remark] = ()
) -> Cohort:
    """Return the cohort of these submissions. Refused rows and earlier remarks are added to it.

    Raises SurveyError as ``settle_duplicates`` does.
    """
    return cohort_and_contacts_of(received, plan, refused=refused, remarks=remarks)[0]


def cohort_and_contacts_of(
    received: Iterable[Submission], plan: IntakePlan, *, refused: Iterable[RowFate], remarks: Iterable[Remark]
) -> tuple[Cohort, Contacts]:
    """Return the cohort of these submissions and, separately, the contact details of its people."""
    questionnaire = Questionnaire(plan)
    # Each submission becomes an entry or a rejected row; one entry per person counts
    results = [to_entry(submission, questionnaire) for submission in received]
    entries, replaced, doubts = settle_duplicates(
        [result for result in results if isinstance(result, SurveyEntry)], plan
    )
    rejected = [*(result for result in results if isinstance(result, RowFate)), *refused]
    # Each row of the files once, in their order
    fates = [*rejected, *replaced, *(entry.row for entry in entries)]
    if plan.on_both_sides:
        fates = list(map(merge_fates, group_by(fates, lambda row: (row.source, row.line)).values()))
    rows = sorted(fates, key=lambda row: (row.source, row.line))
    faults = {entry.row: dict(unusable_addresses(entry, questionnaire)) for entry in entries}
    mentors, mentees = (people_of(entries, plan, side) for side in SIDES)
    are_keys_names = plan.key in name_fields(plan.fields)
    cohort = with_codes(Cohort(mentors, mentees, tuple(rows)), plan.codes, telling=are_keys_names)
    all_remarks = merge_remarks(
        [
            *remarks,
            *doubts,
            *answer_remarks(entries),
            *address_remarks(faults),
            *zone_remarks(entries, plan),
            *both_sides_remarks(cohort, entries, plan),
            *similarity_remarks(entries, plan),
        ]
    )
    contacts = Contacts(tuple(questionnaire.contacts), gather_contacts(entries, faults))
    return replace(cohort, remarks=all_remarks), contacts


def gather_contacts(
    entries: Iterable[SurveyEntry], faults: Mapping[RowFate, Mapping[str, str]]
) -> dict[tuple[Side, str], dict[str, str]]:
    return {
        (entry.side, entry.row.key): {
            name: answer for name, answer in entry.contact.items() if name not in faults[entry.row]
        }
        for entry in entries
        if entry.contact
    }


def unusable_addresses(entry: SurveyEntry, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    # Pairs of a question and the reason
    for name in questionnaire.addresses:
        fault = find_address_fault(entry.contact[name]) if name in entry.contact else ""
        if fault:
            yield name, fault


def address_remarks(faults: Mapping[RowFate, Mapping[str, str]]) -> Iterator[Remark]:
    for row, faults_by_field in faults.items():
        for name, fault in faults_by_field.items():
            yield Remark(row.source, row.line, tr("« {name} » : {note}", name=name, note=tr(fault)))


def zone_remarks(entries: Sequence[SurveyEntry], plan: IntakePlan) -> Iterator[Remark]:
    # Slots of people without a known place are read in the reference time zone
    for name, field in plan.fields.items():
        if isinstance(field, Slots) and field.zone:
            sentence = tr(
                "« {name} » : lieu inconnu, créneaux lus à l'heure de {place}", name=name, place=field.zone.place
            )
            for entry in entries:
                if entry.value(name) and entry.value(field.zone.field) is None:
                    yield Remark(entry.row.source, entry.row.line, sentence)


def people_of(entries: Sequence[SurveyEntry], plan: IntakePlan, side: Side) -> People:
    """Return the people of one side, with one typed column per field."""
    side_entries = [entry for entry in entries if entry.side == side]
    questions = plan.fields_for(side)
    values = {name: [entry.readings[index].value for entry in side_entries] for index, name in enumerate(questions)}
    columns = columns_of(questions, values)
    complete = np.array([entry.row.fate == "taken" for entry in side_entries], dtype=bool)
    keys = tuple(entry.row.key for entry in side_entries)
    return People(keys, columns, complete, person_numbers(side_entries, plan))


def answer_remarks(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    # By line and field, without the answer
    for entry in entries:
        for name, reading in zip(entry.names, entry.readings, strict=True):
            if reading.note:
                sentence = tr("« {name} » : {note}", name=name, note=reading.note)
                yield Remark(entry.row.source, entry.row.line, sentence, field=name)
