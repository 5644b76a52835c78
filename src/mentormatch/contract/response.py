"""What every answer has, and what is told of a decision that was checked again; no solver is imported.

What every answer has; apart, so that a decision is checked and told without a solver.

What is told of a decision that was checked again; no solver is imported.
"""

import json
from typing import Annotated, Literal

from pydantic import Field as Setting

from mentormatch.assignment.verification.certificate import Verdict
from mentormatch.base.strict_json import JsonMessage
from mentormatch.record.seal import Signature
from mentormatch.record.verify import Verification, VerificationOutcome


class Response(JsonMessage):
    """What an operation answers."""

    schema_version: Literal[1] = 1

    def to_json(self) -> str:
        """Return the response as JSON text, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


class ProvedGoalOut(JsonMessage):
    """One goal: what the pairs reach, the bound that the file states, and the one that its prices or a proof show.

    ``proved_by`` is ``prices`` or ``proof``; empty if nothing shows a bound.
    """

    goal: str
    value: int
    stated_bound: int | None
    certified_bound: int | None
    proved_by: Literal["prices", "proof", ""]


class LogOut(JsonMessage):
    """A log: how many lines, its head, and how many lines came after the head that was asked for.

    ``checked_against`` names the documents beside it whose heads it was held against. Where it is empty and no head was
    asked for, nobody knows whether lines were cut from its end, or all of it was written anew.
    """

    lines: int
    head: str
    since: int | None
    checked_against: list[str]


class MistakeOut(JsonMessage):
    """One thing that is wrong with a decision or its log: where, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    advice: str


class VerifyResponse(Response):
    """What holds of a decision: rules, values, optimality and log.

    ``outcome`` is ``verified``, ``unproved`` (``rules_hold``, but the file does not prove the optimum that it states),
    ``nothing`` (there is no answer to verify) or ``refused``. ``verified`` is true for the first alone. ``certificate``
    is what the numbers prove, null where they make no decision. ``ties``: ``unique`` if no other answer is as good,
    ``hash`` if none of these is before this one by the hashes of the file, empty if neither is proved.
    """

    schema_version: Literal[2] = 2  # type: ignore[assignment]
    verified: bool
    rules_hold: bool
    outcome: Annotated[VerificationOutcome, Setting(strict=False)]
    certificate: Annotated[Verdict, Setting(strict=False)] | None
    sentences: list[str]
    digest: str
    goals: list[ProvedGoalOut]
    ties: Literal["unique", "hash", ""]
    log: LogOut | None
    validations: list[Signature]
    problems: list[MistakeOut]


def verification_out(found: Verification) -> VerifyResponse:
    """Return what holds of a decision as the contract has it."""
    certificate, chain = found.certificate, found.chain
    return VerifyResponse(
        verified=found.verified,
        rules_hold=found.rules_hold,
        outcome=found.outcome,
        certificate=certificate.verdict if certificate else None,
        sentences=found.words.splitlines(),
        digest=found.digest,
        goals=[
            ProvedGoalOut(
                goal=tier.goal,
                value=tier.value,
                stated_bound=tier.stated,
                certified_bound=tier.certified,
                proved_by=tier.by,
            )
            for tier in (certificate.tiers if certificate else ())
        ],
        ties=certificate.ties if certificate else "",
        log=None
        if chain is None
        else LogOut(lines=len(chain.entries), head=chain.head, since=chain.since, checked_against=list(found.carried)),
        validations=[Signature.of(one) for one in found.validations],
        problems=[
            MistakeOut(where=one.where, found=one.found, expected=one.expected, advice=one.advice)
            for one in found.problems
        ],
    )
