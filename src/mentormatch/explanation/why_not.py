"""Why two people are no pair: what forcing it would cost, who would move, or which rules forbid it.

Likewise whom else somebody could have had: all of their possible partners, the cheapest first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.exchange_costs import ExchangeCost, Losses, cost_of_forcing, pair_list, partner_options
from mentormatch.explanation.labels import first_of, in_role
from mentormatch.explanation.unmatched import MOST_NAMED, Case, SideView, ineligibility, no_answer
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import about, counted, decimal, listed, points, quoted, thousands
from mentormatch.rules.formulation import forbidden_by_rule
from mentormatch.rules.rule import NO_SCORES, Rule, market_of


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody whose partners would change: side, what they are called, partners before and after.

    ``both``: they are on both sides.
    """

    side: Side
    person: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    both: bool = False

    def __str__(self) -> str:
        before, after = listed(self.before), listed(self.after)
        person = in_role(self.person, self.side) if self.both else self.person
        if not before:
            return tr("{person} (personne → {after})", person=person, after=after)
        if not after:
            return tr("{person} ({before} → personne)", person=person, before=before)
        return f"{person} ({before} → {after})"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What forcing a pair would mean.

    ``losses`` say by goal, in its unit (pairs, priority weights, millionths of score), what the answer would lose; None
    where the pair cannot be. ``moves`` are all people whose partners would change, the two of the pair first.
    ``rules`` are called by name where they are in the way.
    """

    losses: Losses | None
    moves: tuple[Move, ...]
    reason: str
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.reason


def why_not(case: Case, mentor: int, mentee: int) -> WhyNot:
    """Return what it would cost to make a pair of two people, by position, and who would move.

    The losses equal those of solving again with the pair pinned. A chosen pair costs nothing and moves nobody.
    Raises EngineError where the engine fails in solving again.
    """
    if wanting := no_answer(case.solution.status):
        return WhyNot(None, (), wanting[1])
    return is_apart(case, mentor, mentee) or why_forbidden(case, mentor, mentee) or price_pair(case, mentor, mentee)


def is_apart(case: Case, mentor: int, mentee: int) -> WhyNot | None:
    """Return who of the two takes no part, and why; None where both do."""
    views = [(SideView.of(case, side), row) for side, row in zip(SIDES, (mentor, mentee), strict=True)]
    found = [(view, row, why[1]) for view, row in views if (why := ineligibility(view, row))]
    if not found:
        return None
    rules = [case.labels.rule(rule) for view, row, _ in found for rule, refused in view.refused if refused[row]]
    reasons = [about(case.name(view.side, row), why) for view, row, why in found]
    return WhyNot(None, (), " ".join(reasons), tuple(dict.fromkeys(rules)))


def why_forbidden(case: Case, mentor: int, mentee: int) -> WhyNot | None:
    """Return which rules forbid the pair, None where none does."""
    market = case.market(np.array([mentor]), np.array([mentee]))
    rules = tuple(case.labels.rule(rule) for rule, block in forbidden_by_rule(case.rules, market) if block.any())
    return (
        WhyNot(None, (), tr("Ce binôme est exclu par {rules}.", rules=names_in_words(rules)), rules) if rules else None
    )


def price_pair(case: Case, mentor: int, mentee: int) -> WhyNot:
    """Return what a pair that no rule forbids by itself would cost."""
    price = cost_of_forcing(case.problem, case.solution, (mentor, mentee))
    if price is None:
        rules = tuple(case.labels.rule(rule) for rule in in_the_way(case, mentor, mentee))
        sentence = tr("Aucune répartition ne permet ce binôme sans enfreindre une règle")
        return WhyNot(None, (), f"{about(sentence, names_in_words(rules)) if rules else sentence}.", rules)
    moves = moves_of(case, price, (mentor, mentee))
    return WhyNot(price.losses, moves, move_in_words(price, moves))


def in_the_way(case: Case, mentor: int, mentee: int) -> list[Rule]:
    """Return the rules that a pair can break because of other pairs: the pins that fill a place of the two, or all."""
    pins = np.array(case.problem.pins, dtype=np.int64).reshape(-1, 2)
    pair = (mentor, mentee)
    full = [
        np.count_nonzero(pins[:, axis] == person) >= case.loads(side).most[person]
        for axis, (side, person) in enumerate(zip(SIDES, pair, strict=True))
    ]
    market = market_of(case.cohort, NO_SCORES)
    filling = [
        rule
        for rule in case.rules
        if any(full[axis] and pin[axis] == pair[axis] for pin in rule.pins(market) for axis in (0, 1))
    ]
    return filling or [rule for rule in case.rules if rule.couples_pairs]


def moves_of(case: Case, price: ExchangeCost, pair: tuple[int, int]) -> tuple[Move, ...]:
    """Return everybody whose partners change, the two people of ``pair`` first, then mentors, then mentees."""
    touched = (*price.added, *price.gone)
    changed = [(axis, person) for axis in (0, 1) for person in sorted({two[axis] for two in touched})]
    changed.sort(key=lambda who: who[1] != pair[who[0]])
    return tuple(move_of(case, price, *who) for who in changed)


def move_of(case: Case, price: ExchangeCost, axis: int, person: int) -> Move:
    """Return the partners of one person before and after the change."""
    pairs = case.solution.pairs[case.solution.pairs[:, axis] == person]
    side = SIDES[axis]
    before, after = (
        tuple(case.name(ACROSS[side], two[1 - axis]) for two in pair_list(plan) if two[axis] == person)
        for plan in (pairs, price.apply(pairs))
    )
    return Move(side, case.name(side, person), before, after, both=person in case.cohort.both[axis])


def move_in_words(price: ExchangeCost, moves: Sequence[Move]) -> str:
    """Return the price of a pair in a sentence."""
    if not moves:
        return tr("Ce binôme est déjà dans la répartition.")
    people = list(amount_shown(moves[2:]))
    if not people:
        return f"{cost(price)}."
    others = len(moves) - 2
    return tr_n(
        "{cost} ; {number}\u00a0autre personne changerait de binôme : {people}.",
        "{cost} ; {number}\u00a0autres personnes changeraient de binôme : {people}.",
        others,
        cost=cost(price),
        number=thousands(others),
        people=listed(people),
    )


def cost(price: ExchangeCost) -> str:
    """Return what is lost, or won, in the first goal that changes."""
    goal, loss = next(((goal, loss) for goal, loss in price.losses if loss), ("", 0))
    if loss == 0:
        return tr("Imposer ce binôme ne coûterait rien : seul le départage des égalités l'a écarté")
    if loss > 0:
        return tr("Imposer ce binôme ferait perdre {amount}", amount=amount(goal, loss))
    return tr("Imposer ce binôme ferait gagner {amount}", amount=amount(goal, -loss))


def amount_shown(moves: Sequence[Move]) -> Iterator[str]:
    """Yield the first moves in words, and how many are left."""
    yield from map(str, moves[:MOST_NAMED])
    if len(moves) > MOST_NAMED:
        yield counted(len(moves) - MOST_NAMED, "autre")


LOST = {
    "total": mark("{score} au total"),
    "floor": mark("{score} pour le binôme le plus faible"),
    "leximin": mark("{score} pour le binôme le plus faible"),
    "floor_person": mark("{score} pour la personne la moins bien servie"),
}


def amount(goal: str, value: int) -> str:
    r"""Return a difference in one goal, in the words of staff.

    >>> amount("total", 34_000), amount("floor", 12), amount("matched", 1)
    ('3,4 points au total', 'moins de 0,1 point pour le binôme le plus faible', '1\xa0binôme')
    """
    match goal:
        case "matched":
            return counted(value, "binôme")
        case "priority":
            return counted(value, "unité de priorité", "unités de priorité")
        case "changes":
            return counted(value, "binôme reconduit", "binômes reconduits")
    return tr(LOST[goal], score=in_points(value))


def in_points(millionths: int) -> str:
    """Return a score with its unit, what rounds down to nothing as less than a tenth."""
    if millionths < 1_000:
        return tr("moins de {number} point", number=decimal(0.1, 1))
    return tr_n("{number} point", "{number} points", millionths // 10_000, number=points(millionths))


def names_in_words(rules: Sequence[str]) -> str:
    """Return the names of rules in quotation marks, the first few of many."""
    return first_of([*map(quoted, rules)], MOST_NAMED)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another partner for somebody: what they are called, the loss by goal, who would move, and that in a sentence.

    ``row`` is where the partner stands in the cohort.
    """

    partner: str
    losses: Losses
    moves: tuple[Move, ...]
    reason: str
    row: int

    def __str__(self) -> str:
        return about(self.partner, self.reason)


def alternatives(case: Case, side: Side, row: int, most: int | None = 10) -> tuple[Alternative, ...]:
    """Return the other partners whom one person could have, the smallest loss first.

    At most ``most`` of them; None: all. Partners whom a rule forbids them, or whom no answer gives them, are left out:
    ``why_not`` says why. Each loss equals that of solving again with the pair pinned. Without an answer there are none.
    """
    if case.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return ()
    axis = SIDES.index(side)
    found = []
    for offer in partner_options(case.problem, case.solution, axis, row, most=most):
        pair = (row, offer.partner) if axis == 0 else (offer.partner, row)
        moves = moves_of(case, offer.price, pair)
        name = case.name(ACROSS[side], offer.partner)
        found.append(Alternative(name, offer.price.losses, moves, move_in_words(offer.price, moves), offer.partner))
    return tuple(found)
