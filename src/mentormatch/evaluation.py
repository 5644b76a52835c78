"""Any pairs, also made by hand: explained like the engine's own, with the rules that they break."""

from collections.abc import Iterable
from dataclasses import dataclass

from mentormatch.assignment.rule import market_of
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.review.breaches import Breach, breaches
from mentormatch.review.pairs import Pair, explain_pair
from mentormatch.scoring.score import score


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A plan as it is: its pairs in the order given, each explained, and every rule that it breaks."""

    pairs: tuple[Pair, ...]
    breaches: tuple[Breach, ...]

    @property
    def total(self) -> int:
        """The sum of the scores, in millionths."""
        return sum(pair.score for pair in self.pairs)


def evaluate(cohort: Cohort, programme: Programme, pairs: Iterable[tuple[str, str]]) -> Evaluation:
    """Return what the plan ``pairs`` (mentor key, mentee key) is worth, and which rules it breaks.

    Raises RequestError where a key is nobody's, or a pair comes twice.
    """
    places = [(cohort.mentors.find(mentor), cohort.mentees.find(mentee)) for mentor, mentee in pairs]
    if len(set(places)) < len(places):
        raise RequestError(
            tr("Un binôme est donné deux fois"),
            [Problem("pairs", tr("un binôme en double"), tr("chaque binôme une fois"))],
        )
    scores = score(cohort, programme.criteria)
    explained = tuple(explain_pair(cohort, scores, *place) for place in places)
    return Evaluation(explained, tuple(breaches(programme.rules, market_of(cohort, scores.values), places)))
