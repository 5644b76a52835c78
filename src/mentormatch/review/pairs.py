"""What one pair's score is made of: the points of each criterion, which add up to it, and the reason in words."""

from dataclasses import dataclass

import numpy as np

from mentormatch.languages import mark, tr
from mentormatch.people import Cohort, Person
from mentormatch.phrases import about, percent, points
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import ScoreTable, contribution

UNANSWERED = mark("sans réponse d'un des deux côtés : compté à sa valeur neutre")


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
        share, full = f"{points(self.share):>5}", f"{points(self.full):<5}"
        head = tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)
        return about(head, self.reason)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people: keys, score in millionths, the weight of what both answered (0 to 1), and what makes the score."""

    mentor: str
    mentee: str
    score: int
    answered: float
    contributions: tuple[Contribution, ...]

    def __str__(self) -> str:
        said = tr("{score} points sur 100, {known} connus", score=points(self.score), known=percent(self.answered))
        head = about(f"{self.mentor} - {self.mentee}", said)
        return "\n".join([head, *map(str, self.contributions)])

    @property
    def points(self) -> float:
        """The score out of 100."""
        return self.score / 10_000


def explain_pair(cohort: Cohort, scores: ScoreTable, mentor: int, mentee: int) -> Pair:
    """Return the pair at these positions, explained; its contributions add up to its score exactly."""
    left, right = cohort.mentors.take([mentor]).person(0), cohort.mentees.take([mentee]).person(0)
    weighted = list(zip(scores.criteria, scores.weights, strict=True))
    parts = tuple(explain_share(criterion, weight, left, right) for criterion, weight in weighted)
    answered = sum((weight for part, (_, weight) in zip(parts, weighted, strict=True) if part.answered), 0.0)
    return Pair(left.id, right.id, sum(part.share for part in parts), round(answered, 6), parts)


def explain_share(criterion: Criterion, weight: float, left: Person, right: Person) -> Contribution:
    """Return what one criterion adds to one pair; each person stands alone in their people."""
    share, known = contribution(criterion, weight, left.people, right.people)
    answered = bool(known[0, 0])
    reason = criterion.reason(left, right) if answered else tr(UNANSWERED)
    full = int(np.rint(weight * 1_000_000))
    return Contribution(criterion.label, criterion.kind, criterion.group, int(share[0, 0]), full, answered, reason)
