"""Labels of people in texts: keys, pseudonyms if keys identify people, or names on request.

Names are used in documents and views only, never in a decision, a log or JSON. They come from the contact fields that
the programme states, or from a separate table. The key is added if two names are equal, and for all names of a table,
which ``forget`` does not read.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import counted, listed, quoted, thousands
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import isolate, mark, tr, tr_n
from mentormatch.people.codes import LETTERS, codes_of, digits, tells_who
from mentormatch.people.cohort import Cohort
from mentormatch.people.name_order import first_name_first
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Rule
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import ADDRESS_PATTERN

ABSENT_PERSON = mark("personne absente")
ADDRESS_IN_TEXT = re.compile(r"[^\s@,;:<>()\[\]\"\u00ab\u00bb]+@[\w.-]*\w")


@dataclass(frozen=True)
class Labels:
    """The label of each person, by side and key; other keys are ``unknown``, or unchanged if that is None.

    With ``questions``, the text of each question by field id, rules without a name quote questions, not field ids.
    """

    known: Mapping[tuple[Side, str], str] = field(default_factory=dict)
    unknown: str | None = None
    questions: Mapping[str, str] = field(default_factory=dict)

    def person(self, side: Side, key: str) -> str:
        """Return the label of the person with this key."""
        return self.known.get((side, canonical(key)), key if self.unknown is None else self.unknown)

    def pair(self, pair: tuple[str, str]) -> tuple[str, str]:
        """Return the labels of a mentor and a mentee by their keys."""
        return self.person("mentor", pair[0]), self.person("mentee", pair[1])

    def text(self, text: str, *, others: bool = True) -> str:
        """Return a text with labels in place of the keys that identify people; the label if all of it is a key.

        With ``others``, e-mail addresses that are no keys become ``unknown``. Unchanged if ``unknown`` is None.
        """
        unknown = self.unknown
        if unknown is None:
            return text
        if label := self._anywhere.get(canonical(text)):
            return label

        def label_of(match: re.Match[str]) -> str:
            return self._anywhere.get(canonical(match[0]), unknown if others else match[0])

        hidden = ADDRESS_IN_TEXT.sub(label_of, text) if "@" in text else text
        return self._odd_keys.sub(label_of, hidden) if self._odd_keys else hidden

    @cached_property
    def _anywhere(self) -> dict[str, str]:
        return {key: label for (_, key), label in reversed([*self.known.items()])}

    @cached_property
    def _odd_keys(self) -> re.Pattern[str] | None:
        """A pattern of the keys that identify people and are no plain addresses; None if there are none."""
        odd_keys = [key for key in self._anywhere if tells_who(key) and not ADDRESS_IN_TEXT.fullmatch(key)]
        longest_first = map(re.escape, sorted(odd_keys, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if odd_keys else None

    def anybody(self, side: Side | None, key: str) -> str:
        """Return the label of a key; without a side, the mentor is preferred."""
        likely_side: Side = "mentor" if ("mentor", canonical(key)) in self.known else "mentee"
        return self.person(side or likely_side, key)

    def rule(self, rule: Rule) -> str:
        """Return the label of a rule, with people in it relabelled."""
        label = rule.rename_people(self.anybody).label
        if rule.name is None:
            for field_id in {reference.field for reference in rule.references()} & self.questions.keys():
                label = label.replace(quoted(field_id), quoted(self.questions[field_id]))
        return label

    def with_questions(self, programme: Programme) -> "Labels":
        """Return these labels with the questions of a programme."""
        return replace(self, questions={name: each.question for name, each in programme.fields.items()})

    def row(self, name: str, rules: Sequence[Rule]) -> str:
        """Return the label of a side constraint, which has the name of one of the rules."""
        return next((self.rule(rule) for rule in rules if rule.label == name), name)


KEY_LABELS = Labels()
"""Each person is labelled by their key."""


def pseudonyms(cohort: Cohort) -> Labels:
    """Return numbered labels: the codes of people, else M01, M02 ... for mentors, E01, E02 ... for mentees.

    A person on both sides has one label, that of the mentor.
    """
    label_by_person = codes_of(cohort) or {
        (side, canonical(key)): f"{LETTERS[side]}{number:0{digits(len(cohort.side(side)))}d}"
        for side in SIDES
        for number, key in enumerate(cohort.side(side).ids, start=1)
    }
    return Labels(
        label_by_person | {mentee: label_by_person[mentor] for mentor, mentee in on_both_sides(cohort)},
        tr(ABSENT_PERSON),
    )


def on_both_sides(cohort: Cohort) -> list[tuple[tuple[Side, str], tuple[Side, str]]]:
    """Return the people on both sides, each as mentor and as mentee: side and key in comparison form."""
    keys = cohort.mentors.compared, cohort.mentees.compared
    return [(("mentor", keys[0][i]), ("mentee", keys[1][k])) for i, k in zip(*cohort.both, strict=True)]


def codes(cohort: Cohort) -> Labels:
    """Return the labels of people in documents: keys, or codes if keys identify people."""
    code_by_person = codes_of(cohort)
    return Labels(code_by_person, tr(ABSENT_PERSON)) if code_by_person else KEY_LABELS


def in_role(person: str, side: Side) -> str:
    r"""Return the label of a person on both sides, in one of the two roles.

    >>> in_role("P02", "mentor")
    'P02 comme mentor·e'
    """
    return (
        tr("{person} comme mentor·e", person=person)
        if side == "mentor"
        else tr("{person} comme mentoré·e", person=person)
    )


def people_in_words(number: int, side: Side) -> str:
    r"""Return a number of people of one side.

    >>> people_in_words(1, "mentor"), people_in_words(2, "mentee")
    ('1\xa0mentor·e', '2\xa0mentoré·es')
    """
    return counted(number, "mentor·e") if side == "mentor" else counted(number, "mentoré·e")


def possible_people(number: int, side: Side) -> str:
    r"""Return a number of possible partners of one side.

    >>> possible_people(2, "mentor")
    '2\xa0mentor·es possibles'
    """
    if side == "mentor":
        return counted(number, "mentor·e possible", "mentor·es possibles")
    return counted(number, "mentoré·e possible", "mentoré·es possibles")


def these(number: int, side: Side) -> str:
    r"""Return "these" with a number of people of one side.

    >>> these(5, "mentor"), these(1, "mentee")
    ('Ces 5\xa0mentor·es', 'Ce·tte mentoré·e')
    """
    count_text = thousands(number)
    if side == "mentor":
        return tr_n("Ce·tte mentor·e", "Ces {number}\u00a0mentor·es", number, number=count_text)
    return tr_n("Ce·tte mentoré·e", "Ces {number}\u00a0mentoré·es", number, number=count_text)


def first_of(names: Sequence[str], most: int, count: int | None = None) -> str:
    r"""Return the first ``most`` names, and the number of others out of ``count`` (None: the number of names).

    >>> first_of(["M1", "M2", "M3"], 2)
    'M1, M2 et 1\xa0autre'
    """
    other_count = (len(names) if count is None else count) - most
    return listed([*names[:most], *([counted(other_count, "autre")] if other_count > 0 else [])])


type GivenNames = Contacts | Mapping[str, str]
"""The contact details that people gave, or a name per key."""
type NamesByPerson = Mapping[tuple[Side, str], str]
"""Names by side and key."""
MAX_LISTED_KEYS = 5  # per message


def cohort_names(names_source: GivenNames, cohort: Cohort, programme: Programme) -> NamesByPerson:
    """Return the names of the people of a cohort; of contacts, only of the people who gave a name.

    Raises RequestError if a mapping has a repeated key or one that no row has, lacks a person of the cohort, or has a
    key of two people.
    """
    people = {side: cohort.side(side).ids for side in SIDES}
    if isinstance(names_source, Mapping):
        names_source = by_keys(names_source, cohort)
    return names_of(names_source, people, programme, others=[row.key for row in cohort.rows])


def by_keys(names_source: Mapping[str, str], cohort: Cohort) -> dict[str, str]:
    """Return names by key in place of codes; a person named by key and by code remains twice."""
    name_by_key: dict[str, str] = {}
    for code, name in names_source.items():
        keys = {
            key
            for side in SIDES
            for key, person_code in cohort.coded(side)
            if canonical(person_code) == canonical(code)
        }
        name_by_key |= dict.fromkeys(keys - names_source.keys() or {code}, name)
    return name_by_key


def cohort_labels(names_source: GivenNames, cohort: Cohort, programme: Programme) -> Labels:
    """Return labels with the names of the people of a cohort; the code is added to names of a table."""
    plain = codes(cohort)
    return labels_with_names(
        cohort_names(names_source, cohort, programme), plain, coded=isinstance(names_source, Mapping)
    )


def names_of(
    names_source: GivenNames,
    people: Mapping[Side, Sequence[str]],
    programme: Programme,
    *,
    others: Iterable[str] | None = None,
) -> NamesByPerson:
    """Return the names of ``people``, the keys per side; of contacts, only of the people who gave a name.

    Raises RequestError if a mapping lacks a person, has a repeated key or a key of two people, or, with ``others``, has
    a key that is neither of ``people`` nor in ``others``.
    """
    persons = [(side, key) for side in SIDES for key in people.get(side, ())]
    if isinstance(names_source, Contacts):
        names = {
            person: names_source.names.get(person) or given_name(names_source, programme, person) for person in persons
        }
        return {person: name for person, name in names.items() if name}
    problems = list(name_problems(names_source, people, programme, None if others is None else list(others)))
    if problems:
        raise RequestError(tr("Les noms ne peuvent pas servir"), problems)
    name_by_key = {canonical(key): " ".join(name.split()) for key, name in names_source.items()}
    return {(side, key): name_by_key[canonical(key)] for side, key in persons}


def given_name(contacts: Contacts, programme: Programme, person: tuple[Side, str]) -> str:
    """Return the name that a person gave in the fields of names, first name first; empty if none."""
    answers = contacts.of(*person)
    name = " ".join(answers[field] for field in programme.documents.names if field in answers)
    return first_name_first(name) if programme.documents.surname_first else name


def name_problems(
    names_source: Mapping[str, str],
    people: Mapping[Side, Sequence[str]],
    programme: Programme,
    other_keys: Sequence[str] | None,
) -> Iterator[Problem]:
    """Yield the problems of names by key; unknown keys are not quoted, as they may be names."""
    counts = Counter(map(canonical, names_source))
    keys_by_side = {side: {canonical(key): key for key in people.get(side, ())} for side in SIDES}
    present = {**keys_by_side["mentor"], **keys_by_side["mentee"]}
    known_keys = None if other_keys is None else {*present, *map(canonical, other_keys)}
    unknown_count = 0 if known_keys is None else sum(key not in known_keys for key in counts)
    if unknown_count:
        fault = tr("personne n'a répondu sous cet identifiant")
        yield Problem(counted(unknown_count, "identifiant"), fault, tr("les identifiants des réponses"))
    nameless = {canonical(key) for key, name in names_source.items() if not isinstance(name, str) or not name.strip()}
    lists = (
        (
            [key for folded, key in present.items() if counts[folded] > 1],
            mark("deux fois"),
            mark("un nom par identifiant"),
        ),
        (
            [key for folded, key in present.items() if folded not in counts or folded in nameless],
            mark("sans nom"),
            mark("un nom pour chaque personne"),
        ),
    )
    for keys, fault, expected in lists:
        if keys:
            quoted_keys = first_of([quoted(key) for key in keys], MAX_LISTED_KEYS)
            yield Problem(tr("identifiants {keys}", keys=quoted_keys), tr(fault), tr(expected))
    shared_keys = [
        key
        for folded, key in keys_by_side["mentor"].items()
        if folded in keys_by_side["mentee"] and not one_person(key, programme)
    ]
    if shared_keys:
        quoted_keys = first_of([quoted(key) for key in shared_keys], MAX_LISTED_KEYS)
        advice = tr(
            'dites [programme] keys = "common" si c\'est la même personne, ou donnez des identifiants distincts'
        )
        fault = tr("le même identifiant pour deux personnes, une de chaque côté")
        yield Problem(tr("identifiants {keys}", keys=quoted_keys), fault, advice=advice)


def one_person(key: str, programme: Programme) -> bool:
    """Return whether a key on both sides belongs to one person."""
    return programme.heading.keys_are_common or ADDRESS_PATTERN.fullmatch(key) is not None


def with_names(contacts: Contacts, names_source: GivenNames | None, cohort: Cohort, programme: Programme) -> Contacts:
    """Return contacts with the names of ``names_source`` instead of their own, if any."""
    return contacts if names_source is None else replace(contacts, names=cohort_names(names_source, cohort, programme))


def name_called(programme: Programme, contacts: Contacts, plain: Labels, person: tuple[Side, str]) -> str:
    """Return the name of a person if known, else the label of ``plain``."""
    side, key = person
    return names_of(contacts, {side: [key]}, programme).get(person) or plain.person(side, key)


def notice_of_names(names: NamesByPerson) -> str:
    """Return the notice that a document contains names."""
    return tr(
        "Ce document donne le nom de {people}, parce que cela a été demandé ; la décision, le journal et le JSON n'en"
        " ont aucun.",
        people=counted(len(names), "personne"),
    )


def labels_with_names(
    names: NamesByPerson, plain: Labels = KEY_LABELS, *, coded: bool, twice: Collection[tuple[Side, str]] = ()
) -> Labels:
    """Return labels with the names of people, and those of ``plain`` for people without a name.

    The label of ``plain`` is added to a name that several people share, and if ``coded``, to every name. ``twice`` are
    the second entries (side and comparison key) of people on both sides, which do not count as shared names.
    """
    counts = Counter(canonical(name) for (side, key), name in names.items() if (side, canonical(key)) not in twice)
    named_labels = {
        (side, canonical(key)): f"{isolate(name)} ({plain.person(side, key)})"
        if coded or counts[canonical(name)] > 1
        else name
        for (side, key), name in names.items()
    }
    return Labels({**plain.known, **named_labels}, plain.unknown if coded else tr(ABSENT_PERSON))
