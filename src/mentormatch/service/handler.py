"""A request -> its response as JSON, in a worker: parsed, checked against the limits, then run or refused."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from mentormatch.base.progress import Progress, listen
from mentormatch.base.strict_json import parse_json
from mentormatch.contract.member_requests import MembersRequest
from mentormatch.contract.operation import ask, operations_by_kind, use_request_language
from mentormatch.contract.requests import Request
from mentormatch.errors import EngineError, MentorMatchError, OutputError, Problem, ProgrammeError, RequestError
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import language, spoken, tr
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError

PEOPLE_KEYS = ("mentors", "mentees", "members", "facilitators", "rows")
SOLVER_TIME_SHARE = 0.8  # share of the time limit for the solver; reading, scoring and explaining take the rest

type SendMessage = Callable[[ServiceMessage], None]


def answer_request(request: ServiceMessage, send: SendMessage) -> bytes:
    """Return the response of an operation, as JSON. Raises RefusedError.

    ``send`` first receives a bound on the number of possible pairs, then the progress.
    """
    kind, limits = request.head["kind"], request.head["most"]
    accepted = request.head.get("accepted", "")
    with language(accepted or request.head["language"]):  # a body that cannot be read states no language
        data = parse_body(request.body)
    with ExitStack() as stack:
        if accepted:
            stack.enter_context(language(accepted))
        stack.enter_context(use_request_language(data))
        stack.enter_context(listen(lambda progress: send(progress_message(progress))))
        size = refuse_too_large(data, limits["people"], limits["pairs"], among=is_on_members(kind))
        send(ServiceMessage({"told": "size", "pairs": size}))
        return run_operation(kind, parse_with_time_limit(kind, data, limits["time_limit_s"]))


def parse_body(body: bytes) -> Any:
    try:
        return parse_json(body)
    except RequestError as error:
        raise as_refusal("not-json", error) from None


def is_on_members(kind: str) -> bool:
    # Any two members may be a pair.
    return issubclass(operations_by_kind()[kind].request_type, MembersRequest)


def refuse_too_large(data: Any, people: int, pairs: int, *, among: bool = False) -> int:
    """Return a bound on the number of possible pairs. Raises RefusedError if there are too many people or pairs.

    ``among``: count pairs of any two people, whatever their role. The work on groups grows with that number: scores,
    rules and past meetings are matrices of members x members, and topics and dates have a row per member.
    """
    counts = {part: count_people(data, part) for part in PEOPLE_KEYS}
    limits = {**dict.fromkeys(PEOPLE_KEYS, people), "rows": people if among else 2 * people}
    problems = [
        Problem(
            part,
            counted(count, "personne"),
            tr("{most} au plus", most=limits[part]),
            tr("envoyez-en moins, ou relevez la limite du service"),
        )
        for part, count in counts.items()
        if count > limits[part]
    ]
    possible = (count_pairs_among if among else count_pairs_across)(counts)
    if possible > pairs:
        limit, advice = tr("{most} au plus", most=pairs), tr("répartissez-les par parties")
        problems.append(Problem("$", counted(possible, "binôme"), limit, advice))
    if problems:
        sentence = tr("Il y a plus de personnes que ce service n'en prend")
        raise RefusedError("too-large", sentence, problems, spoken=spoken())
    return possible


def count_pairs_across(counts: Mapping[str, int]) -> int:
    rows = counts["rows"]
    return max(counts["mentors"] * counts["mentees"], (rows // 2) * (rows - rows // 2))


def count_pairs_among(counts: Mapping[str, int]) -> int:
    # Pairs are ordered.
    return max(counts["members"] + counts["facilitators"], counts["rows"]) ** 2


def count_people(data: Any, part: str) -> int:
    """Return the number of people under a key of a request; 0 if there is no list."""
    people = data.get(part) if isinstance(data, dict) else None
    return len(people) if isinstance(people, list) else 0


def parse_with_time_limit(kind: str, data: Any, limit_s: float) -> Request:
    """Parse a request, with a time limit of at most the solver's share of the service's limit.

    Raises RefusedError if it does not follow the contract.
    """
    try:
        request: Request = operations_by_kind()[kind].request_type.of(data)
    except RequestError as error:
        raise as_refusal("misfit", error) from None
    if "time_limit_s" not in type(request).model_fields:
        return request
    longest_s = SOLVER_TIME_SHARE * limit_s
    return request.model_copy(
        update={"time_limit_s": min(getattr(request, "time_limit_s", None) or longest_s, longest_s)}
    )


def run_operation(kind: str, request: Request) -> bytes:
    try:
        return ask(kind, request).to_json().encode()
    except ProgrammeError as error:
        raise as_refusal("bad-programme", error) from None
    except (EngineError, OutputError) as error:
        raise as_refusal("failed", error) from None
    except MentorMatchError as error:
        raise as_refusal("contradiction", error) from None


def as_refusal(code: str, error: MentorMatchError) -> RefusedError:
    return RefusedError(code, error.message, error.problems, spoken=spoken())


def progress_message(progress: Progress) -> ServiceMessage:
    return ServiceMessage({"told": "progress", "progress": asdict(progress)})
