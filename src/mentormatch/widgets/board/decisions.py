"""The matching under some decisions of staff: it depends on which decisions they are, not on their order.

What staff ask of a board, as JSON: decisions, which change the plan, and the handling of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import IntVector
from mentormatch.base.columns import NumberColumn
from mentormatch.base.strict_json import JsonMessage, Whole, parse_json
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.edits import LETTERS, Edit, capacity_edit, opaque, pair_edits, people_edits
from mentormatch.explanation.names import Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.repair import Repair, RepairInstance, fold_key, former_in, pair_keys
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
type BoardLine = Annotated[str, Setting(max_length=1_000)]

MOST_PLACES = 1_000


class Imposed(JsonMessage):
    """A pair that must be: people by opaque id, ``m1`` the first mentor whom the session began with."""

    action: Literal["pin"] = "pin"
    mentor: MentorId
    mentee: MenteeId


class SetAsideIn(JsonMessage):
    """A pair that must not be."""

    action: Literal["ban"] = "ban"
    mentor: MentorId
    mentee: MenteeId


class Withdrawal(JsonMessage):
    """Somebody leaves."""

    action: Literal["withdraw"] = "withdraw"
    person: PersonId


class PlacesIn(JsonMessage):
    """Somebody takes so many partners at most, whatever they answered."""

    action: Literal["capacity"] = "capacity"
    person: PersonId
    places: Annotated[Whole, Setting(le=MOST_PLACES)]


class MayUndo(JsonMessage):
    """A change after a validation may undo so many running pairs; ``since`` is the step that it was made from."""

    action: Literal["may_undo"] = "may_undo"
    pairs: Annotated[Whole, Setting(ge=1)]
    since: Whole


class Release(JsonMessage):
    """One of the decisions no longer holds: its place among them, from 1."""

    action: Literal["release"] = "release"
    number: Annotated[Whole, Setting(ge=1)]


class Explain(JsonMessage):
    """Why one of the decisions was made: its place among them, from 1; an empty text takes the reason back."""

    action: Literal["explain"] = "explain"
    number: Annotated[Whole, Setting(ge=1)]
    why: BoardLine


class Undo(JsonMessage):
    """The last move is taken back."""

    action: Literal["undo"] = "undo"


class Redo(JsonMessage):
    """The move that was taken back last is made again."""

    action: Literal["redo"] = "redo"


class Choose(JsonMessage):
    """Somebody is looked at, or nobody."""

    action: Literal["choose"] = "choose"
    person: PersonId | None


class Validate(JsonMessage):
    """A named person makes the plan final, for a reason; its optimum may be accepted as stated and not checked."""

    action: Literal["validate"] = "validate"
    who: BoardLine
    why: BoardLine = ""
    accept_unproved: bool = False


type BoardDecision = Imposed | SetAsideIn | Withdrawal | PlacesIn | MayUndo
type Action = BoardDecision | Release | Explain | Undo | Redo | Choose | Validate

ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Setting(discriminator="action")])


class BoardRequest(JsonMessage):
    """One action, as JSON; the answer carries the same ``turn``, by which a page tells that it was answered."""

    turn: Whole = 0
    what: dict[str, Any]

    @classmethod
    def of(cls, data: str | bytes | Mapping[str, object]) -> Self:
        """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
        value = parse_json(data) if isinstance(data, str | bytes) else dict(data)
        return fitting(lambda: cls.model_validate(value))

    @property
    def action(self) -> Action:
        """What it asks for; raises RequestError where that is none of the actions."""
        return fitting(lambda: ACTIONS.validate_python(self.what))


def fitting[T](read: Callable[[], T]) -> T:
    """Return what is read; raises RequestError where it does not fit."""
    try:
        return read()
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        problems = [Problem(".".join(map(str, where(wrong))), wrong["type"]) for wrong in errors]
        raise RequestError(tr("La demande n'est pas de celles que le tableau comprend"), problems) from None


def where(wrong: ErrorDetails) -> tuple[int | str, ...]:
    """Return where a request is wrong, without a key that is none of ours."""
    return wrong["loc"][:-1] if wrong["type"] == "extra_forbidden" else wrong["loc"]


def side_of(person: str) -> Side:
    """Return the side that an opaque id stands on."""
    return "mentor" if person.startswith("m") else "mentee"


type Reasons = Mapping[BoardDecision, str]
"""Why decisions were made, where staff said so."""
NO_REASONS: Reasons = {}


@dataclass(frozen=True, slots=True)
class RunningPairs:
    """A validated plan whose pairs run, of which a change may undo up to ``undo``; None: as few as the rules allow."""

    before: Matching
    undo: int | None = None


@dataclass(frozen=True)
class BoardGround:
    """The matching that a session began with; people are named by their place in its cohort."""

    base: Matching
    time_limit_s: float | None = None
    is_running: bool = False
    """Whether the pairs of ``base`` run already: a departure undoes none of them."""

    def key(self, person: str) -> str:
        """Return the key of somebody; raises RequestError where the id is nobody's."""
        people, row = self.base.cohort.side(side_of(person)), int(person[1:]) - 1
        if row >= len(people):
            raise RequestError(
                tr("Personne inconnue du tableau"), [Problem("id", person, tr("une personne de cette édition"))]
            )
        return people.ids[row]

    def keys(self, pair: Imposed | SetAsideIn) -> KeyPair:
        """Return the keys of a pair; raises RequestError where an id is nobody's."""
        return self.key(pair.mentor), self.key(pair.mentee)

    def id(self, side: Side, key: str) -> str:
        """Return the opaque id of somebody who was there at first."""
        return self._ids[side, canonical(key)]

    @cached_property
    def _ids(self) -> dict[tuple[Side, str], str]:
        return {
            (side, canonical(key)): f"{LETTERS[side]}{place}"
            for side in SIDES
            for place, key in enumerate(self.base.cohort.side(side).ids, start=1)
        }

    def apply_decisions(
        self,
        decisions: Sequence[BoardDecision],
        reasons: Reasons = NO_REASONS,
        running: RunningPairs | None = None,
    ) -> Matching:
        """Return the matching under these decisions; raises RequestError where one of them means nothing here."""
        if running:
            return self.repair(decisions, reasons, running).matching
        made = self._instance(decisions, reasons)
        programme, problem = made.formulated
        solution = solve(problem, seed=made.seed, time_limit_s=self.time_limit_s)
        return Matching(made.cohort, programme, made.scores, problem, solution, made.seed, made.edits, self.base.notes)

    def repair(self, decisions: Sequence[BoardDecision], reasons: Reasons, running: RunningPairs) -> Repair:
        """Return the running pairs as they become under these decisions, which end some and may undo others."""
        stopped = [self.keys(one) for one in decisions if isinstance(one, SetAsideIn)]
        ended = [pair for pair in map(fold_key, stopped) if pair in pair_keys(running.before)]
        made = self._instance(decisions, reasons)
        instance = replace(made, former=former_in(running.before, made.cohort, ended))
        matching = instance.solve(self.base, running.undo, time_limit_s=self.time_limit_s)
        return Repair(running.before, matching, running.undo, tuple(ended), instance)

    def _instance(self, decisions: Sequence[BoardDecision], reasons: Reasons) -> RepairInstance:
        """Return what is to be solved under these decisions, as if no pair were running."""
        base, gone = self.base, [self.key(one.person) for one in decisions if isinstance(one, Withdrawal)]
        stayed = remove_people(base.cohort, gone) if gone else base.cohort
        places = [one for one in decisions if isinstance(one, PlacesIn) and self.there(one.person, stayed)]
        cohort = self.with_places(stayed, places)
        by_hand = [rule for rule in self.rules(decisions) if rule.is_present(cohort)]
        rules = [rule for each in base.programme.rules if (rule := each.restrict_to(cohort))]
        programme = replace_parts(base.programme, rules=[*rules, *by_hand])
        scores = base.scores if cohort is base.cohort else score(cohort, programme.criteria, programme.emphasis)
        problem = self.carry_over(cohort, formulate(cohort, scores, programme.rules, base.problem.goals))
        edits = tuple(self.edits(decisions, cohort, reasons))
        return RepairInstance(
            cohort, (programme,), (programme, problem), scores, (), base.seed, edits, placed_first=False
        )

    def edits(self, decisions: Sequence[BoardDecision], cohort: Cohort, reasons: Reasons) -> Iterator[Edit]:
        """Yield what was changed by hand, before the session and in it: who left first, then places, then pairs."""
        yield from carry_edits(self.base.edits, self.base.cohort, cohort)
        for kind in (Withdrawal, PlacesIn, (Imposed, SetAsideIn)):
            for one in decisions:
                if isinstance(one, kind):
                    yield from (replace(edit, why=reasons.get(one, "")) for edit in self.edits_of(one, cohort))

    def edits_of(self, one: BoardDecision, cohort: Cohort) -> Iterator[Edit]:
        """Yield the edits of one decision; none where it is about somebody who left."""
        match one:
            case Withdrawal(person=person):
                yield from people_edits([self.key(person)], self.base.cohort, "withdrawn")
            case PlacesIn(person=person, places=places):
                if self.there(person, cohort):
                    yield capacity_edit(cohort, side_of(person), self.key(person), places)
            case _:
                yield from pair_edits((rule for rule in self.rules([one]) if rule.is_present(cohort)), cohort)

    def carry_over(self, cohort: Cohort, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem with what the first one held besides its rules, without those who left.

        That is the former pairs, and the rows by which a plan differs from others.
        """
        base = self.base
        places = [staying(base.cohort.side(side), cohort.side(side)) for side in SIDES]
        now = [{row: place for place, row in enumerate(rows.tolist())} for rows in places]
        former = tuple((now[0][i], now[1][k]) for i, k in base.problem.former if i in now[0] and k in now[1])
        rows = [row.among(places[0], places[1]) for row in self.differing]
        return replace(problem, former=former, rows=(*problem.rows, *rows))

    @cached_property
    def differing(self) -> tuple[Row, ...]:
        """The rows of the first problem that are not of its rules."""
        base = self.base
        ruled = formulate(base.cohort, base.scores, base.programme.rules, base.problem.goals)
        return base.problem.rows[len(ruled.rows) :]

    def there(self, person: str, cohort: Cohort) -> bool:
        """Say whether somebody is still in a cohort."""
        return cohort.side(side_of(person)).has(self.key(person))

    def rules(self, decisions: Sequence[BoardDecision]) -> Iterator[Pin | Ban]:
        """Yield the rule of each decision on a pair."""
        for one in decisions:
            if isinstance(one, Imposed | SetAsideIn):
                rule, (mentor, mentee) = Pin if isinstance(one, Imposed) else Ban, self.keys(one)
                yield rule(mentor=mentor, mentee=mentee)

    def with_places(self, cohort: Cohort, changes: Sequence[PlacesIn]) -> Cohort:
        """Return the cohort in which some people have answered how many partners they take."""
        if not changes:
            return cohort
        mentors, mentees = (
            answering(
                cohort.side(side),
                place_fields(self.base.programme, side),
                {self.key(one.person): one.places for one in changes if side_of(one.person) == side},
            )
            for side in SIDES
        )
        return replace(cohort, mentors=mentors, mentees=mentees)


def place_fields(programme: Programme, side: Side) -> tuple[str, ...]:
    """Return the questions by which one side says how many partners they take."""
    return tuple(dict.fromkeys(field for rule in programme.rules for field in rule.place_fields(side)))


def answering(people: People, fields: Sequence[str], places: Mapping[str, int]) -> People:
    """Return people of whom some, by key, gave these numbers to these questions."""
    rows = [people.find(key) for key in places]
    columns = dict(people.columns)
    for name in fields:
        values = people.numbers(name).values.copy()
        values[rows] = list(places.values())
        columns[name] = NumberColumn(values)
    return replace(people, columns=columns)


def staying(people: People, here: People) -> IntVector:
    """Return where those who are here stood among the people at first."""
    rows = {canonical(key): row for row, key in enumerate(people.ids)}
    return np.array([rows[canonical(key)] for key in here.ids], dtype=np.int64)


def carry_edits(edits: Sequence[Edit], before: Cohort, cohort: Cohort) -> Iterator[Edit]:
    """Yield edits made before the session with the ids of its cohort; without those of people who have left."""
    for edit in edits:
        if edit.kind == "withdrawn" or before is cohort:
            yield edit
            continue
        people = {side: edit.people[side] for side in SIDES if side in edit.people}
        keys = {side: before.side(side).ids[int(person[1:]) - 1] for side, person in people.items()}
        if all(cohort.side(side).has(key) for side, key in keys.items()):
            now = {side: opaque(cohort, side, key) for side, key in keys.items()}
            yield replace(edit, mentor=now.get("mentor", ""), mentee=now.get("mentee", ""))


@dataclass(frozen=True)
class SessionStep:
    """The decisions that hold, the matching under them, and what seals it once somebody has validated it."""

    decisions: tuple[BoardDecision, ...]
    matching: Matching
    seal: Seal | None = None


@dataclass(slots=True)
class BoardState:
    """What a board shows: its steps, the one it is ``at``, and the one ``seen`` before, with which it is compared.

    ``chosen`` is the opaque id of whoever is looked at. ``reasons`` and ``moments`` say why and when somebody decided.
    """

    ground: BoardGround
    folder: Path
    labels: Labels
    steps: list[SessionStep]
    at: int = 0
    chosen: str | None = None
    seen: int = 0
    reasons: dict[BoardDecision, str] = field(default_factory=dict)
    moments: dict[BoardDecision, datetime] = field(default_factory=dict)

    @property
    def now(self) -> SessionStep:
        """What holds at present."""
        return self.steps[self.at]

    def running_pairs(self, decisions: Sequence[BoardDecision], at: int) -> RunningPairs | None:
        """Return the pairs that run if the decisions of a step, which has steps before ``at``, end some of them.

        After a validation, or if the session began with pairs that run, a departure or the end of a pair leaves the
        other pairs as they are: those of the last validated step.
        """
        step = self.validated_before(at)
        if step is None:
            return None
        fresh, running = [one for one in decisions if one not in step.decisions], pair_keys(step.matching)
        undo = next((one.pairs for one in fresh if isinstance(one, MayUndo)), None)
        ends = any(isinstance(one, Withdrawal) for one in fresh) or any(
            fold_key(self.ground.keys(one)) in running for one in fresh if isinstance(one, SetAsideIn)
        )
        arrives = step is self.steps[0] and self.ground.is_running
        return RunningPairs(step.matching, undo) if ends or undo or arrives else None

    def validated_before(self, at: int) -> SessionStep | None:
        """Return the last step before ``at`` whose pairs run, None if there is none."""
        begun = self.steps[0] if self.ground.is_running else None
        return next((step for step in reversed(self.steps[:at]) if step.seal), begun)

    @property
    def matching(self) -> Matching:
        """The plan at present; it can be saved, explained and compared like any other."""
        return self.now.matching

    def name(self, person: str) -> str:
        """Return what somebody is called, by opaque id."""
        return self.labels.person(side_of(person), self.ground.key(person))
