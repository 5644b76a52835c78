"""What cannot be by counting alone: more people than places, minimums, quotas and pins beyond what there is."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, Row
from mentormatch.base.arrays import BoolMatrix
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.labels import people_in_words
from mentormatch.fields import SIDES, Side
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import about, counted, listed, quoted, thousands
from mentormatch.rules.formulation import forbidden_by_rule, usable_places
from mentormatch.rules.rule import Rule


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
