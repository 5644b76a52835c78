"""Identical people solved by class: aggregate, solve, disaggregate, break ties; overrides by column generation.

If overrides make pairs score differently from the pairs of their classes (a ban, a named wish), the optimum without
overrides gives a warm start, because few duals change. Column generation over all people starts from this optimum and
some of its tight pairs, and ends when no pair prices out. Afterwards, people of a class with equal duals are still
interchangeable among the tied pairs.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.base.arrays import IntMatrix
from mentormatch.scale.columns.generation import CandidateList, solve_all_pairs
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PricingProblem, SideVectors
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses, class_profits, renumber, solve_classes
from mentormatch.scale.columns.ties import TieFace, choose_tie_scanner
from mentormatch.scoring.answer_classes import Distinct


@dataclass(frozen=True, slots=True)
class AggregationOptions:
    """Limits of the aggregated problem, and numbers of listed pairs."""

    # Pairs added per person after a scan of all pairs
    pairs_added_per_person: int = 16
    # Pairs of refined classes that are compared, in blocks of mentor classes
    max_compared_pairs: int = 1 << 26
    classes_per_block: int = 64
    # Pairs of classes, and expected steps without and with compiled code, if all pairs are solved at once
    max_class_pairs: int = 1 << 23
    max_steps: tuple[int, int] = (1 << 26, 1 << 33)
    # More steps are allowed if there is no other method
    last_resort_factor: int = 8


AGGREGATION_OPTIONS = AggregationOptions()


@dataclass(frozen=True, slots=True)
class OverrideSolve:
    """The optimum of the classes without overrides, from which the optimum with overrides is computed."""

    classes: PeopleClasses
    flow: ClassFlow
    master: RestrictedMaster

    @property
    def pricing(self) -> PricingProblem:
        return self.classes.pricing

    def optimum(self, tie_face: PairList) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum over all pairs of people, on the listed pairs. ``tie_face``: some tied pairs."""
        candidates = self._first_candidates(tie_face)
        self._warm_start(candidates)
        while True:
            face = self.pricing.face(candidates.pairs)
            optimum = self.master.solve(face, self.pricing.profit(candidates.pairs))
            self.master.report(face, optimum, candidates.bound)
            # Reduced costs must be negative (-1): pairs at 0 would be all pairs of two tight classes
            if not candidates.price_out(
                (optimum.left, optimum.right), -1, self.pricing.list_length(AGGREGATION_OPTIONS.pairs_added_per_person)
            ):
                return face, optimum

    def _warm_start(self, candidates: CandidateList) -> None:
        """Set the warm start to the solution of the classes, without its pairs that overrides forbid."""
        face, solution = self.pricing.face(candidates.pairs), self.classes.disaggregate(self.flow)
        width = self.pricing.scores.shape[1]
        chosen = np.isin(face.lefts * width + face.rights, solution.lefts * width + solution.rights)
        self.master.warm_start(face, PrimalDual(chosen, *candidates.duals))

    def _first_candidates(self, tie_face: PairList) -> CandidateList:
        """Return the first list at the duals of the classes: tied pairs, the solution, and some pairs with overrides.

        These are the overrides of reduced cost 0 or less, so all other pairs have a reduced cost of 0 or more.
        """
        pricing, duals, solution = self.pricing, self.classes.duals(self.flow), self.classes.disaggregate(self.flow)
        pairs = self._override_pairs()
        pairs = pairs.select(pricing.reduced_cost(pairs, duals) <= 0)
        for mentors, mentees in ((tie_face.mentors, tie_face.mentees), (solution.lefts, solution.rights)):
            is_allowed = pricing.scores.allows(mentors, mentees)
            more = PairList(
                mentors[is_allowed], mentees[is_allowed], pricing.scores.at(mentors[is_allowed], mentees[is_allowed])
            )
            pairs = pairs.merge(more, pricing.scores.shape[1])
        # Only overrides can have a negative reduced cost, so the dual bound needs no scan
        best = duals[0].copy()
        np.maximum.at(best, pairs.mentors, duals[0][pairs.mentors] - pricing.reduced_cost(pairs, duals))
        return CandidateList(pricing, pairs, np.zeros(len(best), dtype=np.int64), duals, pricing.bound(best, duals[1]))

    def _override_pairs(self) -> PairList:
        """Return the allowed pairs that have overrides."""
        overrides, scores = self.pricing.scores.matrix.overrides, self.pricing.scores
        is_allowed = scores.allows(overrides.mentors, overrides.mentees)
        mentors, mentees = overrides.mentors[is_allowed], overrides.mentees[is_allowed]
        return PairList(mentors, mentees, scores.at(mentors, mentees))

    def tie_face(
        self, aggregate_problem: PricingProblem, face_optimum: tuple[OptimalFace, PrimalDual]
    ) -> TieFace | None:
        """Return the ties of an optimum at its duals; None if there are too many pairs of refined classes."""
        (face, optimum), scores = face_optimum, self.pricing.scores
        duals = np.where(scores.mentors, optimum.left, 0), np.where(scores.mentees, optimum.right, 0)
        # Refined classes: identical people with equal duals
        sides = zip((self.classes.mentors, self.classes.mentees), duals, strict=True)
        mentors, mentees = (renumber(classes.join(Distinct.of(side_duals))) for classes, side_duals in sides)
        if len(mentors) * len(mentees) > AGGREGATION_OPTIONS.max_compared_pairs:
            return None
        class_codes = self.classes.codes[0][mentors.first], self.classes.codes[1][mentees.first]
        # Tight pairs of classes, and tight overrides
        flow = _tight_blocks(
            class_profits(aggregate_problem), class_codes, (duals[0][mentors.first], duals[1][mentees.first])
        )
        solution = replace(face, lefts=face.lefts[optimum.chosen], rights=face.rights[optimum.chosen])
        override_pairs = self._override_pairs()
        override_pairs = override_pairs.select(self.pricing.reduced_cost(override_pairs, duals) == 0)
        classes = replace(self.classes, mentors=mentors, mentees=mentees)
        return TieFace(
            classes,
            flow,
            solution,
            self.master.run.tie_breaker.anonymized,
            (override_pairs.mentors, override_pairs.mentees),
        )


def _tight_blocks(profit: IntMatrix, classes: SideVectors, duals: SideVectors) -> ClassFlow:
    """Return the tight pairs of refined classes; ``classes``: the row and column of each in ``profit``."""
    blocks = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(classes[0]), AGGREGATION_OPTIONS.classes_per_block):
        block = slice(start, start + AGGREGATION_OPTIONS.classes_per_block)
        lefts, rights = np.nonzero(duals[0][block, None] + duals[1] == profit[classes[0][block]][:, classes[1]])
        blocks.append(np.stack([lefts + start, rights]))
    lefts, rights = np.concatenate(blocks, axis=1)
    return ClassFlow(lefts, rights, np.zeros_like(lefts), *duals)


@dataclass(frozen=True, slots=True)
class AggregatedSolve:
    """The classes of a problem, the restricted master, and the aggregated problem."""

    classes: PeopleClasses
    master: RestrictedMaster
    aggregate_problem: PricingProblem

    @classmethod
    def of(cls, pricing: PricingProblem, master: RestrictedMaster) -> "AggregatedSolve | None":
        """Return the aggregated problem; None if classes do not help, or the problem does not allow them."""
        classes = PeopleClasses.of(pricing)
        return None if classes is None else cls(classes, master, classes.aggregate())

    def solve_goals(self) -> tuple[OptimalFace, PrimalDual] | None:
        """Return an optimum of the goals; None if there are too many classes.

        If ties will be broken, its face contains the canonical solution; else it contains at least the pairs of the
        optimum.
        """
        flow = self._solve_classes()
        if flow is None:
            return None
        if self.classes.has_overrides:
            return self._with_overrides(flow)
        solution, optimum = self._report_solution(flow)
        if not self.master.run.ties:
            return solution, optimum
        return self._settle_ties(self._tie_face(flow, solution))

    def _tie_face(self, flow: ClassFlow, solution: OptimalFace) -> TieFace:
        """Return the tied solutions of the classes, without overrides."""
        no_pairs = np.empty(0, dtype=np.int64)
        return TieFace(self.classes, flow, solution, self.master.run.tie_breaker.anonymized, (no_pairs, no_pairs))

    def _settle_ties(self, tie_face: TieFace) -> tuple[OptimalFace, PrimalDual]:
        return tie_face.settle(
            self.master.solve_ties, choose_tie_scanner(compiled=self.master.compiled), self.master.check_deadline
        )

    def _with_overrides(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the optimum with overrides, given a flow without them; None if there are too many classes."""
        override_solve = OverrideSolve(self.classes, flow, self.master)
        tie_face = self._tie_face(flow, self.classes.disaggregate(flow))
        face_optimum = override_solve.optimum(
            tie_face.top_pairs(choose_tie_scanner(compiled=self.master.compiled), self.master.check_deadline)
        )
        if not self.master.run.ties:
            return face_optimum
        ties = override_solve.tie_face(self.aggregate_problem, face_optimum)
        return None if ties is None else self._settle_ties(ties)

    def _solve_classes(self) -> ClassFlow | None:
        """Return the optimum of the aggregated problem; None if it is too large."""
        # Column generation pairs two classes at most once, which suffices only if one side has single places
        has_single_places = any(bounds.most.max(initial=0) <= 1 for bounds in self.aggregate_problem.bounds)
        if self._fits(1 if has_single_places else AGGREGATION_OPTIONS.last_resort_factor):
            return solve_classes(self.aggregate_problem, self.master.check_deadline)
        return (
            ClassFlow.of(*solve_all_pairs(self.aggregate_problem, self.master, self._report_classes))
            if has_single_places
            else None
        )

    def _fits(self, times: int) -> bool:
        """Return whether all pairs of classes fit in memory, and in ``times`` the usual limit of steps."""
        u, v = self.aggregate_problem.scores.shape
        # Each of u + v augmentations scans up to u * v arcs
        steps = u * v * (u + v)
        return (
            u * v <= AGGREGATION_OPTIONS.max_class_pairs // self.classes.pricing.scores.list_divisor
            and steps <= times * AGGREGATION_OPTIONS.max_steps[self.master.compiled]
        )

    def _report_solution(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual]:
        """Report a solution of the classes as one of their people, and return it with its optimum."""
        solution = self.classes.disaggregate(flow)
        optimum = PrimalDual(np.ones(len(solution), dtype=bool), *self.classes.duals(flow))
        profit = self.classes.pricing.stage.profit(self.master.problem, solution.lefts, solution.rights)
        self.master.report(solution, optimum, exact_dot(profit))
        return solution, optimum

    def _report_classes(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Report a solution of the classes as one of their people, unless there are overrides."""
        if self.classes.has_overrides:
            return
        flow = ClassFlow.of(face, optimum)
        solution = self.classes.disaggregate(flow)
        self.master.report(solution, PrimalDual(np.ones(len(solution), dtype=bool), *self.classes.duals(flow)), bound)
