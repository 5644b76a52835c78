"""A matching -> the file for the next edition: its pairs and those of earlier editions, and the people left out."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.strict_json import ROOT, JsonMessage, Keys, StoredMessage, Text
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.rules.kinds.named_people import History, PastPair
from mentormatch.rules.kinds.places import Priority
from mentormatch.rules.rule import Rule


class LeftOut(JsonMessage):
    """A participant without a partner: key and side."""

    person: Text
    side: Side


class CarryOver(StoredMessage):
    """The pairs and the people left out by earlier editions, by keys."""

    made_by: ClassVar[str] = "mm.carry_over(matching)"

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui d'une année passée")
    schema_version: Literal[1] = 1
    programme: str
    pairs: list[Keys] = Setting(default_factory=list)
    left_out: list[LeftOut] = Setting(default_factory=list)


def carry_over(matching: Matching) -> CarryOver:
    """Return the data for the next edition: the pairs, also of earlier editions, and the people left out.

    Pairs that a ``repair`` ended or undid during this edition are among them, except declined pairs. Left out are
    participants without a partner, without people who answered too little, were not admitted or had no place to offer.
    Raises RequestError if the matching has no solution.

    See Also
    --------
    with_history : use it in the next edition.
    write_carry_over : keep it in a file.

    Examples
    --------
    >>> from mentormatch import examples
    >>> from mentormatch.operations.matching import match
    >>> carried = carry_over(match(examples.cohort(), examples.programme()))
    >>> len(carried.pairs), [one.person for one in carried.left_out]
    (12, ['M14', 'E01', 'E07', 'E10', 'E16'])
    """
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        problem = Problem("status", str(matching.status), tr("une répartition qui a une réponse"))
        raise RequestError(tr("Rien n'a été décidé qui puisse passer à l'édition suivante"), [problem])
    pairs = {(canonical(mentor), canonical(mentee)): (mentor, mentee) for mentor, mentee in ever_paired(matching)}
    return CarryOver(
        programme=matching.programme.name,
        pairs=[Keys(mentor=mentor, mentee=mentee) for _, (mentor, mentee) in sorted(pairs.items())],
        left_out=[
            LeftOut(person=person.person, side=person.side)
            for person in matching.unmatched
            if person.code not in ("incomplete", "not_admitted", "no_capacity")  # they did not take part
        ],
    )


def ever_paired(matching: Matching) -> Iterator[tuple[str, str]]:
    """Yield the pairs of earlier editions from the rules of the programme, and all pairs of this edition."""
    for rule in matching.programme.rules:
        yield from rule.past_pairs()
    yield from matching.ended
    yield from ((pair.mentor, pair.mentee) for pair in matching.pairs)


def write_carry_over(carried: CarryOver, path: str | PathLike[str]) -> Path:
    """Write a JSON file for the next edition atomically. Raises OutputError if it cannot be written.

    See Also
    --------
    read_carry_over : read the file.
    carry_over : make its content.

    Examples
    --------
    >>> import tempfile
    >>> import mentormatch as mm
    >>> carried = mm.carry_over(mm.match(mm.examples.cohort(), mm.examples.programme()))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mm.read_carry_over(mm.write_carry_over(carried, f"{folder}/carried.json")) == carried
    True
    """
    target = Path(path)
    write_whole(target, carried.to_json().encode())
    return target


def read_carry_over(path: str | PathLike[str]) -> CarryOver:
    """Read a file of ``write_carry_over``.

    Raises RequestError if the file cannot be read, or its content is invalid: unknown or repeated keys, wrong types,
    another version.
    """
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        sentence = tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error))
        raise RequestError(about(source.name, sentence)) from None
    try:
        return CarryOver.from_json(content)
    except RequestError as error:
        expected = tr("le fichier tel que l'année passée l'a écrit")
        places = [f"{source.name}, {place_in_words(problem.where)}" for problem in error.problems]
        problems = [Problem(place, tr("ne va pas"), expected) for place in places]
        raise RequestError(tr("Le fichier de l'année passée ne peut pas être relu"), problems) from None


def place_in_words(where: str) -> str:
    """Return a location in a JSON text: a line, a path, or the whole text."""
    return tr("le tout") if where in ("", ROOT) else where


def with_history(programme: Programme, carried: CarryOver) -> Programme:
    """Return the programme with the rules ``history`` (no past pair again) and ``priority`` (people left out first).

    ``priority`` has an effect if it is among the goals, which is the default. If the programme has ``history`` rules
    with a ``total``, these count the past pairs instead. People who are not in the new cohort are ignored.

    See Also
    --------
    carry_over : what a result passes on.
    read_carry_over : the same from a file.

    Examples
    --------
    >>> import mentormatch as mm
    >>> programme, cohort = mm.examples.programme(), mm.examples.cohort()
    >>> first = mm.match(cohort, programme)
    >>> second = mm.match(cohort, mm.with_history(programme, mm.carry_over(first)))
    >>> {(pair.mentor, pair.mentee) for pair in first.pairs} & {(pair.mentor, pair.mentee) for pair in second.pairs}
    set()
    """
    pairs = [(pair.mentor, pair.mentee) for pair in carried.pairs]
    rules = [rule.with_past_pairs(pairs) for rule in programme.rules]
    counted = any(rule is not former_rule for rule, former_rule in zip(rules, programme.rules, strict=True))
    extended = replace_parts(programme, rules=rules) if counted else programme
    return extended.with_rules([*([] if counted else no_repetition(carried)), *priority_rules(carried)])


def no_repetition(carried: CarryOver) -> Iterator[Rule]:
    if carried.pairs:
        yield History(pairs=[PastPair(mentor=pair.mentor, mentee=pair.mentee) for pair in carried.pairs])


def priority_rules(carried: CarryOver) -> Iterator[Rule]:
    for side in SIDES:
        people = [person.person for person in carried.left_out if person.side == side]
        if people:
            yield Priority(
                name=tr("sans binôme dans « {programme} »", programme=carried.programme), side=side, people=people
            )
