"""Identical people, solved by class: aggregate, solve, disaggregate, break ties; overrides by column generation.

Where some pairs score otherwise than their classes (a ban, a wish by name), the classes without these overrides give a
warm start: duals that nearly all people keep. Column generation over all people begins there, with the answer and some
of its tight pairs, and ends when no pair prices out. People of a class with the same dual in the end are still
interchangeable in what is tied.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.base.arrays import IntMatrix
from mentormatch.scale.columns.generation import CandidateList, solve_all_pairs
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses, class_profits, renumber, solve_classes
from mentormatch.scale.columns.ties import TieFace, choose_tie_scanner
from mentormatch.scoring.answer_classes import Distinct

ADDED = 16
"""So many pairs a person join at most after a scan of all of them."""
MAX_CLASS_PAIRS, CLASSES_AT_ONCE = 1 << 26, 64
"""At most so many pairs of refined classes are compared, and those of so many classes of mentors at a time."""


@dataclass(frozen=True, slots=True)
class OverrideSolve:
    """The optimum of classes as if there were no overrides, and what makes it the optimum with them."""

    people: PeopleClasses
    flow: ClassFlow
    master: RestrictedMaster

    @property
    def pricing(self) -> PricingProblem:
        return self.people.pricing

    def optimum(self, tie_face: PairList) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum over all pairs of people on a face of some.

        ``tie_face``: some tight pairs of the classes.
        """
        candidates = self._first_candidates(tie_face)
        self._warm_start(candidates)
        while True:
            face = self.pricing.face(candidates.pairs)
            optimum = self.master.solve(face, self.pricing.profit(candidates.pairs))
            self.master.report(face, optimum, candidates.bound)
            # Pairs must price out strictly (-1): tied ones would be all pairs of two classes.
            if not candidates.price_out((optimum.left, optimum.right), -1, self.pricing.list_length(ADDED)):
                return face, optimum

    def _warm_start(self, candidates: CandidateList) -> None:
        """Begin at the answer of the classes, as far as overrides allow it."""
        face, answer = self.pricing.face(candidates.pairs), self.people.disaggregate(self.flow)
        width = self.pricing.scores.shape[1]
        chosen = np.isin(face.lefts * width + face.rights, answer.lefts * width + answer.rights)
        self.master.warm_start(face, PrimalDual(chosen, *candidates.duals))

    def _first_candidates(self, tie_face: PairList) -> CandidateList:
        """Return the first list at the duals of the classes: tight overrides, tied pairs, and the answer.

        All others cost 0 or more.
        """
        pricing, duals, answer = self.pricing, self.people.duals(self.flow), self.people.disaggregate(self.flow)
        pairs = self._override_pairs()
        pairs = pairs.select(pricing.reduced_cost(pairs, duals) <= 0)
        for mentors, mentees in ((tie_face.mentors, tie_face.mentees), (answer.lefts, answer.rights)):
            fit = pricing.scores.allows(mentors, mentees)
            more = PairList(mentors[fit], mentees[fit], pricing.scores.at(mentors[fit], mentees[fit]))
            pairs = pairs.merge(more, pricing.scores.shape[1])
        # Only overrides can beat the duals of the classes: so the dual bound needs no scan.
        best = duals[0].copy()
        np.maximum.at(best, pairs.mentors, duals[0][pairs.mentors] - pricing.reduced_cost(pairs, duals))
        return CandidateList(pricing, pairs, np.zeros(len(best), dtype=np.int64), duals, pricing.bound(best, duals[1]))

    def _override_pairs(self) -> PairList:
        """Return the pairs with overrides that may be chosen."""
        each, scores = self.pricing.scores.matrix.overrides, self.pricing.scores
        fit = scores.allows(each.mentors, each.mentees)
        mentors, mentees = each.mentors[fit], each.mentees[fit]
        return PairList(mentors, mentees, scores.at(mentors, mentees))

    def tie_face(self, aggregate_problem: PricingProblem, opening: tuple[OptimalFace, PrimalDual]) -> TieFace | None:
        """Return what the prices of an optimum leave tied; None if there are too many pairs of kinds.

        People are of one kind now if they pay the same, too.
        """
        (face, optimum), scores = opening, self.pricing.scores
        duals = np.where(scores.mentors, optimum.left, 0), np.where(scores.mentees, optimum.right, 0)
        # Classes of those who are alike and pay the same
        sides = zip((self.people.mentors, self.people.mentees), duals, strict=True)
        mentors, mentees = (renumber(classes.join(Distinct.of(price))) for classes, price in sides)
        if len(mentors) * len(mentees) > MAX_CLASS_PAIRS:
            return None
        own = self.people.codes[0][mentors.first], self.people.codes[1][mentees.first]
        # Pairs of classes with reduced cost 0, and exceptions that have it
        flow = _tight_blocks(class_profits(aggregate_problem), own, (duals[0][mentors.first], duals[1][mentees.first]))
        answer = replace(face, lefts=face.lefts[optimum.chosen], rights=face.rights[optimum.chosen])
        override_pairs = self._override_pairs()
        override_pairs = override_pairs.select(self.pricing.reduced_cost(override_pairs, duals) == 0)
        classes = replace(self.people, mentors=mentors, mentees=mentees)
        return TieFace(
            classes,
            flow,
            answer,
            self.master.run.tie_breaker.anonymized,
            (override_pairs.mentors, override_pairs.mentees),
        )


def _tight_blocks(profit: IntMatrix, classes: PerSide, duals: PerSide) -> ClassFlow:
    """Return the pairs of new classes that are tight at their duals, their profits being those of the old classes."""
    found = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(classes[0]), CLASSES_AT_ONCE):
        some = slice(start, start + CLASSES_AT_ONCE)
        lefts, rights = np.nonzero(duals[0][some, None] + duals[1] == profit[classes[0][some]][:, classes[1]])
        found.append(np.stack([lefts + start, rights]))
    lefts, rights = np.concatenate(found, axis=1)
    return ClassFlow(lefts, rights, np.zeros_like(lefts), *duals)


MAX_PAIRS = 1 << 23
"""At most so many pairs of classes are solved whole."""
STEP_LIMIT, PATIENCE = (1 << 26, 1 << 33), 8
"""So many steps at most may be expected of that, without and with compiled code, or so many times more if nothing else
is left to do: a part of a second, some seconds.
"""


@dataclass(frozen=True, slots=True)
class AggregatedSolve:
    """The classes of a market, the restricted master, and the aggregated market."""

    people: PeopleClasses
    master: RestrictedMaster
    aggregate_problem: PricingProblem

    @classmethod
    def of(cls, pricing: PricingProblem, master: RestrictedMaster) -> "AggregatedSolve | None":
        """Return the classes of a pricing problem, None where hardly anybody is identical."""
        people = PeopleClasses.of(pricing)
        return None if people is None else cls(people, master, people.aggregate())

    def opening(self) -> tuple[OptimalFace, PrimalDual] | None:
        """Return an optimum of the goals on the pairs that a canonical answer may take.

        None where there are too many classes.

        If any optimum will do, these are the pairs of one.
        """
        flow = self._solve_classes()
        if flow is None:
            return None
        # Overrides: the classes are a warm start and no more.
        if self.people.has_overrides:
            return self._with_overrides(flow)
        # No overrides: the optimum of the classes is one of the people.
        answer, optimum = self._report_answer(flow)
        if not self.master.run.ties:
            return answer, optimum
        return self._settle_ties(self._tie_face(flow, answer))

    def _tie_face(self, flow: ClassFlow, answer: OptimalFace) -> TieFace:
        """Return the tied answers of the classes, as if there were no overrides."""
        none = np.empty(0, dtype=np.int64)
        return TieFace(self.people, flow, answer, self.master.run.tie_breaker.anonymized, (none, none))

    def _settle_ties(self, tie_face: TieFace) -> tuple[OptimalFace, PrimalDual]:
        """Return the pairs of tied answers that can be in the canonical one."""
        return tie_face.settle(
            self.master.solve_ties, choose_tie_scanner(compiled=self.master.compiled), self.master.check_deadline
        )

    def _with_overrides(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the optimum where some pairs have overrides, from a flow as if they had not."""
        has_overrides, tie_face = (
            OverrideSolve(self.people, flow, self.master),
            self._tie_face(flow, self.people.disaggregate(flow)),
        )
        opening = has_overrides.optimum(
            tie_face.top_pairs(choose_tie_scanner(compiled=self.master.compiled), self.master.check_deadline)
        )
        if not self.master.run.ties:
            return opening
        left = has_overrides.tie_face(self.aggregate_problem, opening)
        return None if left is None else self._settle_ties(left)

    def _solve_classes(self) -> ClassFlow | None:
        """Return the optimum of the aggregated market: whole, or by column generation; None if it is too large."""
        # Column generation may pair two classes once only; that is enough where one side has single places.
        single = any(bounds.most.max(initial=0) <= 1 for bounds in self.aggregate_problem.bounds)
        if self._fits(1 if single else PATIENCE):
            return solve_classes(self.aggregate_problem, self.master.check_deadline)
        return (
            ClassFlow.of(*solve_all_pairs(self.aggregate_problem, self.master, self._report_classes))
            if single
            else None
        )

    def _fits(self, times: int) -> bool:
        """Return whether the aggregate can be solved whole in ``times`` as many steps as usual."""
        u, v = self.aggregate_problem.scores.shape
        # Each of u + v augmentations scans u * v arcs at worst.
        steps = u * v * (u + v)
        return (
            u * v <= MAX_PAIRS // self.people.pricing.scores.list_divisor
            and steps <= times * STEP_LIMIT[self.master.compiled]
        )

    def _report_answer(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual]:
        """Report and return an answer of the classes as one of their people."""
        answer = self.people.disaggregate(flow)
        optimum = PrimalDual(np.ones(len(answer), dtype=bool), *self.people.duals(flow))
        profit = self.people.pricing.stage.profit(self.master.problem, answer.lefts, answer.rights)
        self.master.report(answer, optimum, exact_dot(profit))
        return answer, optimum

    def _report_classes(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Report an answer of the classes if there are no overrides: then it is one of people."""
        if self.people.has_overrides:
            return
        flow = ClassFlow.of(face, optimum)
        answer = self.people.disaggregate(flow)
        self.master.report(answer, PrimalDual(np.ones(len(answer), dtype=bool), *self.people.duals(flow)), bound)
