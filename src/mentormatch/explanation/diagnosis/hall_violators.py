"""Hall violators: people whose possible partners have too few places for them (Hall 1935; Hakimi 1965 for capacities).

A maximum flow places as many as can be. The people reachable from those left short, by alternating paths in the
residual graph, are the smallest set of the greatest deficiency (Dulmage and Mendelsohn 1958). Its parts that share no
partner are reported one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, Row
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.explanation.diagnosis.counting_bounds import counts_pairs, most_pairs, short_of, taking_part
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.labels import first_of, these
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.rules.formulation import forbidden_by_rule

MOST_NAMED = 8
MINIMUM, PLACED = "minimum_out_of_reach", "not_all_placed"
NONE = {
    PLACED: mark("{person} n'a aucun partenaire possible"),
    MINIMUM: mark("{person} doit former {pairs} au moins et n'a aucun partenaire possible"),
}


@dataclass(frozen=True, slots=True)
class HallViolator:
    """People of one side, by position, all their possible partners, and their deficiency ``wanted - there``.

    ``wanted`` is how many they take between them at the least, ``there`` how many their partners can give them.
    """

    people: tuple[int, ...]
    partners: tuple[int, ...]
    wanted: int
    there: int


def find_hall_violators(instance: RuleInstance) -> Iterator[Finding]:
    """Yield who cannot have their minimum, which quotas are out of reach, and who cannot all be placed."""
    allowed = allowed_pairs(instance.problem)
    for side in SIDES:
        yield from findings(instance, side, allowed, MINIMUM)
    for row in filter(counts_pairs, instance.problem.rows):
        yield from quota_out_of_reach(instance, row, allowed)
    for side in SIDES:
        yield from findings(instance, side, allowed, PLACED)


def findings(instance: RuleInstance, side: Side, allowed: BoolMatrix, code: str) -> Iterator[Finding]:
    """Yield who of one side cannot have their minimum, or cannot all be placed, unless counting has shown it."""
    loads = instance.loads(side)
    wanted = loads.firm_minimum if code == MINIMUM else np.minimum(loads.most, 1)
    for found in shortages(instance, side, allowed, wanted):
        if not is_shown_by_counting(instance, side, found, wanted):
            yield violator_in_words(instance, side, found, code)


def is_shown_by_counting(instance: RuleInstance, side: Side, found: HallViolator, wanted: IntVector) -> bool:
    """Say whether this is everybody, and all the places across: what counting shows without any rule on pairs."""
    places = int(instance.loads(ACROSS[side]).most.sum())
    return len(found.people) == int((wanted > 0).sum()) and found.there == places


def allowed_pairs(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the pairs that are allowed."""
    block = np.zeros(problem.shape, dtype=bool)
    block[problem.scores.pairs()] = True
    return block


def shortages(instance: RuleInstance, side: Side, allowed: BoolMatrix, wanted: IntVector) -> Iterator[HallViolator]:
    """Yield the Hall violators of a ``side`` that asks for ``wanted`` (n,) partners, by parts that share none."""
    most = instance.loads(ACROSS[side]).most
    block = allowed if side == "mentor" else allowed.T
    # Maximum flow, then alternating search from who is left short, until no more of them share a partner with the part
    taken = maximum_flow(block, wanted, most)
    short = np.flatnonzero(taken.sum(axis=1) < wanted).tolist()
    while short:
        people = reachable_people(block, taken, short[:1])
        # Others left short who share a partner belong to the same violator
        while len(wider := reachable_people(block, taken, sharing_partners(block, people, short))) > len(people):
            people = wider
        partners = np.flatnonzero(block[people].any(axis=0))
        there = np.minimum(most, block[people].sum(axis=0)).sum()
        yield HallViolator(tuple(people), tuple(partners.tolist()), int(wanted[people].sum()), int(there))
        short = [row for row in short if row not in set(people)]


def sharing_partners(block: BoolMatrix, people: list[int], short: list[int]) -> list[int]:
    """Return ``people`` and those of ``short`` who share a possible partner with them."""
    partners = block[people].any(axis=0)
    return sorted({*people, *(row for row in short if (block[row] & partners).any())})


def reachable_people(block: BoolMatrix, taken: BoolMatrix, start: list[int]) -> list[int]:
    """Return who is reachable from ``start`` by alternating paths: pairs not taken forward, pairs taken back."""
    people = np.zeros(len(block), dtype=bool)
    people[start] = True
    while True:
        # One layer of the alternating search: over free pairs, then back over taken ones
        partners = (block & ~taken)[people].any(axis=0)
        wider = people | taken[:, partners].any(axis=1)
        if wider.sum() == people.sum():
            return [int(row) for row in np.flatnonzero(people)]
        people = wider


def maximum_flow(block: BoolMatrix, wanted: IntVector, most: IntVector) -> NDArray[np.bool_]:
    """Return (n, m) bool: a maximum flow on the pairs of ``block``, within the capacities ``wanted`` and ``most``."""
    sides = [DegreeBounds(np.zeros_like(load), load, np.ones(len(load), dtype=bool)) for load in (wanted, most)]
    scores = pack_scores(np.zeros(block.shape, dtype=np.int64), block)
    pairs = solve(AssignmentProblem(scores, sides[0], sides[1], goals=("matched",))).pairs
    taken = np.zeros(block.shape, dtype=bool)
    taken[pairs[:, 0], pairs[:, 1]] = True
    return taken


def violator_in_words(instance: RuleInstance, side: Side, found: HallViolator, code: str) -> Finding:
    """Return in words who lacks how many places, and which rules leave them so few partners."""
    people = tuple(instance.name(side, row) for row in found.people)
    rules = excluding_rules(instance, side, found)
    excluded = listed([*map(quoted, rules)])
    who = f"{these(len(people), side)} ({first_of(people, MOST_NAMED)})"
    sentence = (
        few_partners_in_words(instance, side, found, code, who)
        if found.partners
        else no_partner_in_words(found, code, who, excluded)
    )
    if found.partners and rules:
        sentence += " " + tr("Les autres sont exclus par {rules}.", rules=excluded)
    return Finding(code, sentence, found.wanted - found.there, people, tuple(rules), decisive=code == MINIMUM)


def few_partners_in_words(instance: RuleInstance, side: Side, found: HallViolator, code: str, who: str) -> str:
    """Return in words the only partners that some people have, and how many places are missing."""
    count, only, missing = len(found.people), partners(instance, side, found), short_of(found.there, found.wanted)
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
        pairs=counted(found.wanted, "binôme"),
        partners=only,
        missing=missing,
    )


def partners(instance: RuleInstance, side: Side, found: HallViolator) -> str:
    """Return in words the only partners there are, and the places that they have."""
    names = tuple(instance.name(ACROSS[side], row) for row in found.partners)
    who = f"{these(len(names), ACROSS[side]).lower()} ({first_of(names, MOST_NAMED)})"
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


def no_partner_in_words(found: HallViolator, code: str, who: str, excluded: str) -> str:
    """Return in words that somebody has no partner at all."""
    sentence = tr(NONE[code], person=who, pairs=counted(found.wanted, "binôme"))
    return f"{about(sentence, tr('tous sont exclus par {rules}', rules=excluded)) if excluded else sentence}."


def excluding_rules(instance: RuleInstance, side: Side, found: HallViolator) -> list[str]:
    """Return the rules that keep these people from others than their partners."""
    outside = people_besides(instance, side, found.partners)
    people = np.array(found.people, dtype=np.intp)
    part = instance.part(people, outside) if side == "mentor" else instance.part(outside, people)
    return [instance.labels.rule(rule) for rule, block in forbidden_by_rule(instance.rules, part) if block.any()]


def people_besides(instance: RuleInstance, side: Side, partners: tuple[int, ...]) -> NDArray[np.intp]:
    """Return who takes part across, ``partners`` left out."""
    others = instance.loads(ACROSS[side]).most > 0
    others[list(partners)] = False
    return np.flatnonzero(others)


def quota_out_of_reach(instance: RuleInstance, row: Row, allowed: BoolMatrix) -> Iterator[Finding]:
    """Yield that a quota asks for more pairs than the rules on pairs leave, though enough people are there."""
    if row.least is None:
        return
    counts = row.block(allowed.shape) > 0
    if row.least > most_pairs(instance.problem, counts):
        return
    there = int(maximum_flow(allowed & counts, instance.problem.mentors.most, instance.problem.mentees.most).sum())
    if row.least > there:
        present = counts & taking_part(instance.problem)
        blocks = forbidden_by_rule(instance.rules, instance.market)
        rules = [instance.labels.rule(each) for each, block in blocks if (block & present).any()]
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
