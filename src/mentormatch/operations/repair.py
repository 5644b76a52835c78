"""Departures and arrivals -> new pairs with a bounded number of undone pairs, and the gain of undoing more."""

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
from mentormatch.explanation.edits import Edit, edited_pairs, newcomer_edits, pair_edits, people_edits
from mentormatch.explanation.goal_prices import free_places
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import about, counted, listed, points, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import SpokenText, language, mark, tr
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import (
    KeyPair,
    Matching,
    fold_key,
    keys_for,
    keys_of,
    pair_keys,
    rules_by_hand,
    rules_for_pairs,
)
from mentormatch.operations.plans import Deadline
from mentormatch.operations.repair_choices import (
    NO_PLAN,
    UNDO_NOTHING,
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

NO_PLAN_TEXTS = {
    Status.INFEASIBLE: mark("aucun plan possible"),
    Status.STOPPED: mark("calcul arrêté avant un premier plan"),
    Status.FAILED: mark("le calcul a échoué"),
}
"""The reason why a step of the ladder has no plan."""


@dataclass(frozen=True, slots=True)
class TradeoffPoint(SpokenText):
    """The best plan that breaks at most ``at_most`` former pairs.

    ``broken`` is the number of broken pairs, ``matched`` the number of pairs and ``total`` the sum of their scores in
    millionths; all None if ``status`` reports no plan. ``reached`` contains the value of each goal, the broken pairs
    last; for ``leximin`` the lowest score, then all scores. ``interrupted``: the caller ended the solve.
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
            return about(head, tr(NO_PLAN_TEXTS[self.status]))
        pairs, score = counted(self.matched, "binôme"), points(self.total)
        message = (
            mark("{pairs}, {score} points en tout")
            if self.status is Status.PROVED
            else mark("{pairs}, {score} points en tout (calcul arrêté : un meilleur plan est peut-être possible)")
        )
        return about(head, tr(message, pairs=pairs, score=score))


@dataclass(frozen=True, slots=True)
class DrawnPlaces(SpokenText):
    """The free places of a rule that reserves places, before and after a repair; at most the number reserved."""

    holds_texts: ClassVar[bool] = False
    rule: str
    before: int
    left: int

    def in_words(self) -> str:
        places = counted(self.left, "place libre", "places libres")
        return about(self.rule, tr("{places} au lieu de {old}", places=places, old=self.before))


@dataclass(frozen=True)
class RepairInstance:
    """The instance that a repair solves: today's people, their scores, and the former pairs, by position.

    The second of ``programmes``, if there is one, is solved if the first is infeasible. ``formulated`` is a programme
    with its problem. ``placed_first`` is False if former pairs count before people placed; it only applies to a solve
    without a maximum number of undone pairs. ``ended`` are the pairs of this edition that cannot continue, by key.
    """

    cohort: Cohort
    programmes: tuple[Programme, ...]
    formulated: tuple[Programme, AssignmentProblem]
    scores: ScoreTable
    former: tuple[tuple[int, int], ...]
    seed: int
    edits: tuple[Edit, ...]
    placed_first: bool
    ended: tuple[KeyPair, ...] = ()

    def solve(
        self,
        before: Matching,
        undo: int | None,
        *,
        time_limit_s: float | None = None,
        cancel: Event | None = None,
        proofs: Proofs = "goals",
    ) -> Matching:
        """Return the best matching that undoes at most ``undo`` former pairs, and among equals the fewest.

        ``undo`` None: people are placed first, then the fewest pairs undone; if not ``placed_first``, vice versa.
        """
        clock = Deadline.after(time_limit_s)

        def attempt(programme: Programme) -> Matching:
            problem = self._formulate(programme, undo)
            solution = solve(problem, seed=self.seed, time_limit_s=clock.remaining_s, cancel=cancel, proofs=proofs)
            made = Matching(self.cohort, programme, self.scores, problem, solution, self.seed, self.edits, before.notes)
            return replace(made, ended=(*self.ended, *self._undone(solution)))

        first, *fallbacks = self.programmes
        matching = attempt(first)
        return attempt(fallbacks[0]) if fallbacks and matching.status is Status.INFEASIBLE else matching

    def _undone(self, solution: Solution) -> Iterator[KeyPair]:
        """Yield the former pairs that are not chosen, without those banned by hand: they were declined."""
        mentors, mentees = self.cohort.mentors.ids, self.cohort.mentees.ids
        left_out = {(mentors[i], mentees[k]) for i, k in solution.pairs.tolist()}
        left_out.update(edited_pairs(self.edits, self.cohort, "ban"))
        former = ((mentors[i], mentees[k]) for i, k in self.former if solution.tiers)
        yield from (pair for pair in former if pair not in left_out)

    def _formulate(self, programme: Programme, undo: int | None) -> AssignmentProblem:
        """Return the problem of a programme; former pairs are a goal, bounded by ``undo``, or pinned if it is 0."""
        first, *later_goals = programme.goals.order
        goals = (first, "changes", *later_goals) if self.placed_first else ("changes", first, *later_goals)
        formulated_programme, problem = self.formulated
        if programme is not formulated_programme:
            problem = formulate(self.cohort, self.scores, programme.rules, (first, *later_goals))
        problem = replace(
            problem, goals=goals if undo is None else (first, *later_goals, "changes"), former=self.former
        )
        if undo is None or undo >= len(self.former):
            return problem
        if undo:
            return with_bound_on_undone(problem, undo)
        return replace(problem, pins=tuple(sorted({*problem.pins, *self.former})))


def with_bound_on_undone(problem: AssignmentProblem, at_most: int) -> AssignmentProblem:
    """Return the problem in which at most ``at_most`` of the former pairs are not chosen.

    Raises RequestError if the pairs are too many to be coupled.
    """
    require_stored_scores(problem)
    row = kept_pairs_row(
        tr("nombre de binômes conservés"), problem.former, problem.shape, len(problem.former) - at_most
    )
    return replace(problem, rows=(*problem.rows, row))


def values_reached(solution: Solution) -> tuple[tuple[int, ...], ...]:
    """Return the value of each goal; for ``leximin`` it is followed by the scores of all pairs, lowest first."""
    return tuple((tier.value, *tier.vector) for tier in solution.tiers)


@dataclass(frozen=True)
class Repair(VersionedPickle):
    """A former matching, the new one, and the state of each pair, as keys (mentor, mentee).

    A former pair of two present people is ``kept`` or ``broken``; a pair with a person who left, or that stops, is
    ``ended``; ``new`` are the added pairs. ``undo`` is the maximum number of broken pairs; None: no maximum.
    ``stopped`` are the pairs that stop although both people stay. If ``matching`` has no plan, every former pair that
    is not ``ended`` is ``broken``.
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
        counts = [
            counted(len(self.kept), "binôme conservé", "binômes conservés"),
            counted(len(self.broken), "binôme défait", "binômes défaits"),
            counted(len(self.new), "binôme nouveau", "binômes nouveaux"),
            counted(len(self.ended), "binôme terminé", "binômes terminés"),
        ]
        return " ".join([f"{listed(counts)}.", *(f"{sentence}." for sentence in self.drawn_places)])

    @property
    def drawn_places(self) -> tuple[DrawnPlaces, ...]:
        """The free reserved places of each rule of the former programme, before and after the repair."""
        return tuple(
            DrawnPlaces(rule.label, *(self._free_places(rule, matching) for matching in (self.before, self.matching)))
            for rule in self.before.programme.rules
            if rule.keeps_places
        )

    @staticmethod
    def _free_places(rule: Rule, matching: Matching) -> int:
        """Return the number of free places within a rule's scope, at most the number that it reserves."""
        reserved = rule.kept_places(market_of(matching.cohort, NO_SCORES))
        free = 0 if reserved is None else int(free_places(reserved, matching.problem, matching.solution.pairs).sum())
        return 0 if reserved is None else min(reserved.number, free)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    def _repr_html_(self) -> str:
        from mentormatch.report.views.pairs import RepairPiece  # a higher layer

        return RepairPiece.of(self)._repr_html_()

    @property
    def status(self) -> Status:
        """The status of the new pairs."""
        return self.matching.status

    @property
    def kept(self) -> tuple[KeyPair, ...]:
        """The former pairs that continue."""
        former = pair_keys(self.before)
        return tuple(pair for pair in keys_of(self.matching) if fold_key(pair) in former)

    @property
    def new(self) -> tuple[KeyPair, ...]:
        """The pairs that did not exist before."""
        former = pair_keys(self.before)
        return tuple(pair for pair in keys_of(self.matching) if fold_key(pair) not in former)

    @property
    def broken(self) -> tuple[KeyPair, ...]:
        """The former pairs of two present people that are no longer a pair, without the stopped pairs."""
        settled = pair_keys(self.matching) | set(map(fold_key, self.ended))
        return tuple(pair for pair in keys_of(self.before) if fold_key(pair) not in settled)

    @cached_property
    def ended(self) -> tuple[KeyPair, ...]:
        """The former pairs with a person who left, and the stopped pairs."""
        return ended_in(self.before, self.matching.cohort, self.stopped)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The participating mentees without a partner."""
        problem = self.matching.problem
        unmatched = np.setdiff1d(np.flatnonzero(problem.mentees.most > 0), self.matching.solution.pairs[:, 1])
        return tuple(self.matching.cohort.mentees.ids[row] for row in unmatched.tolist())

    @property
    def letter_changes(self) -> tuple[LetterChange, ...]:
        """The people whose letter changes, mentors first: partners differ, or a newcomer has no partner."""
        return letter_changes(self.before, self.matching)

    @checked
    def undoing(self, at_most: int, *, time_limit_s: float | None = None, cancel: Event | None = None) -> "Repair":
        """Return the best plan that undoes at most ``at_most`` running pairs.

        With 0 every running pair is kept as a rule: if a rule of the programme excludes one of them, the status is
        ``infeasible`` and the diagnosis names both. Raises RequestError if the pairs are too many to be coupled, or if
        this comparison was not made by ``repair``.
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
        plan = self.instance.solve(self.before, at_most, time_limit_s=time_limit_s, cancel=cancel, proofs=proofs)
        return replace(self, matching=plan, undo=at_most)

    @checked
    @track()
    def choices(
        self, at_most: int | None = None, *, time_limit_s: float | None = None, cancel: Event | None = None
    ) -> "tuple[RepairChoice, ...]":
        """Return the plan that undoes no running pair, then the plans that undo 1, 2 ..., until nothing more is gained.

        Each is optimal for its number, by the goals of the programme with people placed first; a number without gain
        over a smaller one is left out.

        Parameters
        ----------
        at_most
            The maximum number of pairs to undo; None: no limit.
        time_limit_s
            Seconds for all plans together; the last plan is then an incumbent, with that status.
        cancel
            Once another thread sets it, the running solve ends, and no further plan is searched for.

        Raises
        ------
        RequestError
            More than 0 pairs may be undone and the pairs are too many to be coupled, or ``repair`` did not make this
            comparison.

        Examples
        --------
        >>> from mentormatch import examples
        >>> from mentormatch.operations.matching import match
        >>> repaired = repair(match(examples.cohort(), examples.programme()), withdrawn=["M04"])
        >>> [(choice.undone, choice.repair.matching.status.value) for choice in repaired.choices()]
        [(0, 'proved'), (3, 'proved')]
        """
        max_undone = None if at_most is None else whole_number("at_most", at_most)
        clock = Deadline.after(duration("time_limit_s", time_limit_s))
        running = len(self.instance.former) if self.instance else 0
        unbounded = self.undoing(running if max_undone != 0 else 0, time_limit_s=clock.remaining_s, cancel=cancel)
        # One programme for all plans, so that more pairs to undo are never worse
        market = replace(
            self,
            instance=unbounded.instance and replace(unbounded.instance, programmes=(unbounded.matching.programme,)),
        )

        def solve_for(number: int) -> Repair:
            if unbounded.status is Status.PROVED and number == len(unbounded.broken):
                return replace(unbounded, undo=number)
            return market.undoing(number, time_limit_s=clock.remaining_s, cancel=cancel)

        base = last = unbounded if max_undone == 0 else solve_for(0)
        plans = [RepairChoice(base, base, base)]
        number = 0
        while last.is_complete and unbounded.is_complete and gains(last, unbounded) and number != max_undone:
            number += 1
            step = solve_for(number)
            if not step.is_complete or gains(last, step):
                plans.append(RepairChoice(step, base, last))
                last = step
        return tuple(plans)

    @property
    def is_complete(self) -> bool:
        """Whether the plan is proved optimal, or proved not to exist."""
        return self.status in (Status.PROVED, Status.INFEASIBLE)

    @cached_property
    def advice(self) -> tuple[MorePlaces, ...]:
        """An additional place with a mentor for each waiting mentee who needs nothing else; most points first."""
        changes = zip(self.matching.unmatched, self.matching.smallest_changes, strict=True)
        pairs = [
            self.matching.explain(*change.people)
            for person, change in changes
            if change and change.code == "add_place" and person.side == "mentee" and person.person in self.waiting
        ]
        extra_places = [MorePlaces(pair.mentor, pair.mentee, pair.score, language=self.language) for pair in pairs]
        return tuple(sorted(extra_places, key=lambda place: -place.score))

    @cached_property
    @track()
    def ladder(self) -> tuple[TradeoffPoint, ...]:
        """The best plan with at most 0, 1, 2 ... broken pairs, until breaking more of them gains nothing.

        Empty for plans that ``repair`` did not make. Each step is a problem of its own that couples all pairs: with
        hundreds of people, call ``rung`` for single steps. After an interrupt (Ctrl-C, or a ``progress`` listener
        that returns True), the last step is the incumbent, or has the status of a stopped solve.
        """
        if self.instance is None:
            return ()
        running = len(self.instance.former)
        unbounded = self.rung(running)
        if unbounded.interrupted:
            return (TradeoffPoint(0, Status.STOPPED, interrupted=True, language=self.language),)
        rungs = [self.rung(0)]
        while rungs[-1].reached != unbounded.reached and len(rungs) <= running and not rungs[-1].interrupted:
            rungs.append(self.rung(len(rungs)))
        return tuple(rungs)

    @checked
    def rung(self, at_most: int) -> TradeoffPoint:
        """Return the best plan that breaks at most ``at_most`` former pairs.

        Raises RequestError if the pairs are too many to be coupled, or if this comparison was not made by ``repair``.
        """
        max_broken = whole_number("at_most", at_most)
        return tradeoff_of(self._undoing(max_broken, proofs="none"), max_broken)

    @cached_property
    def reserves(self) -> tuple[Reserve, ...]:
        """The mentor who would take over each pair if its mentor left, given that all other pairs stay."""
        matching = self.matching
        reserves = reserves_of(matching.cohort, matching.problem, matching.solution.pairs)
        return tuple(replace(reserve, language=self.language) for reserve in reserves)


def tradeoff_of(repair: Repair, at_most: int) -> TradeoffPoint:
    """Return the summary of a repair that was solved with the maximum ``at_most``."""
    solution, language_code = repair.matching.solution, repair.language
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return TradeoffPoint(at_most, solution.status, interrupted=solution.interrupted, language=language_code)
    return TradeoffPoint(
        at_most,
        solution.status,
        solution.tiers[-1].value,
        len(solution.pairs),
        total_of(repair.matching),
        values_reached(solution),
        solution.interrupted,
        language=language_code,
    )


def gains(before: Repair, after: Repair) -> bool:
    """Return whether a plan that may undo more pairs has another value in a goal before the number of undone pairs."""
    values = (values_reached(plan.matching.solution)[:-1] for plan in (before, after))
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
        The plan of the previous choice; ``repair`` itself for the first choice.
    labels
        The names of people in the texts.
    """

    repair: Repair
    nothing: Repair
    previous: Repair
    labels: Labels = KEY_LABELS

    @property
    def at_most(self) -> int:
        """The maximum number of undone running pairs."""
        return self.repair.undo or 0

    @property
    def undone(self) -> int:
        """The number of undone running pairs; 0 if there is no plan."""
        return len(self.broken)

    @property
    def broken(self) -> tuple[KeyPair, ...]:
        """The undone running pairs; none if there is no plan."""
        return self.repair.broken if self.has_plan else ()

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
        """The status of the plan."""
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
        """The title of the choice: the number of undone pairs, or their maximum if there is no plan."""
        return title_of(self.repair)

    @cached_property
    def placed(self) -> tuple[str, ...]:
        """The mentees who would wait if nothing were undone, and have a partner in this plan."""
        return tuple(key for key in self.nothing.waiting if key not in self.repair.waiting)

    @property
    def lines(self) -> tuple[ChoiceLine, ...]:
        """The undone, gained and lost pairs, the waiting people, and the result; one line if there is no plan."""
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
        """Return the line of a new pair, compared with the mentee's pairs in the plan that undoes nothing."""
        scores = scores_by_mentee(self.repair.matching)[canonical(mentee)]
        score = scores[canonical(mentor)]
        words = named(self.labels, mentor, mentee, points(score))
        earlier_scores = before_by_mentee.get(canonical(mentee), {})
        if self.repair is self.nothing or canonical(mentor) in earlier_scores:
            code: ChoiceCode = "new" if self.repair is self.nothing else "same"
            return ChoiceLine(code, tr("{mentee} avec {mentor}, {score} points", **words))
        if not earlier_scores:
            return ChoiceLine("gains", tr("{mentee} est placé·e, avec {mentor} : {score} points", **words))
        code = "gains" if sum(scores.values()) >= sum(earlier_scores.values()) else "loses"
        return ChoiceLine(code, tr("{mentee} avec {mentor} : {score} points", **words))

    @property
    def result(self) -> str:
        """The numbers of pairs and waiting people, the points, and the gain over the previous choice, if any."""
        pairs = counted(self.matched, "binôme")
        waiting = counted(len(self.repair.waiting), "personne attend", "personnes attendent")
        totals = tr("{pairs}, {waiting}, {score} points", pairs=pairs, waiting=waiting, score=points(self.total))
        if self.repair is self.nothing or not self.previous.matching.solution.tiers:
            return totals
        changes = list(differences(self.previous.matching, self.repair.matching))
        gain = listed(changes or [tr("mieux selon un autre but du programme")])
        is_same_count = self.matched == len(self.previous.matching.solution.pairs)
        message = (
            mark("{result} ; {gain} que {choice}, sans placer personne de plus")
            if is_same_count
            else mark("{result} ; {gain} que {choice}")
        )
        return tr(message, result=totals, gain=gain, choice=uncapitalised(title_of(self.previous)))

    def __str__(self) -> str:
        with language(self.language, unless_asked=True):
            return "\n".join([self.title, *(f"  {line}" for line in self.lines)])


def title_of(repair: Repair) -> str:
    with language(repair.language, unless_asked=True):
        undone = len(repair.broken) if repair.matching.solution.tiers else repair.undo or 0
        return tr("Défaire {pairs}", pairs=counted(undone, "binôme")) if undone else tr(UNDO_NOTHING)


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
    """Return new pairs after departures and arrivals, with as few broken former pairs as possible.

    First as many people are placed as the rules allow; among such plans, the fewest pairs are broken; then the other
    goals of the programme decide. A pair with a person who left is not broken.

    Parameters
    ----------
    matching
        The former pairs, with the cohort and the programme, whose rules remain valid. So do pins and bans of an earlier
        repair, also those by ``keep`` and ``stopped``; not ``undo``, which holds for one repair.
    withdrawn
        Keys of the people who leave; a person on both sides leaves both.
    arrived
        The newcomers, read with the same programme.
    stopped
        Former pairs (mentor key, mentee key) that stop although both people stay: ``ended``, and never chosen again.
    undo
        The maximum number of running pairs to undo: 0 keeps all, even if people wait; see ``Repair.choices`` for the
        gains of 1, 2 ... The goals of the programme decide, people placed first. None: as many as place most people.
    keep
        Former pairs (mentor key, mentee key) that must stay, for instance pairs that have met. Pinned pairs stay too.
        ``"all"``: all pairs, as after a validation. As few of them as possible are broken, before more people are
        placed: none, unless the rules leave no other plan. Has no effect together with ``undo``.
    pins, bans
        Pairs (mentor key, mentee key) that must be, or must not be, from now on, for instance declined pairs: rules in
        addition to the programme's. Pairs with a person who left are ignored, as in rules of the programme.
    seed
        Breaks ties; None: that of ``matching``.
    time_limit_s
        Seconds after which the incumbent is returned, with status ``feasible``; see ``match``.
    cancel
        Once another thread sets it, the incumbent is returned, as after an interrupt; see ``match``.

    Raises
    ------
    RequestError
        A key is unknown, a newcomer has the key of a person of the same side, the newcomers did not answer the same
        questions, or a pair in ``keep`` or ``stopped`` is no former pair.

    See Also
    --------
    match : pairs from the start.
    carry_over : what the next edition keeps.

    Examples
    --------
    >>> from mentormatch import examples
    >>> from mentormatch.operations.matching import match
    >>> repaired = repair(match(examples.cohort(), examples.programme()), withdrawn=["M04"])
    >>> str(repaired.status), repaired.ended
    ('proved', (('M04', 'E05'),))
    """
    leavers = list(withdrawn)
    kept_pairs, ended = (keys_for(pairs, matching.cohort) for pairs in (pairs_to_keep(keep), stopped))
    max_undone = None if undo is None else whole_number("undo", undo)
    clock = Deadline.after(duration("time_limit_s", time_limit_s))
    require_former("stopped", ended, matching)
    cohort = remove_people(matching.cohort, leavers)
    cohort = cohort if arrived is None else add_people(cohort, arrived)
    excluded = without_leavers([*bans, *ended], matching.cohort, cohort)
    by_hand = rules_by_hand(cohort, without_leavers(pins, matching.cohort, cohort), excluded)
    programme = repair_programme(matching, cohort, kept_pairs).with_rules(by_hand)
    scores, problem = build_instance(cohort, programme)
    edits = (
        *people_edits(leavers, matching.cohort, "withdrawn"),
        *newcomer_edits(arrived, cohort),
        *pair_edits(rules_for_pairs(Pin, kept_pairs, cohort), cohort, "keep"),
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
        (*matching.ended, *ended_in(matching, cohort, ended)),
    )
    repaired = instance.solve(matching, max_undone, time_limit_s=clock.remaining_s, cancel=cancel)
    return Repair(matching, repaired, max_undone, tuple(ended), instance)


def pairs_to_keep(keep: Iterable[KeyPair] | str) -> list[KeyPair]:
    """Return the pairs that must stay, none for ``"all"``. Raises RequestError for another text."""
    if isinstance(keep, str):
        if keep == "all":
            return []
        raise RequestError(tr("Ce qui est à garder ne se comprend pas"), [Problem("keep", quoted(keep), '"all"')])
    return list(keep)


def without_leavers(pairs: Iterable[KeyPair], before: Cohort, cohort: Cohort) -> list[KeyPair]:
    """Return the pairs without those of a person who left the cohort ``before`` and is not on that side now."""

    def has_left(key: str) -> bool:
        return any(before.side(side).has(key) and not cohort.side(side).has(key) for side in SIDES)

    sides = cohort.mentors, cohort.mentees
    return [
        pair
        for pair in pairs
        if not any(has_left(key) and not side.has(key) for key, side in zip(pair, sides, strict=True))
    ]


def require_former(name: str, pairs: Iterable[KeyPair], matching: Matching) -> None:
    """Raise RequestError if a pair of an argument is not in the former matching."""
    former = pair_keys(matching)
    problems = [
        Problem(name, f"{quoted(mentor)} – {quoted(mentee)}", tr("un binôme déjà formé"))
        for mentor, mentee in pairs
        if fold_key((mentor, mentee)) not in former
    ]
    if problems:
        raise RequestError(tr("Seul un binôme de la répartition réparée peut être gardé ou arrêté"), problems)


def repair_programme(matching: Matching, cohort: Cohort, keep: Iterable[KeyPair]) -> Programme:
    """Return the programme with people placed first, pairs in ``keep`` pinned, and no rules on absent people.

    A goal ``changes`` of the programme is left out. Raises RequestError if a pair in ``keep`` is no former pair.
    """
    kept_pairs = list(keep)
    require_former("keep", kept_pairs, matching)
    programme = matching.programme
    rules = [rule for former_rule in programme.rules if (rule := former_rule.restrict_to(cohort))]
    order: list[Goal] = ["matched", *(goal for goal in programme.goals.order if goal not in ("matched", "changes"))]
    goals = programme.goals.model_copy(update={"order": order})
    return replace_parts(programme, rules=[*rules, *rules_for_pairs(Pin, kept_pairs, cohort)], goals=goals)


def programmes_to_try(
    matching: Matching, cohort: Cohort, programme: Programme, problem: AssignmentProblem, by_hand: Sequence[Rule]
) -> Iterator[Programme]:
    """Yield the programme with its reserved places offered to seeking mentees; then without reserved places.

    Reserved places break no former pair: their number falls with the mentors who left. A programme without reserved
    places is yielded once, unchanged. ``problem`` is that of ``programme``.
    """
    if not any(rule.keeps_places for rule in programme.rules):
        yield programme
        return
    market, usable = market_of(cohort, NO_SCORES), usable_places(problem.mentors, problem.scores)
    rows = {canonical(key): row for row, key in enumerate(cohort.mentors.ids)}
    former = [rows[mentor] for mentor, _ in map(fold_key, keys_of(matching)) if mentor in rows]
    used = np.bincount(np.array(former, dtype=np.int64), minlength=len(usable))
    imposed = [cohort.mentees.ids[mentee] for rule in by_hand for _, mentee in rule.pins(market)]
    seeking = [*seeking_mentees(matching, cohort), *imposed]
    placed = {mentee for _, mentee in map(fold_key, keys_of(matching))}
    rules = list(programme.rules)
    for index, rule in enumerate(rules):
        reserved = rule.kept_places(market)
        if reserved is not None:
            spare = int((usable - used)[reserved.mentors].sum())
            waiting = [cohort.mentees.ids[row] for row in np.flatnonzero(reserved.latecomers).tolist()]
            candidates = [*(key for key in waiting if canonical(key) not in placed), *seeking]
            rules[index] = rule.with_kept_places(max(0, min(reserved.number, spare)), list(dict.fromkeys(candidates)))
    yield replace_parts(programme, rules=rules)
    yield replace_parts(programme, rules=[rule for rule in rules if not rule.keeps_places])


def seeking_mentees(matching: Matching, cohort: Cohort) -> Iterator[str]:
    """Yield the keys of newcomers among the mentees, and of mentees whose mentor left."""
    yield from (key for key in cohort.mentees.ids if not matching.cohort.mentees.has(key))
    for mentor, mentee in keys_of(matching):
        if cohort.mentees.has(mentee) and not cohort.mentors.has(mentor):
            yield mentee


def former_in(matching: Matching, cohort: Cohort, stopped: Iterable[KeyPair] = ()) -> tuple[tuple[int, int], ...]:
    """Return the continuing former pairs, by position in the new cohort."""
    mentors, mentees = (
        {canonical(key): row for row, key in enumerate(people.ids)} for people in (cohort.mentors, cohort.mentees)
    )
    ended = set(map(fold_key, stopped))
    pairs = (pair for pair in map(fold_key, keys_of(matching)) if pair not in ended)
    return tuple(
        (mentors[mentor], mentees[mentee]) for mentor, mentee in pairs if mentor in mentors and mentee in mentees
    )


def ended_in(matching: Matching, cohort: Cohort, stopped: Iterable[KeyPair] = ()) -> tuple[KeyPair, ...]:
    """Return the keys of the former pairs that stop, or that have a person who is not in the new cohort."""
    mentors, mentees = cohort.mentors.ids, cohort.mentees.ids
    going_on = {fold_key((mentors[i], mentees[k])) for i, k in former_in(matching, cohort, stopped)}
    return tuple(pair for pair in keys_of(matching) if fold_key(pair) not in going_on)
