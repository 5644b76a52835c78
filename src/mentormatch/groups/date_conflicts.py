"""Why no dates are as asked, and what would do: each way out is tried before it is told, the cheapest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.solution import Status
from mentormatch.base.columns import IntVector
from mentormatch.explanation.people_phrases import first_of
from mentormatch.groups.availability import AttendanceMatrix, SessionMoment
from mentormatch.groups.date_chain import DateChain
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import counted

MOST_NAMED = 8
WEEK, WEEKS = 7, 8
"""Gaps are widened by a week at a time, so often at most."""


@dataclass(frozen=True, slots=True, repr=False)
class AbsenceLimits:
    """What was asked besides the chain: ``most_missed``, None for the fewest; all dates, those set aside included."""

    most_missed: int | None
    everything: AttendanceMatrix

    def bounds(self, chain: DateChain, most: int | None = None) -> IntVector:
        """Return (k,) int64: what each may miss at most."""
        allowed = self.most_missed if most is None else most
        return np.full(len(chain.there.answers), chain.number if allowed is None else allowed, dtype=np.int64)


def explain_infeasible(
    chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment], seed: int
) -> Iterator[str]:
    """Yield in words what stands in the way, then what would do."""
    yield from obstacles(chain, limits)
    yield from ways_out(chain, limits, set_aside)


def obstacles(chain: DateChain, limits: AbsenceLimits) -> Iterator[str]:
    """Yield what cannot be: too few dates far enough apart; members who miss too many; members who do together."""
    if chain.longest() < chain.number:
        yield too_few(chain)
        return
    alone, most = chain.fewest_missed(), limits.most_missed
    if alone is None or most is None:
        return
    over = [(member, int(least)) for member, least in zip(chain.there.answered, alone, strict=True) if least > most]
    for member, least in over:
        missed = counted(least, "séance")
        yield tr("{member} manque {missed} au moins, quelles que soient les dates.", member=member, missed=missed)
    if not over:
        yield together(chain, most)


def too_few(chain: DateChain) -> str:
    """Return in words that no chain of dates is as long as asked."""
    least, most = chain.apart
    return tr(
        "Parmi {dates}, on ne peut pas en garder {number} avec {least} à {most} jours de l'une à la suivante : "
        "{longest} au plus.",
        dates=counted(len(chain.there.moments), "date possible", "dates possibles"),
        number=chain.number,
        least=least,
        most=most,
        longest=chain.longest(),
    )


def together(chain: DateChain, most: int) -> str:
    """Return in words which members cannot all be kept from missing more; whichever is left out, the others can."""
    kept = list(range(len(chain.there.answers)))
    for person in list(kept):
        fewer = [other for other in kept if other != person]
        if not possible(among(chain, fewer), np.full(len(fewer), most, dtype=np.int64)):
            kept = fewer
    names = first_of([chain.there.answered[person] for person in kept], MOST_NAMED)
    missed = counted(most + 1, "séance")
    return tr(
        "Quelles que soient les dates, quelqu'un parmi {names} manque {missed} au moins.", names=names, missed=missed
    )


def among(chain: DateChain, people: Sequence[int]) -> DateChain:
    """Return the same question for some of those who answered."""
    there = chain.there
    members = tuple(there.answered[person] for person in people)
    known = np.ones(len(members), dtype=bool)
    return replace(chain, there=AttendanceMatrix(members, there.moments, there.answers[list(people)], known))


def possible(chain: DateChain, bounds: IntVector) -> bool:
    """Return whether there are such dates."""
    problem = replace(chain.pose(bounds), goals=("matched",))
    return solve(problem).status in (Status.PROVED, Status.FEASIBLE)


def ways_out(chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment]) -> Iterator[str]:
    """Yield each change that alone would do."""
    yield from (way for way in (more_missed(chain, limits), wider(chain, limits), fewer(chain, limits)) if way)
    whole = replace(chain, there=limits.everything)
    if set_aside and possible(whole, limits.bounds(whole)):
        yield tr_n(
            "Il suffirait de rouvrir la date écartée.",
            "Il suffirait de rouvrir des dates écartées.",
            len(set_aside),
        )


def more_missed(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how many absences would do, empty where none would."""
    if limits.most_missed is None:
        return ""
    for most in range(limits.most_missed + 1, chain.number + 1):
        if possible(chain, limits.bounds(chain, most)):
            absences = counted(most, "absence")
            return tr("Il suffirait d'accepter {absences} par personne au plus.", absences=absences)
    return ""


def wider(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how far apart sessions would have to be, empty where so much does not do."""
    least, most = chain.apart
    for weeks in range(1, WEEKS + 1):
        apart = (max(1, least - weeks * WEEK), most + weeks * WEEK)
        if possible(replace(chain, apart=apart), limits.bounds(chain)):
            return tr(
                "Il suffirait d'accepter de {least} à {most} jours entre deux séances.", least=apart[0], most=apart[1]
            )
    return ""


def fewer(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how many sessions there could be, empty where there could be none."""
    for number in range(chain.number - 1, 0, -1):
        shorter = replace(chain, number=number)
        if possible(shorter, limits.bounds(shorter)):
            return tr("Il suffirait de s'en tenir à {sessions}.", sessions=counted(number, "séance"))
    return ""
