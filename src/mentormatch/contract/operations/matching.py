"""Operations ``match``, ``diagnose``, ``plans``, ``evaluate`` and ``verify``."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import AliasPath, BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import Whole, whole
from mentormatch.contract.match_response import (
    CaveatOut,
    DiagnosisOut,
    MatchResponse,
    PairOut,
    RejectedOut,
    RemarkOut,
    TierOut,
)
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import (
    CohortRequest,
    MatchRequest,
    Mention,
    Pairs,
    Request,
    TimeLimit,
    keys_of,
    mentions_of_pairs,
)
from mentormatch.contract.response import Response, ResponsePart, StatusCode, VerifyResponse
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.operations.evaluation import Evaluation, diagnose, evaluate
from mentormatch.operations.matching import Matching, match
from mentormatch.operations.plans import are_all, plans
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Decision
from mentormatch.record.verify import verify, verify_content


class Match(Operation[MatchRequest, MatchResponse]):
    """The optimal pairs, explained."""

    kind = "match"
    request_type = MatchRequest
    response_type = MatchResponse
    calls = (match,)
    sent = "a programme and people, `pins`, `bans`, `seed`, `time_limit_s`"
    told = "the pairs, explained, and everybody else with a reason"

    def answer(self, request: MatchRequest) -> MatchResponse:
        """Return the pairs."""
        return MatchResponse.of(request.matching())

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, one pair of whom must be."""
        return {**COHORT, "pins": [{"mentor": "M01", "mentee": "E01"}]}


class DiagnoseRequest(CohortRequest):
    """A programme and its people; after ``time_limit_s`` seconds nothing more is tried, and ways out may be missing."""

    time_limit_s: TimeLimit = None


class DiagnoseResponse(Response):
    """Whether the rules can all hold, what stands in their way, and the ways out, cheapest first.

    ``status`` is ``feasible``, ``infeasible``, or ``stopped`` where the time ran out before either was known.
    """

    status: StatusCode
    programme: str
    diagnosis: DiagnosisOut
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, cohort: Cohort, programme: Programme, found: Diagnosis) -> Self:
        """Build the response from a diagnosis."""
        return super().of(found, cohort, programme=programme.name, diagnosis=found)


class Diagnose(Operation[DiagnoseRequest, DiagnoseResponse]):
    """Whether a programme has a solution, what stands in the way, and the ways out."""

    kind = "diagnose"
    request_type = DiagnoseRequest
    response_type = DiagnoseResponse
    calls = (diagnose,)
    sent = "people, `time_limit_s`"
    told = "whether the rules can all hold, what stands in the way, the ways out"

    def answer(self, request: DiagnoseRequest) -> DiagnoseResponse:
        """Return the diagnosis."""
        cohort, programme = request.read()
        found = diagnose(cohort, programme, time_limit_s=request.time_limit_s, **request.by_hand())
        return DiagnoseResponse.of(cohort, programme, found)

    def example(self) -> dict[str, Any]:
        """Return a pair that must be and must not be."""
        pair = [{"mentor": "M01", "mentee": "E01"}]
        return {**COHORT, "pins": pair, "bans": pair}


type Wanted = Annotated[int, Setting(ge=1, le=20), BeforeValidator(whole)]
type Differing = Annotated[int, Setting(ge=1, le=10_000), BeforeValidator(whole)]


class PlansRequest(CohortRequest):
    """How many plans are wanted, and how many pairs of every plan before it each gives up at least.

    ``time_limit_s`` is for all plans together.
    """

    n: Wanted = 3
    differ_by: Differing = 1
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class PlanOut(ResponsePart):
    """One plan, and how many pairs of each plan before it, the first one first, it gives up."""

    matching: MatchResponse
    gives_up: list[int]


class PlansResponse(Response):
    """The plans, the best first; each is the best of those that differ enough from all before it.

    ``all_told``: there are fewer than asked for, and it is proved that no further plan keeps the rules.
    """

    plans: list[PlanOut]
    all_told: bool

    @classmethod
    def of(cls, found: Sequence[Matching], wanted: int) -> Self:
        """Build the response from the plans found, given the number requested."""
        plans = [
            PlanOut(matching=MatchResponse.of(plan), gives_up=pairs_given_up(plan, found[:place]))
            for place, plan in enumerate(found)
        ]
        return cls(plans=plans, all_told=are_all(found, wanted))


class Plans(Operation[PlansRequest, PlansResponse]):
    """The best plan, then the best that differs enough from all before it."""

    kind = "plans"
    request_type = PlansRequest
    response_type = PlansResponse
    calls = (plans,)
    sent = "people, `n`, `differ_by`, `time_limit_s`"
    told = "several plans, the best first"

    def answer(self, request: PlansRequest) -> PlansResponse:
        """Return the plans."""
        cohort, programme = request.read()
        found = plans(
            cohort,
            programme,
            request.n,
            differ_by=request.differ_by,
            seed=request.seed,
            time_limit_s=request.time_limit_s,
            **request.by_hand(),
        )
        return PlansResponse.of(found, request.n)

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, of whom there are two plans."""
        return {**COHORT, "n": 2}


def pairs_given_up(plan: Matching, before: Sequence[Matching]) -> list[int]:
    """Return the number of pairs of each earlier plan that a plan does not contain."""
    held = pairs_in(plan)
    return [len(pairs_in(other) - held) for other in before]


def pairs_in(plan: Matching) -> set[tuple[int, ...]]:
    """Return the pairs of a plan as positions."""
    return set(map(tuple, plan.solution.pairs.tolist()))


class EvaluateRequest(MatchRequest):
    """A plan, and the programme and people that it is looked at with; ``pairs`` are those of the plan.

    ``best`` asks for what the best plan reaches: that is a ``match`` of its own, under ``seed`` and ``time_limit_s``.
    """

    pairs: Pairs
    best: bool = False

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        yield from super().mentions()
        yield from mentions_of_pairs("pairs", self.pairs)


class BreachOut(ResponsePart):
    """One rule that a plan breaks: the rule, the keys of the people concerned (none: all pairs together), how."""

    rule: str
    people: list[str]
    detail: str


class BestOut(ResponsePart):
    """What the best plan reaches in each goal, and what is known of it."""

    status: StatusCode
    tiers: list[TierOut] = Setting(validation_alias=AliasPath("solution", "tiers"))


class EvaluateResponse(Response):
    """A plan as it is: its pairs in the order given, each explained, and every rule that it breaks.

    ``total`` is the sum of the scores in millionths, ``tiers`` what the plan reaches in each goal; ``best`` is null
    unless it was asked for. ``caveats`` say first where nothing was compared: no plan is then better than another.
    """

    programme: str = Setting(validation_alias=AliasPath("programme", "name"))
    caveats: list[CaveatOut]
    total: int
    tiers: list[TierOut] = Setting(validation_alias=AliasPath("solution", "tiers"))
    best: BestOut | None
    pairs: list[PairOut]
    breaches: list[BreachOut]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, plan: Evaluation, best: Matching | None = None) -> Self:
        """Build the response from an evaluation, and from the best plan if it was requested."""
        return super().of(plan, plan.matching, plan.matching.cohort, best=best)


class Evaluate(Operation[EvaluateRequest, EvaluateResponse]):
    """What a plan is worth, and which rules it breaks."""

    kind = "evaluate"
    request_type = EvaluateRequest
    response_type = EvaluateResponse
    calls = (evaluate,)
    sent = "what `match` was sent, and `pairs` of any origin; `best`"
    told = "what they are worth, in each goal too, each rule that they break, and what the best plan reaches"

    def answer(self, request: EvaluateRequest) -> EvaluateResponse:
        """Return the plan, explained."""
        cohort, programme = request.read()
        plan = evaluate(cohort, programme, keys_of(request.pairs), **request.by_hand())
        return EvaluateResponse.of(plan, request.matching_of(cohort, programme) if request.best else None)

    def example(self) -> dict[str, Any]:
        """Return a plan of two pairs, one of which was not to be."""
        crossed = [{"mentor": "M01", "mentee": "E02"}, {"mentor": "M02", "mentee": "E01"}]
        return {**COHORT, "bans": crossed[1:], "pairs": crossed}


type Content = Annotated[str, Setting(max_length=100_000_000)]


class VerifyRequest(Request):
    """What stands in a decision file, whole and as it is: its digest is that of its bytes, in UTF-8.

    ``log`` is what stands in the log beside it, where there is one, and ``head`` a head of the log as it is printed on
    documents: the log must have had it.
    """

    decision: Content
    log: Content | None = None
    head: Annotated[str, Setting(max_length=1_000)] | None = None


class Verify(Operation[VerifyRequest, VerifyResponse]):
    """A decision, checked again from its file alone: rules, values, optimality, log."""

    kind = "verify"
    request_type = VerifyRequest
    response_type = VerifyResponse
    calls = (verify,)
    sent = "the text of a `decision` file, of its `log`, a `head`"
    told = "whether it is what it says"

    def answer(self, request: VerifyRequest) -> VerifyResponse:
        """Return what holds."""
        journal = None if request.log is None else request.log.encode()
        return VerifyResponse.of(verify_content(request.decision.encode(), head=request.head, journal=journal))

    def example(self) -> dict[str, Any]:
        """Return a decision file of two pairs."""
        decision = Decision.of(MatchRequest.of(COHORT).matching())
        return {"decision": decision.model_copy(update={"versions": {}}).to_json()}
