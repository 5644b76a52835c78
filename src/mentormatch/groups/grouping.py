"""Members in, groups with their reasons out: the whole path, and what it leads to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mentormatch.assignment.rules.apart import Apart
from mentormatch.assignment.rules.together import Together
from mentormatch.assignment.solution import Status, Tier
from mentormatch.errors import RequestError
from mentormatch.groups.feasibility import Conflict, conflict
from mentormatch.groups.posing import Keys, Posed, pose
from mentormatch.groups.problem import pairs_in
from mentormatch.groups.scores import GroupScores, PairShares, score
from mentormatch.groups.solution import GroupSolution
from mentormatch.groups.solving import solve
from mentormatch.languages import mark, once_spoken, own_language, tr
from mentormatch.people import Cohort, RowFate
from mentormatch.phrases import about, listed, percent, points
from mentormatch.programme import Programme

MANY = 8
"""Groups of more people are remarked on: turns become rare."""
GOALS = {
    "placed": mark("personnes placées"),
    "priority": mark("priorités"),
    "meetings": mark("retrouvailles"),
    "floor": mark("points du groupe le plus faible"),
    "total": mark("total des points"),
}


@dataclass(frozen=True, slots=True)
class GroupShare:
    """One criterion in one group: ``share`` and ``full`` in millionths a pair, summed over its pairs.

    ``answered``: the part of the pairs in which both answered.
    """

    criterion: str
    kind: str
    group: str | None
    share: int
    full: int
    answered: float

    def __str__(self) -> str:
        share, full = points(self.share), points(self.full)
        return tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)


@dataclass(frozen=True, slots=True)
class FormedGroup:
    """One group: its number, who leads it (empty: nobody), its members' keys, its score and what the score is made of.

    ``score`` is the sum over all pairs of members, in millionths; ``met`` are the pairs who were in one group before.
    """

    number: int
    facilitator: str
    members: tuple[str, ...]
    score: int
    contributions: tuple[GroupShare, ...]
    met: tuple[tuple[str, str], ...] = ()

    @property
    def points(self) -> float:
        """The mean score of two members, out of 100."""
        return self.score / 10_000 / max(pairs_in(len(self.members)), 1)

    def __str__(self) -> str:
        head = tr("Groupe {number} : {members}", number=self.number, members=listed(self.members))
        mean = points(self.score // max(pairs_in(len(self.members)), 1))
        said = [head, tr("{points} points sur 100 par paire", points=mean)]
        if self.facilitator:
            said.append(tr("animé par {person}", person=self.facilitator))
        return "\n".join([*said, *map(str, self.contributions)])


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Somebody in no group: key, a stable code, and the reason in a sentence."""

    person: str
    code: str
    reason: str

    def __str__(self) -> str:
        return about(self.person, self.reason)


@dataclass(frozen=True, repr=False)
class Grouping:
    """The groups of one cohort under one programme, with all that they rest on.

    Every member is in it once: in ``groups``, or in ``unplaced`` with a reason.
    """

    cohort: Cohort
    programme: Programme
    scores: GroupScores
    posed: Posed
    solution: GroupSolution

    @property
    def language(self) -> str:
        """The language of the programme, in which the groups are told unless another was asked for."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """What is known of the groups: proved, feasible, infeasible, stopped or failed."""
        return self.solution.status

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """What is reached in each goal, with the bound that no groups go beyond."""
        return self.solution.tiers

    @property
    def gap(self) -> int | None:
        """By how much better groups could do, in the first goal that is not proved; 0 where all are."""
        return self.solution.gap

    @once_spoken
    def groups(self) -> tuple[FormedGroup, ...]:
        """The groups, those with the first keys first."""
        leaders = self.solution.leaders or (-1,) * len(self.solution.groups)
        formed = zip(self.solution.groups, leaders, strict=True)
        return tuple(self._formed(number, *each) for number, each in enumerate(formed, 1))

    def _formed(self, number: int, group: Sequence[int], leader: int) -> FormedGroup:
        rows = self.posed.members[list(group)]
        parts = tuple(self._share(place, rows.tolist()) for place in range(len(self.scores.criteria)))
        ids, led = self.cohort.members.ids, self.cohort.facilitators.ids
        facilitator = led[self.posed.facilitators[leader]] if leader >= 0 else ""
        met = self.posed.problem.meetings
        again = [] if met is None else [(a, b) for a in group for b in group if a < b and met[a, b]]
        keys = [(ids[self.posed.members[a]], ids[self.posed.members[b]]) for a, b in again]
        score = sum(part.share for part in parts)
        return FormedGroup(number, facilitator, tuple(ids[row] for row in rows), score, parts, tuple(keys))

    def _share(self, place: int, rows: list[int]) -> GroupShare:
        criterion, weight, part = self.scores.criteria[place], self.scores.weights[place], self.scores.parts[place]
        pairs = pairs_in(len(rows))
        if isinstance(part, PairShares):
            share, known = (int(block[np.ix_(rows, rows)].sum()) for block in (part.values, part.known))
            share, known = share // 2, (known - int(part.known[rows, rows].sum())) // 2
        else:
            share, known = part.shared.of(rows), pairs * int(part.shared.known[rows].all())
        full = int(np.rint(weight * 1_000_000)) * pairs
        answered = round(known / pairs, 6) if pairs else 0.0
        return GroupShare(criterion.label, criterion.kind, criterion.group, share, full, answered)

    @once_spoken
    def unplaced(self) -> tuple[Unplaced, ...]:
        """Everybody in no group, with a code and a sentence."""
        placed = {int(self.posed.members[person]) for group in self.solution.groups for person in group}
        rest = [row for row in range(len(self.cohort.members)) if row not in placed]
        return tuple(Unplaced(self.cohort.members.ids[row], *self._why(row)) for row in rest)

    def _why(self, row: int) -> tuple[str, str]:
        people = self.cohort.members
        if not people.complete[row]:
            return "incomplete", tr("Trop peu de réponses pour être placée.")
        for rule in self.programme.rules:
            admits = rule.admits(people, "mentee")
            if admits is not None and not admits[row]:
                return "refused", tr("Mise à part par la règle « {rule} ».", rule=rule.label)
        if not self.solution.groups:
            return "no_groups", tr("Aucun groupe n'a été formé.")
        return self._left_out(row)

    def _left_out(self, row: int) -> tuple[str, str]:
        """Return why there is no place for somebody who takes part: all groups are full, or hold somebody to avoid."""
        problem = self.posed.problem
        person = int(np.flatnonzero(self.posed.members == row)[0])
        barred = [group for group in self.solution.groups if problem.apart[person, list(group)].any()]
        if len(barred) == len(self.solution.groups):
            return "nobody_to_meet", tr("Dans chaque groupe, une règle interdit une rencontre.")
        return "full", tr("Il n'y a pas assez de places pour tout le monde dans les groupes que les règles permettent.")

    @property
    def rejected(self) -> tuple[RowFate, ...]:
        """The rows that are nobody here: rejected, or replaced by another answer of the same person."""
        return self.cohort.rejected

    @property
    def repeats(self) -> int:
        """How many pairs of members meet again, once for each former meeting."""
        return self.posed.problem.value("meetings", self.solution.groups)

    @once_spoken
    def conflict(self) -> Conflict | None:
        """Why not all who take part have a place, and ways out; None where they have one, or no reason was found.

        Worked out when first asked for, within a quarter of a minute.
        """
        placed = sum(map(len, self.solution.groups))
        whole = placed == len(self.posed.problem) and self.status is not Status.INFEASIBLE
        return None if whole else conflict(self.cohort, self.programme, self.scores, self.posed)

    @once_spoken
    def remarks(self) -> tuple[str, ...]:
        """What is worth a look: groups in which turns are rare."""
        great = [group for group in self.groups if len(group.members) > MANY]
        if not great:
            return ()
        size = max(len(group.members) for group in great)
        return (
            tr("{size} personnes dans un groupe : au-delà de {most}, chacun présente rarement.", size=size, most=MANY),
        )

    @cached_property
    def contributions(self) -> int:
        """The sum of all shares, which is the total of the points."""
        return sum(share.share for group in self.groups for share in group.contributions)

    @own_language
    def explain(self) -> str:
        """Return in plain words what was reached, what is proved, and each group."""
        lines = [self._goal(tier) for tier in self.tiers]
        head, why = tr("État : {status}", status=str(self.status)), [str(self.conflict)] if self.conflict else []
        return "\n".join([head, *lines, *why, *map(str, self.groups), *map(str, self.unplaced)])

    def _goal(self, tier: Tier) -> str:
        shown = points if tier.goal in ("floor", "total") else str
        name, value = tr(GOALS[tier.goal]), shown(tier.value)
        if tier.proved:
            return tr("{goal} : {value}, prouvé", goal=name, value=value)
        if tier.bound is None:
            return tr("{goal} : {value}, sans borne connue", goal=name, value=value)
        off = percent(abs(tier.bound - tier.value) / max(abs(tier.bound), 1), 1)
        return tr(
            "{goal} : {value}, borne {bound} (écart {gap})", goal=name, value=value, bound=shown(tier.bound), gap=off
        )

    def __repr__(self) -> str:
        return f"Grouping({len(self.solution.groups)} groups, {self.status})"  # a notebook saves what it shows


def form_groups(  # noqa: PLR0913 - all but two are keywords
    cohort: Cohort,
    programme: Programme,
    *,
    seed: int = 0,
    together: Iterable[Keys] = (),
    apart: Iterable[Keys] = (),
    past: Iterable[Keys | Grouping] = (),
    time_limit_s: float | None = None,
) -> Grouping:
    """Return the optimal groups of the members of ``cohort`` under ``programme``, explained.

    Parameters
    ----------
    cohort
        Who answered; see ``read_survey``.
    programme
        With a section ``[groups]``: sizes, number, facilitators and goals.
    seed
        Settles what every goal leaves tied; the same people and seed give the same groups, in any order of rows.
    together, apart
        Keys of people who must be in one group, or of whom no two may be.
    past
        Former groups, by the keys of their members, or former groupings: in the goal ``meetings`` as few people as can
        be meet again.
    time_limit_s
        Seconds after which the best groups so far are returned, marked ``feasible`` with their gap, or ``stopped``.

    Raises
    ------
    RequestError
        The programme forms no groups, or a key is nobody's.
    EngineError
        A solver gave an answer that the checker refused.
    """
    if programme.groups is None:
        raise RequestError(tr("Ce programme ne forme pas de groupes : il lui manque la section [groups]"))
    by_hand = [*(named(Together, keys, cohort) for keys in together), *(named(Apart, keys, cohort) for keys in apart)]
    decided = programme.with_rules(by_hand)
    scores = score(cohort.members, decided.criteria)
    posed = pose(cohort, decided, scores, list(former(past)), seed=seed)
    solution = solve(posed.problem, time_limit_s=time_limit_s)
    return Grouping(cohort, decided, scores, posed, solution)


def named[R: (Together, Apart)](rule: type[R], keys: Keys, cohort: Cohort) -> R:
    """Return a rule on some members; raise RequestError where a key is nobody's."""
    people = cohort.members
    return rule(people=[people.ids[people.find(key)] for key in keys])


def former(past: Iterable[Keys | Grouping]) -> Iterable[Keys]:
    """Yield the keys of each former group."""
    for each in past:
        if isinstance(each, Grouping):
            yield from (group.members for group in each.groups)
        else:
            yield each
