"""What one pair's score is made of: the points of each criterion, which add up to it, and the reason in words."""

from dataclasses import dataclass

import numpy as np

from mentormatch.french import percent, points
from mentormatch.people import Cohort
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import ScoreTable, contribution

UNANSWERED = "sans réponse d'un des deux côtés : compté à sa valeur neutre"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One criterion in one pair.

    ``share`` and ``full`` are millionths: what it adds, and what it would add at most; ``answered`` says whether both
    sides answered; ``reason`` says in words what the share rests on.
    """

    criterion: str
    kind: str
    group: str | None
    share: int
    full: int
    answered: bool
    reason: str

    def __str__(self) -> str:
        return f"{points(self.share):>5} sur {points(self.full):<5} {self.criterion} : {self.reason}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people: keys, score in millionths, the weight of what both answered (0 to 1), and what makes the score."""

    mentor: str
    mentee: str
    score: int
    answered: float
    contributions: tuple[Contribution, ...]

    def __str__(self) -> str:
        head = f"{self.mentor} - {self.mentee} : {points(self.score)} points sur 100, {percent(self.answered)} connus"
        return "\n".join([head, *map(str, self.contributions)])

    @property
    def points(self) -> float:
        """The score out of 100."""
        return self.score / 10_000


def explain_pair(cohort: Cohort, scores: ScoreTable, mentor: int, mentee: int) -> Pair:
    """Return the pair at these positions, explained; its contributions add up to its score exactly."""
    parts = tuple(
        explain_share(cohort, criterion, weight, mentor, mentee)
        for criterion, weight in zip(scores.criteria, scores.weights, strict=True)
    )
    answered = sum((weight for part, weight in zip(parts, scores.weights, strict=True) if part.answered), 0.0)
    total = sum(part.share for part in parts)
    return Pair(cohort.mentors.ids[mentor], cohort.mentees.ids[mentee], total, round(answered, 6), parts)


def explain_share(cohort: Cohort, criterion: Criterion, weight: float, mentor: int, mentee: int) -> Contribution:
    """Return what one criterion adds to one pair."""
    left, right = cohort.mentors.take([mentor]), cohort.mentees.take([mentee])
    share, known = contribution(criterion, weight, left, right)
    answered = bool(known[0, 0])
    reason = criterion.reason(left.person(0), right.person(0)) if answered else UNANSWERED
    full = int(np.rint(weight * 1_000_000))
    return Contribution(criterion.label, criterion.kind, criterion.group, int(share[0, 0]), full, answered, reason)
