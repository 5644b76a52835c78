"""Somebody leaves in March, somebody arrives: new pairs for who needs one, with as few pairs broken as that takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Event
from typing import ClassVar, Literal

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arguments import checked
from mentormatch.base.arrays import BoolVector, IntMatrix
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.edits import newcomer_edits, pair_edits, people_edits
from mentormatch.explanation.goal_prices import free_places
from mentormatch.languages.phrases import about, counted, listed, of_two, points, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import SpokenText, language, mark, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, Matching, rules_by_hand, rules_for_pairs
from mentormatch.operations.plans import Deadline
from mentormatch.people.changes import add_people, remove_people
from mentormatch.people.cohort import Cohort
from mentormatch.people.keys import Key
from mentormatch.programme.programme import Goal, Programme, replace_parts
from mentormatch.rules.kinds.named_people import Pin
from mentormatch.rules.rule import NO_SCORES, Rule, formulate, market_of, usable_places

NONE = {
    Status.INFEASIBLE: mark("aucun plan possible"),
    Status.STOPPED: mark("calcul arrêté avant un premier plan"),
    Status.FAILED: mark("le calcul a échoué"),
}
"""Why a step of the ladder has no plan."""
FOUND = mark("{pairs}, {score} points en tout")
SO_FAR = mark("{pairs}, {score} points en tout (calcul arrêté : un meilleur plan est peut-être possible)")


@dataclass(frozen=True, slots=True)
class Reserve(SpokenText):
    """The mentor who would take over one pair, and the score then, in millionths; None: nobody can."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    reserve: str | None = None
    score: int | None = None

    def in_words(self) -> str:
        if self.reserve is None or self.score is None:
            said = tr("personne ne peut prendre le relais")
        else:
            score = points(self.score)
            said = tr("{reserve} en réserve, {score} points sur 100", reserve=self.reserve, score=score)
        return about(of_two(self.mentor, self.mentee), said)


def reserves_of(cohort: Cohort, problem: AssignmentProblem, pairs: IntMatrix) -> Iterator[Reserve]:
    """Yield the reserve of each pair (k, 2), given that all other pairs stay as they are.

    A reserve is allowed, has a place left, and breaks no minimum and no coupling row in this mentor's stead. Of
    several it is the one with the highest score, then the first key. Each pair is looked at by itself: the same free
    place may be the reserve of several.
    """
    everyone = np.arange(problem.shape[0])
    for mentor, mentee in pairs.tolist():
        here = np.full(len(everyone), mentee)
        fit = problem.scores.allows(everyone, here) & free(problem, pairs, mentor, mentee)
        able = np.flatnonzero(fit & bearable(problem, pairs, mentor, mentee))
        scored = zip(problem.scores.at(able, here[able]).tolist(), able.tolist(), strict=True)
        best = min(((-value, problem.mentor_keys[place], place) for value, place in scored), default=None)
        keys = cohort.mentors.ids[mentor], cohort.mentees.ids[mentee]
        yield Reserve(*keys) if best is None else Reserve(*keys, cohort.mentors.ids[best[2]], -best[0])


def free(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: who else has a place left, does not have this mentee, and may take one more."""
    held = np.bincount(pairs[:, 0], minlength=problem.shape[0]) + 1
    able = (held <= problem.mentors.most) & (held >= problem.mentors.least)
    able[pairs[pairs[:, 1] == mentee, 0]] = False
    able[mentor] = False
    return np.asarray(able)


def bearable(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: in whose hands the mentee leaves every coupling row within its bounds."""
    fine = np.ones(problem.shape[0], dtype=bool)
    for row in problem.rows:
        everyone = np.arange(problem.shape[0])
        column = row.coefficients_of(everyone, np.full(len(everyone), mentee), problem.shape)
        totals = int(row.coefficients_of(pairs[:, 0], pairs[:, 1], problem.shape).sum()) - int(column[mentor]) + column
        fine &= (totals >= row.least) if row.least is not None else True
        fine &= (totals <= row.most) if row.most is not None else True
    return fine


@dataclass(frozen=True, slots=True)
class TradeoffPoint(SpokenText):
    """The best plan that breaks at most so many former pairs.

    ``broken`` is how many it breaks, ``matched`` how many pairs it has, ``total`` the sum of their scores in
    millionths; None where there is no such plan, or none was found in time, which ``status`` tells. ``reached`` is what
    it has in each goal: the value, or for ``leximin`` all scores. ``interrupted``: somebody did not wait for it.
    """

    holds_texts: ClassVar[bool] = False
    at_most: int
    status: Status
    broken: int | None = None
    matched: int | None = None
    total: int | None = None
    reached: tuple[tuple[int, ...], ...] = ()
    interrupted: bool = False

    def in_words(self) -> str:
        head = tr("{pairs} au plus", pairs=counted(self.at_most, "binôme défait", "binômes défaits"))
        if self.matched is None or self.total is None:
            return about(head, tr(NONE[self.status]))
        pairs, score = counted(self.matched, "binôme"), points(self.total)
        message = FOUND if self.status is Status.PROVED else SO_FAR
        return about(head, tr(message, pairs=pairs, score=score))


@dataclass(frozen=True, slots=True)
class DrawnPlaces(SpokenText):
    """What a repair makes of the places that a rule keeps: how many were free before it, and how many are after."""

    holds_texts: ClassVar[bool] = False
    rule: str
    before: int
    left: int

    def in_words(self) -> str:
        left = counted(self.left, "place libre", "places libres")
        return about(self.rule, tr("{places} au lieu de {old}", places=left, old=self.before))


@dataclass(frozen=True)
class Repair(VersionedPickle):
    """A former matching, the new one, and what became of each pair, as keys (mentor, mentee).

    A former pair of two people who are both still there is ``kept`` or ``broken``; one that somebody left is
    ``ended``; ``new`` are the pairs that were not there before.
    """

    before: Matching
    matching: Matching

    def __str__(self) -> str:
        with language(self.language, unless_asked=True):
            return self._in_words()

    def _in_words(self) -> str:
        said = [
            counted(len(self.kept), "binôme conservé", "binômes conservés"),
            counted(len(self.broken), "binôme défait", "binômes défaits"),
            counted(len(self.new), "binôme nouveau", "binômes nouveaux"),
            counted(len(self.ended), "binôme terminé", "binômes terminés"),
        ]
        return " ".join([f"{listed(said)}.", *(f"{drawn}." for drawn in self.drawn_places)])

    @property
    def drawn_places(self) -> tuple[DrawnPlaces, ...]:
        """What became of the places that each rule of the former programme kept for people who come later."""
        return tuple(
            DrawnPlaces(rule.label, *(self._free_places(rule, each) for each in (self.before, self.matching)))
            for rule in self.before.programme.rules
            if rule.keeps_places
        )

    @staticmethod
    def _free_places(rule: Rule, matching: Matching) -> int:
        """Return how many places that a rule keeps are free in a matching."""
        kept = rule.kept_places(market_of(matching.cohort, NO_SCORES))
        free = 0 if kept is None else int(free_places(kept, matching.problem, matching.solution.pairs).sum())
        return 0 if kept is None else min(kept.number, free)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    def _repr_html_(self) -> str:
        from mentormatch.report.views.pairs import RepairPiece  # a higher layer

        return RepairPiece.of(self)._repr_html_()

    @property
    def status(self) -> Status:
        """What is known of the new pairs."""
        return self.matching.status

    @property
    def kept(self) -> tuple[KeyPair, ...]:
        """The former pairs that go on."""
        former = pair_keys(self.before)
        return tuple(pair for pair in keys_of(self.matching) if fold_key(pair) in former)

    @property
    def new(self) -> tuple[KeyPair, ...]:
        """The pairs that were not there before."""
        former = pair_keys(self.before)
        return tuple(pair for pair in keys_of(self.matching) if fold_key(pair) not in former)

    @property
    def broken(self) -> tuple[KeyPair, ...]:
        """The former pairs whose two people are there and are no pair any more."""
        settled = pair_keys(self.matching) | set(map(fold_key, self.ended))
        return tuple(pair for pair in keys_of(self.before) if fold_key(pair) not in settled)

    @cached_property
    def ended(self) -> tuple[KeyPair, ...]:
        """The former pairs that somebody left."""
        here = self.matching.cohort
        mentors, mentees = (set(map(canonical, people.ids)) for people in (here.mentors, here.mentees))
        return tuple(
            (mentor, mentee)
            for mentor, mentee in keys_of(self.before)
            if canonical(mentor) not in mentors or canonical(mentee) not in mentees
        )

    @cached_property
    @track()
    def ladder(self) -> tuple[TradeoffPoint, ...]:
        """What at most 0, 1, 2 ... broken pairs buy, each exactly, until more would buy nothing.

        Every step is a problem of its own, in which all pairs are coupled: with hundreds of people ask for single steps
        with ``rung``. An interrupt (Ctrl-C, or a listener of ``progress`` that returns True) ends them all: the last
        step is then the best so far, or says by its status that there is none.
        """
        free, former = self._best(self._loose), len(self._loose.former)
        if free.interrupted:
            return (TradeoffPoint(0, Status.STOPPED, interrupted=True, language=self.language),)
        rungs = [self.rung(0)]
        while rungs[-1].reached != free.reached and len(rungs) <= former and not rungs[-1].interrupted:
            rungs.append(self.rung(len(rungs)))
        return tuple(rungs)

    @checked
    def rung(self, at_most: int) -> TradeoffPoint:
        """Return the best plan that breaks at most so many former pairs.

        Raises RequestError where there are too many pairs to couple them.
        """
        at_most, loose = whole_number("at_most", at_most), self._loose
        require_stored_scores(loose)
        weights = np.zeros(loose.shape, dtype=np.int64)
        weights[tuple(np.array(loose.former, dtype=np.int64).reshape(-1, 2).T)] = 1
        bound = Row(tr("nombre de binômes conservés"), weights, least=len(loose.former) - at_most)
        best = self._best(replace(loose, rows=(*loose.rows, bound)))
        return replace(best, at_most=at_most, language=self.language)

    @cached_property
    def reserves(self) -> tuple[Reserve, ...]:
        """Who would take over each new or kept pair if its mentor left, given that everybody else stays."""
        made = self.matching
        found = reserves_of(made.cohort, made.problem, made.solution.pairs)
        return tuple(replace(one, language=self.language) for one in found)

    @property
    def _loose(self) -> AssignmentProblem:
        """The problem in which broken pairs count last."""
        problem = self.matching.problem
        return replace(problem, goals=(*(goal for goal in problem.goals if goal != "changes"), "changes"))

    def _best(self, problem: AssignmentProblem) -> TradeoffPoint:
        solution = solve(problem, seed=self.matching.seed, proofs="none")
        if solution.status not in (Status.PROVED, Status.FEASIBLE):
            return TradeoffPoint(len(problem.former), solution.status, interrupted=solution.interrupted)
        pairs, tiers = solution.pairs, solution.tiers
        total = int(problem.scores.at(pairs[:, 0], pairs[:, 1]).sum())
        reached = tuple((tier.value, *tier.vector) for tier in tiers)
        broken, stopped = tiers[-1].value, solution.interrupted
        return TradeoffPoint(len(problem.former), solution.status, broken, len(pairs), total, reached, stopped)


@track()
def repair(  # noqa: PLR0913 - all but the first are keywords
    matching: Matching,
    *,
    withdrawn: Iterable[Key] = (),
    arrived: Cohort | None = None,
    keep: Iterable[KeyPair] | Literal["all"] = (),
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    seed: int | None = None,
    time_limit_s: float | None = None,
    cancel: Event | None = None,
) -> Repair:
    """Return new pairs after some people left and others arrived, with as few former pairs broken as can be.

    First as many are placed as the rules allow; of the plans that do, those with the fewest broken pairs; of these
    the best by the other goals of the programme. A pair that somebody left is not a broken one.

    Parameters
    ----------
    matching
        The former pairs, with the cohort and the programme, whose rules hold on.
    withdrawn
        Keys of the people who leave; who has the same key on both sides, or is known to be on both, leaves both.
    arrived
        The newcomers, read with the same programme.
    keep
        Former pairs (mentor key, mentee key) that must stay, for instance those that have begun. Pinned pairs stay too.
        ``"all"``: pairs that run since a validation. As few of them as possible are broken, before more people are
        placed: none, unless a rule leaves no other plan.
    pins, bans
        Pairs (mentor key, mentee key) that must be, or must not be, from now on, for instance those that somebody
        declined: rules beside those of the programme. One that somebody left says nothing, as a rule of the programme.
    seed
        Settles ties; None: that of ``matching``.
    time_limit_s
        Seconds after which the best pairs so far are returned, marked ``feasible``; see ``match``.
    cancel
        Once it is set, by another thread, the best pairs so far are returned, as at an interrupt; see ``match``.

    Raises
    ------
    RequestError
        A key is nobody's or comes twice, the newcomers did not answer the same questions, or a pair in ``keep`` is not
        one of the former ones.

    Examples
    --------
    >>> from mentormatch import examples
    >>> from mentormatch.operations.matching import match
    >>> repaired = repair(match(examples.cohort(), examples.programme()), withdrawn=["M04"])
    >>> str(repaired.status), repaired.ended
    ('proved', (('M04', 'E05'),))
    """
    keeps_all = keep == "all"
    left, begun = list(withdrawn), pairs_to_keep(keep)
    clock = Deadline.after(duration("time_limit_s", time_limit_s))
    cohort = remove_people(matching.cohort, left)
    cohort = cohort if arrived is None else add_people(cohort, arrived)
    by_hand = rules_by_hand(cohort, *(without_leavers(pairs, left, cohort) for pairs in (pins, bans)))
    begun_programme = repair_programme(matching, cohort, begun).with_rules(by_hand)
    scores, first_problem = build_instance(cohort, begun_programme)
    chosen = matching.seed if seed is None else seed_number(seed)
    edits = (
        *people_edits(left, matching.cohort, "withdrawn"),
        *newcomer_edits(arrived, cohort),
        *pair_edits(rules_for_pairs(Pin, begun, cohort), cohort, "keep"),
        *pair_edits(by_hand, cohort),
    )

    def attempt(programme: Programme) -> Matching:
        problem = (
            first_problem
            if programme is begun_programme
            else formulate(cohort, scores, programme.rules, programme.goals.order)
        )
        first, *others = programme.goals.order
        goals = ("changes", first, *others) if keeps_all else (first, "changes", *others)
        problem = replace(problem, goals=goals, former=former_in(matching, cohort))
        found = solve(problem, seed=chosen, time_limit_s=clock.remaining_s, cancel=cancel)
        return Matching(cohort, programme, scores, problem, found, chosen, edits, matching.notes)

    with_places, *without = programmes_to_try(matching, cohort, begun_programme, first_problem, by_hand)
    made = attempt(with_places)
    found = attempt(without[0]) if without and made.status is Status.INFEASIBLE else made
    return Repair(matching, found)


def pairs_to_keep(keep: Iterable[KeyPair] | str) -> list[KeyPair]:
    """Return the pairs that must stay, none for ``"all"``; raises RequestError for another text."""
    if isinstance(keep, str):
        if keep == "all":
            return []
        raise RequestError(tr("Ce qui est à garder ne se comprend pas"), [Problem("keep", quoted(keep), '"all"')])
    return list(keep)


def without_leavers(pairs: Iterable[KeyPair], left: Iterable[str], cohort: Cohort) -> list[KeyPair]:
    """Return the pairs but those of people who left, and are not in the cohort after it."""
    gone = set(map(canonical, left))
    sides = cohort.mentors, cohort.mentees
    return [
        pair
        for pair in pairs
        if not any(canonical(key) in gone and not side.has(key) for key, side in zip(pair, sides, strict=True))
    ]


def repair_programme(matching: Matching, cohort: Cohort, keep: Iterable[KeyPair]) -> Programme:
    """Return the programme with people placed first and the pairs in ``keep`` pinned, without pins of who left."""
    begun, former = list(keep), pair_keys(matching)
    strangers = [
        Problem("keep", f"{quoted(mentor)} – {quoted(mentee)}", tr("un binôme déjà formé"))
        for mentor, mentee in begun
        if fold_key((mentor, mentee)) not in former
    ]
    if strangers:
        raise RequestError(tr("Seul un binôme de la répartition réparée peut être gardé"), strangers)
    programme = matching.programme
    rules = [rule for each in programme.rules if (rule := each.restrict_to(cohort))]
    order: list[Goal] = ["matched", *(goal for goal in programme.goals.order if goal not in ("matched", "changes"))]
    goals = programme.goals.model_copy(update={"order": order})
    return replace_parts(programme, rules=[*rules, *rules_for_pairs(Pin, begun, cohort)], goals=goals)


def programmes_to_try(
    matching: Matching, cohort: Cohort, programme: Programme, problem: AssignmentProblem, by_hand: Sequence[Rule]
) -> Iterator[Programme]:
    """Yield the programme, its kept places given to who needs one now; then without these, if no answer keeps them.

    Kept places break no former pair: where mentors left, fewer are kept. ``problem`` is that of ``programme``.
    """
    if not any(rule.keeps_places for rule in programme.rules):
        yield programme
        return
    market, there = market_of(cohort, NO_SCORES), usable_places(problem.mentors, problem.scores)
    rows = {canonical(key): row for row, key in enumerate(cohort.mentors.ids)}
    former = [rows[mentor] for mentor, _ in map(fold_key, keys_of(matching)) if mentor in rows]
    held = np.bincount(np.array(former, dtype=np.int64), minlength=len(there))
    imposed = [cohort.mentees.ids[mentee] for rule in by_hand for _, mentee in rule.pins(market)]
    seeking = [*seeking_mentees(matching, cohort), *imposed]
    placed = {mentee for _, mentee in map(fold_key, keys_of(matching))}
    rules = list(programme.rules)
    for place, rule in enumerate(rules):
        kept = rule.kept_places(market)
        if kept is not None:
            spare = int((there - held)[kept.mentors].sum())
            waiting = [cohort.mentees.ids[row] for row in np.flatnonzero(kept.latecomers).tolist()]
            late = [*(key for key in waiting if canonical(key) not in placed), *seeking]
            rules[place] = rule.with_kept_places(max(0, min(kept.number, spare)), list(dict.fromkeys(late)))
    yield replace_parts(programme, rules=rules)
    yield replace_parts(programme, rules=[rule for rule in rules if not rule.keeps_places])


def seeking_mentees(matching: Matching, cohort: Cohort) -> Iterator[str]:
    """Yield the keys of the mentees who arrived, and of those whose mentor left."""
    yield from (key for key in cohort.mentees.ids if not matching.cohort.mentees.has(key))
    for mentor, mentee in keys_of(matching):
        if cohort.mentees.has(mentee) and not cohort.mentors.has(mentor):
            yield mentee


def former_in(matching: Matching, cohort: Cohort) -> tuple[tuple[int, int], ...]:
    """Return the former pairs of people who are still there, by position in the new cohort."""
    mentors, mentees = (
        {canonical(key): row for row, key in enumerate(people.ids)} for people in (cohort.mentors, cohort.mentees)
    )
    pairs = map(fold_key, keys_of(matching))
    return tuple(
        (mentors[mentor], mentees[mentee]) for mentor, mentee in pairs if mentor in mentors and mentee in mentees
    )


def keys_of(matching: Matching) -> tuple[KeyPair, ...]:
    """Return the keys of each pair, in the order of the people."""
    cohort = matching.cohort
    return tuple((cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in matching.solution.pairs.tolist())


def pair_keys(matching: Matching) -> set[KeyPair]:
    """Return the keys of all pairs as they are compared."""
    return set(map(fold_key, keys_of(matching)))


def fold_key(pair: KeyPair) -> KeyPair:
    """Return two keys as they are compared."""
    return canonical(pair[0]), canonical(pair[1])
