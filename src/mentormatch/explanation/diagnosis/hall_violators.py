"""People who can only go to few others, who have too few places between them: what Hall's condition forbids.

The most that can be placed is a maximum flow. From everybody who is left short, the partners they could have and those
who hold them are reached in turn; the people reached are the smallest set with the greatest shortage (Hakimi 1965, for
loads above one; Dulmage and Mendelsohn 1958), and its parts that share no partner are told one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.explanation.diagnosis.counting_bounds import counts_pairs, most_pairs, short_of, taking_part
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.labels import first_of, these
from mentormatch.fields import Side
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.rules.formulation import SIDES, forbidden_by_rule

MOST_NAMED = 8
MINIMUM, PLACED = "minimum_out_of_reach", "not_all_placed"
NONE = {
    PLACED: mark("{person} n'a aucun partenaire possible"),
    MINIMUM: mark("{person} doit former {pairs} au moins et n'a aucun partenaire possible"),
}


@dataclass(frozen=True, slots=True)
class HallViolator:
    """People of one side, by position, all their possible partners, and how many places they lack together.

    ``asked`` is how many they take between them at the least, ``there`` how many their partners can give them.
    """

    people: tuple[int, ...]
    partners: tuple[int, ...]
    asked: int
    there: int


def find_hall_violators(posture: RuleInstance) -> Iterator[Finding]:
    """Yield who cannot have their minimum, which quotas are out of reach, and who cannot all be placed."""
    allowed = allowed_pairs(posture.problem)
    for side in SIDES:
        yield from findings(posture, side, allowed, MINIMUM)
    for row in filter(counts_pairs, posture.problem.rows):
        yield from quota_out_of_reach(posture, row, allowed)
    for side in SIDES:
        yield from findings(posture, side, allowed, PLACED)


def findings(posture: RuleInstance, side: Side, allowed: BoolMatrix, code: str) -> Iterator[Finding]:
    """Yield who of one side cannot have their minimum, or cannot all be placed, unless counting has shown it."""
    loads = posture.loads(side)
    asked = loads.firm_minimum if code == MINIMUM else np.minimum(loads.most, 1)
    for found in shortages(posture, side, allowed, asked):
        if not counted_already(posture, side, found, asked):
            yield violator_in_words(posture, side, found, code)


def counted_already(posture: RuleInstance, side: Side, found: HallViolator, asked: IntVector) -> bool:
    """Say whether this is everybody, and all the places across: what counting shows without any rule on pairs."""
    places = int(posture.loads(other_side(side)).most.sum())
    return len(found.people) == int((asked > 0).sum()) and found.there == places


def other_side(side: Side) -> Side:
    """Return the other side."""
    return "mentee" if side == "mentor" else "mentor"


def allowed_pairs(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the pairs that are allowed."""
    block = np.zeros(problem.shape, dtype=bool)
    block[problem.scores.pairs()] = True
    return block


def shortages(posture: RuleInstance, side: Side, allowed: BoolMatrix, asked: IntVector) -> Iterator[HallViolator]:
    """Yield the people of ``side`` who cannot take as many as ``asked`` (n,) between them, in parts that are apart."""
    most = posture.loads(other_side(side)).most
    block = allowed if side == "mentor" else allowed.T
    taken = maximum_flow(block, asked, most)
    short = np.flatnonzero(taken.sum(axis=1) < asked).tolist()
    while short:
        people = reached_people(block, taken, short[:1])
        while len(wider := reached_people(block, taken, partners_shared(block, people, short))) > len(people):
            people = wider
        partners = np.flatnonzero(block[people].any(axis=0))
        there = np.minimum(most, block[people].sum(axis=0)).sum()
        yield HallViolator(tuple(people), tuple(partners.tolist()), int(asked[people].sum()), int(there))
        short = [row for row in short if row not in set(people)]


def partners_shared(block: BoolMatrix, people: list[int], short: list[int]) -> list[int]:
    """Return ``people`` and those of ``short_of`` who could have a partner of theirs."""
    partners = block[people].any(axis=0)
    return sorted({*people, *(row for row in short if (block[row] & partners).any())})


def reached_people(block: BoolMatrix, taken: BoolMatrix, start: list[int]) -> list[int]:
    """Return who is reached from ``start`` by a possible partner, and from a partner by whom they have."""
    people = np.zeros(len(block), dtype=bool)
    people[start] = True
    while True:
        partners = (block & ~taken)[people].any(axis=0)
        wider = people | taken[:, partners].any(axis=1)
        if wider.sum() == people.sum():
            return [int(row) for row in np.flatnonzero(people)]
        people = wider


def maximum_flow(block: BoolMatrix, asked: IntVector, most: IntVector) -> NDArray[np.bool_]:
    """Return (n, m) bool: as many of the pairs in ``block`` as the loads of both sides let be chosen."""
    sides = [DegreeBounds(np.zeros_like(load), load, np.ones(len(load), dtype=bool)) for load in (asked, most)]
    scores = pack_scores(np.zeros(block.shape, dtype=np.int64), block)
    pairs = solve(AssignmentProblem(scores, sides[0], sides[1], goals=("matched",))).pairs
    taken = np.zeros(block.shape, dtype=bool)
    taken[pairs[:, 0], pairs[:, 1]] = True
    return taken


def violator_in_words(posture: RuleInstance, side: Side, found: HallViolator, code: str) -> Finding:
    """Return in words who lacks how many places, and which rules leave them so few partners."""
    people = tuple(posture.name(side, row) for row in found.people)
    rules = in_the_way(posture, side, found)
    excluded = listed([*map(quoted, rules)])
    who = f"{these(len(people), side)} ({first_of(people, MOST_NAMED)})"
    sentence = is_small(posture, side, found, code, who) if found.partners else nobody(found, code, who, excluded)
    if found.partners and rules:
        sentence += " " + tr("Les autres sont exclus par {rules}.", rules=excluded)
    return Finding(code, sentence, found.asked - found.there, people, tuple(rules), decisive=code == MINIMUM)


def is_small(posture: RuleInstance, side: Side, found: HallViolator, code: str, who: str) -> str:
    """Return in words the only partners that some people have, and how many places are missing."""
    count, only, missing = len(found.people), partners(posture, side, found), short_of(found.there, found.asked)
    if code == PLACED:
        return tr_n(
            "{people} ne peut aller qu'avec {partners} : {missing}.",
            "{people} ne peuvent aller qu'avec {partners} : {missing}.",
            count,
            people=who,
            partners=only,
            missing=missing,
        )
    return tr_n(
        "{people} doit former {pairs} au moins et ne peut aller qu'avec {partners} : {missing}.",
        "{people} doivent former {pairs} au moins et ne peuvent aller qu'avec {partners} : {missing}.",
        count,
        people=who,
        pairs=counted(found.asked, "binôme"),
        partners=only,
        missing=missing,
    )


def partners(posture: RuleInstance, side: Side, found: HallViolator) -> str:
    """Return in words the only partners there are, and the places that they have."""
    names = tuple(posture.name(other_side(side), row) for row in found.partners)
    who = f"{these(len(names), other_side(side)).lower()} ({first_of(names, MOST_NAMED)})"
    places = counted(found.there, "place")
    if len(found.people) > 1:
        return tr_n(
            "{people}, qui a {places} pour eux",
            "{people}, qui ont {places} pour eux",
            len(names),
            people=who,
            places=places,
        )
    return tr_n(
        "{people}, qui a {places} pour lui",
        "{people}, qui ont {places} pour lui",
        len(names),
        people=who,
        places=places,
    )


def nobody(found: HallViolator, code: str, who: str, excluded: str) -> str:
    """Return in words that somebody has no partner at all."""
    sentence = tr(NONE[code], person=who, pairs=counted(found.asked, "binôme"))
    return f"{about(sentence, tr('tous sont exclus par {rules}', rules=excluded)) if excluded else sentence}."


def in_the_way(posture: RuleInstance, side: Side, found: HallViolator) -> list[str]:
    """Return the rules that keep these people from others than their partners."""
    outside = others_than(posture, side, found.partners)
    people = np.array(found.people, dtype=np.intp)
    part = posture.part(people, outside) if side == "mentor" else posture.part(outside, people)
    return [posture.labels.rule(rule) for rule, block in forbidden_by_rule(posture.rules, part) if block.any()]


def others_than(posture: RuleInstance, side: Side, partners: tuple[int, ...]) -> NDArray[np.intp]:
    """Return who takes part across, ``partners`` left out."""
    others = posture.loads(other_side(side)).most > 0
    others[list(partners)] = False
    return np.flatnonzero(others)


def quota_out_of_reach(posture: RuleInstance, row: SideConstraint, allowed: BoolMatrix) -> Iterator[Finding]:
    """Yield that a quota asks for more pairs than the rules on pairs leave, though enough people are there."""
    counts = row.block(allowed.shape) > 0
    if row.least is None or row.least > most_pairs(posture.problem, counts):
        return
    there = int(maximum_flow(allowed & counts, posture.problem.mentors.most, posture.problem.mentees.most).sum())
    if row.least > there:
        present = counts & taking_part(posture.problem)
        blocks = forbidden_by_rule(posture.rules, posture.market)
        rules = [posture.labels.rule(each) for each, block in blocks if (block & present).any()]
        sentence = tr(
            "{rule} demande {pairs} ; les règles en permettent {most} au plus : il en manque {missing}. "
            "D'autres sont exclus par {rules}.",
            rule=quoted(row.name),
            pairs=counted(row.least, "binôme"),
            most=there,
            missing=row.least - there,
            rules=listed([*map(quoted, rules)]),
        )
        yield Finding("quota_out_of_reach", sentence, row.least - there, rules=(row.name, *rules))
