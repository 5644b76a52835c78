"""What is told where there is no answer: problem details as RFC 9457 has them, none of which holds what people said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentormatch.errors import Problem

MEDIA_TYPE = "application/problem+json"
URN = "urn:mentormatch:problem:"
RETRY_S = 2


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: the status that it is sent with, and its title."""

    status: int
    title: str


KINDS = {
    "not-json": ProblemKind(400, "The body is not JSON"),
    "bad-request": ProblemKind(400, "The request is not HTTP as it should be"),
    "no-token": ProblemKind(401, "The request bears no valid token"),
    "forbidden": ProblemKind(403, "The request comes from another site"),
    "no-scope": ProblemKind(403, "The key is not for this"),
    "not-found": ProblemKind(404, "There is nothing here"),
    "wrong-method": ProblemKind(405, "This is not done with what is here"),
    "too-slow": ProblemKind(408, "The request took too long to come"),
    "contradiction": ProblemKind(409, "The request contradicts itself, or what it speaks of"),
    "held": ProblemKind(409, "Somebody else holds this work"),
    "would-lose": ProblemKind(409, "Something that was decided would be lost"),
    "not-yet": ProblemKind(409, "The job is not done"),
    "too-large": ProblemKind(413, "The request is too large"),
    "not-taken": ProblemKind(415, "The body is of a kind that is not taken"),
    "misdirected": ProblemKind(421, "The service does not go by this name"),
    "misfit": ProblemKind(422, "The request does not fit the contract"),
    "bad-programme": ProblemKind(422, "The programme has mistakes"),
    "other-request": ProblemKind(422, "The Idempotency-Key came with another request before"),
    "busy": ProblemKind(429, "Too much is asked at a time"),
    "head-too-large": ProblemKind(431, "The head of the request is too large"),
    "failed": ProblemKind(500, "The service failed"),
    "not-kept": ProblemKind(503, "The service cannot use its file"),
    "stopping": ProblemKind(503, "The service is stopping"),
    "not-ready": ProblemKind(503, "The service is not ready to work"),
    "worker-ended": ProblemKind(503, "The process that was at work has ended"),
    "out-of-memory": ProblemKind(503, "The work took more memory than the service allows"),
    "too-long": ProblemKind(503, "The work took longer than the service allows"),
}
"""Every kind of problem, by the code in its type."""
RETRIED = ("busy", "not-kept", "not-ready", "stopping", "worker-ended")


class RefusedError(Exception):
    """A request that is not answered: what kind of problem it is, in a sentence, and each thing that is wrong."""

    def __init__(
        self,
        code: str,
        detail: str,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.problems = code, detail, tuple(problems)
        retry = {"Retry-After": str(RETRY_S)} if code in RETRIED else {}
        self.headers = {**retry, **(headers or {})}

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return KINDS[self.code].status

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the problem as JSON has it."""
        content = {"type": f"{URN}{self.code}", "title": KINDS[self.code].title, "status": self.status}
        return {
            **content,
            "detail": self.detail,
            "problems": [problem.to_dict() for problem in self.problems],
            "request_id": request_id,
        }

    def as_head(self) -> dict[str, Any]:
        """Return the same, to be sent from one process to another."""
        return {"code": self.code, "detail": self.detail, "problems": [problem.to_dict() for problem in self.problems]}

    @classmethod
    def from_head(cls, head: Mapping[str, Any]) -> "RefusedError":
        """Return what another process sent."""
        return cls(head["code"], head["detail"], [Problem(**problem) for problem in head["problems"]])
