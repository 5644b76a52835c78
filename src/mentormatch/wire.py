"""The JSON contract: what other applications send and get, alike in files, on the command line and over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ValidationError
from pydantic import Field as Setting

from mentormatch.enrolment import plan_of
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.matching import Matching, match
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.review.diagnosis.finding import Change, Conflict, Diagnosis
from mentormatch.review.goal_prices import price_words
from mentormatch.review.pairs import Pair
from mentormatch.review.unmatched import Unmatched
from mentormatch.strictjson import Message, parse_json
from mentormatch.survey.entries import Submission
from mentormatch.survey.intake import gather

BY_ID = "id"
"""Stands for the key field where the programme has none: in a request people are told apart by their ``id``."""


def whole(value: object) -> object:
    """Return a float without a fraction as an integer: JSON does not tell 1 from 1.0, strict integers do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


type Whole = Annotated[int, Setting(ge=0, le=2**64 - 1), BeforeValidator(whole)]
type Text = Annotated[str, Setting(min_length=1, max_length=1_000)]
type Answer = str | bool | int | float | list[str] | dict[str, str] | None


class Submitted(Message):
    """One person: key, and answers by field id."""

    id: Text
    answers: dict[str, Answer] = Setting(default_factory=dict)


class Keys(Message):
    """Two people, by their keys."""

    mentor: Text
    mentee: Text


class MatchRequest(Message):
    """A programme, shaped as its TOML file, and the people of both sides.

    ``answers`` are text as in a survey file, or what they stand for: a number, true or false, a list of options or
    names, an object of levels by item; null or absent for no answer.
    """

    schema_version: Literal[1] = 1
    programme: dict[str, Any]
    mentors: list[Submitted]
    mentees: list[Submitted]
    seed: Whole = 0
    pins: list[Keys] = Setting(default_factory=list)
    bans: list[Keys] = Setting(default_factory=list)
    time_limit_s: Annotated[float, Setting(gt=0)] | None = None

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the request in a JSON text; raises RequestError for doubled keys, NaN, or what does not fit."""
        return cls.of(parse_json(text))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the request in a JSON object; raises RequestError with everything in it that does not fit."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            problems = [
                Problem(".".join(map(str, detail["loc"])), detail["type"], detail["msg"])
                for detail in error.errors(include_url=False, include_input=False)
            ]
            raise RequestError("The request does not fit the contract", problems) from None


class ContributionOut(Message):
    """One criterion in one pair, in points out of 100."""

    criterion: str
    kind: str
    group: str | None
    points: float
    full: float
    answered: bool
    reason: str


class PairOut(Message):
    """One pair: points out of 100, the same in millionths, and what they are made of."""

    mentor: str
    mentee: str
    points: float
    score: int
    answered: float
    contributions: list[ContributionOut]


class ChangeOut(Message):
    """A change that would help: how many things have to give, and the people it concerns, by their keys."""

    code: str
    sentence: str
    cost: int
    people: list[str]


class UnmatchedOut(Message):
    """Somebody without a partner, and the smallest change that would place them; codes are stable, sentences French."""

    person: str
    side: Side
    code: str
    reason: str
    change: ChangeOut | None = None


class RejectedOut(Message):
    """A row that is nobody."""

    source: str
    line: int
    key: str
    reason: str


class RemarkOut(Message):
    """Something about the answers that is worth a look."""

    source: str
    line: int | None
    text: str


class TierOut(Message):
    """One goal: what was reached, and the proven bound, in the goal's own unit (millionths for ``total``)."""

    goal: str
    value: int
    bound: int | None


class GoalPriceOut(Message):
    """What a goal costs the others: by how much each value differs from what it would be without the goal."""

    goal: str
    sentence: str
    differences: dict[str, int]


class FindingOut(Message):
    """One thing that cannot be; ``decisive`` says that it leaves no solution at all."""

    code: str
    sentence: str
    missing: int
    people: list[str]
    rules: list[str]
    decisive: bool


class ConflictOut(Message):
    """Rules that cannot hold together, by what they are called; ``proved``: none of them can be spared."""

    rules: list[str]
    sentence: str
    proved: bool


class DiagnosisOut(Message):
    """Why there is no answer: all of it in sentences, then the same in parts, ways out cheapest first."""

    sentences: list[str]
    conflict: ConflictOut | None
    findings: list[FindingOut]
    ways_out: list[ChangeOut]


class MatchResponse(Message):
    """The pairs, everybody else with a reason, and what is known of the answer.

    ``goal_prices`` is empty and ``change`` null for large cohorts (see ``Matching``); ``diagnosis`` is null where there
    is an answer.
    """

    schema_version: Literal[1] = 1
    status: str
    programme: str
    seed: int
    engine: str
    tiers: list[TierOut]
    gap: int | None
    pairs: list[PairOut]
    unmatched: list[UnmatchedOut]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]
    goal_prices: list[GoalPriceOut] = Setting(default_factory=list)
    diagnosis: DiagnosisOut | None = None

    @classmethod
    def of(cls, matching: Matching) -> Self:
        """Return what a matching says."""
        return cls(
            status=str(matching.status),
            programme=matching.programme.name,
            seed=matching.seed,
            engine=matching.solution.engine,
            tiers=[TierOut(goal=t.goal, value=t.value, bound=t.bound) for t in matching.solution.tiers],
            gap=matching.solution.gap,
            pairs=[pair_out(pair) for pair in matching.pairs],
            unmatched=list(map(unmatched_out, matching.unmatched, matching.smallest_changes)),
            rejected=[
                RejectedOut(source=row.source, line=row.line, key=row.key, reason=row.reason)
                for row in matching.rejected
            ],
            remarks=[RemarkOut(source=r.source, line=r.line, text=r.text) for r in matching.cohort.remarks],
            goal_prices=[
                GoalPriceOut(goal=price.goal, sentence=price_words(price), differences=price.differences)
                for price in matching.goal_prices
            ],
            diagnosis=None if matching.diagnosis is None else diagnosis_out(matching.diagnosis),
        )

    def to_json(self) -> str:
        """Return the response as JSON text, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def unmatched_out(one: Unmatched, change: Change | None) -> UnmatchedOut:
    """Return somebody without a partner as the contract has it."""
    told = None if change is None else change_out(change)
    return UnmatchedOut(person=one.person, side=one.side, code=one.code, reason=one.reason, change=told)


def change_out(change: Change) -> ChangeOut:
    """Return a change as the contract has it."""
    return ChangeOut(code=change.code, sentence=change.sentence, cost=change.cost, people=list(change.people))


def conflict_out(conflict: Conflict) -> ConflictOut:
    """Return a conflict of rules as the contract has it."""
    rules = [rule.label for rule in conflict.rules]
    return ConflictOut(rules=rules, sentence=conflict.sentence, proved=conflict.proved)


def diagnosis_out(diagnosis: Diagnosis) -> DiagnosisOut:
    """Return a diagnosis as the contract has it."""
    conflict = diagnosis.conflict
    return DiagnosisOut(
        sentences=list(diagnosis.sentences),
        conflict=None if conflict is None else conflict_out(conflict),
        findings=[
            FindingOut(
                code=one.code,
                sentence=one.sentence,
                missing=one.missing,
                people=list(one.people),
                rules=list(one.rules),
                decisive=one.decisive,
            )
            for one in diagnosis.findings
        ],
        ways_out=list(map(change_out, diagnosis.ways_out)),
    )


def pair_out(pair: Pair) -> PairOut:
    """Return one pair as the contract has it."""
    parts = [
        ContributionOut(
            criterion=part.criterion,
            kind=part.kind,
            group=part.group,
            points=part.share / 10_000,
            full=part.full / 10_000,
            answered=part.answered,
            reason=part.reason,
        )
        for part in pair.contributions
    ]
    return PairOut(
        mentor=pair.mentor,
        mentee=pair.mentee,
        points=pair.points,
        score=pair.score,
        answered=pair.answered,
        contributions=parts,
    )


def propose(request: Mapping[str, Any] | MatchRequest) -> MatchResponse:
    """Return the pairs for a request; the JSON face of ``match``.

    Raises RequestError where the request does not fit the contract, names a field or a person that is not there, or
    gives a key twice; ProgrammeError for mistakes in the programme.
    """
    asked = request if isinstance(request, MatchRequest) else MatchRequest.of(request)
    programme = Programme.read(asked.programme)
    return MatchResponse.of(
        match(
            cohort_of(asked, programme),
            programme,
            seed=asked.seed,
            pins=[(pin.mentor, pin.mentee) for pin in asked.pins],
            bans=[(ban.mentor, ban.mentee) for ban in asked.bans],
            time_limit_s=asked.time_limit_s,
        )
    )


def cohort_of(request: MatchRequest, programme: Programme) -> Cohort:
    """Return the people in a request; their ``id`` is their key, their place in the list their line."""
    sides: tuple[tuple[Side, list[Submitted]], ...] = (("mentor", request.mentors), ("mentee", request.mentees))
    problems = [
        Problem(f"{side}s.{index}.answers", f"no field {name!r}", "the id of a field of the programme")
        for side, people in sides
        for index, person in enumerate(people)
        for name in person.answers
        if name not in programme.fields
    ]
    if problems:
        raise RequestError("The request answers questions that the programme does not ask", problems)
    plan = plan_of(programme, apart=True)
    sent = [
        Submission(f"{side}s", line, side, person.id.strip(), email_in(person, plan.email), given(person))
        for side, people in sides
        for line, person in enumerate(people, start=1)
    ]
    return gather(sent, replace(plan, key=plan.key or BY_ID))


def given(person: Submitted) -> dict[str, Any]:
    """Return the answers that a person gave."""
    return {name: answer for name, answer in person.answers.items() if answer is not None}


def email_in(person: Submitted, email: str | None) -> str:
    """Return the e-mail address among a person's answers, empty where there is none."""
    return str(person.answers.get(email) or "").strip() if email else ""
