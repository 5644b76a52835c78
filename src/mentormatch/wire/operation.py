"""One operation of the contract: a request in, a response out; found by its ``kind``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from mentormatch.registry import concrete
from mentormatch.wire.asked import MatchRequest, Request
from mentormatch.wire.told import MatchResponse, Response


class Operation[Asked: Request, Told: Response](ABC):
    """What other applications can ask for: ``kind`` names it, ``asked`` and ``told`` are its two messages."""

    kind: ClassVar[str]
    asked: ClassVar[type[Request]]
    told: ClassVar[type[Response]]

    @abstractmethod
    def answer(self, request: Asked) -> Told:
        """Return the answer; raises MentorMatchError where the request fits the contract and not the facts."""

    @abstractmethod
    def example(self) -> dict[str, Any]:
        """Return a request that is answered, as people would write their first one."""


def operations() -> dict[str, Operation[Any, Any]]:
    """Return every registered operation by its kind."""
    return {kind: operation() for kind, operation in concrete(Operation, "mentormatch.wire.operations").items()}


def ask(kind: str, request: Mapping[str, Any] | str | bytes | Request) -> Response:
    """Return what an operation answers to a request: an object, or its JSON text.

    Raises RequestError where the request does not fit the contract, or contradicts itself; ProgrammeError for mistakes
    in the programme; EngineError where a solver failed.
    """
    operation = operations()[kind]
    answered: Response = operation.answer(read(operation, request))
    return answered


def read(operation: Operation[Any, Any], request: Mapping[str, Any] | str | bytes | Request) -> Request:
    """Return a request in its type."""
    if isinstance(request, Request):
        return request
    return operation.asked.from_json(request) if isinstance(request, str | bytes) else operation.asked.of(request)


def propose(request: Mapping[str, Any] | MatchRequest) -> MatchResponse:
    """Return the pairs for a request; the JSON face of ``match``.

    Raises RequestError where the request does not fit the contract, names a field or a person that is not there, or
    gives a key twice; ProgrammeError for mistakes in the programme.
    """
    told = ask("match", request)
    assert isinstance(told, MatchResponse)
    return told
