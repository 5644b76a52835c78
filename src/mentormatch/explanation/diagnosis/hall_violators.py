"""Hall violators: people whose possible partners have too few places for them (Hall 1935; Hakimi 1965 for capacities).

A maximum flow places as many as can be. The people reachable from those left short, by alternating paths in the
residual graph, are the smallest set of the greatest deficiency (Dulmage and Mendelsohn 1958). Its parts that share no
partner are reported one by one.

What cannot be by counting alone: more people than places, minimums, quotas and pins beyond what there is.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.names import first_of, people_in_words, these
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, quoted, thousands
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.rules.rule import Rule, forbidden_by_rule, usable_places


def check_counts(instance: RuleInstance) -> Iterator[Finding]:
    """Yield all that counting shows, first what leaves no solution at all."""
    yield from minimums_beyond_people(instance)
    yield from minimums_beyond_places(instance)
    yield from pins_beyond_places(instance)
    yield from pins_forbidden(instance)
    yield from rules_beyond_places(instance)
    if instance.scores.held:
        yield from check_quotas(instance)
    yield from short_of_places(instance)


def check_quotas(instance: RuleInstance) -> Iterator[Finding]:
    """Yield what counting the pairs of each quota shows."""
    for row in quota_rows(instance):
        yield from quota_beyond_people(instance, row)
        yield from pins_beyond_quota(instance, row)
    yield from quotas_crossed(instance)


def quota_rows(instance: RuleInstance) -> Iterator[Row]:
    """Yield the rows that count pairs, but for those of more kept places than there are."""
    yield from (row for row in instance.problem.rows if counts_pairs(row) and (row.most is None or row.most >= 0))


def rules_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the rules that keep more places than the mentors of whom they speak have."""
    problem = instance.problem
    for rule in instance.rules:
        kept = rule.kept_places(instance.market)
        there = 0 if kept is None else int(usable_places(problem.mentors, problem.scores)[kept.mentors].sum())
        if kept is not None and kept.number > there:
            name = instance.labels.rule(rule)
            sentence = tr(
                "{rule} : {places} à garder, et {there} chez ces mentor·es pour les personnes présentes ; {missing}.",
                rule=quoted(name),
                places=counted(kept.number, "place"),
                there=there,
                missing=short_of(there, kept.number),
            )
            yield Finding("kept_beyond_places", sentence, kept.number - there, rules=(name,))


def short_of_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the side that has more people than the other has places."""
    mentors, mentees = [instance.loads(side) for side in SIDES]
    people, offered = int((mentees.most > 0).sum()), int(mentors.most.sum())
    kept = min(offered, most_kept(instance))
    places = offered - kept
    if people > places:
        there = f"{counted(people, 'mentoré·e')}, {counted(places, 'place')}"
        if kept:
            beside = counted(kept, "autre gardée", "autres gardées")
            there = tr(
                "{people} et {places} ({kept})",
                people=counted(people, "mentoré·e"),
                places=counted(places, "place"),
                kept=beside,
            )
        sentence = f"{about(there, short_of(places, people))}."
        yield Finding("short_of_places", sentence, people - places, decisive=False)
    people, places = int((mentors.most > 0).sum()), int(mentees.most.sum())
    if people > places:
        there = f"{counted(people, 'mentor·e')}, {places_in_words(mentees, 'mentee')}"
        sentence = f"{about(there, surplus_mentors(people - places))}."
        yield Finding("short_of_mentees", sentence, people - places, decisive=False)


def most_kept(instance: RuleInstance) -> int:
    """Return the most places that one rule keeps from everybody who is there."""
    said = [rule.kept_places(instance.market) for rule in instance.rules]
    return max((kept.number for kept in said if kept is not None and not kept.latecomers.any()), default=0)


def surplus_mentors(mentors: int) -> str:
    """Return in words how many mentors are left over."""
    return tr_n(
        "{number}\u00a0mentor·e au moins reste sans binôme",
        "{number}\u00a0mentor·es au moins restent sans binôme",
        mentors,
        number=thousands(mentors),
    )


def places_in_words(loads: DegreeBounds, side: Side) -> str:
    """Return how many places a side has; where each has one at most, how many people that is."""
    places = int(loads.most.sum())
    if side == "mentor":
        return counted(places, "place")
    if loads.most.max(initial=0) <= 1:
        return counted(places, "mentoré·e")
    return tr("{places} chez les mentoré·es", places=counted(places, "place"))


def short_of(there: int, wanted: int) -> str:
    """Return in words how many places are missing.

    >>> short_of(11, 12).replace(chr(160), " ")
    'il manque 1 place'
    """
    return tr("il manque {places}", places=counted(wanted - there, "place"))


def minimums_beyond_people(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the side whose minimums add up to more than the other side has places."""
    for side, other in zip(SIDES, SIDES[::-1], strict=True):
        wanted, there = int(instance.loads(side).firm_minimum.sum()), int(instance.loads(other).most.sum())
        if wanted > there:
            sentence = tr(
                "Les minimums de {people} font {pairs} au moins, pour {places} : {missing}.",
                people=people_in_words(int((instance.loads(side).firm_minimum > 0).sum()), side),
                pairs=counted(wanted, "binôme"),
                places=places_in_words(instance.loads(other), other),
                missing=short_of(there, wanted),
            )
            yield Finding("minimums_beyond_people", sentence, wanted - there, rules=instance.bounding_degrees())


def minimums_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the people whose minimum is above the places that they have."""
    for side in SIDES:
        loads = instance.loads(side)
        for row in np.flatnonzero(loads.firm_minimum > loads.most).tolist():
            least, most, name = int(loads.firm_minimum[row]), int(loads.most[row]), instance.name(side, row)
            sentence = tr(
                "{person} doit former {pairs} au moins et n'a que {places}.",
                person=name,
                pairs=counted(least, "binôme"),
                places=counted(most, "place"),
            )
            rules = instance.bounding_degrees()
            yield Finding("minimum_beyond_places", sentence, least - most, (name,), rules)


def pins_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the people who are in more pinned pairs than they have places."""
    for axis, side in enumerate(SIDES):
        held = Counter(pin[axis] for pin in instance.problem.pins)
        for row, count in sorted(held.items()):
            most, name = int(instance.loads(side).most[row]), instance.name(side, row)
            if count > most:
                imposed = counted(count, "binôme imposé", "binômes imposés")
                there = f"{imposed}, {counted(most, 'place')}"
                sentence = f"{about(name, about(there, short_of(most, count)))}."
                yield Finding("pins_beyond_places", sentence, count - most, (name,), instance.pinning(axis, row))


def pins_forbidden(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the pinned pairs that other rules forbid, and those of people who take no part."""
    for pin in instance.rules:
        for place in pin.pins(instance.market):
            against = [instance.labels.rule(rule) for rule in refusing_rules(instance, place)]
            if against:
                name = instance.labels.rule(pin)
                said = listed([*map(quoted, against)])
                sentence = tr("{pair} est exclu par {rules}.", pair=quoted(name), rules=said)
                yield Finding("pin_forbidden", sentence, 1, instance.names(place), (name, *against))


def refusing_rules(instance: RuleInstance, place: tuple[int, int]) -> Iterator[Rule]:
    """Yield the rules that forbid one pair, or set one of its two people aside."""
    one = instance.part(np.array(place[:1], dtype=np.intp), np.array(place[1:], dtype=np.intp))
    barred = {id(rule) for rule, block in forbidden_by_rule(instance.rules, one) if block.any()}
    for rule in instance.rules:
        admits = [rule.eligible(one.side(side), side) for side in SIDES]
        if id(rule) in barred or any(said is not None and not said.all() for said in admits):
            yield rule


def quota_beyond_people(instance: RuleInstance, row: Row) -> Iterator[Finding]:
    """Yield that a quota asks for more pairs than the people whom it counts can form, whoever they meet."""
    if row.least is None:
        return
    there = most_pairs(instance.problem, row.block(instance.market.shape) > 0)
    if row.least > there:
        sentence = tr(
            "{rule} demande {pairs} ; les personnes concernées peuvent en former {most} au plus : "
            "il en manque {missing}.",
            rule=quoted(row.name),
            pairs=counted(row.least, "binôme"),
            most=there,
            missing=row.least - there,
        )
        yield Finding("quota_beyond_people", sentence, row.least - there, rules=(row.name,))


def counts_pairs(row: Row) -> bool:
    """Say whether a row counts pairs: its weights are 0 and 1."""
    return all(np.isin(factor, (0, 1)).all() for factor in row.factors)


def taking_part(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the pairs of people who take part."""
    return np.asarray((problem.mentors.most > 0)[:, None] & (problem.mentees.most > 0)[None, :])


def pairs_of_row(problem: AssignmentProblem, row: Row) -> BoolMatrix:
    """Return (n, m) bool: the pairs of people who take part that a row counts."""
    return np.asarray((row.block(problem.shape) > 0) & taking_part(problem))


def most_pairs(problem: AssignmentProblem, wanted: BoolMatrix) -> int:
    """Return a bound on how many of the pairs ``wanted`` (n, m) can be chosen, rules on pairs left aside."""
    present = wanted & taking_part(problem)
    sides = zip((problem.mentors, problem.mentees), (1, 0), strict=True)
    return min(int(np.minimum(loads.most, present.sum(axis=axis)).sum()) for loads, axis in sides)


def pins_beyond_quota(instance: RuleInstance, row: Row) -> Iterator[Finding]:
    """Yield that more pairs are pinned than a quota allows."""
    if row.most is None:
        return
    pinned = np.array(instance.problem.pins, dtype=np.int64).reshape(-1, 2)
    weights = row.coefficients_of(pinned[:, 0], pinned[:, 1], instance.market.shape)
    pins = [pin for pin, weight in zip(instance.problem.pins, weights.tolist(), strict=True) if weight]
    if len(pins) > row.most:
        sentence = tr_n(
            "{number}\u00a0binôme imposé compte pour {rule}, qui en permet {most} au plus.",
            "{number}\u00a0binômes imposés comptent pour {rule}, qui en permet {most} au plus.",
            len(pins),
            number=thousands(len(pins)),
            rule=quoted(row.name),
            most=row.most,
        )
        people = tuple(label for pin in pins for label in instance.names(pin))
        yield Finding("pins_beyond_quota", sentence, len(pins) - row.most, people, (row.name,))


def quotas_crossed(instance: RuleInstance) -> Iterator[Finding]:
    """Yield that a quota asks for more pairs than another allows that counts all of them."""
    rows = list(quota_rows(instance))
    lows = [(row, row.least) for row in rows if row.least is not None]
    highs = [(row, row.most) for row in rows if row.most is not None]
    for (low, least), (high, most) in product(lows, highs):
        if low is high or least <= most:
            continue
        if (pairs_of_row(instance.problem, low) & ~pairs_of_row(instance.problem, high)).any():
            continue
        beyond = least - most
        sentence = tr(
            "{low} demande {pairs}, qui comptent tous pour {high}, limité à {most} : {beyond} de trop.",
            low=quoted(low.name),
            pairs=counted(least, "binôme"),
            high=quoted(high.name),
            most=most,
            beyond=counted(beyond, "binôme"),
        )
        yield Finding("quotas_crossed", sentence, beyond, rules=(low.name, high.name))


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
    pairs = solve(AssignmentProblem(scores, sides[0], sides[1], goals=("matched",)), proofs="none").pairs
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
