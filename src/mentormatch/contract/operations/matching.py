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
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
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
        return MatchResponse.of(request.matching())

    def example(self) -> dict[str, Any]:
        """Return a request with two mentors, two mentees and one required pair."""
        return {**SAMPLE_COHORT, "pins": [{"mentor": "M01", "mentee": "E01"}]}


class DiagnoseRequest(CohortRequest):
    """A programme and its people; ``time_limit_s`` may end the search before all ways out are found."""

    time_limit_s: TimeLimit = None


class DiagnoseResponse(Response):
    """Whether the rules can all hold, the conflicts, and the ways out, cheapest first.

    ``status`` is ``feasible``, ``infeasible``, or ``stopped`` if the time limit ended the search before either was
    known.
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
    """Whether a programme has a solution, the conflicts, and the ways out."""

    kind = "diagnose"
    request_type = DiagnoseRequest
    response_type = DiagnoseResponse
    calls = (diagnose,)
    sent = "people, `time_limit_s`"
    told = "whether the rules can all hold, what stands in the way, the ways out"

    def answer(self, request: DiagnoseRequest) -> DiagnoseResponse:
        cohort, programme = request.read()
        diagnosis = diagnose(cohort, programme, time_limit_s=request.time_limit_s, **request.by_hand())
        return DiagnoseResponse.of(cohort, programme, diagnosis)

    def example(self) -> dict[str, Any]:
        """Return a request with one pair, both required and forbidden."""
        pair = [{"mentor": "M01", "mentee": "E01"}]
        return {**SAMPLE_COHORT, "pins": pair, "bans": pair}


type Wanted = Annotated[int, Setting(ge=1, le=20), BeforeValidator(whole)]
type Differing = Annotated[int, Setting(ge=1, le=10_000), BeforeValidator(whole)]


class PlansRequest(CohortRequest):
    """The number of plans, and the minimum number of pairs of every earlier plan that each plan gives up.

    ``time_limit_s`` limits all plans together.
    """

    n: Wanted = 3
    differ_by: Differing = 1
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class PlanOut(ResponsePart):
    """A plan, and its number of missing pairs of each earlier plan, in the order of the plans."""

    matching: MatchResponse
    gives_up: list[int]


class PlansResponse(Response):
    """The plans, best first; each is the best plan with enough differences from all earlier plans.

    ``all_told``: there are fewer plans than requested, and it is proved that no further plan differs enough.
    """

    plans: list[PlanOut]
    all_told: bool

    @classmethod
    def of(cls, found: Sequence[Matching], wanted: int) -> Self:
        """Build the response from the plans found, given the number requested."""
        plans = [
            PlanOut(matching=MatchResponse.of(plan), gives_up=pairs_given_up(plan, found[:index]))
            for index, plan in enumerate(found)
        ]
        return cls(plans=plans, all_told=are_all(found, wanted))


class Plans(Operation[PlansRequest, PlansResponse]):
    """The best plan, then the best plans with enough differences from all earlier ones."""

    kind = "plans"
    request_type = PlansRequest
    response_type = PlansResponse
    calls = (plans,)
    sent = "people, `n`, `differ_by`, `time_limit_s`"
    told = "several plans, the best first"

    def answer(self, request: PlansRequest) -> PlansResponse:
        cohort, programme = request.read()
        matchings = plans(
            cohort,
            programme,
            request.n,
            differ_by=request.differ_by,
            seed=request.seed,
            time_limit_s=request.time_limit_s,
            **request.by_hand(),
        )
        return PlansResponse.of(matchings, request.n)

    def example(self) -> dict[str, Any]:
        """Return a request with two mentors and two mentees, for whom two plans exist."""
        return {**SAMPLE_COHORT, "n": 2}


def pairs_given_up(plan: Matching, before: Sequence[Matching]) -> list[int]:
    """Return the number of pairs of each earlier plan that a plan does not contain."""
    pairs = pair_set(plan)
    return [len(pair_set(earlier) - pairs) for earlier in before]


def pair_set(plan: Matching) -> set[tuple[int, ...]]:
    return set(map(tuple, plan.solution.pairs.tolist()))


class EvaluateRequest(MatchRequest):
    """A plan, given by its ``pairs``, and the programme and people for its evaluation.

    ``best`` requests the values of the best plan, which is a ``match`` of its own under ``seed`` and ``time_limit_s``.
    """

    pairs: Pairs
    best: bool = False

    def mentions(self) -> Iterator[Mention]:
        yield from super().mentions()
        yield from mentions_of_pairs("pairs", self.pairs)


class BreachOut(ResponsePart):
    """A violation of a rule: the rule, the keys of the people concerned (none: all pairs together), and details."""

    rule: str
    people: list[str]
    detail: str


class BestOut(ResponsePart):
    """The value and bound of the best plan in each goal."""

    status: StatusCode
    tiers: list[TierOut] = Setting(validation_alias=AliasPath("solution", "tiers"))


class EvaluateResponse(Response):
    """A plan unchanged: its pairs in the order given, each explained, and every violation of a rule.

    ``total`` is the sum of the scores in millionths, ``tiers`` are the values of the plan in each goal; ``best`` is
    null unless requested. ``caveats`` state whether nothing was compared: no plan is then better than another.
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
    """The value of a plan, and its violations of rules."""

    kind = "evaluate"
    request_type = EvaluateRequest
    response_type = EvaluateResponse
    calls = (evaluate,)
    sent = "what `match` was sent, and `pairs` of any origin; `best`"
    told = "what they are worth, in each goal too, each rule that they break, and what the best plan reaches"

    def answer(self, request: EvaluateRequest) -> EvaluateResponse:
        cohort, programme = request.read()
        plan = evaluate(cohort, programme, keys_of(request.pairs), **request.by_hand())
        return EvaluateResponse.of(plan, request.matching_of(cohort, programme) if request.best else None)

    def example(self) -> dict[str, Any]:
        """Return a request with a plan of two pairs, one of them forbidden."""
        crossed = [{"mentor": "M01", "mentee": "E02"}, {"mentor": "M02", "mentee": "E01"}]
        return {**SAMPLE_COHORT, "bans": crossed[1:], "pairs": crossed}


type Content = Annotated[str, Setting(max_length=100_000_000)]


class VerifyRequest(Request):
    """The unchanged text of a decision file: its digest is that of its bytes in UTF-8.

    ``log`` is the text of the log next to it, if there is one, and ``head`` a head that a document prints: the log must
    have had it.
    """

    decision: Content
    log: Content | None = None
    head: Annotated[str, Setting(max_length=1_000)] | None = None


class Verify(Operation[VerifyRequest, VerifyResponse]):
    """A decision, checked again from its file only: rules, values, optimality and log."""

    kind = "verify"
    request_type = VerifyRequest
    response_type = VerifyResponse
    calls = (verify,)
    sent = "the text of a `decision` file, of its `log`, a `head`"
    told = "whether it is what it says"

    def answer(self, request: VerifyRequest) -> VerifyResponse:
        journal = None if request.log is None else request.log.encode()
        return VerifyResponse.of(verify_content(request.decision.encode(), head=request.head, journal=journal))

    def example(self) -> dict[str, Any]:
        """Return a request with a decision file of two pairs."""
        decision = Decision.of(MatchRequest.of(SAMPLE_COHORT).matching())
        return {"decision": decision.model_copy(update={"versions": {}}).to_json()}
