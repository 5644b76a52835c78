"""Decisions on the board, as JSON requests, and the matching that results from them, independent of their order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import IntVector
from mentormatch.base.columns import NumberColumn
from mentormatch.base.strict_json import JsonMessage, Whole, parse_json, schema_problems
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.edits import SIDE_LETTERS, Edit, capacity_edit, opaque_id, pair_edits, people_edits
from mentormatch.explanation.names import Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import KeyPair, Matching, fold_key, pair_keys
from mentormatch.operations.repair import Repair, RepairInstance, ended_in, former_in
from mentormatch.people.changes import remove_people
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.record.seal import Seal
from mentormatch.rules.kinds.named_people import Ban, Pin
from mentormatch.rules.rule import formulate
from mentormatch.scoring.scores import score

type MentorId = Annotated[str, Setting(pattern=r"^m[1-9][0-9]{0,8}$")]
type MenteeId = Annotated[str, Setting(pattern=r"^e[1-9][0-9]{0,8}$")]
type PersonId = Annotated[str, Setting(pattern=r"^[me][1-9][0-9]{0,8}$")]
type ShortText = Annotated[str, Setting(max_length=1_000)]

MAX_PLACES = 1_000


class PinnedPair(JsonMessage):
    """A required pair; ids are opaque: ``m1`` is the first mentor at the start of the session."""

    action: Literal["pin"] = "pin"
    mentor: MentorId
    mentee: MenteeId


class BannedPair(JsonMessage):
    """A pair that is excluded."""

    action: Literal["ban"] = "ban"
    mentor: MentorId
    mentee: MenteeId


class Withdrawal(JsonMessage):
    """A person leaves."""

    action: Literal["withdraw"] = "withdraw"
    person: PersonId


class CapacityChange(JsonMessage):
    """A maximum number of partners that replaces the answer of a person."""

    action: Literal["capacity"] = "capacity"
    person: PersonId
    places: Annotated[Whole, Setting(le=MAX_PLACES)]


class MayUndo(JsonMessage):
    """Permission to undo up to ``pairs`` running pairs in a change; ``since`` is the step before the change."""

    action: Literal["may_undo"] = "may_undo"
    pairs: Annotated[Whole, Setting(ge=1)]
    since: Whole


class RemoveDecision(JsonMessage):
    """Cancels a decision, by its number from 1."""

    action: Literal["release"] = "release"
    number: Annotated[Whole, Setting(ge=1)]


class SetReason(JsonMessage):
    """States the reason of a decision, by its number from 1; an empty text removes it."""

    action: Literal["explain"] = "explain"
    number: Annotated[Whole, Setting(ge=1)]
    why: ShortText


class Undo(JsonMessage):
    """Undoes the last move."""

    action: Literal["undo"] = "undo"


class Redo(JsonMessage):
    """Redoes the last undone move."""

    action: Literal["redo"] = "redo"


class SelectPerson(JsonMessage):
    """Selects a person, or none."""

    action: Literal["choose"] = "choose"
    person: PersonId | None


class Validate(JsonMessage):
    """Validates the plan in a person's name; ``accept_unproved`` accepts an optimum that was not checked."""

    action: Literal["validate"] = "validate"
    who: ShortText
    why: ShortText = ""
    accept_unproved: bool = False


type BoardDecision = PinnedPair | BannedPair | Withdrawal | CapacityChange | MayUndo
type BoardAction = BoardDecision | RemoveDecision | SetReason | Undo | Redo | SelectPerson | Validate

BOARD_ACTION_ADAPTER: TypeAdapter[BoardAction] = TypeAdapter(Annotated[BoardAction, Setting(discriminator="action")])


class BoardRequest(JsonMessage):
    """An action as JSON; the answer repeats ``turn``, by which the page recognizes it."""

    turn: Whole = 0
    what: dict[str, Any]

    @classmethod
    def of(cls, data: str | bytes | Mapping[str, object]) -> Self:
        """Parse a request. Raises RequestError, without its contents, if it is malformed."""
        value = parse_json(data) if isinstance(data, str | bytes) else dict(data)
        return validate_or_refuse(lambda: cls.model_validate(value))

    @property
    def action(self) -> BoardAction:
        """The parsed action. Raises RequestError if it is unknown."""
        return validate_or_refuse(lambda: BOARD_ACTION_ADAPTER.validate_python(self.what))


def validate_or_refuse[T](validate: Callable[[], T]) -> T:
    try:
        return validate()
    except ValidationError as error:
        message = tr("La demande n'est pas de celles que le tableau comprend")
        raise RequestError(message, schema_problems(error)) from None


def side_of(person: str) -> Side:
    return "mentor" if person.startswith("m") else "mentee"


# The reasons of decisions, if staff stated them
type Reasons = Mapping[BoardDecision, str]
NO_REASONS: Reasons = {}


@dataclass(frozen=True, slots=True)
class RunningPairs:
    """A plan with running pairs; a change may undo up to ``undo`` of them (None: as few as possible)."""

    before: Matching
    undo: int | None = None


@dataclass(frozen=True)
class BoardBaseline:
    """The matching at the start of a session; opaque ids are positions in its cohort."""

    base: Matching
    time_limit_s: float | None = None
    is_running: bool = False
    """Whether the pairs of ``base`` run already: a change undoes as few of them as possible."""

    def key(self, person: str) -> str:
        """Return the key of a person. Raises RequestError for an unknown id."""
        people, row = self.base.cohort.side(side_of(person)), int(person[1:]) - 1
        if row >= len(people):
            raise RequestError(
                tr("Personne inconnue du tableau"), [Problem("id", person, tr("une personne de cette édition"))]
            )
        return people.ids[row]

    def keys(self, pair: PinnedPair | BannedPair) -> KeyPair:
        """Return the keys of a pair. Raises RequestError for an unknown id."""
        return self.key(pair.mentor), self.key(pair.mentee)

    def id(self, side: Side, key: str) -> str:
        """Return the opaque id of a person of the first cohort."""
        return self._ids[side, canonical(key)]

    @cached_property
    def _ids(self) -> dict[tuple[Side, str], str]:
        return {
            (side, canonical(key)): f"{SIDE_LETTERS[side]}{number}"
            for side in SIDES
            for number, key in enumerate(self.base.cohort.side(side).ids, start=1)
        }

    def apply_decisions(
        self,
        decisions: Sequence[BoardDecision],
        reasons: Reasons = NO_REASONS,
        running: RunningPairs | None = None,
    ) -> Matching:
        """Return the matching under these decisions. Raises RequestError if a decision does not apply."""
        if running:
            return self.repair(decisions, reasons, running).matching
        instance = self._instance(decisions, reasons)
        programme, problem = instance.formulated
        solution = solve(problem, seed=instance.seed, time_limit_s=self.time_limit_s)
        return Matching(
            instance.cohort,
            programme,
            instance.scores,
            problem,
            solution,
            instance.seed,
            instance.edits,
            self.base.notes,
            ended=self.base.ended,
        )

    def repair(self, decisions: Sequence[BoardDecision], reasons: Reasons, running: RunningPairs) -> Repair:
        """Return the running pairs after these decisions, which end some pairs and may undo others."""
        stopped = [self.keys(decision) for decision in decisions if isinstance(decision, BannedPair)]
        ended = [pair for pair in map(fold_key, stopped) if pair in pair_keys(running.before)]
        fresh = self._instance(decisions, reasons)
        former = former_in(running.before, fresh.cohort, ended)
        gone = (*running.before.ended, *ended_in(running.before, fresh.cohort, ended))
        instance = replace(fresh, former=former, ended=gone)
        matching = instance.solve(self.base, running.undo, time_limit_s=self.time_limit_s)
        return Repair(running.before, matching, running.undo, tuple(ended), instance)

    def _instance(self, decisions: Sequence[BoardDecision], reasons: Reasons) -> RepairInstance:
        """Return the instance under these decisions, without regard to running pairs."""
        base, leavers = (
            self.base,
            [self.key(decision.person) for decision in decisions if isinstance(decision, Withdrawal)],
        )
        remaining = remove_people(base.cohort, leavers) if leavers else base.cohort
        places = [
            decision
            for decision in decisions
            if isinstance(decision, CapacityChange) and self.there(decision.person, remaining)
        ]
        cohort = self.with_capacities(remaining, places)
        decision_rules = [rule for rule in self.rules(decisions) if rule.is_present(cohort)]
        rules = [rule for base_rule in base.programme.rules if (rule := base_rule.restrict_to(cohort))]
        programme = replace_parts(base.programme, rules=[*rules, *decision_rules])
        scores = base.scores if cohort is base.cohort else score(cohort, programme.criteria, programme.emphasis)
        problem = self.carry_over(cohort, formulate(cohort, scores, programme.rules, base.problem.goals))
        edits = tuple(self.edits(decisions, cohort, reasons))
        return RepairInstance(
            cohort, (programme,), (programme, problem), scores, (), base.seed, edits, placed_first=False
        )

    def edits(self, decisions: Sequence[BoardDecision], cohort: Cohort, reasons: Reasons) -> Iterator[Edit]:
        """Yield the manual edits before and in the session: departures, then places, then pairs."""
        yield from carry_edits(self.base.edits, self.base.cohort, cohort)
        for kind in (Withdrawal, CapacityChange, (PinnedPair, BannedPair)):
            for decision in decisions:
                if isinstance(decision, kind):
                    yield from (
                        replace(edit, why=reasons.get(decision, "")) for edit in self.edits_of(decision, cohort)
                    )

    def edits_of(self, decision: BoardDecision, cohort: Cohort) -> Iterator[Edit]:
        match decision:
            case Withdrawal(person=person):
                yield from people_edits([self.key(person)], self.base.cohort, "withdrawn")
            case CapacityChange(person=person, places=places):
                if self.there(person, cohort):
                    yield capacity_edit(cohort, side_of(person), self.key(person), places)
            case _:
                yield from pair_edits((rule for rule in self.rules([decision]) if rule.is_present(cohort)), cohort)

    def carry_over(self, cohort: Cohort, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem with the former pairs and the extra rows of the first one, without people who left."""
        base = self.base
        old_rows = [find_baseline_rows(base.cohort.side(side), cohort.side(side)) for side in SIDES]
        new_rows_by_old = [{row: new_row for new_row, row in enumerate(rows.tolist())} for rows in old_rows]
        former = tuple(
            (new_rows_by_old[0][i], new_rows_by_old[1][k])
            for i, k in base.problem.former
            if i in new_rows_by_old[0] and k in new_rows_by_old[1]
        )
        rows = [row.among(old_rows[0], old_rows[1]) for row in self.differing]
        return replace(problem, former=former, rows=(*problem.rows, *rows))

    @cached_property
    def formulated(self) -> AssignmentProblem:
        """The problem of the first programme, without the former pairs of a repair."""
        base = self.base
        return formulate(base.cohort, base.scores, base.programme.rules, base.problem.goals)

    @cached_property
    def differing(self) -> tuple[Row, ...]:
        """The rows of the first problem that come from no rule."""
        return self.base.problem.rows[len(self.formulated.rows) :]

    def there(self, person: str, cohort: Cohort) -> bool:
        """Return whether a person is in a cohort."""
        return cohort.side(side_of(person)).has(self.key(person))

    def rules(self, decisions: Sequence[BoardDecision]) -> Iterator[Pin | Ban]:
        """Yield the rule of each decision on a pair."""
        for decision in decisions:
            if isinstance(decision, PinnedPair | BannedPair):
                rule, (mentor, mentee) = Pin if isinstance(decision, PinnedPair) else Ban, self.keys(decision)
                yield rule(mentor=mentor, mentee=mentee)

    def with_capacities(self, cohort: Cohort, changes: Sequence[CapacityChange]) -> Cohort:
        """Return a cohort with these numbers of places as answers."""
        if not changes:
            return cohort
        mentors, mentees = (
            with_answers(
                cohort.side(side),
                place_fields(self.base.programme, side),
                {self.key(change.person): change.places for change in changes if side_of(change.person) == side},
            )
            for side in SIDES
        )
        return replace(cohort, mentors=mentors, mentees=mentees)


def place_fields(programme: Programme, side: Side) -> tuple[str, ...]:
    """Return the questions on the number of places of people on one side."""
    return tuple(dict.fromkeys(field for rule in programme.rules for field in rule.place_fields(side)))


def with_answers(people: People, fields: Sequence[str], places: Mapping[str, int]) -> People:
    """Return people with these numbers as answers to the questions, by key."""
    rows = [people.find(key) for key in places]
    columns = dict(people.columns)
    for name in fields:
        values = people.numbers(name).values.copy()
        values[rows] = list(places.values())
        columns[name] = NumberColumn(values)
    return replace(people, columns=columns)


def find_baseline_rows(people: People, remaining: People) -> IntVector:
    """Return the row in ``people`` of each person in ``remaining``."""
    rows = {canonical(key): row for row, key in enumerate(people.ids)}
    return np.array([rows[canonical(key)] for key in remaining.ids], dtype=np.int64)


def carry_edits(edits: Sequence[Edit], before: Cohort, cohort: Cohort) -> Iterator[Edit]:
    for edit in edits:
        if edit.kind == "withdrawn" or before is cohort:
            yield edit
            continue
        people = {side: edit.people[side] for side in SIDES if side in edit.people}
        keys = {side: before.side(side).ids[int(person[1:]) - 1] for side, person in people.items()}
        if all(cohort.side(side).has(key) for side, key in keys.items()):
            ids = {side: opaque_id(cohort, side, key) for side, key in keys.items()}
            yield replace(edit, mentor=ids.get("mentor", ""), mentee=ids.get("mentee", ""))


@dataclass(frozen=True)
class BoardVersion:
    """A version of the plan: the decisions, the matching under them, and its seal once validated."""

    decisions: tuple[BoardDecision, ...]
    matching: Matching
    seal: Seal | None = None


@dataclass(slots=True)
class BoardState:
    """The state of a board: its versions, the position ``at``, and the version ``seen`` before, for comparison.

    ``chosen`` is the opaque id of the selected person. ``reasons`` and ``moments`` have reason and time of decisions.
    """

    ground: BoardBaseline
    folder: Path
    labels: Labels
    steps: list[BoardVersion]
    at: int = 0
    chosen: str | None = None
    seen: int = 0
    reasons: dict[BoardDecision, str] = field(default_factory=dict)
    moments: dict[BoardDecision, datetime] = field(default_factory=dict)

    @property
    def now(self) -> BoardVersion:
        """The current version."""
        return self.steps[self.at]

    def running_pairs(self, decisions: Sequence[BoardDecision], at: int) -> RunningPairs | None:
        """Return the running pairs that a move to these decisions preserves, else None.

        They are the pairs of the last validated version before ``at``, if a decision made since is a departure, ends
        one of them or permits to undo some; and in any case those that ran at the start, until a validation.
        """
        step = self.validated_before(at)
        if step is None:
            return None
        new_decisions, running = (
            [decision for decision in decisions if decision not in step.decisions],
            pair_keys(step.matching),
        )
        undo = next((decision.pairs for decision in new_decisions if isinstance(decision, MayUndo)), None)
        has_ended = any(isinstance(decision, Withdrawal) for decision in new_decisions) or any(
            fold_key(self.ground.keys(decision)) in running
            for decision in new_decisions
            if isinstance(decision, BannedPair)
        )
        is_running_base = step is self.steps[0] and self.ground.is_running
        return RunningPairs(step.matching, undo) if has_ended or undo or is_running_base else None

    def validated_before(self, at: int) -> BoardVersion | None:
        """Return the last version before ``at`` with running pairs, None if there is none."""
        first_running = self.steps[0] if self.ground.is_running else None
        return next((step for step in reversed(self.steps[:at]) if step.seal), first_running)

    @property
    def matching(self) -> Matching:
        """The current plan; it can be saved, explained and compared like any matching."""
        return self.now.matching

    def name(self, person: str) -> str:
        """Return the label of a person, given by opaque id."""
        return self.labels.person(side_of(person), self.ground.key(person))
