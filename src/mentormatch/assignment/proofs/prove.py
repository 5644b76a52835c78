"""A problem and its solution -> the solution with a proof of each goal that its duals do not prove."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import (
    NO_ANSWER,
    NO_WORDS,
    TIES,
    GoalProof,
    Solution,
    Status,
    Tier,
    TieWords,
)
from mentormatch.assignment.proofs.relaxation import BudgetError, LinearRelaxation, Multipliers
from mentormatch.assignment.proofs.tree import Budget, Prover, Steps
from mentormatch.assignment.tie_breaking import AnonymousTieBreaker
from mentormatch.assignment.verification.certificate import certify
from mentormatch.assignment.verification.claims import Claims, Stage, TermLimit, has_single_levels
from mentormatch.assignment.verification.refutation import ProofError, System, Work
from mentormatch.base.arrays import BoolVector

MAX_TIE_ROUNDS = 4
"""The most systems in a proof of ties; each but the last compares one round of hashes."""
MAX_UNIQUE_LEAVES, MAX_UNIQUE_WORK = 20, 100_000
"""The budget for a proof that the answer is the only optimal one, before hashes are compared."""


def add_proofs(
    problem: AssignmentProblem,
    solution: Solution,
    budget: Budget | None = None,
    *,
    every_goal: bool = False,
    ties: AnonymousTieBreaker | None = None,
) -> Solution:
    """Return the solution with a proof of each stated bound that the duals leave open.

    Each goal gets the whole budget, and no proof if the budget does not suffice. For ``leximin`` only optimality is
    proved. Present proofs are retained. Unchanged if ``Claims.can_state`` is False or there is no answer. With
    ``every_goal``, goals that duals prove get a proof too, and proofs with other steps than ``leaf``, ``fix`` and
    ``split`` of one column are replaced by proofs with these steps, for a checker that reads no others. ``ties`` are
    the hashes that settled ties: if given, a canonical answer also gets a proof that no other optimum precedes it.
    """
    budget = budget or Budget()
    if not Claims.can_state(problem):
        return solution
    claims = Claims.of(problem)
    if solution.status is Status.INFEASIBLE:
        asks: list[Stage] = [(True, lambda _: claims.any_answer)]
        steps = None if solution.proofs else StageProver(claims).prove([asks], budget)
        return solution if steps is None else replace(solution, proofs=(_proof(NO_ANSWER, 0, steps),))
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return solution
    width = problem.shape[1]
    keys = solution.pairs[:, 0] * width + solution.pairs[:, 1]
    chain = StageProver(claims, np.isin(claims.mentors * width + claims.mentees, keys), plain=every_goal)
    proofs = {proof.goal: proof for proof in solution.proofs}
    present = {goal for goal, proof in proofs.items() if not every_goal or _is_plain(proof)}
    certificate, words = certify(problem, solution), solution.tie_words
    with suppress(ProofError):  # too many terms
        for certified, tier in zip(certificate.tiers, solution.tiers, strict=False):
            is_open = every_goal or certified.certified != tier.bound
            bound = tier.bound if is_open and tier.goal not in present and _can_prove(tier) else None
            if bound is None:
                systems = len(proofs[tier.goal].systems) if tier.goal in present else None
                chain.hold(claims.stages(tier, tier.value, is_single=has_single_levels(tier, systems)))
                continue
            singles = [False, True] if tier.goal == "leximin" else [True]
            forms = [claims.stages(tier, bound, is_single=is_single) for is_single in singles]
            steps = chain.prove(forms, budget)
            if steps is not None:
                proofs[tier.goal] = _proof(tier.goal, bound, steps)
        if ties is not None and TIES not in proofs and solution.canonical:
            found = chain.prove_ties(solution, ties, budget)
            if found is not None:
                steps, words = found
                proofs[TIES] = _proof(TIES, len(steps) - 1, steps)
    return replace(solution, proofs=tuple(proofs.values()), tie_words=words)


def _can_prove(tier: Tier) -> bool:
    return tier.goal != "leximin" or tier.proved


def _is_plain(proof: GoalProof) -> bool:
    """Return whether a proof has plain steps only; proofs of ``leximin`` count as plain, as they need other steps."""
    steps = [step for text in proof.systems for step in json.loads(text)]
    return proof.goal == "leximin" or all(map(_is_plain_step, steps))


def _is_plain_step(step: list[Any]) -> bool:
    match step:
        case ["leaf" | "fix", _] | ["split", [[_, _]], 0]:
            return True
        case _:
            return False


def _proof(goal: str, bound: int, systems: list[Steps]) -> GoalProof:
    return GoalProof(goal, bound, tuple(json.dumps(steps, separators=(",", ":")) for steps in systems))


@dataclass(slots=True)
class StageProver:
    """Proves stages one after another: columns that one stage fixes remain fixed in the next.

    Attributes
    ----------
    chosen
        (e,) bool: the answer, if there is one.
    plain
        As in ``Prover``.
    system
        The answers that remain after the stages so far.
    duals
        The duals of the last system that was proved, by the numbers of its rows.
    open
        Returns the last system of a better answer that was held and not proved.
    program
        The first linear program of the last system, and the number of rows that it shares with the following systems.
    """

    claims: Claims
    chosen: BoolVector | None = None
    plain: bool = False
    system: System = field(init=False)
    duals: Multipliers = field(default_factory=list)
    open: Callable[[], System] | None = None
    program: tuple[LinearRelaxation, int] | None = None

    def __post_init__(self) -> None:
        self.system = self.claims.rules

    def hold(self, stages: Iterable[Stage]) -> None:
        """Narrow the system to the answers that are no worse, without a proof."""
        limit = TermLimit(len(self.system.rows))
        for asks, change in stages:
            if asks:
                self.open = partial(change, self.system)
            else:
                self.system = limit.add(change(self.system))
        self.duals = []

    def prove(self, forms: Sequence[Iterable[Stage]], budget: Budget) -> list[Steps] | None:
        """Return the steps for each system of a better answer, in the first form of a claim that is proved.

        None if no form is proved. All forms but the last have no leaves for a tree, and half of the work.
        """
        start = self.system
        for left, stages in zip(range(len(forms) - 1, -1, -1), forms, strict=True):
            self.system, self.program, self.duals = start, None, []
            share = replace(budget, leaves=0, work=budget.work // 2) if left else replace(budget)
            found = self._prove_form(iter(stages), share)
            if found is not None:
                return found
        return None

    def _prove_form(self, stages: Iterator[Stage], budget: Budget) -> list[Steps] | None:
        found, limit = list[Steps](), TermLimit(len(self.system.rows))
        for asks, change in stages:
            if not asks:
                self.system = limit.add(change(self.system))
                continue
            first, system = self._keep(), limit.add(change(self.system))
            try:
                found.append([*first, *self._close(system, budget)])
            except (BudgetError, ProofError):  # a system whose numbers are too great cannot be proved
                self.hold(stages)
                return None
        return found

    def prove_ties(
        self, solution: Solution, hashes: AnonymousTieBreaker, budget: Budget
    ) -> tuple[list[Steps], TieWords] | None:
        """Return the steps of a proof that the answer is canonical, with the words of the people concerned.

        None if there is none within the budget and ``MAX_TIE_ROUNDS``. No words if the answer is the only optimum.
        """
        if not self.duals and self.open is not None:
            # The duals of the last goal fix columns that are the same in every optimal answer
            with suppress(BudgetError, ProofError):
                self._close(self.open(), replace(budget))
        first, found = self._keep(), list[Steps]()
        words = self._words(hashes)
        *rounds, (_, other) = self.claims.tie_stages(solution.pairs, words, MAX_TIE_ROUNDS)
        changes = [change for _, change in rounds]
        with suppress(BudgetError, ProofError):
            for greater, equal in zip(changes[::2], changes[1::2], strict=True):
                # Try to prove that no other answer remains
                with suppress(BudgetError):
                    brief = replace(budget, leaves=MAX_UNIQUE_LEAVES, work=min(budget.work, MAX_UNIQUE_WORK))
                    share = replace(budget) if found else brief
                    steps = [*first, *self._close(other(self.system), share)]
                    return [*found, steps], words if found else NO_WORDS
                # No remaining answer has a greater sum of hashes
                found.append([*first, *self._close(greater(self.system), replace(budget))])
                self.system = equal(self.system)
                first = self._keep()
        return None

    def _words(self, hashes: AnonymousTieBreaker) -> TieWords:
        """Return the words of the people with an open column: a pair in some remaining answers, not in others."""
        count = len(self.claims.scores)
        is_open = self.system.most[:count] & ~self.system.least[:count]
        mentors, mentees = (
            tuple((person, int(words[person])) for person in np.unique(people[is_open]).tolist())
            for people, words in ((self.claims.mentors, hashes.mentors), (self.claims.mentees, hashes.mentees))
        )
        return mentors, mentees

    def _close(self, system: System, budget: Budget) -> Steps:
        """Return the steps that close a system, and store its duals and its program."""
        height, program = len(self.system.lower), None
        if self.program is not None and self.program[0].target == self.program[1]:
            program, _ = self.program
        # If several rows were added, one per person, none is a sum to maximise: the goal before them is, if any
        is_sum = len(system.lower) == height + 1 or height == len(self.claims.rules.lower)
        aim = None if is_sum else height - 1
        prover = Prover(self.claims, system, self.chosen, budget, plain=self.plain, program=program, aim=aim)
        steps = prover.prove()
        self.duals = prover.root
        self.program = None if prover.program is None else (prover.program, height)
        return steps

    def _keep(self) -> Steps:
        """Fix columns by the duals of the last system, and return that step in a list; empty if it fixes nothing."""
        if not self.duals:
            return []
        try:
            system = self.system.fix(self.duals, [], Work())
        except ProofError:  # the duals of an empty box need not fit
            return []
        if (system.least == self.system.least).all() and (system.most == self.system.most).all():
            return []
        self.system, duals = system, self.duals
        return [["keep", duals]]
