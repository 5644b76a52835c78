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

LIBRARY, ABSENT = object(), object()
"""The validation context of objects of the library, and an attribute that none of them has."""


def from_library(convert: Callable[[Any], Any]) -> BeforeValidator:
    """Return the validator that converts a value of the library, and takes a value of JSON as it is."""

    def converted(value: Any, info: ValidationInfo) -> Any:
        return convert(value) if info.context is LIBRARY else value

    return BeforeValidator(converted)


def from_tuple(*keys: str) -> BeforeValidator:
    """Return the validator that reads a tuple, which JSON does not have, as the object with these keys."""
    return BeforeValidator(lambda value: dict(zip(keys, value, strict=True)) if isinstance(value, tuple) else value)


StatusCode = Annotated[Status, Setting(strict=False)]
"""A status, which is a text in JSON."""
Points = Annotated[float, from_library(lambda millionths: millionths / 10_000)]
"""Points out of 100, which the library counts in millionths of a score."""
Sentence = Annotated[str, Setting(validation_alias="__str__"), from_library(lambda say: say())]
"""The text of an object of the library."""
PairKeys = Annotated[Keys, from_tuple("mentor", "mentee")]


class ResultSource:
    """The attributes of several results: ``parts`` count first, then the first result that has the attribute."""

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
        """The error that an attribute raised, which pydantic reports as a value that does not fit."""
        return self._error


class ResponsePart(JsonMessage):
    """An object in a response: read from JSON by its keys, or from results of the library by their attributes.

    If an attribute has another name than the key, it is the ``validation_alias`` of the key.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)

    @classmethod
    def of(cls, result: Any, *others: Any, **parts: Any) -> Self:
        """Return the message on a result, with missing fields from ``others``; ``parts`` are fields given by key."""
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
    """What an operation answers."""

    schema_version: Literal[1] = 1

    def to_json(self) -> str:
        """Return the response as JSON text, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


class ProvedGoalOut(ResponsePart):
    """One goal: what the pairs reach, the bound that the file states, and the one that its prices or a proof show.

    ``proved_by`` is ``prices`` or ``proof``; empty if nothing shows a bound.
    """

    goal: str
    value: int
    stated_bound: int | None = Setting(validation_alias="stated")
    certified_bound: int | None = Setting(validation_alias="certified")
    proved_by: Literal["prices", "proof", ""] = Setting(validation_alias="by")


class LogOut(ResponsePart):
    """A log: how many lines, its head, and how many lines came after the head that was asked for.

    ``checked_against`` names the documents beside it whose heads it was held against. Where it is empty and no head was
    asked for, nobody knows whether lines were cut from its end, or all of it was written anew.
    """

    lines: Annotated[int, from_library(len)] = Setting(validation_alias="entries")
    head: str
    since: int | None = Setting(validation_alias="lines_since_head")
    checked_against: list[str]


class MistakeOut(ResponsePart):
    """One thing that is wrong with a decision or its log: where, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    advice: str


class VerifyResponse(Response):
    """The findings on a decision: rules, values, optimality and log.

    ``outcome`` is ``verified``, ``unproved`` (``rules_hold``, but the file does not prove the optimum that it states),
    ``nothing`` (there is no answer to verify) or ``refused``. ``verified`` is true for the first alone. ``certificate``
    is what the numbers prove, null where they make no decision. ``ties``: ``unique`` if no other answer is as good,
    ``hash`` if none of these is before this one by the hashes of the file, empty if neither is proved.
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
        """Return the response on a verification."""
        certificate, chain = verification.certificate, verification.chain
        return super().of(
            verification,
            certificate=certificate and certificate.verdict,
            goals=certificate.tiers if certificate else (),
            ties=certificate.ties if certificate else "",
            log=None if chain is None else LogOut.of(chain, checked_against=list(verification.carried)),
        )
