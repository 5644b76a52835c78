"""Departures and arrivals -> new pairs, with as few running pairs undone as is chosen, and what more would gain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import cached_property
from threading import Event
from typing import ClassVar, Literal

import numpy as np

from mentormatch.assignment.engine import Proofs, solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import kept_pairs_row
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.edits import Edit, newcomer_edits, pair_edits, people_edits
from mentormatch.explanation.goal_prices import free_places
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.languages.phrases import about, counted, listed, points, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import SpokenText, language, mark, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, Matching, rules_by_hand, rules_for_pairs
from mentormatch.operations.plans import Deadline
from mentormatch.operations.repair_choices import (
    NO_PLAN,
    NOTHING,
    ChoiceCode,
    ChoiceLine,
    LetterChange,
    MorePlaces,
    differences,
    letter_changes,
    named,
    scores_by_mentee,
    total_of,
    uncapitalised,
)
from mentormatch.operations.reserves import Reserve, reserves_of
from mentormatch.people.changes import add_people, remove_people
from mentormatch.people.cohort import Cohort
from mentormatch.people.keys import Key
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.programme.sections import Goal
from mentormatch.rules.kinds.named_people import Pin
from mentormatch.rules.rule import NO_SCORES, Rule, formulate, market_of, usable_places
from mentormatch.scoring.scores import ScoreTable

NONE = {
    Status.INFEASIBLE: mark("aucun plan possible"),
    Status.STOPPED: mark("calcul arrêté avant un premier plan"),
    Status.FAILED: mark("le calcul a échoué"),
}
"""Why a step of the ladder has no plan."""
FOUND = mark("{pairs}, {score} points en tout")
SO_FAR = mark("{pairs}, {score} points en tout (calcul arrêté : un meilleur plan est peut-être possible)")


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
class RepairInstance:
    """The instance that a repair solves: today's people, their scores, and the former pairs, by position.

    ``programmes`` are tried in turn until one has a solution; ``formulated`` is a programme with its problem.
    ``placed_first`` is false if former pairs count before people placed.
    """

    cohort: Cohort
    programmes: tuple[Programme, ...]
    formulated: tuple[Programme, AssignmentProblem]
    scores: ScoreTable
    former: tuple[tuple[int, int], ...]
    seed: int
    edits: tuple[Edit, ...]
    placed_first: bool

    def solve(
        self,
        before: Matching,
        undo: int | None,
        *,
        time_limit_s: float | None = None,
        cancel: Event | None = None,
        proofs: Proofs = "goals",
    ) -> Matching:
        """Return the best matching that undoes at most ``undo`` former pairs, the fewest of equally good ones.

        None: people are placed first, then the fewest pairs undone.
        """
        clock = Deadline.after(time_limit_s)

        def attempt(programme: Programme) -> Matching:
            used, problem = self._formulate(programme, undo)
            solution = solve(problem, seed=self.seed, time_limit_s=clock.remaining_s, cancel=cancel, proofs=proofs)
            return Matching(self.cohort, used, self.scores, problem, solution, self.seed, self.edits, before.notes)

        first, *others = self.programmes
        matching = attempt(first)
        return attempt(others[0]) if others and matching.status is Status.INFEASIBLE else matching

    def _formulate(self, programme: Programme, undo: int | None) -> tuple[Programme, AssignmentProblem]:
        """Return the programme with its problem: former pairs are a goal, and a bound on it if ``undo`` is given."""
        first, *others = programme.goals.order
        goals = (first, "changes", *others) if self.placed_first else ("changes", first, *others)
        known, problem = self.formulated
        if programme is not known:
            problem = formulate(self.cohort, self.scores, programme.rules, (first, *others))
        problem = replace(problem, goals=goals if undo is None else (first, *others, "changes"), former=self.former)
        if undo is None or undo >= len(self.former):
            return programme, problem
        if undo:
            return programme, with_bound_on_undone(problem, undo)
        mentors, mentees = self.cohort.mentors.ids, self.cohort.mentees.ids
        running = [(mentors[mentor], mentees[mentee]) for mentor, mentee in self.former]
        pinned = programme.with_rules(rules_for_pairs(Pin, running, self.cohort))
        return pinned, replace(problem, pins=tuple(sorted({*problem.pins, *self.former})))


def with_bound_on_undone(problem: AssignmentProblem, at_most: int) -> AssignmentProblem:
    """Return the problem in which all former pairs but ``at_most`` are chosen.

    Raises RequestError if there are too many pairs to couple them.
    """
    require_stored_scores(problem)
    row = kept_pairs_row(
        tr("nombre de binômes conservés"), problem.former, problem.shape, len(problem.former) - at_most
    )
    return replace(problem, rows=(*problem.rows, row))


def values_reached(solution: Solution) -> tuple[tuple[int, ...], ...]:
    """Return the value of each goal; for ``leximin`` all scores."""
    return tuple((tier.value, *tier.vector) for tier in solution.tiers)


@dataclass(frozen=True)
class Repair(VersionedPickle):
    """A former matching, the new one, and what became of each pair, as keys (mentor, mentee).

    A former pair of two people who are both still there is ``kept`` or ``broken``; one that somebody left, or that
    stops, is ``ended``; ``new`` are the pairs that were not there before. ``undo`` is the number of running pairs that
    may be broken; None: the fewest, after people are placed. ``stopped`` are the pairs that stop although both stay.
    """

    before: Matching
    matching: Matching
    undo: int | None = None
    stopped: tuple[KeyPair, ...] = ()
    instance: RepairInstance | None = dataclass_field(default=None, repr=False, compare=False)

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
        """The former pairs that somebody left, or that stop."""
        here, stopped = self.matching.cohort, set(map(fold_key, self.stopped))
        mentors, mentees = (set(map(canonical, people.ids)) for people in (here.mentors, here.mentees))
        return tuple(
            (mentor, mentee)
            for mentor, mentee in keys_of(self.before)
            if canonical(mentor) not in mentors
            or canonical(mentee) not in mentees
            or fold_key((mentor, mentee)) in stopped
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """The mentees who take part and have no partner."""
        problem = self.matching.problem
        alone = np.setdiff1d(np.flatnonzero(problem.mentees.most > 0), self.matching.solution.pairs[:, 1])
        return tuple(self.matching.cohort.mentees.ids[row] for row in alone.tolist())

    @property
    def letter_changes(self) -> tuple[LetterChange, ...]:
        """The people whose letter changes, mentors first: their partners differ, or they arrive and have none."""
        return letter_changes(self.before, self.matching)

    @checked
    def undoing(self, at_most: int, *, time_limit_s: float | None = None, cancel: Event | None = None) -> "Repair":
        """Return the best plan that undoes at most ``at_most`` running pairs.

        With 0 every running pair is kept, as a rule: if a rule of the programme excludes one of them, the status is
        ``infeasible`` and the diagnosis names both. Raises RequestError if there are too many pairs to couple them.
        """
        return self._undoing(
            whole_number("at_most", at_most), time_limit_s=duration("time_limit_s", time_limit_s), cancel=cancel
        )

    def _undoing(
        self,
        at_most: int,
        *,
        time_limit_s: float | None = None,
        cancel: Event | None = None,
        proofs: Proofs = "goals",
    ) -> "Repair":
        if self.instance is None:
            raise RequestError(tr("Cette comparaison ne vient pas de « repair » : il n'y a rien à recalculer"))
        made = self.instance.solve(self.before, at_most, time_limit_s=time_limit_s, cancel=cancel, proofs=proofs)
        return replace(self, matching=made, undo=at_most)

    @checked
    @track()
    def choices(
        self, at_most: int | None = None, *, time_limit_s: float | None = None, cancel: Event | None = None
    ) -> "tuple[RepairChoice, ...]":
        """Return what undoing no running pair gives, then what undoing 1, 2 ... gains, until nothing more is gained.

        Each is the best plan for its number, by the goals of the programme with people placed first; a number that
        gains nothing over a smaller one is left out.

        Parameters
        ----------
        at_most
            The greatest number of pairs to undo; None: no limit.
        time_limit_s
            Seconds for all plans together; the last one is then the best so far, and its status says so.
        cancel
            Once it is set, by another thread, no further plan is looked for.

        Raises
        ------
        RequestError
            If more than 0 may be undone, and there are too many pairs to couple them.

        Examples
        --------
        >>> from mentormatch import examples
        >>> from mentormatch.operations.matching import match
        >>> repaired = repair(match(examples.cohort(), examples.programme()), withdrawn=["M04"])
        >>> [(choice.undone, choice.repair.matching.status.value) for choice in repaired.choices()]
        [(0, 'proved'), (3, 'proved')]
        """
        most = None if at_most is None else whole_number("at_most", at_most)
        clock = Deadline.after(duration("time_limit_s", time_limit_s))
        running = len(self.instance.former) if self.instance else 0
        free = self.undoing(running if most != 0 else 0, time_limit_s=clock.remaining_s, cancel=cancel)
        # One programme for all plans, so that more pairs to undo are never worse
        market = replace(self, instance=free.instance and replace(free.instance, programmes=(free.matching.programme,)))

        def solve_for(number: int) -> Repair:
            if free.status is Status.PROVED and number == len(free.broken):
                return replace(free, undo=number)
            return market.undoing(number, time_limit_s=clock.remaining_s, cancel=cancel)

        nothing = last = free if most == 0 else solve_for(0)
        found = [RepairChoice(nothing, nothing, nothing)]
        number = 0
        while last.is_complete and free.is_complete and gains(last, free) and number != most:
            number += 1
            step = solve_for(number)
            if not step.is_complete or gains(last, step):
                found.append(RepairChoice(step, nothing, last))
                last = step
        return tuple(found)

    @property
    def is_complete(self) -> bool:
        """Whether the plan is known to be the best, or known not to exist."""
        return self.status in (Status.PROVED, Status.INFEASIBLE)

    @cached_property
    def advice(self) -> tuple[MorePlaces, ...]:
        """One more place with a mentor for each mentee who waits, with all pairs kept; most points first."""
        changes = zip(self.matching.unmatched, self.matching.smallest_changes, strict=True)
        pairs = [
            self.matching.explain(*change.people)
            for person, change in changes
            if change and change.code == "add_place" and person.side == "mentee" and person.person in self.waiting
        ]
        added = [MorePlaces(pair.mentor, pair.mentee, pair.score, language=self.language) for pair in pairs]
        return tuple(sorted(added, key=lambda place: -place.score))

    @cached_property
    @track()
    def ladder(self) -> tuple[TradeoffPoint, ...]:
        """What at most 0, 1, 2 ... broken pairs buy, each exactly, until more would buy nothing.

        None for plans that ``repair`` did not make. Every step is a problem of its own, in which all pairs are coupled:
        with hundreds of people ask for single steps with ``rung``. An interrupt (Ctrl-C, or a listener of ``progress``
        that returns True) ends them all: the last step is then the best so far, or says by its status that there is
        none.
        """
        if self.instance is None:
            return ()
        running = len(self.instance.former)
        free = self.rung(running)
        if free.interrupted:
            return (TradeoffPoint(0, Status.STOPPED, interrupted=True, language=self.language),)
        rungs = [self.rung(0)]
        while rungs[-1].reached != free.reached and len(rungs) <= running and not rungs[-1].interrupted:
            rungs.append(self.rung(len(rungs)))
        return tuple(rungs)

    @checked
    def rung(self, at_most: int) -> TradeoffPoint:
        """Return the best plan that breaks at most so many former pairs.

        Raises RequestError where there are too many pairs to couple them.
        """
        most = whole_number("at_most", at_most)
        return tradeoff_of(self._undoing(most, proofs="none"), most)

    @cached_property
    def reserves(self) -> tuple[Reserve, ...]:
        """Who would take over each new or kept pair if its mentor left, given that everybody else stays."""
        made = self.matching
        found = reserves_of(made.cohort, made.problem, made.solution.pairs)
        return tuple(replace(one, language=self.language) for one in found)


def tradeoff_of(repair: Repair, at_most: int) -> TradeoffPoint:
    """Return the summary of a repair that breaks at most ``at_most`` former pairs."""
    solution, spoken = repair.matching.solution, repair.language
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return TradeoffPoint(at_most, solution.status, interrupted=solution.interrupted, language=spoken)
    return TradeoffPoint(
        at_most,
        solution.status,
        solution.tiers[-1].value,
        len(solution.pairs),
        total_of(repair.matching),
        values_reached(solution),
        solution.interrupted,
        language=spoken,
    )


def gains(before: Repair, after: Repair) -> bool:
    """Return whether a plan that undoes more is better in a goal of the programme."""
    values = (values_reached(each.matching.solution)[:-1] for each in (before, after))
    return next(values) != next(values)


@dataclass(frozen=True)
class RepairChoice:
    """The best plan for a number of running pairs to undo, next to the plan that undoes nothing.

    Attributes
    ----------
    repair
        The plan; ``repair.undo`` is the number of pairs that may be undone.
    nothing
        The plan that undoes no running pair.
    previous
        The best plan for a smaller number, over which this one gains; ``repair`` itself for the first choice.
    labels
        What people are called in the texts.
    """

    repair: Repair
    nothing: Repair
    previous: Repair
    labels: Labels = KEYS

    @property
    def at_most(self) -> int:
        """The number of running pairs that may be undone."""
        return self.repair.undo or 0

    @property
    def undone(self) -> int:
        """The number of running pairs that are undone."""
        return len(self.repair.broken)

    @property
    def matched(self) -> int:
        """The number of pairs."""
        return len(self.repair.matching.solution.pairs)

    @property
    def total(self) -> int:
        """The sum of the scores, in millionths."""
        return total_of(self.repair.matching)

    @property
    def status(self) -> Status:
        """What is known of the plan."""
        return self.repair.status

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan."""
        return self.status in (Status.PROVED, Status.FEASIBLE)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.repair.language

    @property
    def title(self) -> str:
        """What would be done."""
        return title_of(self.repair)

    @cached_property
    def placed(self) -> tuple[str, ...]:
        """The mentees who wait if nothing is undone, and have a partner here."""
        return tuple(key for key in self.nothing.waiting if key not in self.repair.waiting)

    @property
    def lines(self) -> tuple[ChoiceLine, ...]:
        """What the choice undoes, gains and loses, who waits, and the result."""
        with language(self.language, unless_asked=True):
            if not self.has_plan:
                return (ChoiceLine("impossible", tr(NO_PLAN[self.status])),)
            return tuple(self._lines())

    def _lines(self) -> Iterator[ChoiceLine]:
        for mentor, mentee in self.repair.broken:
            score = points(self.repair.before.explain(mentor, mentee).score)
            yield ChoiceLine(
                "undone", tr("{mentor} et {mentee}, {score} points", **named(self.labels, mentor, mentee, score))
            )
        before_by_mentee = scores_by_mentee(self.nothing.matching)
        for mentor, mentee in self.repair.new:
            yield self._line_of_new(mentor, mentee, before_by_mentee)
        lost = [key for key in self.repair.waiting if key not in self.nothing.waiting]
        for mentee in lost:
            yield ChoiceLine("loses", tr("{person} n'a plus de binôme", person=self.labels.person("mentee", mentee)))
        waiting = [self.labels.person("mentee", key) for key in self.repair.waiting]
        if waiting:
            yield ChoiceLine("waits", listed(waiting))
        yield ChoiceLine("result", self.result)

    def _line_of_new(self, mentor: str, mentee: str, before_by_mentee: Mapping[str, dict[str, int]]) -> ChoiceLine:
        """Return the line of a new pair, compared with what the mentee has if nothing is undone."""
        scores = scores_by_mentee(self.repair.matching)[canonical(mentee)]
        score = scores[canonical(mentor)]
        words = named(self.labels, mentor, mentee, points(score))
        had = before_by_mentee.get(canonical(mentee), {})
        if self.repair is self.nothing or canonical(mentor) in had:
            code: ChoiceCode = "new" if self.repair is self.nothing else "same"
            return ChoiceLine(code, tr("{mentee} avec {mentor}, {score} points", **words))
        if not had:
            return ChoiceLine("gains", tr("{mentee} est placé·e, avec {mentor} : {score} points", **words))
        code = "gains" if sum(scores.values()) >= sum(had.values()) else "loses"
        return ChoiceLine(code, tr("{mentee} avec {mentor} : {score} points", **words))

    @property
    def result(self) -> str:
        """The number of pairs, of mentees who wait, and the points, with what is gained over the previous choice."""
        pairs = counted(self.matched, "binôme")
        waiting = counted(len(self.repair.waiting), "personne attend", "personnes attendent")
        whole = tr("{pairs}, {waiting}, {score} points", pairs=pairs, waiting=waiting, score=points(self.total))
        if self.repair is self.nothing or not self.previous.matching.solution.tiers:
            return whole
        more = list(differences(self.previous.matching, self.repair.matching))
        gain = listed(more or [tr("mieux selon un autre but du programme")])
        same = self.matched == len(self.previous.matching.solution.pairs)
        message = (
            mark("{result} ; {gain} que {choice}, sans placer personne de plus")
            if same
            else mark("{result} ; {gain} que {choice}")
        )
        return tr(message, result=whole, gain=gain, choice=uncapitalised(title_of(self.previous)))

    def __str__(self) -> str:
        with language(self.language, unless_asked=True):
            return "\n".join([self.title, *(f"  {line}" for line in self.lines)])


def title_of(repair: Repair) -> str:
    """Return the title of a choice: the pairs that it undoes."""
    with language(repair.language, unless_asked=True):
        undone = len(repair.broken) if repair.matching.solution.tiers else repair.undo or 0
        return tr("Défaire {pairs}", pairs=counted(undone, "binôme")) if undone else tr(NOTHING)


@track()
def repair(  # noqa: PLR0913 - all but the first are keywords
    matching: Matching,
    *,
    withdrawn: Iterable[Key] = (),
    arrived: Cohort | None = None,
    stopped: Iterable[KeyPair] = (),
    undo: int | None = None,
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
    stopped
        Former pairs (mentor key, mentee key) that stop although both people stay: they do not come back, and are
        ``ended``, not broken.
    undo
        How many running pairs may be undone at most: 0 keeps every one of them, whoever waits; see
        ``Repair.choices`` for what 1, 2 ... would gain. The goals of the programme decide, with people placed first.
        None: as many as it takes to place as many people as can be.
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
    left, begun, ended = list(withdrawn), pairs_to_keep(keep), list(stopped)
    most = None if undo is None else whole_number("undo", undo)
    clock = Deadline.after(duration("time_limit_s", time_limit_s))
    require_former("stopped", ended, matching)
    cohort = remove_people(matching.cohort, left)
    cohort = cohort if arrived is None else add_people(cohort, arrived)
    excluded = without_leavers([*bans, *ended], left, cohort)
    by_hand = rules_by_hand(cohort, without_leavers(pins, left, cohort), excluded)
    programme = repair_programme(matching, cohort, begun).with_rules(by_hand)
    scores, problem = build_instance(cohort, programme)
    edits = (
        *people_edits(left, matching.cohort, "withdrawn"),
        *newcomer_edits(arrived, cohort),
        *pair_edits(rules_for_pairs(Pin, begun, cohort), cohort, "keep"),
        *pair_edits(by_hand, cohort),
    )
    instance = RepairInstance(
        cohort,
        tuple(programmes_to_try(matching, cohort, programme, problem, by_hand)),
        (programme, problem),
        scores,
        former_in(matching, cohort, ended),
        matching.seed if seed is None else seed_number(seed),
        edits,
        keep != "all",
    )
    made = instance.solve(matching, most, time_limit_s=clock.remaining_s, cancel=cancel)
    return Repair(matching, made, most, tuple(ended), instance)


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


def require_former(name: str, pairs: Iterable[KeyPair], matching: Matching) -> None:
    """Raise RequestError if one of the pairs of an argument is no pair of the matching that is repaired."""
    former = pair_keys(matching)
    strangers = [
        Problem(name, f"{quoted(mentor)} – {quoted(mentee)}", tr("un binôme déjà formé"))
        for mentor, mentee in pairs
        if fold_key((mentor, mentee)) not in former
    ]
    if strangers:
        raise RequestError(tr("Seul un binôme de la répartition réparée peut être gardé ou arrêté"), strangers)


def repair_programme(matching: Matching, cohort: Cohort, keep: Iterable[KeyPair]) -> Programme:
    """Return the programme with people placed first and the pairs in ``keep`` pinned, without pins of who left."""
    begun = list(keep)
    require_former("keep", begun, matching)
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


def former_in(matching: Matching, cohort: Cohort, stopped: Iterable[KeyPair] = ()) -> tuple[tuple[int, int], ...]:
    """Return the former pairs that run on, of people who are still there, by position in the new cohort."""
    mentors, mentees = (
        {canonical(key): row for row, key in enumerate(people.ids)} for people in (cohort.mentors, cohort.mentees)
    )
    ended = set(map(fold_key, stopped))
    pairs = (pair for pair in map(fold_key, keys_of(matching)) if pair not in ended)
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
