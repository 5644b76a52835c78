"""From one edition to the next: the pairs there have been, and the people who were left out."""

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

OUT_BY_THEMSELVES = ("incomplete", "not_admitted", "no_capacity")
"""Codes of people who took no part; nobody left them out."""


class LeftOut(JsonMessage):
    """Somebody who took part and was not placed: key and side."""

    person: Text
    side: Side


class CarryOver(StoredMessage):
    """What the next edition needs to know of those before it, by keys alone."""

    made_by: ClassVar[str] = "mm.carry_over(matching)"

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui d'une année passée")
    schema_version: Literal[1] = 1
    programme: str
    pairs: list[Keys] = Setting(default_factory=list)
    left_out: list[LeftOut] = Setting(default_factory=list)


def carry_over(matching: Matching) -> CarryOver:
    """Return what the next edition needs to know: the pairs, also of editions before, and who was left out.

    Left out are those who took part and have no partner; not those who answered too little, were not admitted or had
    no place to offer. Raises RequestError where the matching holds no answer.

    Examples
    --------
    >>> from mentormatch import examples
    >>> from mentormatch.operations.matching import match
    >>> carried = carry_over(match(examples.cohort(), examples.programme()))
    >>> len(carried.pairs), [one.person for one in carried.left_out]
    (12, ['M14', 'E01', 'E07', 'E10', 'E16'])
    """
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        found = Problem("status", str(matching.status), tr("une répartition qui a une réponse"))
        raise RequestError(tr("Rien n'a été décidé qui puisse passer à l'édition suivante"), [found])
    pairs = {(canonical(mentor), canonical(mentee)): (mentor, mentee) for mentor, mentee in ever_paired(matching)}
    return CarryOver(
        programme=matching.programme.name,
        pairs=[Keys(mentor=mentor, mentee=mentee) for _, (mentor, mentee) in sorted(pairs.items())],
        left_out=[
            LeftOut(person=one.person, side=one.side) for one in matching.unmatched if one.code not in OUT_BY_THEMSELVES
        ],
    )


def ever_paired(matching: Matching) -> Iterator[tuple[str, str]]:
    """Yield the pairs of earlier editions that rules of the programme name, and those of this matching."""
    for rule in matching.programme.rules:
        yield from rule.past_pairs()
    yield from ((pair.mentor, pair.mentee) for pair in matching.pairs)


def write_carry_over(carried: CarryOver, path: str | PathLike[str]) -> Path:
    """Write a JSON file for the next edition, whole or not at all; raises OutputError where it cannot be written."""
    target = Path(path)
    write_whole(target, carried.to_json().encode())
    return target


def read_carry_over(path: str | PathLike[str]) -> CarryOver:
    """Return what ``write_carry_over`` wrote.

    Raises RequestError where the file cannot be read, or anything in it does not fit: unknown or doubled keys, wrong
    types, another version.
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
        places = [f"{source.name}, {place_in_words(one.where)}" for one in error.problems]
        found = [Problem(place, tr("ne va pas"), expected) for place in places]
        raise RequestError(tr("Le fichier de l'année passée ne peut pas être relu"), found) from None


def place_in_words(where: str) -> str:
    """Return a place in a JSON text: a line, a path, or all of it."""
    return tr("le tout") if where in ("", ROOT) else where


def with_history(programme: Programme, carried: CarryOver) -> Programme:
    """Return the programme with two things more: no past pair comes again, and who was left out comes first.

    These are the rules ``history`` and ``priority``; the latter counts where ``priority`` is among the goals, as it is
    unless the programme says otherwise. Past pairs go to the rules of the programme that count them, ``history`` with a
    ``total``, if there are any. People who are not in the new cohort are not concerned.
    """
    pairs = [(pair.mentor, pair.mentee) for pair in carried.pairs]
    rules = [rule.with_past_pairs(pairs) for rule in programme.rules]
    counted = any(rule is not before for rule, before in zip(rules, programme.rules, strict=True))
    known = replace_parts(programme, rules=rules) if counted else programme
    return known.with_rules([*([] if counted else no_repetition(carried)), *first_ones(carried)])


def no_repetition(carried: CarryOver) -> Iterator[Rule]:
    """Yield the rule that no past pair comes again, where there are some."""
    if carried.pairs:
        yield History(pairs=[PastPair(mentor=pair.mentor, mentee=pair.mentee) for pair in carried.pairs])


def first_ones(carried: CarryOver) -> Iterator[Rule]:
    """Yield the rules by which those who were left out come first."""
    for side in SIDES:
        people = [one.person for one in carried.left_out if one.side == side]
        if people:
            yield Priority(
                name=tr("sans binôme dans « {programme} »", programme=carried.programme), side=side, people=people
            )
