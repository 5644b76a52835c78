"""Counting arguments and Hall violators: people whose possible partners have too few places (Hall 1935; Hakimi 1965).

A maximum flow places as many people as possible. The people reachable from an unplaced person by alternating paths in
the residual graph are the smallest set of the largest deficiency (Dulmage and Mendelsohn 1958); parts without common
partners are reported separately. Counting alone finds too few places, and minimums, quotas and pins that exceed them.
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
    """Yield the findings by counting, decisive ones first."""
    yield from minimums_beyond_people(instance)
    yield from minimums_beyond_places(instance)
    yield from pins_beyond_places(instance)
    yield from pins_forbidden(instance)
    yield from rules_beyond_places(instance)
    if instance.scores.held:
        yield from check_quotas(instance)
    yield from short_of_places(instance)


def check_quotas(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the findings by counting the pairs of each quota."""
    for row in quota_rows(instance):
        yield from quota_beyond_people(instance, row)
        yield from pins_beyond_quota(instance, row)
    yield from quotas_crossed(instance)


def quota_rows(instance: RuleInstance) -> Iterator[Row]:
    """Yield the rows that count pairs, without rows that reserve more places than exist."""
    yield from (row for row in instance.problem.rows if counts_pairs(row) and (row.most is None or row.most >= 0))


def rules_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the rules that reserve more places than the mentors in their scope have."""
    problem = instance.problem
    for rule in instance.rules:
        reserved = rule.kept_places(instance.market)
        usable = 0 if reserved is None else int(usable_places(problem.mentors, problem.scores)[reserved.mentors].sum())
        if reserved is not None and reserved.number > usable:
            name = instance.labels.rule(rule)
            sentence = tr(
                "{rule} : {places} à garder, et {there} chez ces mentor·es pour les personnes présentes ; {missing}.",
                rule=quoted(name),
                places=counted(reserved.number, "place"),
                there=usable,
                missing=short_of(usable, reserved.number),
            )
            yield Finding("kept_beyond_places", sentence, reserved.number - usable, rules=(name,))


def short_of_places(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the sides with more people than the other side has places."""
    mentors, mentees = [instance.loads(side) for side in SIDES]
    people, offered = int((mentees.most > 0).sum()), int(mentors.most.sum())
    reserved_count = min(offered, most_kept(instance))
    places = offered - reserved_count
    if people > places:
        totals = f"{counted(people, 'mentoré·e')}, {counted(places, 'place')}"
        if reserved_count:
            reserved_text = counted(reserved_count, "autre gardée", "autres gardées")
            totals = tr(
                "{people} et {places} ({kept})",
                people=counted(people, "mentoré·e"),
                places=counted(places, "place"),
                kept=reserved_text,
            )
        sentence = f"{about(totals, short_of(places, people))}."
        yield Finding("short_of_places", sentence, people - places, decisive=False)
    people, places = int((mentors.most > 0).sum()), int(mentees.most.sum())
    if people > places:
        totals = f"{counted(people, 'mentor·e')}, {places_in_words(mentees, 'mentee')}"
        sentence = f"{about(totals, surplus_mentors(people - places))}."
        yield Finding("short_of_mentees", sentence, people - places, decisive=False)


def most_kept(instance: RuleInstance) -> int:
    """Return the largest number of places that one rule reserves without exceptions for people present."""
    reservations = [rule.kept_places(instance.market) for rule in instance.rules]
    return max(
        (reserved.number for reserved in reservations if reserved is not None and not reserved.latecomers.any()),
        default=0,
    )


def surplus_mentors(mentors: int) -> str:
    return tr_n(
        "{number}\u00a0mentor·e au moins reste sans binôme",
        "{number}\u00a0mentor·es au moins restent sans binôme",
        mentors,
        number=thousands(mentors),
    )


def places_in_words(loads: DegreeBounds, side: Side) -> str:
    """Return the number of places of a side; for mentees with at most one place each, the number of mentees."""
    places = int(loads.most.sum())
    if side == "mentor":
        return counted(places, "place")
    if loads.most.max(initial=0) <= 1:
        return counted(places, "mentoré·e")
    return tr("{places} chez les mentoré·es", places=counted(places, "place"))


def short_of(present: int, required: int) -> str:
    """Return the number of missing places in words.

    >>> short_of(11, 12).replace(chr(160), " ")
    'il manque 1 place'
    """
    return tr("il manque {places}", places=counted(required - present, "place"))


def minimums_beyond_people(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the sides whose minimums add up to more than the places of the other side."""
    for side, side_across in zip(SIDES, SIDES[::-1], strict=True):
        required, places = int(instance.loads(side).firm_minimum.sum()), int(instance.loads(side_across).most.sum())
        if required > places:
            sentence = tr(
                "Les minimums de {people} font {pairs} au moins, pour {places} : {missing}.",
                people=people_in_words(int((instance.loads(side).firm_minimum > 0).sum()), side),
                pairs=counted(required, "binôme"),
                places=places_in_words(instance.loads(side_across), side_across),
                missing=short_of(places, required),
            )
            yield Finding("minimums_beyond_people", sentence, required - places, rules=instance.bounding_degrees())


def minimums_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    for side in SIDES:
        loads = instance.loads(side)
        for row in np.flatnonzero(loads.firm_minimum > loads.most).tolist():
            lower, upper, name = int(loads.firm_minimum[row]), int(loads.most[row]), instance.name(side, row)
            sentence = tr(
                "{person} doit former {pairs} au moins et n'a que {places}.",
                person=name,
                pairs=counted(lower, "binôme"),
                places=counted(upper, "place"),
            )
            rules = instance.bounding_degrees()
            yield Finding("minimum_beyond_places", sentence, lower - upper, (name,), rules)


def pins_beyond_places(instance: RuleInstance) -> Iterator[Finding]:
    for axis, side in enumerate(SIDES):
        pin_counts = Counter(pin[axis] for pin in instance.problem.pins)
        for row, count in sorted(pin_counts.items()):
            upper, name = int(instance.loads(side).most[row]), instance.name(side, row)
            if count > upper:
                imposed = counted(count, "binôme imposé", "binômes imposés")
                counts = f"{imposed}, {counted(upper, 'place')}"
                sentence = f"{about(name, about(counts, short_of(upper, count)))}."
                yield Finding("pins_beyond_places", sentence, count - upper, (name,), instance.pinning(axis, row))


def pins_forbidden(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the pinned pairs against other rules, or with a person whom a rule excludes."""
    for pin in instance.rules:
        for pair in pin.pins(instance.market):
            refusing = [instance.labels.rule(rule) for rule in refusing_rules(instance, pair)]
            if refusing:
                name = instance.labels.rule(pin)
                rule_names = listed([*map(quoted, refusing)])
                sentence = tr("{pair} est exclu par {rules}.", pair=quoted(name), rules=rule_names)
                yield Finding("pin_forbidden", sentence, 1, instance.names(pair), (name, *refusing))


def refusing_rules(instance: RuleInstance, pair: tuple[int, int]) -> Iterator[Rule]:
    """Yield the rules that forbid one pair, or exclude one of its two people."""
    pair_market = instance.part(np.array(pair[:1], dtype=np.intp), np.array(pair[1:], dtype=np.intp))
    barred = {id(rule) for rule, block in forbidden_by_rule(instance.rules, pair_market) if block.any()}
    for rule in instance.rules:
        admits = [rule.eligible(pair_market.side(side), side) for side in SIDES]
        if id(rule) in barred or any(mask is not None and not mask.all() for mask in admits):
            yield rule


def quota_beyond_people(instance: RuleInstance, row: Row) -> Iterator[Finding]:
    """Yield a quota that requires more pairs than the places in its scope allow, whatever rules forbid pairs."""
    if row.least is None:
        return
    bound = most_pairs(instance.problem, row.block(instance.market.shape) > 0)
    if row.least > bound:
        sentence = tr(
            "{rule} demande {pairs} ; les personnes concernées peuvent en former {most} au plus : "
            "il en manque {missing}.",
            rule=quoted(row.name),
            pairs=counted(row.least, "binôme"),
            most=bound,
            missing=row.least - bound,
        )
        yield Finding("quota_beyond_people", sentence, row.least - bound, rules=(row.name,))


def counts_pairs(row: Row) -> bool:
    """Return whether a row counts pairs: its weights are 0 or 1."""
    return all(np.isin(factor, (0, 1)).all() for factor in row.factors)


def taking_part(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the pairs of participants."""
    return np.asarray((problem.mentors.most > 0)[:, None] & (problem.mentees.most > 0)[None, :])


def pairs_of_row(problem: AssignmentProblem, row: Row) -> BoolMatrix:
    return np.asarray((row.block(problem.shape) > 0) & taking_part(problem))


def most_pairs(problem: AssignmentProblem, counted: BoolMatrix) -> int:
    """Return an upper bound on the number of chosen pairs among ``counted`` (n, m), without rules on pairs."""
    present = counted & taking_part(problem)
    sides = zip((problem.mentors, problem.mentees), (1, 0), strict=True)
    return min(int(np.minimum(bounds.most, present.sum(axis=axis)).sum()) for bounds, axis in sides)


def pins_beyond_quota(instance: RuleInstance, row: Row) -> Iterator[Finding]:
    """Yield a quota with more pinned pairs than it allows."""
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
    """Yield contradictory quotas: the required number of one exceeds the limit of another that counts all its pairs."""
    rows = list(quota_rows(instance))
    lows = [(row, row.least) for row in rows if row.least is not None]
    highs = [(row, row.most) for row in rows if row.most is not None]
    for (lower_row, lower), (upper_row, upper) in product(lows, highs):
        if lower_row is upper_row or lower <= upper:
            continue
        if (pairs_of_row(instance.problem, lower_row) & ~pairs_of_row(instance.problem, upper_row)).any():
            continue
        excess = lower - upper
        sentence = tr(
            "{low} demande {pairs}, qui comptent tous pour {high}, limité à {most} : {beyond} de trop.",
            low=quoted(lower_row.name),
            pairs=counted(lower, "binôme"),
            high=quoted(upper_row.name),
            most=upper,
            beyond=counted(excess, "binôme"),
        )
        yield Finding("quotas_crossed", sentence, excess, rules=(lower_row.name, upper_row.name))


MAX_NAMED = 8
MINIMUM_CODE, PLACED_CODE = "minimum_out_of_reach", "not_all_placed"
NO_PARTNER_TEXTS = {
    PLACED_CODE: mark("{person} n'a aucun partenaire possible"),
    MINIMUM_CODE: mark("{person} doit former {pairs} au moins et n'a aucun partenaire possible"),
}


@dataclass(frozen=True, slots=True)
class HallViolator:
    """People of one side, by position, all their possible partners, and the deficiency ``demand - supply``.

    ``demand`` is the number of partners that they need together, ``supply`` the number of places of the partners for
    them.
    """

    people: tuple[int, ...]
    partners: tuple[int, ...]
    demand: int
    supply: int


def find_hall_violators(instance: RuleInstance) -> Iterator[Finding]:
    """Yield the people without their minimum, the quotas out of reach, and the people who cannot all be placed."""
    allowed = allowed_pairs(instance.problem)
    for side in SIDES:
        yield from findings(instance, side, allowed, MINIMUM_CODE)
    for row in filter(counts_pairs, instance.problem.rows):
        yield from quota_out_of_reach(instance, row, allowed)
    for side in SIDES:
        yield from findings(instance, side, allowed, PLACED_CODE)


def findings(instance: RuleInstance, side: Side, allowed: BoolMatrix, code: str) -> Iterator[Finding]:
    """Yield the Hall violators of one side for minimums or for placing, unless counting shows them."""
    loads = instance.loads(side)
    required = loads.firm_minimum if code == MINIMUM_CODE else np.minimum(loads.most, 1)
    for violator in shortages(instance, side, allowed, required):
        if not is_shown_by_counting(instance, side, violator, required):
            yield violator_in_words(instance, side, violator, code)


def is_shown_by_counting(instance: RuleInstance, side: Side, violator: HallViolator, required: IntVector) -> bool:
    """Return whether a violator contains all people, and all places of the other side."""
    places = int(instance.loads(ACROSS[side]).most.sum())
    return len(violator.people) == int((required > 0).sum()) and violator.supply == places


def allowed_pairs(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the allowed pairs."""
    block = np.zeros(problem.shape, dtype=bool)
    block[problem.scores.pairs()] = True
    return block


def shortages(instance: RuleInstance, side: Side, allowed: BoolMatrix, required: IntVector) -> Iterator[HallViolator]:
    """Yield the Hall violators of a ``side`` that needs ``required`` (n,) partners; they share no partners."""
    upper = instance.loads(ACROSS[side]).most
    block = allowed if side == "mentor" else allowed.T
    # Maximum flow, then alternating search from a person with too few partners
    flow = maximum_flow(block, required, upper)
    short = np.flatnonzero(flow.sum(axis=1) < required).tolist()
    while short:
        people = reachable_people(block, flow, short[:1])
        # People with too few partners who share a partner belong to the same violator
        while len(wider := reachable_people(block, flow, sharing_partners(block, people, short))) > len(people):
            people = wider
        partners = np.flatnonzero(block[people].any(axis=0))
        places = np.minimum(upper, block[people].sum(axis=0)).sum()
        yield HallViolator(tuple(people), tuple(partners.tolist()), int(required[people].sum()), int(places))
        short = [row for row in short if row not in set(people)]


def sharing_partners(block: BoolMatrix, people: list[int], short: list[int]) -> list[int]:
    """Return ``people``, and the people of ``short`` who share a possible partner with them."""
    partners = block[people].any(axis=0)
    return sorted({*people, *(row for row in short if (block[row] & partners).any())})


def reachable_people(block: BoolMatrix, flow: BoolMatrix, start: list[int]) -> list[int]:
    """Return the people reachable from ``start`` by alternating paths: unused pairs forward, used pairs back."""
    people = np.zeros(len(block), dtype=bool)
    people[start] = True
    while True:
        # One layer of the alternating search: forward over unused pairs, back over used ones
        partners = (block & ~flow)[people].any(axis=0)
        wider = people | flow[:, partners].any(axis=1)
        if wider.sum() == people.sum():
            return [int(row) for row in np.flatnonzero(people)]
        people = wider


def maximum_flow(block: BoolMatrix, row_capacity: IntVector, column_capacity: IntVector) -> NDArray[np.bool_]:
    """Return (n, m) bool: a maximum flow on the pairs of ``block``, within the capacities of both sides."""
    sides = [
        DegreeBounds(np.zeros_like(load), load, np.ones(len(load), dtype=bool))
        for load in (row_capacity, column_capacity)
    ]
    scores = pack_scores(np.zeros(block.shape, dtype=np.int64), block)
    pairs = solve(AssignmentProblem(scores, sides[0], sides[1], goals=("matched",)), proofs="none").pairs
    flow = np.zeros(block.shape, dtype=bool)
    flow[pairs[:, 0], pairs[:, 1]] = True
    return flow


def violator_in_words(instance: RuleInstance, side: Side, violator: HallViolator, code: str) -> Finding:
    """Return a finding on the missing places of a violator, and the rules that exclude other partners."""
    people = tuple(instance.name(side, row) for row in violator.people)
    rules = excluding_rules(instance, side, violator)
    excluded = listed([*map(quoted, rules)])
    who = f"{these(len(people), side)} ({first_of(people, MAX_NAMED)})"
    sentence = (
        few_partners_in_words(instance, side, violator, code, who)
        if violator.partners
        else no_partner_in_words(violator, code, who, excluded)
    )
    if violator.partners and rules:
        sentence += " " + tr("Les autres sont exclus par {rules}.", rules=excluded)
    return Finding(
        code, sentence, violator.demand - violator.supply, people, tuple(rules), decisive=code == MINIMUM_CODE
    )


def few_partners_in_words(instance: RuleInstance, side: Side, violator: HallViolator, code: str, who: str) -> str:
    """Return the sentence on the only partners of a violator, and the number of missing places."""
    count, partner_text, missing = (
        len(violator.people),
        partners(instance, side, violator),
        short_of(violator.supply, violator.demand),
    )
    if code == PLACED_CODE:
        return tr_n(
            "{people} ne peut aller qu'avec {partners} : {missing}.",
            "{people} ne peuvent aller qu'avec {partners} : {missing}.",
            count,
            people=who,
            partners=partner_text,
            missing=missing,
        )
    return tr_n(
        "{people} doit former {pairs} au moins et ne peut aller qu'avec {partners} : {missing}.",
        "{people} doivent former {pairs} au moins et ne peuvent aller qu'avec {partners} : {missing}.",
        count,
        people=who,
        pairs=counted(violator.demand, "binôme"),
        partners=partner_text,
        missing=missing,
    )


def partners(instance: RuleInstance, side: Side, violator: HallViolator) -> str:
    """Return the partners of a violator and their places in words."""
    names = tuple(instance.name(ACROSS[side], row) for row in violator.partners)
    who = f"{these(len(names), ACROSS[side]).lower()} ({first_of(names, MAX_NAMED)})"
    places = counted(violator.supply, "place")
    if len(violator.people) > 1:
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


def no_partner_in_words(violator: HallViolator, code: str, who: str, excluded: str) -> str:
    """Return the sentence on people without any possible partner."""
    sentence = tr(NO_PARTNER_TEXTS[code], person=who, pairs=counted(violator.demand, "binôme"))
    return f"{about(sentence, tr('tous sont exclus par {rules}', rules=excluded)) if excluded else sentence}."


def excluding_rules(instance: RuleInstance, side: Side, violator: HallViolator) -> list[str]:
    """Return the rules that exclude the other partners of a violator."""
    outside = people_besides(instance, side, violator.partners)
    people = np.array(violator.people, dtype=np.intp)
    part = instance.part(people, outside) if side == "mentor" else instance.part(outside, people)
    return [instance.labels.rule(rule) for rule, block in forbidden_by_rule(instance.rules, part) if block.any()]


def people_besides(instance: RuleInstance, side: Side, partners: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the participants of the other side, without ``partners``."""
    is_outside = instance.loads(ACROSS[side]).most > 0
    is_outside[list(partners)] = False
    return np.flatnonzero(is_outside)


def quota_out_of_reach(instance: RuleInstance, row: Row, allowed: BoolMatrix) -> Iterator[Finding]:
    """Yield a quota that requires more pairs than the rules on pairs allow, though counting finds enough people."""
    if row.least is None:
        return
    counts = row.block(allowed.shape) > 0
    if row.least > most_pairs(instance.problem, counts):
        return
    bound = int(maximum_flow(allowed & counts, instance.problem.mentors.most, instance.problem.mentees.most).sum())
    if row.least > bound:
        present = counts & taking_part(instance.problem)
        blocks = forbidden_by_rule(instance.rules, instance.market)
        rules = [instance.labels.rule(rule) for rule, block in blocks if (block & present).any()]
        sentence = tr(
            "{rule} demande {pairs} ; les règles en permettent {most} au plus : il en manque {missing}. "
            "D'autres sont exclus par {rules}.",
            rule=quoted(row.name),
            pairs=counted(row.least, "binôme"),
            most=bound,
            missing=row.least - bound,
            rules=listed([*map(quoted, rules)]),
        )
        yield Finding("quota_out_of_reach", sentence, row.least - bound, rules=(row.name, *rules))
