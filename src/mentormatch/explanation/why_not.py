"""Why two people are no pair: what forcing it would cost, who would move, or which rules forbid it.

Likewise whom else somebody could have had: all of their possible partners, the cheapest first.

What it costs to force any allowed pair, goal by goal, and which pairs would change.

For an answer that is proved optimal, under degree bounds and pins alone, that is a shortest path in its residual graph
(``assignment.residual_graph``), all pairs of one person by one search. Side constraints, conditional minimums and goals
that are no sum over pairs have no such graph, and an answer that is not proved may be improved on: there the problem is
solved again with the pair pinned.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status, Tier
from mentormatch.assignment.objective import ScalarObjective, objective_of
from mentormatch.assignment.optimal_face import OptimalFace
from mentormatch.assignment.residual_graph import (
    INFINITE,
    DistanceLimit,
    PathQuery,
    ReducedCostMatrix,
    ResidualGraph,
    ShortestPaths,
    bellman_ford_paths,
    dijkstra_paths,
    limit_to,
    limit_to_cheapest,
    residual_graph,
    scalarize_for_paths,
)
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.explanation.names import first_of, in_role
from mentormatch.explanation.unmatched_people import MOST_NAMED, Case, SideView, ineligibility, no_answer
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, decimal, listed, points, quoted, thousands
from mentormatch.languages.translation import SpokenText, mark, tr, tr_n
from mentormatch.rules.rule import NO_SCORES, Rule, forbidden_by_rule, market_of

type Losses = tuple[tuple[str, int], ...]
type PairPositions = Sequence[tuple[int, int]]

MOST_RESOLVED = 300
"""People a side; of more whose scores are not held, no problem is solved again for each partner of somebody."""


@dataclass(frozen=True, slots=True)
class ExchangeCost:
    """What forcing one pair costs, by goal, and the pairs, by position, that come and go for it."""

    losses: Losses
    added: PairPositions = ()
    gone: PairPositions = ()

    def apply(self, pairs: IntMatrix) -> IntMatrix:
        """Return the plan ``pairs`` (k, 2) after the change, sorted."""
        kept = set(pair_list(pairs)) - set(self.gone) | set(self.added)
        return np.array(sorted(kept), dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class PartnerOption:
    """Another partner, by position, whom somebody could have, and the price of forcing that pair."""

    partner: int
    price: ExchangeCost


@dataclass(frozen=True, slots=True)
class ExchangeGraph:
    """The residual graph of an optimal answer, with all goals in one objective ``stage``."""

    problem: AssignmentProblem
    solution: Solution
    stage: ScalarObjective
    net: ResidualGraph

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> Self | None:
        """Return the graph of an answer, None where it tells no prices (see the module)."""
        coupled = problem.rows or problem.mentors.conditional.any() or problem.mentees.conditional.any()
        stage = None if coupled or solution.status is not Status.PROVED else scalarize_for_paths(problem)
        if stage is None or not (problem.scores.stored or prices_for(solution, stage)):
            return None
        return cls(problem, solution, stage, residual_graph(problem, solution.pairs))

    def paths(self, axis: int, person: int, enough: DistanceLimit) -> ShortestPaths:
        """Return the shortest paths to a mentor (``axis`` 0) or a mentee (1), on the left side, up to a limit."""
        net = self.net if axis == 0 else self.net.swap_sides()
        prices = prices_for(self.solution, self.stage)
        if not self.problem.scores.stored:
            from mentormatch.assignment.engines.large import paths_to

            return paths_to(self.problem, self.solution, self.stage, net, PathQuery(axis, person, enough))
        block = None if prices is None else ReducedCostMatrix.of(self.problem, self.stage, prices, axis)
        paths = None if block is None else dijkstra_paths(net, block, person)
        return paths or self._paths_on_list(net, axis, person)

    def offers(self, axis: int, person: int, most: int | None) -> "list[PartnerOption]":
        """Return the other partners of one person, the smallest loss first, ``most`` of them at most."""
        others = np.ones(self.problem.shape[1 - axis], dtype=bool)
        others[self.solution.pairs[self.solution.pairs[:, axis] == person, 1 - axis]] = False
        paths = self.paths(axis, person, limit_to_cheapest(most, others))
        found = np.flatnonzero(others & (paths.forcing_costs < INFINITE))
        found = found[np.argsort(paths.forcing_costs[found], kind="stable")][:most]
        return [PartnerOption(other, self._price(axis, paths.change(other))) for other in found.tolist()]

    def price(self, mentor: int, mentee: int) -> ExchangeCost | None:
        """Return the price of an allowed pair that is not chosen, None where no answer holds it."""
        paths = self.paths(0, mentor, limit_to(mentee))
        return None if paths.forcing_costs[mentee] >= INFINITE else self._price(0, paths.change(mentee))

    def _price(self, axis: int, change: tuple[PairPositions, PairPositions]) -> ExchangeCost:
        added, gone = change if axis == 0 else ([pair[::-1] for pair in part] for part in change)
        losses = ((goal, self._value(goal, gone) - self._value(goal, added)) for goal in self.problem.goals)
        return ExchangeCost(tuple(losses), tuple(added), tuple(gone))

    def _value(self, goal: str, places: PairPositions) -> int:
        mentors, mentees = np.array(places, dtype=np.int64).reshape(-1, 2).T
        return int(objective_of(self.problem, goal).profit(self.problem, mentors, mentees).sum())

    def _paths_on_list(self, net: ResidualGraph, axis: int, person: int) -> ShortestPaths:
        face = OptimalFace.of(self.problem)
        if face is None:
            raise EngineError("An answer is proved to a problem that has none")
        worth = self.stage.profit(self.problem, face.lefts, face.rights)
        return bellman_ford_paths(net, face if axis == 0 else face.swap_sides(), worth, person)


def prices_for(solution: Solution, stage: ScalarObjective) -> tuple[IntVector, IntVector] | None:
    """Return the prices of both sides that prove all goals at once, None where the proof took several stages."""
    if len(solution.prices) != 1 or solution.prices[0].weights != stage.weights:
        return None
    return solution.prices[0].mentors, solution.prices[0].mentees


def pair_list(pairs: IntMatrix) -> list[tuple[int, int]]:
    """Return pairs (k, 2) as a list of positions."""
    return list(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True))


def cost_of_forcing(problem: AssignmentProblem, solution: Solution, pair: tuple[int, int]) -> ExchangeCost | None:
    """Return what forcing a pair (mentor, mentee) costs the answer, None where no answer holds it.

    A pair that is chosen already costs nothing. Where the answer is not proved optimal a loss may be negative.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    >>> cost_of_forcing(problem, solve(problem), (0, 0))
    ExchangeCost(losses=(('matched', 0), ('total', 500000)), added=((0, 0), (1, 1)), gone=((1, 0), (0, 1)))
    """
    if pair in pair_list(solution.pairs):
        return ExchangeCost(tuple((goal, 0) for goal in problem.goals))
    if not problem.scores.allows(*np.array([pair], dtype=np.int64).T).all():
        return None
    graph = ExchangeGraph.of(problem, solution)
    return graph.price(*pair) if graph else cost_by_reoptimizing(problem, solution, pair)


def partner_options(
    problem: AssignmentProblem, solution: Solution, axis: int, person: int, *, most: int | None = None
) -> list[PartnerOption]:
    """Return the other partners whom somebody could have, the smallest loss first, ``most`` of them at most.

    ``axis`` 0: ``person`` is a mentor; 1: a mentee. Partners whom no answer gives them are left out. Where prices
    cannot be read off the answer (see the module) this takes one solve a partner, but for those whose plan without the
    rows that couple pairs keeps them anyway.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8, 0.2], [0.7, 0.1, 0.3]])
    >>> [(offer.partner, offer.price.losses) for offer in partner_options(problem, solve(problem), 0, 0)]
    [(0, (('matched', 0), ('total', 300000))), (2, (('matched', 0), ('total', 600000)))]
    """
    graph = ExchangeGraph.of(problem, solution)
    if graph is not None:
        return graph.offers(axis, person, most)
    # With side constraints: their relaxation bounds each loss from below, if the same answer is optimal there
    relaxed = relax_side_constraints(problem, solution)
    if relaxed is not None:
        return options_within_constraints(
            problem, solution, options_in_order(relaxed, (axis, person), most), (axis, person), most
        )
    found = []
    for other in possible_options(problem, axis, person):
        pair = (person, other) if axis == 0 else (other, person)
        price = None if pair in pair_list(solution.pairs) else cost_by_reoptimizing(problem, solution, pair)
        found += [] if price is None else [PartnerOption(other, price)]
    return sorted(found, key=losses_of)[:most]


def possible_options(problem: AssignmentProblem, axis: int, person: int) -> list[int]:
    """Return whom no rule by itself forbids one person; raise RequestError where solving for each takes too long."""
    others = np.arange(problem.shape[1 - axis])
    both = np.full(len(others), person), others
    allowed: list[int] = np.flatnonzero(problem.scores.allows(*(both if axis == 0 else both[::-1]))).tolist()
    if not problem.scores.stored and max(problem.shape) > MOST_RESOLVED:
        found = Problem(tr("partenaires"), thousands(len(allowed)), advice=tr("demandez une paire à la fois"))
        raise RequestError(tr("Chaque partenaire demanderait de résoudre de nouveau, pour trop de personnes"), [found])
    return allowed


def options_in_order(graph: ExchangeGraph, who: tuple[int, int], most: int | None) -> Iterator[PartnerOption]:
    """Yield the offers of one person (axis, position), best first, as far as anybody asks."""
    yielded, count = 0, most
    while True:
        found = graph.offers(*who, count)
        yield from found[yielded:]
        if count is None or len(found) < count:
            return
        yielded, count = count, 4 * max(count, 1)


def losses_of(offer: PartnerOption) -> list[int]:
    """Return the losses of an offer, the first goal first."""
    return [loss for _, loss in offer.price.losses]


def relax_side_constraints(problem: AssignmentProblem, solution: Solution) -> ExchangeGraph | None:
    """Return the graph of an answer without the rows that couple pairs, None where it is not the best then too."""
    if not problem.rows or solution.status is not Status.PROVED:
        return None
    loose = replace(problem, rows=())
    free = solve(loose, proofs="none")
    best = free.status is Status.PROVED and [t.value for t in free.tiers] == [t.value for t in solution.tiers]
    return ExchangeGraph.of(loose, replace(free, pairs=solution.pairs)) if best else None


def options_within_constraints(
    problem: AssignmentProblem,
    solution: Solution,
    loose: Iterable[PartnerOption],
    who: tuple[int, int],
    most: int | None,
) -> list[PartnerOption]:
    """Return the offers to one person (axis, position) out of those without the rows, which are no dearer and in order.

    One whose plan keeps all rows costs no more with them; the others are solved again, while they may be wanted.
    """
    found: list[PartnerOption] = []
    for offer in loose:
        # No later offer can be cheaper than those found
        if most is not None and len(found) >= most and losses_of(found[most - 1]) <= losses_of(offer):
            break
        price: ExchangeCost | None = offer.price
        plan = offer.price.apply(solution.pairs)
        if not problem.satisfies_rows(plan):
            axis, person = who
            price = cost_by_reoptimizing(
                problem, solution, (person, offer.partner) if axis == 0 else (offer.partner, person)
            )
        if price is not None:
            insort(found, PartnerOption(offer.partner, price), key=losses_of)
    return found[:most]


def cost_by_reoptimizing(problem: AssignmentProblem, solution: Solution, pair: tuple[int, int]) -> ExchangeCost | None:
    """Return the price of an allowed pair by solving again with the pair pinned, None where no answer holds it.

    Raises RequestError where it is not found for sure.
    """
    forced = solve(replace(problem, pins=(*problem.pins, pair)), proofs="none")
    if forced.status is Status.INFEASIBLE:
        return None
    if forced.status is not Status.PROVED:
        raise RequestError(tr("Le prix de ce binôme n'est pas connu"), [is_unproved()])
    now, then = set(pair_list(solution.pairs)), set(pair_list(forced.pairs))
    losses = tuple(map(loss, solution.tiers, forced.tiers))
    return ExchangeCost(losses, tuple(sorted(then - now)), tuple(sorted(now - then)))


def is_unproved() -> Problem:
    """Return that an answer is not the best for sure, so that nothing is told against it."""
    return Problem(
        tr("répartition"),
        tr("avec ce binôme imposé, rien ne démontre qu'elle est la meilleure"),
        tr("une répartition démontrée la meilleure"),
        tr("imposez ce binôme et comparez les deux répartitions"),
    )


def loss(old: Tier, new: Tier) -> tuple[str, int]:
    """Return a goal with what is lost from one answer to another; broken pairs are lost when there are more of them."""
    return old.goal, (new.value - old.value if old.goal == "changes" else old.value - new.value)


@dataclass(frozen=True, slots=True)
class Move(SpokenText):
    """Somebody whose partners would change: side, what they are called, partners before and after.

    ``both``: they are on both sides.
    """

    side: Side
    person: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    both: bool = False

    def in_words(self) -> str:
        before, after = listed(self.before), listed(self.after)
        person = in_role(self.person, self.side) if self.both else self.person
        if not before:
            return tr("{person} (personne → {after})", person=person, after=after)
        if not after:
            return tr("{person} ({before} → personne)", person=person, before=before)
        return tr("{person} ({before} → {after})", person=person, before=before, after=after)


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
        return tr("Former ce binôme ne coûterait rien : seul le départage des égalités l'a écarté")
    if loss > 0:
        return tr("Former ce binôme ferait perdre {amount}", amount=amount(goal, loss))
    return tr("Former ce binôme ferait gagner {amount}", amount=amount(goal, -loss))


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
class Alternative(SpokenText):
    """Another partner for somebody: what they are called, the loss by goal, who would move, and that in a sentence.

    ``row`` is where the partner stands in the cohort.
    """

    partner: str
    losses: Losses
    moves: tuple[Move, ...]
    reason: str
    row: int

    def in_words(self) -> str:
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
