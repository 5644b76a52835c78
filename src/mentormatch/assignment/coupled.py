"""Problems with rows that couple pairs, or minimums that bind only who is used: goal by goal, then tie by tie.

Each stage asks a linear program first. Its prices, rounded, still bound the optimum exactly, and with an answer in
hand they settle every pair whose reduced cost is above the gap. What is left goes to an integer program. A stage that
is done becomes a row of the next. Ties are settled by rivals: the best other answer in the next round of hashes,
until there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.engine import Run
from mentormatch.assignment.leximin import BELOW_ALL, Leximin
from mentormatch.assignment.linear import FEW, called, first_columns
from mentormatch.assignment.pool import Limit, Pool
from mentormatch.assignment.posed import posed
from mentormatch.assignment.problem import SUMS, AssignmentProblem
from mentormatch.assignment.program import Answer, Maximise, Word
from mentormatch.assignment.settle import MOST_ROUNDS
from mentormatch.assignment.solution import Solution, Status, without_pairs
from mentormatch.assignment.stages import Stage, reached, stage_of
from mentormatch.columns import BoolVector, IntVector
from mentormatch.errors import EngineError

SLACK = 1e-6
"""A solver's bound may miss a whole number by its last digits."""
LEXIMIN = Leximin(room=1 << 20)
"""Coefficients of an integer program stay small."""
COARSE = 1000
"""A pair is worth adding to a linear program from this part of a unit on."""


@dataclass(frozen=True, slots=True)
class Search:
    """One stage at work: what may still be optimal, and the best choice so far.

    ``worth``, ``reduced`` (in ``parts`` of a unit) and ``columns`` (in the linear program) are those of the pairs of
    ``pool``. ``ceiling``, in parts, bounds every choice; ``bound`` is the same in whole units, None if not known.
    ``empty``: it is proved that there is no choice at all.
    """

    pool: Pool
    worth: IntVector
    columns: BoolVector
    reduced: IntVector
    ceiling: int
    parts: int
    bound: int | None
    chosen: BoolVector | None = None
    empty: bool = False

    @property
    def value(self) -> int:
        """Return what the best choice so far is worth."""
        return 0 if self.chosen is None else int(self.worth[self.chosen].sum())

    @property
    def proved(self) -> bool:
        """Return whether no choice is better."""
        return self.chosen is not None and self.bound == self.value

    @property
    def limited(self) -> Pool:
        """Return the pool of the choices that are worth no less than the best so far."""
        return self.pool.limited(Limit(self.worth, least=self.value)) if self._binds else self.pool

    @property
    def _binds(self) -> bool:
        """Return whether some choice may be worth less: if pairs are worth the same, fewer pairs than are chosen."""
        least = max(int(loads.always.sum()) for loads in self.pool.sides)
        alike = len(self.worth) == 0 or (self.worth.min() == self.worth.max() >= 0)
        return not alike or least * int(self.worth.max(initial=0)) < self.value

    def better(self, *choices: BoolVector | None) -> BoolVector | None:
        """Return the best of the choices that keep every bound, if there is one."""
        held = [choice for choice in choices if choice is not None and self.pool.holds(choice)]
        return max(held, key=lambda choice: int(self.worth[choice].sum()), default=None)

    def offered(self, choice: BoolVector | None) -> "Search":
        """Return the search with a choice that may be better; pairs that cannot match it are settled."""
        if choice is None or not self.pool.holds(choice):
            return self
        value = int(self.worth[choice].sum())
        if self.chosen is not None and value <= self.value:
            return self
        return replace(self, chosen=choice) if self.bound is None else self._settled(choice, value)

    def _settled(self, choice: BoolVector, value: int) -> "Search":
        gap = self.ceiling - value * self.parts
        kept = (self.reduced >= -gap) | self.pool.forced
        return replace(
            self,
            pool=self.pool.only(kept, self.pool.forced | (self.reduced > gap)),
            worth=self.worth[kept],
            columns=self.columns[kept],
            reduced=self.reduced[kept],
            chosen=choice[kept],
        )

    def asked(self, maximise: Maximise, columns: BoolVector) -> "Search":
        """Return the search after an integer program on some of the pairs."""
        answer = maximise(posed(self.pool, self.worth, columns, whole=True).program)
        every = bool(columns.all())
        if answer.word is Word.INFEASIBLE and self.chosen is None:
            return replace(self, empty=every)
        work = self.offered(_spread(columns, answer))
        if work.chosen is None and answer.word is Word.OPTIMAL:
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        return work._closed(answer) if every else work

    def _closed(self, answer: Answer) -> "Search":
        if answer.bound is None or self.bound is None:
            return self
        return replace(self, bound=min(self.bound, max(self.value, int(np.floor(answer.bound + SLACK)))))


def solve_coupled(problem: AssignmentProblem, run: Run, maximise: Maximise) -> Solution:
    """Return the canonical solution, or the best one found in time with what is proved of it."""
    pool, guide = Pool.of(problem), _guide(problem)
    chosen = _scouted(pool, guide.worth(problem, pool.mentors, pool.mentees), maximise) if len(pool) > FEW else None
    bounds: dict[str, int | None] = {}
    for goal in problem.goals:
        work = _pursued(problem, goal, pool, chosen, guide, maximise)
        if work.chosen is None:
            return without_pairs(Status.INFEASIBLE if work.empty else Status.STOPPED, "")
        bounds[goal] = len(problem.former) - work.bound if goal == "changes" and work.bound is not None else work.bound
        pool, chosen = work.limited, work.chosen
        if not work.proved:
            return _solution(problem, pool, chosen, bounds, Status.FEASIBLE)
    if chosen is None:
        raise EngineError("A problem without goals has no answer")
    status = Status.PROVED
    if run.ties:
        pool, chosen, status = _break_ties(pool, chosen, run, maximise)
    return _solution(problem, pool, chosen, bounds, status)


def _pursued(  # noqa: PLR0913 - what is open, what is known of it, and how to ask
    problem: AssignmentProblem, goal: str, pool: Pool, chosen: BoolVector | None, guide: Stage, maximise: Maximise
) -> Search:
    """Return the search for the best choice in one goal, at its end."""
    if goal == "leximin" and chosen is not None:
        return _climbed(problem, pool, chosen, maximise)
    lead, worth = (each.worth(problem, pool.mentors, pool.mentees) for each in (guide, stage_of(problem, goal)))
    return best_of(pool, worth, lead, chosen, maximise)


def _climbed(problem: AssignmentProblem, pool: Pool, chosen: BoolVector, maximise: Maximise) -> Search:
    """Return the search for the leximin choice, at its end: the last of its stages, or the first that is not proved."""
    none = np.zeros(len(pool), dtype=np.int64)
    work, last = Search(pool, none, pool.forced, none, 0, 1, 0, chosen), BELOW_ALL
    while work.proved and work.chosen is not None:
        step = LEXIMIN.worth(problem.scores.at(work.pool.mentors, work.pool.mentees), last)
        if step is None:
            break
        worth, last = step
        work = best_of(work.limited, worth, worth, work.chosen, maximise)
    return work


def _guide(problem: AssignmentProblem) -> Stage:
    """Return the goals loosely in one number: what is good in it is good in all of them, and proves nothing."""
    stages = [stage_of(problem, goal) for goal in reversed(problem.goals) if goal in SUMS]
    guide = stages[0]
    for stage in stages[1:]:
        guide = stage.above(guide, 1) if stage.fits_above(guide, 1) else stage
    return guide


def _scouted(pool: Pool, lead: IntVector, maximise: Maximise) -> BoolVector | None:
    """Return a good choice to begin with, so that a goal that is easily reached needs no integer program."""
    work = _relaxed(pool, lead, lead, None, maximise)
    if work.bound is not None and work.chosen is None:
        work = work.asked(maximise, work.columns)
    return None if work.chosen is None else _same_pairs(work, pool)


def best_of(pool: Pool, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: Maximise) -> Search:
    """Return the search for the best choice from a pool, at its end.

    Parameters
    ----------
    lead
        The pairs that lead in this go into the first program.
    known
        A choice that keeps every bound, if there is one.
    """
    if known is not None and int(worth[known].sum()) == _greatest(pool, worth):
        return _at_once(pool, worth, known)
    work = _relaxed(pool, worth, lead, known, maximise)
    if work.bound is None:
        return work
    if not work.proved and not work.columns.all():
        work = work.asked(maximise, work.columns)
    return work if work.proved else work.asked(maximise, np.ones_like(work.columns))


def _greatest(pool: Pool, worth: IntVector) -> int:
    """Return a bound on any choice: what each person of one side could have at best, whoever else wants the same."""
    found = []
    for people, loads in zip(pool.people(), pool.sides, strict=True):
        gain = np.where(pool.forced, worth, np.maximum(worth, 0))
        order = np.lexsort((-gain, ~pool.forced, people))
        ranked = people[order]
        rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
        found.append(int(gain[order][rank < loads.most[ranked]].sum()))
    return min(found)


def _at_once(pool: Pool, worth: IntVector, known: BoolVector) -> Search:
    """Return the search that ends with a choice known to be the best."""
    value, none = int(worth[known].sum()), np.zeros(len(pool), dtype=np.int64)
    return Search(pool, worth, np.ones(len(pool), dtype=bool), none, value, 1, value, known)


def _relaxed(pool: Pool, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: Maximise) -> Search:
    """Return the search after the linear program: bounded by its prices, with its corner if that is whole.

    Without a bound, if the program has no answer, or none in time.
    """
    columns = first_columns(pool.mentors, pool.mentees, lead) | pool.forced
    if known is not None:
        columns |= known
    while True:
        now = posed(pool, worth, columns, whole=False)
        answer = maximise(now.program)
        if answer.word is Word.INFEASIBLE and not columns.all():
            columns = np.ones_like(columns)
        elif answer.duals is None:
            empty = answer.word is Word.INFEASIBLE
            return Search(pool, worth, columns, np.zeros_like(worth), 0, 1, None, known, empty)
        else:
            duals = now.duals(pool, worth, answer.duals)
            reduced = duals.reduced(pool, worth)
            missing = (reduced > duals.parts // COARSE) & ~columns
            if not missing.any():
                ceiling = duals.bound(pool, reduced)
                bound = ceiling // duals.parts
                work = Search(pool, worth, columns, reduced, ceiling, duals.parts, bound)
                return work.offered(work.better(known, _spread(columns, answer)))
            columns |= called(pool.mentors, pool.mentees, reduced, missing)


def _spread(columns: BoolVector, answer: Answer) -> BoolVector | None:
    """Return the choice over all pairs that a whole answer on some columns makes, None if it is not whole."""
    taken = answer.taken()
    if taken is None:
        return None
    choice = np.zeros(len(columns), dtype=bool)
    choice[columns] = taken[: np.count_nonzero(columns)]
    return choice


def _break_ties(pool: Pool, chosen: BoolVector, run: Run, maximise: Maximise) -> tuple[Pool, BoolVector, Status]:
    """Return the canonical choice: the best in the first round of hashes, then in each round against its best rival."""
    worth = run.hashes.of(pool.mentors, pool.mentees, 0)
    first = best_of(pool, worth, worth, chosen, maximise)
    if first.chosen is None or not first.proved:
        return pool, chosen, Status.FEASIBLE
    pool, chosen = first.limited, first.chosen
    for turn in range(1, MOST_ROUNDS):
        worth = run.hashes.of(pool.mentors, pool.mentees, turn)
        rival = _rival(pool, worth, chosen, maximise)
        own = int(worth[chosen].sum())
        if rival.empty or (rival.bound is not None and rival.bound < own):
            return pool, chosen, Status.PROVED
        if not rival.proved:
            return pool, chosen, Status.FEASIBLE
        chosen = _same_pairs(rival, pool) if rival.value > own else chosen
        pool = pool.limited(Limit(worth, least=max(rival.value, own)))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _rival(pool: Pool, worth: IntVector, chosen: BoolVector, maximise: Maximise) -> Search:
    """Return the search for the best choice that is not the one chosen."""
    if pool.forced.all():
        return Search(pool, worth, pool.forced, worth, 0, 1, None, empty=True)
    other = Limit(np.where(chosen, -1, 1), least=1 - int(chosen.sum()))
    return best_of(pool.limited(other), worth, worth, None, maximise)


def _same_pairs(rival: Search, pool: Pool) -> BoolVector:
    """Return the rival's choice over the pairs of the whole pool."""
    width = len(pool.sides[1])
    pairs = (rival.pool.mentors * width + rival.pool.mentees)[rival.chosen]
    return np.isin(pool.mentors * width + pool.mentees, pairs)


def _solution(
    problem: AssignmentProblem, pool: Pool, chosen: BoolVector, bounds: Mapping[str, int | None], status: Status
) -> Solution:
    pairs = np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])
    return Solution(status, pairs, tuple(reached(problem, pairs, bounds)))
