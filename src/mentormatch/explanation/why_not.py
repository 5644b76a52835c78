"""The cost of forcing any allowed pair, goal by goal, and the pairs that would change; or the rules against it.

If the solution is proved optimal under degree bounds and pins only, the cost is a shortest path in its residual graph
(``assignment.residual_graph``), for all pairs of one person by one search. Otherwise (side constraints, conditional
minimums, goals that are no sums over pairs, unproved solutions) the problem is solved again with the pair pinned.
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
from mentormatch.explanation.unmatched_people import MAX_NAMED, SideView, SolvedInstance, ineligibility, no_answer
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, counted, decimal, listed, points, quoted, thousands
from mentormatch.languages.translation import SpokenText, mark, tr, tr_n
from mentormatch.rules.rule import NO_SCORES, Rule, forbidden_by_rule, market_of

type Losses = tuple[tuple[str, int], ...]
type PairPositions = Sequence[tuple[int, int]]

MAX_PEOPLE_FOR_RESOLVES = 300
"""People per side; above, without stored scores, no problem is solved for each partner of a person."""


@dataclass(frozen=True, slots=True)
class ExchangeCost:
    """The losses per goal if a pair is forced, and the added and removed pairs, by position."""

    losses: Losses
    added: PairPositions = ()
    gone: PairPositions = ()

    def apply(self, pairs: IntMatrix) -> IntMatrix:
        """Return the plan ``pairs`` (k, 2) after the exchange, sorted."""
        new_pairs = set(pair_list(pairs)) - set(self.gone) | set(self.added)
        return np.array(sorted(new_pairs), dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class PartnerOption:
    """Another possible partner, by position, and the price of forcing that pair."""

    partner: int
    price: ExchangeCost


@dataclass(frozen=True, slots=True)
class ExchangeGraph:
    """The residual graph of an optimal solution, with all goals in one objective ``stage``."""

    problem: AssignmentProblem
    solution: Solution
    stage: ScalarObjective
    graph: ResidualGraph

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> Self | None:
        """Return the graph of a solution; None if it gives no prices (see the module)."""
        is_coupled = problem.rows or problem.mentors.conditional.any() or problem.mentees.conditional.any()
        stage = None if is_coupled or solution.status is not Status.PROVED else scalarize_for_paths(problem)
        if stage is None or not (problem.scores.stored or prices_for(solution, stage)):
            return None
        return cls(problem, solution, stage, residual_graph(problem, solution.pairs))

    def paths(self, axis: int, person: int, limit: DistanceLimit) -> ShortestPaths:
        """Return the shortest paths to a mentor (``axis`` 0) or a mentee (1), on the left side.

        ``limit`` ends the search only if scores are not stored.
        """
        graph = self.graph if axis == 0 else self.graph.swap_sides()
        duals = prices_for(self.solution, self.stage)
        if not self.problem.scores.stored:
            from mentormatch.assignment.engines.large import paths_to

            return paths_to(self.problem, self.solution, self.stage, graph, PathQuery(axis, person, limit))
        reduced_costs = None if duals is None else ReducedCostMatrix.of(self.problem, self.stage, duals, axis)
        paths = None if reduced_costs is None else dijkstra_paths(graph, reduced_costs, person)
        return paths or self._paths_on_list(graph, axis, person)

    def offers(self, axis: int, person: int, max_options: int | None) -> "list[PartnerOption]":
        """Return up to ``max_options`` other partners of one person, smallest loss first."""
        is_candidate = np.ones(self.problem.shape[1 - axis], dtype=bool)
        is_candidate[self.solution.pairs[self.solution.pairs[:, axis] == person, 1 - axis]] = False
        paths = self.paths(axis, person, limit_to_cheapest(max_options, is_candidate))
        candidates = np.flatnonzero(is_candidate & (paths.forcing_costs < INFINITE))
        candidates = candidates[np.argsort(paths.forcing_costs[candidates], kind="stable")][:max_options]
        return [PartnerOption(partner, self._price(axis, paths.change(partner))) for partner in candidates.tolist()]

    def price(self, mentor: int, mentee: int) -> ExchangeCost | None:
        """Return the price of an allowed pair that is not chosen; None if no solution contains it."""
        paths = self.paths(0, mentor, limit_to(mentee))
        return None if paths.forcing_costs[mentee] >= INFINITE else self._price(0, paths.change(mentee))

    def _price(self, axis: int, change: tuple[PairPositions, PairPositions]) -> ExchangeCost:
        added, removed = change if axis == 0 else ([pair[::-1] for pair in part] for part in change)
        losses = ((goal, self._value(goal, removed) - self._value(goal, added)) for goal in self.problem.goals)
        return ExchangeCost(tuple(losses), tuple(added), tuple(removed))

    def _value(self, goal: str, positions: PairPositions) -> int:
        mentors, mentees = np.array(positions, dtype=np.int64).reshape(-1, 2).T
        return int(objective_of(self.problem, goal).profit(self.problem, mentors, mentees).sum())

    def _paths_on_list(self, graph: ResidualGraph, axis: int, person: int) -> ShortestPaths:
        face = OptimalFace.of(self.problem)
        if face is None:
            raise EngineError("An answer is proved to a problem that has none")
        profit = self.stage.profit(self.problem, face.lefts, face.rights)
        return bellman_ford_paths(graph, face if axis == 0 else face.swap_sides(), profit, person)


def prices_for(solution: Solution, stage: ScalarObjective) -> tuple[IntVector, IntVector] | None:
    """Return the duals of both sides that prove all goals at once; None without such a proof in one stage."""
    if len(solution.prices) != 1 or solution.prices[0].weights != stage.weights:
        return None
    return solution.prices[0].mentors, solution.prices[0].mentees


def pair_list(pairs: IntMatrix) -> list[tuple[int, int]]:
    """Return pairs (k, 2) as a list of positions."""
    return list(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True))


def require_position(function: str, name: str, position: int, count: int) -> None:
    """Raise RequestError unless an argument of a function is a position below ``count``."""
    if not 0 <= position < count:
        expected = tr("une position inférieure à {n}", n=count)
        title = tr("Les arguments de `{function}` ne conviennent pas", function=function)
        raise RequestError(title, [Problem(name, tr("trouvé : {found}", found=position), expected)])


def cost_of_forcing(problem: AssignmentProblem, solution: Solution, pair: tuple[int, int]) -> ExchangeCost | None:
    """Return the cost of forcing a pair (mentor, mentee); None if no solution contains it.

    A chosen pair costs nothing. If the solution is not proved optimal, a loss may be negative. Raises RequestError if
    the pair is not two positions of the problem, or if the problem has to be solved again and the solve ends without
    a proof.

    See Also
    --------
    partner_options : the same for all partners of a person.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    >>> cost_of_forcing(problem, solve(problem), (0, 0))
    ExchangeCost(losses=(('matched', 0), ('total', 500000)), added=((0, 0), (1, 1)), gone=((1, 0), (0, 1)))
    """
    for side, person in zip((0, 1), pair, strict=True):
        require_position("cost_of_forcing", "pair", person, problem.shape[side])
    if pair in pair_list(solution.pairs):
        return ExchangeCost(tuple((goal, 0) for goal in problem.goals))
    if not problem.scores.allows(*np.array([pair], dtype=np.int64).T).all():
        return None
    graph = ExchangeGraph.of(problem, solution)
    return graph.price(*pair) if graph else cost_by_reoptimizing(problem, solution, pair)


def partner_options(
    problem: AssignmentProblem, solution: Solution, axis: int, person: int, *, most: int | None = None
) -> list[PartnerOption]:
    """Return up to ``most`` other possible partners of a person, smallest loss first.

    ``axis`` 0: ``person`` is a mentor; 1: a mentee. Partners in no solution are left out. If prices cannot be read
    off the solution (see the module), this takes one solve per partner. With coupling rows, if the solution is optimal
    without them too, it takes one only for partners whose exchange violates a row. Raises RequestError if there is no
    such person, if a solve ends without a proof, or if every partner needs one, scores are not stored and a side has
    more than 300 people.

    See Also
    --------
    cost_of_forcing : the cost of one pair.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8, 0.2], [0.7, 0.1, 0.3]])
    >>> [(offer.partner, offer.price.losses) for offer in partner_options(problem, solve(problem), 0, 0)]
    [(0, (('matched', 0), ('total', 300000))), (2, (('matched', 0), ('total', 600000)))]
    """
    require_position("partner_options", "axis", axis, 2)
    require_position("partner_options", "person", person, problem.shape[axis])
    graph = ExchangeGraph.of(problem, solution)
    if graph is not None:
        return graph.offers(axis, person, most)
    # With side constraints: their relaxation bounds each loss from below if the solution is optimal there too
    relaxed = relax_side_constraints(problem, solution)
    if relaxed is not None:
        return options_within_constraints(
            problem, solution, options_in_order(relaxed, (axis, person), most), (axis, person), most
        )
    options = []
    for partner in possible_options(problem, axis, person):
        pair = (person, partner) if axis == 0 else (partner, person)
        price = None if pair in pair_list(solution.pairs) else cost_by_reoptimizing(problem, solution, pair)
        options += [] if price is None else [PartnerOption(partner, price)]
    return sorted(options, key=losses_of)[:most]


def possible_options(problem: AssignmentProblem, axis: int, person: int) -> list[int]:
    """Return the partners that no single rule forbids. Raises RequestError if a solve for each would take too long."""
    partners = np.arange(problem.shape[1 - axis])
    positions = np.full(len(partners), person), partners
    allowed: list[int] = np.flatnonzero(problem.scores.allows(*(positions if axis == 0 else positions[::-1]))).tolist()
    if not problem.scores.stored and max(problem.shape) > MAX_PEOPLE_FOR_RESOLVES:
        too_many = Problem(tr("partenaires"), thousands(len(allowed)), advice=tr("demandez une paire à la fois"))
        raise RequestError(
            tr("Chaque partenaire demanderait de résoudre de nouveau, pour trop de personnes"), [too_many]
        )
    return allowed


def options_in_order(graph: ExchangeGraph, who: tuple[int, int], max_options: int | None) -> Iterator[PartnerOption]:
    """Yield the options of one person (axis, position) lazily, best first."""
    yielded, count = 0, max_options
    while True:
        options = graph.offers(*who, count)
        yield from options[yielded:]
        if count is None or len(options) < count:
            return
        yielded, count = count, 4 * max(count, 1)


def losses_of(offer: PartnerOption) -> list[int]:
    return [loss for _, loss in offer.price.losses]


def relax_side_constraints(problem: AssignmentProblem, solution: Solution) -> ExchangeGraph | None:
    """Return the graph of a solution without the coupling rows of its problem.

    None if there are no such rows, if the solution is not proved optimal without them, or if it gives no prices.
    """
    if not problem.rows or solution.status is not Status.PROVED:
        return None
    relaxed = replace(problem, rows=())
    relaxed_solution = solve(relaxed, proofs="none")
    is_optimal = relaxed_solution.status is Status.PROVED and [t.value for t in relaxed_solution.tiers] == [
        t.value for t in solution.tiers
    ]
    return ExchangeGraph.of(relaxed, replace(relaxed_solution, pairs=solution.pairs)) if is_optimal else None


def options_within_constraints(
    problem: AssignmentProblem,
    solution: Solution,
    relaxed_options: Iterable[PartnerOption],
    who: tuple[int, int],
    max_options: int | None,
) -> list[PartnerOption]:
    """Return the options of one person (axis, position) under coupling rows, from the relaxed options.

    The relaxed options are in order, and their losses are lower bounds. An option whose plan satisfies all rows has
    that loss; the others are solved again, until no later one can be among the best ``max_options`` (None: all).
    """
    options: list[PartnerOption] = []
    if max_options == 0:
        return options
    for offer in relaxed_options:
        # No later option can have a smaller loss
        if (
            max_options is not None
            and len(options) >= max_options
            and losses_of(options[max_options - 1]) <= losses_of(offer)
        ):
            break
        price: ExchangeCost | None = offer.price
        plan = offer.price.apply(solution.pairs)
        if not problem.satisfies_rows(plan):
            axis, person = who
            price = cost_by_reoptimizing(
                problem, solution, (person, offer.partner) if axis == 0 else (offer.partner, person)
            )
        if price is not None:
            insort(options, PartnerOption(offer.partner, price), key=losses_of)
    return options[:max_options]


def cost_by_reoptimizing(problem: AssignmentProblem, solution: Solution, pair: tuple[int, int]) -> ExchangeCost | None:
    """Return the price of an allowed pair by a solve with the pair pinned; None if no solution contains it.

    Raises RequestError if the solve does not end with a proof.
    """
    forced = solve(replace(problem, pins=(*problem.pins, pair)), proofs="none")
    if forced.status is Status.INFEASIBLE:
        return None
    if forced.status is not Status.PROVED:
        raise RequestError(tr("Le prix de ce binôme n'est pas connu"), [unproved_problem()])
    present, forced_pairs = set(pair_list(solution.pairs)), set(pair_list(forced.pairs))
    losses = tuple(map(loss, solution.tiers, forced.tiers))
    return ExchangeCost(losses, tuple(sorted(forced_pairs - present)), tuple(sorted(present - forced_pairs)))


def unproved_problem() -> Problem:
    return Problem(
        tr("répartition"),
        tr("avec ce binôme imposé, rien ne démontre qu'elle est la meilleure"),
        tr("une répartition démontrée la meilleure"),
        tr("imposez ce binôme et comparez les deux répartitions"),
    )


def loss(old: Tier, new: Tier) -> tuple[str, int]:
    """Return a goal with its loss between two solutions; for ``changes``, more broken pairs are a loss."""
    return old.goal, (new.value - old.value if old.goal == "changes" else old.value - new.value)


@dataclass(frozen=True, slots=True)
class Move(SpokenText):
    """A person whose partners would change: side, label, partners before and after.

    ``both``: the person is on both sides.
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
    """The consequences of forcing a pair.

    ``losses`` per goal are in its unit (pairs, priority weights, millionths of score); None if the pair is
    impossible, or without a solution. ``moves`` are all people whose partners would change, the two of the pair first.
    ``rules`` are the labels of the rules against it.
    """

    losses: Losses | None
    moves: tuple[Move, ...]
    reason: str
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.reason


def why_not(case: SolvedInstance, mentor: int, mentee: int) -> WhyNot:
    """Return the cost of pairing two people, by position, and the people who would move.

    The losses equal those of a solve with the pair pinned. A chosen pair costs nothing. Raises RequestError if the
    problem has to be solved again and the solve ends without a proof.
    """
    if no_solution := no_answer(case.solution.status):
        return WhyNot(None, (), no_solution[1])
    return (
        not_taking_part(case, mentor, mentee) or why_forbidden(case, mentor, mentee) or price_pair(case, mentor, mentee)
    )


def not_taking_part(case: SolvedInstance, mentor: int, mentee: int) -> WhyNot | None:
    """Return the reasons why one person, or both, take no part; None if both take part."""
    views = [(SideView.of(case, side), row) for side, row in zip(SIDES, (mentor, mentee), strict=True)]
    excluded = [(view, row, reason[1]) for view, row in views if (reason := ineligibility(view, row))]
    if not excluded:
        return None
    rules = [case.labels.rule(rule) for view, row, _ in excluded for rule, refused in view.refused if refused[row]]
    reasons = [about(case.name(view.side, row), reason) for view, row, reason in excluded]
    return WhyNot(None, (), " ".join(reasons), tuple(dict.fromkeys(rules)))


def why_forbidden(case: SolvedInstance, mentor: int, mentee: int) -> WhyNot | None:
    """Return the rules that forbid the pair; None if none does."""
    market = case.market(np.array([mentor]), np.array([mentee]))
    rules = tuple(case.labels.rule(rule) for rule, block in forbidden_by_rule(case.rules, market) if block.any())
    return (
        WhyNot(None, (), tr("Ce binôme est exclu par {rules}.", rules=names_in_words(rules)), rules) if rules else None
    )


def price_pair(case: SolvedInstance, mentor: int, mentee: int) -> WhyNot:
    """Return the cost of a pair that no single rule forbids."""
    price = cost_of_forcing(case.problem, case.solution, (mentor, mentee))
    if price is None:
        rules = tuple(case.labels.rule(rule) for rule in in_the_way(case, mentor, mentee))
        sentence = tr("Aucune répartition ne permet ce binôme sans enfreindre une règle")
        return WhyNot(None, (), f"{about(sentence, names_in_words(rules)) if rules else sentence}.", rules)
    moves = moves_of(case, price, (mentor, mentee))
    return WhyNot(price.losses, moves, move_in_words(price, moves))


def in_the_way(case: SolvedInstance, mentor: int, mentee: int) -> list[Rule]:
    """Return the rules that may exclude a pair together with other pairs.

    If pins fill all places of one of the two people, these pins; else all rules that couple pairs.
    """
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


def moves_of(case: SolvedInstance, price: ExchangeCost, pair: tuple[int, int]) -> tuple[Move, ...]:
    """Return the people whose partners change, the two people of ``pair`` first, then mentors, then mentees."""
    pairs = (*price.added, *price.gone)
    changed = [(axis, person) for axis in (0, 1) for person in sorted({exchanged[axis] for exchanged in pairs})]
    changed.sort(key=lambda position: position[1] != pair[position[0]])
    return tuple(move_of(case, price, *position) for position in changed)


def move_of(case: SolvedInstance, price: ExchangeCost, axis: int, person: int) -> Move:
    """Return the partners of one person before and after the exchange."""
    pairs = case.solution.pairs[case.solution.pairs[:, axis] == person]
    side = SIDES[axis]
    before, after = (
        tuple(
            case.name(ACROSS[side], exchanged[1 - axis]) for exchanged in pair_list(plan) if exchanged[axis] == person
        )
        for plan in (pairs, price.apply(pairs))
    )
    return Move(side, case.name(side, person), before, after, both=person in case.cohort.both[axis])


def move_in_words(price: ExchangeCost, moves: Sequence[Move]) -> str:
    """Return the price of a pair in a sentence."""
    if not moves:
        return tr("Ce binôme est déjà dans la répartition.")
    people = list(shown_moves(moves[2:]))
    if not people:
        return f"{cost(price)}."
    other_count = len(moves) - 2
    return tr_n(
        "{cost} ; {number}\u00a0autre personne changerait de binôme : {people}.",
        "{cost} ; {number}\u00a0autres personnes changeraient de binôme : {people}.",
        other_count,
        cost=cost(price),
        number=thousands(other_count),
        people=listed(people),
    )


def cost(price: ExchangeCost) -> str:
    """Return the loss or gain in the first goal that changes, in words."""
    goal, loss = next(((goal, loss) for goal, loss in price.losses if loss), ("", 0))
    if loss == 0:
        return tr("Former ce binôme ne coûterait rien : seul le départage des égalités l'a écarté")
    if loss > 0:
        return tr("Former ce binôme ferait perdre {amount}", amount=amount(goal, loss))
    return tr("Former ce binôme ferait gagner {amount}", amount=amount(goal, -loss))


def shown_moves(moves: Sequence[Move]) -> Iterator[str]:
    """Yield the first moves in words, and the number of further moves."""
    yield from map(str, moves[:MAX_NAMED])
    if len(moves) > MAX_NAMED:
        yield counted(len(moves) - MAX_NAMED, "autre")


LOSS_TEXTS = {
    "total": mark("{score} au total"),
    "floor": mark("{score} pour le binôme le plus faible"),
    "leximin": mark("{score} pour le binôme le plus faible"),
    "floor_person": mark("{score} pour la personne la moins bien servie"),
}


def amount(goal: str, value: int) -> str:
    r"""Return a difference in one goal, in words.

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
    return tr(LOSS_TEXTS[goal], score=in_points(value))


def in_points(millionths: int) -> str:
    """Return a score with its unit, or "less than 0.1" points."""
    if millionths < 1_000:
        return tr("moins de {number} point", number=decimal(0.1, 1))
    return tr_n("{number} point", "{number} points", millionths // 10_000, number=points(millionths))


def names_in_words(rules: Sequence[str]) -> str:
    """Return the quoted names of rules, limited to the first few."""
    return first_of([*map(quoted, rules)], MAX_NAMED)


@dataclass(frozen=True, slots=True)
class Alternative(SpokenText):
    """Another possible partner: label, loss per goal, people who would move, and a sentence.

    ``row`` is the position of the partner in the cohort.
    """

    partner: str
    losses: Losses
    moves: tuple[Move, ...]
    reason: str
    row: int

    def in_words(self) -> str:
        return about(self.partner, self.reason)


def alternatives(case: SolvedInstance, side: Side, row: int, most: int | None = 10) -> tuple[Alternative, ...]:
    """Return up to ``most`` other possible partners of one person, smallest loss first; None: all.

    Partners forbidden by a rule, or in no solution, are left out: ``why_not`` gives the reasons. Each loss equals
    that of a solve with the pair pinned. Empty without a solution. Raises RequestError as ``partner_options`` does.
    """
    if case.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return ()
    axis = SIDES.index(side)
    options = []
    for offer in partner_options(case.problem, case.solution, axis, row, most=most):
        pair = (row, offer.partner) if axis == 0 else (offer.partner, row)
        moves = moves_of(case, offer.price, pair)
        name = case.name(ACROSS[side], offer.partner)
        options.append(Alternative(name, offer.price.losses, moves, move_in_words(offer.price, moves), offer.partner))
    return tuple(options)
