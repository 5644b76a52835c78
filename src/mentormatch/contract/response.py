"""Base models of responses, read from results by attribute, and the response on a verification.

The module imports no solver, so that a decision is verified without one.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Verdict
from mentormatch.base.strict_json import JsonMessage, Keys
from mentormatch.record.seal import Signature
from mentormatch.record.verify import Verification, VerificationOutcome

LIBRARY, ABSENT = object(), object()  # validation context of library objects; value of a missing attribute


def from_library(convert: Callable[[Any], Any]) -> BeforeValidator:
    """Return a validator that converts values of the library and leaves JSON values unchanged."""

    def converted(value: Any, info: ValidationInfo) -> Any:
        return convert(value) if info.context is LIBRARY else value

    return BeforeValidator(converted)


def from_tuple(*keys: str) -> BeforeValidator:
    """Return a validator that reads a tuple as an object with these keys; JSON has no tuples."""
    return BeforeValidator(lambda value: dict(zip(keys, value, strict=True)) if isinstance(value, tuple) else value)


StatusCode = Annotated[Status, Setting(strict=False)]
"""A status, which is a text in JSON."""
Points = Annotated[float, from_library(lambda millionths: millionths / 10_000)]
"""Points out of 100; the library counts millionths of a score."""
Sentence = Annotated[str, Setting(validation_alias="__str__"), from_library(lambda say: say())]
"""The text of a library object, which is callable."""
PairKeys = Annotated[Keys, from_tuple("mentor", "mentee")]


class ResultSource:
    """The attributes of several results: ``parts`` first, then the first result that has the attribute."""

    def __init__(self, results: tuple[Any, ...], parts: dict[str, Any]) -> None:
        self._results = results
        self._error: BaseException | None = None
        self.__dict__.update(parts)

    def __getattr__(self, name: str) -> Any:
        try:
            for result in self._results:
                if (value := getattr(result, name, ABSENT)) is not ABSENT:
                    return value
        except BaseException as error:
            self._error = error
            raise
        raise AttributeError(name)

    def __str__(self) -> str:
        return str(self._results[0])

    @property
    def error(self) -> BaseException | None:
        """The last error that an attribute raised, which pydantic reports as an invalid value; None without one."""
        return self._error


class ResponsePart(JsonMessage):
    """An object in a response: read from JSON by its keys, or from results of the library by their attributes.

    If an attribute has another name than the key, it is the ``validation_alias`` of the key.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)

    @classmethod
    def of(cls, result: Any, *others: Any, **parts: Any) -> Self:
        """Build the message from a result; ``others`` supply missing attributes, ``parts`` set fields by key."""
        source = ResultSource((result, *others), parts)
        try:
            return cls.model_validate(
                source, strict=False, from_attributes=True, by_alias=True, by_name=True, context=LIBRARY
            )
        except ValidationError:
            if source.error is not None:
                raise source.error from None
            raise


class Response(ResponsePart):
    """The response of an operation."""

    schema_version: Literal[1] = 1

    def to_json(self) -> str:
        """Return the response as JSON text, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


class ProvedGoalOut(ResponsePart):
    """A goal: the value of the pairs, the bound that the file states, and the bound that its duals or a proof show.

    ``proved_by`` is ``prices`` (duals), ``proof``, or empty if nothing shows a bound.
    """

    goal: str
    value: int
    stated_bound: int | None = Setting(validation_alias="stated")
    certified_bound: int | None = Setting(validation_alias="certified")
    proved_by: Literal["prices", "proof", ""] = Setting(validation_alias="by")


class LogOut(ResponsePart):
    """A log: its number of lines, its head, and the number of lines after the requested head.

    ``checked_against`` lists the documents next to the log whose heads were compared with it. If it is empty and no
    head was requested, the log may have been shortened or rewritten without a trace.
    """

    lines: Annotated[int, from_library(len)] = Setting(validation_alias="entries")
    head: str
    since: int | None = Setting(validation_alias="lines_since_head")
    checked_against: list[str]


class MistakeOut(ResponsePart):
    """A problem of a decision or its log: place, finding, expected content, and advice."""

    where: str
    found: str
    expected: str
    advice: str


class VerifyResponse(Response):
    """The result of the check of a decision: rules, values, optimality and log.

    ``outcome`` is ``verified``, ``bounded`` (the gap to the optimum is proved), ``unproved`` (``rules_hold``, but the
    file proves no bound, or not each one that it states), ``nothing`` (there is no solution to verify) or ``refused``.
    ``verified`` is true if everything that the decision states is proved. ``certificate`` summarises the proof, null if
    the file is not a decision. ``ties``: ``unique`` if no other solution has these values, ``hash`` if none comes first
    by the hashes in the file, empty if neither is proved.
    """

    schema_version: Literal[2] = 2  # type: ignore[assignment]  # other responses are of version 1
    verified: bool
    rules_hold: bool
    outcome: Annotated[VerificationOutcome, Setting(strict=False)]
    certificate: Annotated[Verdict, Setting(strict=False)] | None
    sentences: Annotated[list[str], from_library(str.splitlines)] = Setting(validation_alias="words")
    digest: str
    goals: list[ProvedGoalOut]
    ties: Literal["unique", "hash", ""]
    log: LogOut | None
    validations: list[Signature]
    problems: list[MistakeOut]

    @classmethod
    def of(cls, verification: Verification) -> Self:
        """Build the response from a verification."""
        certificate, chain = verification.certificate, verification.chain
        return super().of(
            verification,
            certificate=certificate and certificate.verdict,
            goals=certificate.tiers if certificate else (),
            ties=certificate.ties if certificate else "",
            log=None if chain is None else LogOut.of(chain, checked_against=list(verification.carried)),
        )
