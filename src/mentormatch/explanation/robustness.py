"""Stability of pairs under random changes of the weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.kernels.jit import load_numba
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import STRIP_CELLS, pack_scores
from mentormatch.assignment.model.solution import Status
from mentormatch.base.progress import track
from mentormatch.base.scalars import exact_number, seed_number, value_in_words
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.explanation.why_not import pair_list
from mentormatch.languages.phrases import about, of_two, percent, thousands
from mentormatch.languages.translation import SpokenText, language, tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import LazyScores, formulate
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, normalise_weights, score

MIN_SOLID_SHARE, MIN_FAIR_SHARE = 0.9, 0.6
MAX_SAMPLES = 10_000
MAX_SAMPLING_S = 3_600.0
"""The limit for all samples if scores are not stored, predicted from the time of the solution."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """``samples`` random changes of the weights, by uniform factors from ``1 - spread`` to ``1 + spread``.

    Raises RequestError if ``samples`` is not an integer from 1 to 10 000, ``spread`` not a number from 0 to 1, or
    ``seed`` not an integer from 0 to 2^64 - 1.

    >>> SamplingPlan(samples=2, spread=0.0).factors(3).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """

    samples: int = 200
    spread: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        samples, spread = exact_number(self.samples), exact_number(self.spread)
        problems = []
        if not isinstance(samples, int) or not 1 <= samples <= MAX_SAMPLES:
            expected = tr("un nombre de 1 à {most}", most=thousands(MAX_SAMPLES))
            problems.append(Problem("samples", value_in_words(self.samples), expected))
        if spread is None or not 0 <= spread <= 1:
            problems.append(Problem("spread", value_in_words(self.spread), tr("une part de 0 à 1")))
        if problems:
            raise RequestError(tr("La solidité ne peut pas être essayée ainsi"), problems)
        for name, number in (("samples", samples), ("spread", spread), ("seed", seed_number(self.seed))):
            object.__setattr__(self, name, number)

    def factors(self, criteria: int) -> NDArray[np.float64]:
        """Return (samples, criteria) factors, reproducible by the seed."""
        rng = np.random.default_rng(self.seed)
        return rng.uniform(1 - self.spread, 1 + self.spread, (self.samples, criteria))


@dataclass(frozen=True, slots=True)
class Steadiness(SpokenText):
    """A chosen pair, and the share of the samples (0 to 1) that contain it too."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    share: float

    @property
    def word(self) -> str:
        """The label for staff: solid from 90 %, fairly solid from 60 %, fragile below."""
        with language(self.language, unless_asked=True):
            if self.share >= MIN_SOLID_SHARE:
                return tr("solide")
            return tr("assez solide") if self.share >= MIN_FAIR_SHARE else tr("fragile")

    def in_words(self) -> str:
        sentence = tr("{word}, gardé dans {share} des essais", word=self.word, share=percent(self.share))
        return about(of_two(self.mentor, self.mentee), sentence)


@dataclass(frozen=True, slots=True)
class Robustness(SpokenText):
    """The stability of each chosen pair, the most fragile first, and the sampling plan."""

    holds_texts: ClassVar[bool] = False
    trial: SamplingPlan
    pairs: tuple[Steadiness, ...]

    def in_words(self) -> str:
        words = tr("solide"), tr("assez solide"), tr("fragile")
        counts = ", ".join(about(word, str(sum(pair.word == word for pair in self.pairs))) for word in words)
        return tr(
            "Binômes sur {samples} essais, poids à ±{spread} : {found}.",
            samples=self.trial.samples,
            spread=percent(self.trial.spread),
            found=counts,
        )


def robustness(case: SolvedInstance, trial: SamplingPlan | None = None, *, seed: int = 0) -> Robustness:
    """Return the share of weight changes that preserve each chosen pair.

    Each sample is scored, formulated and solved like the cohort, with rules that read scores. A sample without a
    solution preserves no pair. Takes one solve per sample, and eight bytes per criterion and pair if scores are stored.

    Parameters
    ----------
    case
        The solved case; without a solution, the result has no pairs.
    trial
        The number of samples, the spread of the weights, and the seed of the draw.
    seed
        The seed of the matching, which breaks ties.

    Raises
    ------
    EngineError
        If a sample is neither solved to a proof nor proved infeasible.
    RequestError
        If scores are not stored and the samples would take longer than an hour, by the time of the solution.
    """
    plan = trial or SamplingPlan()
    refuse_long(case, plan)
    chosen_pairs = pair_list(case.solution.pairs)
    counts = dict.fromkeys(chosen_pairs, 0)
    if case.problem.scores.stored:
        load_numba(plan.samples * case.problem.scores.count)
    with track(parts=plan.samples):
        for problem in sample_problems(case, plan) if chosen_pairs else ():
            solution = solve(problem, seed=seed, proofs="none")
            if solution.interrupted:
                raise KeyboardInterrupt
            if solution.status not in (Status.PROVED, Status.INFEASIBLE):
                raise EngineError("A change of the weights could not be solved")
            for pair in counts.keys() & set(pair_list(solution.pairs)):
                counts[pair] += 1
    shares = [
        Steadiness(case.name("mentor", mentor), case.name("mentee", mentee), count / plan.samples)
        for (mentor, mentee), count in counts.items()
    ]
    return Robustness(plan, tuple(sorted(shares, key=lambda pair: pair.share)))


def refuse_long(case: SolvedInstance, trial: SamplingPlan) -> None:
    """Raise RequestError if the samples of a problem without stored scores would take too long."""
    within = int(MAX_SAMPLING_S / max(case.solution.seconds, 1e-3))
    if not case.scores.held and trial.samples > within:
        expected = tr("{most} essais au plus pour tant de monde", most=thousands(max(within, 1)))
        problem = Problem("samples", str(trial.samples), expected)
        raise RequestError(tr("La solidité ne peut pas être essayée ainsi"), [problem])


def sample_problems(case: SolvedInstance, trial: SamplingPlan) -> Iterator[AssignmentProblem]:
    """Yield the problem under each change of the weights, equal to that of ``score`` and ``formulate``.

    If scores are stored and no rule reads them, the rules are evaluated once for all samples.
    """
    criteria, scores, goals = case.scores.criteria, case.scores, case.problem.goals
    base_problem = allowed = None
    is_stored = not isinstance(scores, LazyScores)
    if is_stored and all(rule.least_score is None for rule in case.rules):
        base_problem = formulate(case.cohort, scores, case.rules, goals)
        allowed = np.zeros(base_problem.shape, dtype=bool)
        allowed[base_problem.scores.pairs()] = True
    values = [fill_missing(criterion, case.cohort) for criterion in criteria] if is_stored else []
    for factors in trial.factors(len(criteria)).tolist():
        changed = tuple(
            criterion.model_copy(update={"weight": criterion.weight * factor})
            for criterion, factor in zip(criteria, factors, strict=True)
        )
        if isinstance(scores, LazyScores):
            yield formulate(case.cohort, scores.with_criteria(changed), case.rules, goals)
            continue
        # Scores under these weights
        weights = normalise_weights(changed)
        if scores.emphasis is None:
            sample_scores = sum_weighted(values, weights, case.problem.shape)
        else:
            sample_scores = score(case.cohort, changed, scores.emphasis).values
        if base_problem is None:
            table = replace(scores, values=sample_scores, criteria=changed, weights=weights)
            yield formulate(case.cohort, table, case.rules, goals)
        else:
            yield replace(base_problem, scores=pack_scores(sample_scores, allowed))


def fill_missing(criterion: Criterion, cohort: Cohort) -> NDArray[np.float64]:
    """Return (n, m): the values of a criterion, ``neutral`` where undefined."""
    values = criterion.score(cohort.mentors, cohort.mentees)
    return np.where(np.isnan(values), criterion.neutral, values)


def sum_weighted(
    values: Sequence[NDArray[np.float64]], weights: Sequence[float], shape: tuple[int, int]
) -> NDArray[np.int32]:
    """Return (n, m) scores in millionths; each share is rounded separately, in strips that fit into the cache."""
    total = np.zeros(shape, dtype=np.int32)
    step = max(STRIP_CELLS // max(shape[1], 1), 1)
    for start in range(0, shape[0], step):
        strip = slice(start, start + step)
        share = np.empty_like(total[strip], dtype=np.float64)
        for block, weight in zip(values, weights, strict=True):
            np.multiply(block[strip], weight, out=share)
            np.multiply(share, MILLION, out=share)
            total[strip] += np.rint(share, out=share).astype(np.int32)
    return total
