"""How far pairs hang on the exact weights: how often each stays when the weights of the criteria change a little."""

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
from mentormatch.explanation.unmatched_people import Case
from mentormatch.explanation.why_not import pair_list
from mentormatch.languages.phrases import about, of_two, percent, thousands
from mentormatch.languages.translation import SpokenText, language, tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import LazyScores, formulate
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, normalise_weights, score

SOLID, FAIR = 0.9, 0.6
MOST_SAMPLES = 10_000
SAMPLING_SECONDS = 3_600.0
"""What all samples may take, each as long as the answer, where no scores are held."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Weights are changed ``samples`` times, each by a factor drawn evenly from ``1 - spread`` to ``1 + spread``.

    Raises RequestError where ``samples`` is not from 1 to 10 000 or ``spread`` not from 0 to 1.

    >>> SamplingPlan(samples=2, spread=0.0).factors(3).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """

    samples: int = 200
    spread: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        samples, spread = exact_number(self.samples), exact_number(self.spread)
        found = []
        if not isinstance(samples, int) or not 1 <= samples <= MOST_SAMPLES:
            most = tr("un nombre de 1 à {most}", most=thousands(MOST_SAMPLES))
            found.append(Problem("samples", value_in_words(self.samples), most))
        if spread is None or not 0 <= spread <= 1:
            found.append(Problem("spread", value_in_words(self.spread), tr("une part de 0 à 1")))
        if found:
            raise RequestError(tr("La solidité ne peut pas être essayée ainsi"), found)
        for name, number in (("samples", samples), ("spread", spread), ("seed", seed_number(self.seed))):
            object.__setattr__(self, name, number)

    def factors(self, criteria: int) -> NDArray[np.float64]:
        """Return (samples, criteria) factors; the same seed draws the same."""
        rng = np.random.default_rng(self.seed)
        return rng.uniform(1 - self.spread, 1 + self.spread, (self.samples, criteria))


@dataclass(frozen=True, slots=True)
class Steadiness(SpokenText):
    """A chosen pair, and the share of the samples (0 to 1) in which it is chosen too."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    share: float

    @property
    def word(self) -> str:
        """What staff call it: solid from 90 %, fairly solid from 60 %, fragile below."""
        with language(self.language, unless_asked=True):
            if self.share >= SOLID:
                return tr("solide")
            return tr("assez solide") if self.share >= FAIR else tr("fragile")

    def in_words(self) -> str:
        kept = tr("{word}, gardé dans {share} des essais", word=self.word, share=percent(self.share))
        return about(of_two(self.mentor, self.mentee), kept)


@dataclass(frozen=True, slots=True)
class Robustness(SpokenText):
    """The steadiness of each chosen pair, the most fragile first, and how it was tried."""

    holds_texts: ClassVar[bool] = False
    trial: SamplingPlan
    pairs: tuple[Steadiness, ...]

    def in_words(self) -> str:
        words = tr("solide"), tr("assez solide"), tr("fragile")
        found = ", ".join(about(word, str(sum(pair.word == word for pair in self.pairs))) for word in words)
        return tr(
            "Binômes sur {samples} essais, poids à ±{spread} : {found}.",
            samples=self.trial.samples,
            spread=percent(self.trial.spread),
            found=found,
        )


def robustness(case: Case, trial: SamplingPlan | None = None, *, seed: int = 0) -> Robustness:
    """Return how often each chosen pair stays when the weights of the criteria change.

    Each sample is scored, posed and solved like the cohort itself, rules that read scores included. A sample without
    any answer keeps no pair. Takes one solve a sample, and eight bytes a criterion and pair.

    Parameters
    ----------
    case
        The decision; without an answer, no pair is told of.
    trial
        How many samples, how far the weights go, and the seed of the draw.
    seed
        The seed of the matching, which settles ties.

    Raises
    ------
    EngineError
        If a sample is not solved.
    RequestError
        If no scores are held and so many samples would take longer than an hour, by the time the answer took.
    """
    tried = trial or SamplingPlan()
    refuse_long(case, tried)
    chosen = pair_list(case.solution.pairs)
    kept = dict.fromkeys(chosen, 0)
    if case.problem.scores.stored:
        load_numba(tried.samples * case.problem.scores.count)
    with track(parts=tried.samples):
        for problem in sample_problems(case, tried) if chosen else ():
            solution = solve(problem, seed=seed, proofs="none")
            if solution.interrupted:
                raise KeyboardInterrupt
            if solution.status not in (Status.PROVED, Status.INFEASIBLE):
                raise EngineError("A change of the weights could not be solved")
            for pair in kept.keys() & set(pair_list(solution.pairs)):
                kept[pair] += 1
    found = [
        Steadiness(case.name("mentor", mentor), case.name("mentee", mentee), count / tried.samples)
        for (mentor, mentee), count in kept.items()
    ]
    return Robustness(tried, tuple(sorted(found, key=lambda pair: pair.share)))


def refuse_long(case: Case, trial: SamplingPlan) -> None:
    """Raise RequestError where so many samples of a problem of which no scores are held take too long."""
    within = int(SAMPLING_SECONDS / max(case.solution.seconds, 1e-3))
    if not case.scores.held and trial.samples > within:
        expected = tr("{most} essais au plus pour tant de monde", most=thousands(max(within, 1)))
        found = Problem("samples", str(trial.samples), expected)
        raise RequestError(tr("La solidité ne peut pas être essayée ainsi"), [found])


def sample_problems(case: Case, trial: SamplingPlan) -> Iterator[AssignmentProblem]:
    """Yield the problem of the cohort under each change of the weights, as ``score`` and ``formulate`` would return it.

    What rules say that read no score is asked once, for all of them.
    """
    criteria, scores, goals = case.scores.criteria, case.scores, case.problem.goals
    drawn = allowed = None
    held = not isinstance(scores, LazyScores)
    if held and all(rule.least_score is None for rule in case.rules):
        drawn = formulate(case.cohort, scores, case.rules, goals)
        allowed = np.zeros(drawn.shape, dtype=bool)
        allowed[drawn.scores.pairs()] = True
    values = [fill_missing(criterion, case.cohort) for criterion in criteria] if held else []
    for factors in trial.factors(len(criteria)).tolist():
        changed = tuple(
            criterion.model_copy(update={"weight": criterion.weight * factor})
            for criterion, factor in zip(criteria, factors, strict=True)
        )
        if isinstance(scores, LazyScores):
            yield formulate(case.cohort, scores.with_criteria(changed), case.rules, goals)
            continue
        # The scores under these weights
        weights = normalise_weights(changed)
        if scores.emphasis is None:
            found = sum_weighted(values, weights, case.problem.shape)
        else:
            found = score(case.cohort, changed, scores.emphasis).values
        if drawn is None:
            table = replace(scores, values=found, criteria=changed, weights=weights)
            yield formulate(case.cohort, table, case.rules, goals)
        else:
            yield replace(drawn, scores=pack_scores(found, allowed))


def fill_missing(criterion: Criterion, cohort: Cohort) -> NDArray[np.float64]:
    """Return (n, m): the value of one criterion for every pair, ``neutral`` where undefined."""
    values = criterion.score(cohort.mentors, cohort.mentees)
    return np.where(np.isnan(values), criterion.neutral, values)


def sum_weighted(
    values: Sequence[NDArray[np.float64]], weights: Sequence[float], shape: tuple[int, int]
) -> NDArray[np.int32]:
    """Return (n, m) scores in millionths, each share rounded by itself; strip by strip, which stay in the cache."""
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
