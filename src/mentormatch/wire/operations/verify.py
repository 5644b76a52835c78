"""Whether a decision is what it says: the operation ``verify``."""

from typing import Annotated, Any

from pydantic import Field as Setting

from mentormatch.assignment.certificate import Verdict
from mentormatch.record.decision import Decision
from mentormatch.record.verify import Outcome, Verification, verify_content
from mentormatch.strictjson import Message
from mentormatch.wire.asked import MatchRequest, Request
from mentormatch.wire.examples import COHORT
from mentormatch.wire.operation import Operation
from mentormatch.wire.told import Response

MOST_CHARACTERS = 100_000_000

type Content = Annotated[str, Setting(max_length=MOST_CHARACTERS)]


class VerifyRequest(Request):
    """What stands in a decision file, whole and as it is: its digest is that of its bytes, in UTF-8.

    ``log`` is what stands in the log beside it, where there is one, and ``head`` a head of the log as it is printed on
    documents: the log must have had it.
    """

    decision: Content
    log: Content | None = None
    head: Annotated[str, Setting(max_length=1_000)] | None = None


class ProvedGoalOut(Message):
    """One goal: what the pairs reach, the bound that the file states, and the one that its prices prove."""

    goal: str
    value: int
    stated_bound: int | None
    certified_bound: int | None


class LogOut(Message):
    """A log: how many lines, its head, and how many lines came after the head that was asked for."""

    lines: int
    head: str
    since: int | None


class ValidationOut(Message):
    """By whom the decision was validated, when (UTC, ISO 8601) and why."""

    who: str
    when: str
    why: str


class MistakeOut(Message):
    """One thing that is wrong with a decision or its log: where, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    advice: str


class VerifyResponse(Response):
    """What holds of a decision: rules, values and log, and the proof where there can be one, if it is ``verified``.

    ``outcome`` is ``verified``, ``held`` (all but the proof, for which the file does not suffice), ``nothing`` (there
    is no answer to verify) or ``refused``. ``certificate`` is what the numbers prove, null where they make no decision.
    """

    verified: bool
    outcome: Annotated[Outcome, Setting(strict=False)]
    certificate: Annotated[Verdict, Setting(strict=False)] | None
    sentences: list[str]
    digest: str
    goals: list[ProvedGoalOut]
    log: LogOut | None
    validations: list[ValidationOut]
    problems: list[MistakeOut]


class Verify(Operation[VerifyRequest, VerifyResponse]):
    """A decision, checked again from its file alone: rules, values, optimality, log."""

    kind = "verify"
    asked = VerifyRequest
    told = VerifyResponse

    def answer(self, request: VerifyRequest) -> VerifyResponse:
        """Return what holds."""
        journal = None if request.log is None else request.log.encode()
        return verification_out(verify_content(request.decision.encode(), head=request.head, journal=journal))

    def example(self) -> dict[str, Any]:
        """Return a decision file of two pairs."""
        decision = Decision.of(MatchRequest.of(COHORT).matching())
        return {"decision": decision.model_copy(update={"versions": {}}).to_json()}


def verification_out(found: Verification) -> VerifyResponse:
    """Return what holds of a decision as the contract has it."""
    certificate, chain = found.certificate, found.chain
    return VerifyResponse(
        verified=found.sound,
        outcome=found.outcome,
        certificate=certificate.verdict if certificate else None,
        sentences=found.words.splitlines(),
        digest=found.digest,
        goals=[
            ProvedGoalOut(goal=tier.goal, value=tier.value, stated_bound=tier.stated, certified_bound=tier.certified)
            for tier in (certificate.tiers if certificate else ())
        ],
        log=None if chain is None else LogOut(lines=len(chain.entries), head=chain.head, since=chain.since),
        validations=[ValidationOut(who=one.who, when=one.when, why=one.why) for one in found.validations],
        problems=[
            MistakeOut(where=one.where, found=one.found, expected=one.expected, advice=one.advice)
            for one in found.problems
        ],
    )
