"""What people are called by name, where that is asked for: in documents and views, never in a decision, a log or JSON.

Names are those that people gave, in the contact field that the programme names, or those of a table apart. Where two
are equal, and wherever names come from a table that ``forget`` does not read, the key stands beside.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.labels import ABSENT, KEYS, Labels, codes, first_of
from mentormatch.fields import SIDES, Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.intake import ADDRESS

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
    return names_of(given, people, programme, others=[row.key for row in cohort.rows])


def cohort_labels(given: GivenNames, cohort: Cohort, programme: Programme) -> Labels:
    """Return the people of a cohort by their names, as ``cohort_names``; the code stands beside a name of a table."""
    plain = codes(cohort, programme)
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
        field = programme.documents.name or ""
        found = {one: given.names.get(one) or given.of(*one).get(field, "") for one in persons}
        return {one: name for one, name in found.items() if name}
    problems = list(name_problems(given, people, programme, None if others is None else list(others)))
    if problems:
        raise RequestError(tr(REFUSED), problems)
    known = {canonical(key): " ".join(name.split()) for key, name in given.items()}
    return {(side, key): known[canonical(key)] for side, key in persons}


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
        (side, canonical(key)): f"{name} ({plain.person(side, key)})" if coded or counts[canonical(name)] > 1 else name
        for (side, key), name in names.items()
    }
    return Labels({**plain.known, **known}, plain.unknown if coded else tr(ABSENT))
