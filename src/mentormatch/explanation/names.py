"""What people are called by name, where that is asked for: in documents and views, never in a decision, a log or JSON.

Names are those that people gave, in the contact field that the programme names, or those of a table apart. Where two
are equal, and wherever names come from a table that ``forget`` does not read, the key stands beside.

What people are called in a text: keys, or pseudonyms where a key would tell who they are; people in numbers.
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
from mentormatch.survey.intake import ADDRESS

ABSENT = mark("personne absente")
ADDRESS_IN_TEXT = re.compile(r"[^\s@,;:<>()\[\]\"\u00ab\u00bb]+@[\w.-]*\w")


@dataclass(frozen=True)
class Labels:
    """The label of each person, by side and key; a key without a label is ``unknown``, or itself where that is None."""

    known: Mapping[tuple[Side, str], str] = field(default_factory=dict)
    unknown: str | None = None

    def person(self, side: Side, key: str) -> str:
        """Return what the person with this key is called."""
        return self.known.get((side, canonical(key)), key if self.unknown is None else self.unknown)

    def pair(self, pair: tuple[str, str]) -> tuple[str, str]:
        """Return what the two people of a pair are called, a mentor and a mentee by their keys."""
        return self.person("mentor", pair[0]), self.person("mentee", pair[1])

    def text(self, text: str, *, others: bool = True) -> str:
        """Return a text that holds no key of anybody who is called otherwise: the label stands there instead.

        With ``others`` an e-mail address that is nobody's key is ``unknown`` as well.
        """
        unknown = self.unknown
        if unknown is None:
            return text
        if label := self._anywhere.get(canonical(text)):
            return label

        def label_of(found: re.Match[str]) -> str:
            return self._anywhere.get(canonical(found[0]), unknown if others else found[0])

        hidden = ADDRESS_IN_TEXT.sub(label_of, text) if "@" in text else text
        return self._odd_keys.sub(label_of, hidden) if self._odd_keys else hidden

    @cached_property
    def _anywhere(self) -> dict[str, str]:
        """The label of each key, on whichever side it is; that of the mentor if both have it."""
        return {key: label for (_, key), label in reversed([*self.known.items()])}

    @cached_property
    def _odd_keys(self) -> re.Pattern[str] | None:
        """What finds the keys that tell who people are and are no plain addresses; None if there are none."""
        odd = [key for key in self._anywhere if tells_who(key) and not ADDRESS_IN_TEXT.fullmatch(key)]
        longest_first = map(re.escape, sorted(odd, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if odd else None

    def anybody(self, side: Side | None, key: str) -> str:
        """Return what somebody with this key is called, on whichever side they are where that is not said."""
        known: Side = "mentor" if ("mentor", canonical(key)) in self.known else "mentee"
        return self.person(side or known, key)

    def rule(self, rule: Rule) -> str:
        """Return what a rule is called; those that decide on some people name them."""
        return rule.rename_people(self.anybody).label

    def row(self, name: str, rules: Sequence[Rule]) -> str:
        """Return what a side constraint is called, which bears the name of one of the rules."""
        return next((self.rule(rule) for rule in rules if rule.label == name), name)


KEYS = Labels()
"""Everybody is called by their key."""


def pseudonyms(cohort: Cohort) -> Labels:
    """Return numbered labels: the codes of people, else M01, M02 ... for mentors and E01, E02 ... for mentees.

    Who is on both sides has one, as a mentor.
    """
    known = codes_of(cohort) or {
        (side, canonical(key)): f"{LETTERS[side]}{number:0{digits(len(cohort.side(side)))}d}"
        for side in SIDES
        for number, key in enumerate(cohort.side(side).ids, start=1)
    }
    return Labels(known | {mentee: known[mentor] for mentor, mentee in on_both_sides(cohort)}, tr(ABSENT))


def on_both_sides(cohort: Cohort) -> list[tuple[tuple[Side, str], tuple[Side, str]]]:
    """Return who is on both sides: side and key as they are compared, as a mentor and as a mentee."""
    keys = cohort.mentors.compared, cohort.mentees.compared
    return [(("mentor", keys[0][i]), ("mentee", keys[1][k])) for i, k in zip(*cohort.both, strict=True)]


def codes(cohort: Cohort) -> Labels:
    """Return the codes by which every document calls people: their keys, or codes where keys tell who people are."""
    known = codes_of(cohort)
    return Labels(known, tr(ABSENT)) if known else KEYS


IN_ROLE: Mapping[Side, str] = {"mentor": mark("{person} comme mentor·e"), "mentee": mark("{person} comme mentoré·e")}


def in_role(person: str, side: Side) -> str:
    r"""Return what somebody is called who is on both sides, where one of them is meant.

    >>> in_role("P02", "mentor")
    'P02 comme mentor·e'
    """
    return tr(IN_ROLE[side], person=person)


def people_in_words(number: int, side: Side) -> str:
    r"""Return a number of people of one side.

    >>> people_in_words(1, "mentor"), people_in_words(2, "mentee")
    ('1\xa0mentor·e', '2\xa0mentoré·es')
    """
    return counted(number, "mentor·e") if side == "mentor" else counted(number, "mentoré·e")


def possible_people(number: int, side: Side) -> str:
    r"""Return a number of people of one side who are possible partners.

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
    said = thousands(number)
    if side == "mentor":
        return tr_n("Ce·tte mentor·e", "Ces {number}\u00a0mentor·es", number, number=said)
    return tr_n("Ce·tte mentoré·e", "Ces {number}\u00a0mentoré·es", number, number=said)


def first_of(names: Sequence[str], most: int, count: int | None = None) -> str:
    r"""Return the first few names, and how many others there are of ``count``, by default of these.

    >>> first_of(["M1", "M2", "M3"], 2)
    'M1, M2 et 1\xa0autre'
    """
    others = (len(names) if count is None else count) - most
    return listed([*names[:most], *([counted(others, "autre")] if others > 0 else [])])


type GivenNames = Contacts | Mapping[str, str]
"""What people gave as their names, or a name for each key."""
type NamesByPerson = Mapping[tuple[Side, str], str]
"""Names by side and key."""
REFUSED = mark("Les noms ne peuvent pas servir")
MOST_LISTED = 5
"""Keys that a message names of those without a name, or unknown."""


def cohort_names(given: GivenNames, cohort: Cohort, programme: Programme) -> NamesByPerson:
    """Return the names of the people of a cohort; of contacts, of those who gave one.

    Raises RequestError where a mapping has a key of nobody who answered, or lacks that of somebody of the cohort.
    """
    people = {side: cohort.side(side).ids for side in SIDES}
    if isinstance(given, Mapping):
        given = by_keys(given, cohort)
    return names_of(given, people, programme, others=[row.key for row in cohort.rows])


def by_keys(given: Mapping[str, str], cohort: Cohort) -> dict[str, str]:
    """Return names by key, also those that are given by code; who is given by both stays given twice."""
    found: dict[str, str] = {}
    for code, name in given.items():
        keys = {key for side in SIDES for key, own in cohort.coded(side) if canonical(own) == canonical(code)}
        found |= dict.fromkeys(keys - given.keys() or {code}, name)
    return found


def cohort_labels(given: GivenNames, cohort: Cohort, programme: Programme) -> Labels:
    """Return the people of a cohort by their names, as ``cohort_names``; the code stands beside a name of a table."""
    plain = codes(cohort)
    return labels_with_names(cohort_names(given, cohort, programme), plain, coded=isinstance(given, Mapping))


def names_of(
    given: GivenNames,
    people: Mapping[Side, Sequence[str]],
    programme: Programme,
    *,
    others: Iterable[str] | None = None,
) -> NamesByPerson:
    """Return the names of ``people``, the keys of each side; with ``others`` no key but theirs may have a name.

    Raises RequestError where a mapping lacks somebody, has a key twice or of nobody, or cannot tell who is meant.
    """
    persons = [(side, key) for side in SIDES for key in people.get(side, ())]
    if isinstance(given, Contacts):
        found = {one: given.names.get(one) or given_name(given, programme, one) for one in persons}
        return {one: name for one, name in found.items() if name}
    problems = list(name_problems(given, people, programme, None if others is None else list(others)))
    if problems:
        raise RequestError(tr(REFUSED), problems)
    known = {canonical(key): " ".join(name.split()) for key, name in given.items()}
    return {(side, key): known[canonical(key)] for side, key in persons}


def given_name(contacts: Contacts, programme: Programme, person: tuple[Side, str]) -> str:
    """Return the name that somebody gave in the fields of names; empty if they gave none."""
    said = contacts.of(*person)
    name = " ".join(said[field] for field in programme.documents.names if field in said)
    return first_name_first(name) if programme.documents.surname_first else name


def name_problems(
    given: Mapping[str, str],
    people: Mapping[Side, Sequence[str]],
    programme: Programme,
    others: Sequence[str] | None,
) -> Iterator[Problem]:
    """Yield what is wrong with names by key; a key that is nobody's is not repeated, as it may be a name."""
    counts = Counter(map(canonical, given))
    ours = {side: {canonical(key): key for key in people.get(side, ())} for side in SIDES}
    here = {**ours["mentor"], **ours["mentee"]}
    known = None if others is None else {*here, *map(canonical, others)}
    strange = 0 if known is None else sum(key not in known for key in counts)
    if strange:
        found = tr("personne n'a répondu sous cet identifiant")
        yield Problem(counted(strange, "identifiant"), found, tr("les identifiants des réponses"))
    nameless = {canonical(key) for key, name in given.items() if not isinstance(name, str) or not name.strip()}
    lists = (
        ([key for known, key in here.items() if counts[known] > 1], DOUBLED, ONE_NAME),
        ([key for known, key in here.items() if known not in counts or known in nameless], NO_NAME, A_NAME),
    )
    for keys, found, expected in lists:
        if keys:
            quoted_keys = first_of([quoted(key) for key in keys], MOST_LISTED)
            yield Problem(tr("identifiants {keys}", keys=quoted_keys), tr(found), tr(expected))
    both = [key for known, key in ours["mentor"].items() if known in ours["mentee"] and not one_person(key, programme)]
    if both:
        quoted_keys = first_of([quoted(key) for key in both], MOST_LISTED)
        advice = tr(
            'dites [programme] keys = "common" si c\'est la même personne, ou donnez des identifiants distincts'
        )
        found = tr("le même identifiant pour deux personnes, une de chaque côté")
        yield Problem(tr("identifiants {keys}", keys=quoted_keys), found, advice=advice)


DOUBLED, ONE_NAME = mark("deux fois"), mark("un nom par identifiant")
NO_NAME, A_NAME = mark("sans nom"), mark("un nom pour chaque personne")


def one_person(key: str, programme: Programme) -> bool:
    """Say whether a key that both sides have is that of one person."""
    return programme.heading.keys_are_common or ADDRESS.fullmatch(key) is not None


def with_names(contacts: Contacts, given: GivenNames | None, cohort: Cohort, programme: Programme) -> Contacts:
    """Return contacts whose people are called by other names than they gave, where some are ``given``."""
    return contacts if given is None else replace(contacts, names=cohort_names(given, cohort, programme))


def name_called(programme: Programme, contacts: Contacts, plain: Labels, person: tuple[Side, str]) -> str:
    """Return what somebody is called: by their name, where one is known, else as ``plain`` says."""
    side, key = person
    return names_of(contacts, {side: [key]}, programme).get(person) or plain.person(side, key)


def holding(names: NamesByPerson) -> str:
    """Return the sentence by which a document says that it holds names, and what does not."""
    return tr(
        "Ce document donne le nom de {people}, parce que cela a été demandé ; la décision, le journal et le JSON n'en"
        " ont aucun.",
        people=counted(len(names), "personne"),
    )


def labels_with_names(
    names: NamesByPerson, plain: Labels = KEYS, *, coded: bool, twice: Collection[tuple[Side, str]] = ()
) -> Labels:
    """Return people by their names, who have none as ``plain`` says; with what that says where two have the same one.

    Where they are ``coded``, it stands beside every name. ``twice`` are those who are told of as another already: side
    and key as compared, of who is on both sides.
    """
    counts = Counter(canonical(name) for (side, key), name in names.items() if (side, canonical(key)) not in twice)
    known = {
        (side, canonical(key)): f"{isolate(name)} ({plain.person(side, key)})"
        if coded or counts[canonical(name)] > 1
        else name
        for (side, key), name in names.items()
    }
    return Labels({**plain.known, **known}, plain.unknown if coded else tr(ABSENT))
