"""One request, worked on: read, held against the limits, answered or refused. It runs in a worker."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from mentormatch.base.progress import Progress, listen
from mentormatch.base.strict_json import parse_json
from mentormatch.contract.member_requests import MembersRequest
from mentormatch.contract.operation import ask, operations_by_kind, request_language
from mentormatch.contract.requests import Request
from mentormatch.errors import EngineError, MentorMatchError, OutputError, Problem, ProgrammeError, RequestError
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import language, spoken, tr
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError

PARTS = ("mentors", "mentees", "members", "facilitators", "rows")
SOLVING = 0.8
"""The part of its time that a worker may spend on solving; the rest is for reading, scoring and explaining."""

type Tell = Callable[[ServiceMessage], None]


def answer_request(request: ServiceMessage, tell: Tell) -> bytes:
    """Return what an operation answers, as JSON.

    ``tell`` takes how large the problem is, as soon as it is known, and then how far the work is. Raises RefusedError.
    """
    kind, most = request.head["kind"], request.head["most"]
    accepted = request.head.get("accepted", "")
    with language(accepted or request.head["language"]):  # that of the service: what cannot be read asks for none
        data = parse_body(request.body)
    with ExitStack() as stack:
        if accepted:
            stack.enter_context(language(accepted))
        stack.enter_context(request_language(data))
        stack.enter_context(listen(lambda progress: tell(progress_message(progress))))
        size = refuse_too_large(data, most["people"], most["pairs"], among=is_on_members(kind))
        tell(ServiceMessage({"told": "size", "pairs": size}))
        return work_out(kind, fit_to_limit(kind, data, most["time_limit_s"]))


def parse_body(body: bytes) -> Any:
    """Return what a body holds."""
    try:
        return parse_json(body)
    except RequestError as error:
        raise refusal_of("not-json", error) from None


def is_on_members(kind: str) -> bool:
    """Return whether an operation is on the members of groups: any two of them may be a pair."""
    return issubclass(operations_by_kind()[kind].request_type, MembersRequest)


def refuse_too_large(data: Any, people: int, pairs: int, *, among: bool = False) -> int:
    """Return how many pairs there may be; raises RefusedError where there are too many people, or pairs of them.

    ``among``: of all who answered, whatever their role. Work on groups grows with that: scores, rules and past meetings
    are members x members, and topics and dates have a row for each member over all.
    """
    counts = {part: length(data, part) for part in PARTS}
    most = {**dict.fromkeys(PARTS, people), "rows": people if among else 2 * people}
    found = [
        Problem(
            part,
            counted(count, "personne"),
            tr("{most} au plus", most=most[part]),
            tr("envoyez-en moins, ou relevez la limite du service"),
        )
        for part, count in counts.items()
        if count > most[part]
    ]
    possible = (count_among if among else count_across)(counts)
    if possible > pairs:
        limit, advice = tr("{most} au plus", most=pairs), tr("répartissez-les par parties")
        found.append(Problem("$", counted(possible, "binôme"), limit, advice))
    if found:
        sentence = tr("Il y a plus de personnes que ce service n'en prend")
        raise RefusedError("too-large", sentence, found, spoken=spoken())
    return possible


def count_across(counts: Mapping[str, int]) -> int:
    """Return how many pairs there may be of a mentor and a mentee."""
    rows = counts["rows"]
    return max(counts["mentors"] * counts["mentees"], (rows // 2) * (rows - rows // 2))


def count_among(counts: Mapping[str, int]) -> int:
    """Return how many pairs there may be of any two who answered, each counted both ways."""
    return max(counts["members"] + counts["facilitators"], counts["rows"]) ** 2


def length(data: Any, part: str) -> int:
    """Return how many people a part of a request holds."""
    people = data.get(part) if isinstance(data, dict) else None
    return len(people) if isinstance(people, list) else 0


def fit_to_limit(kind: str, data: Any, limit_s: float) -> Request:
    """Return a request in its type; a solver gets no more than its part of the time that the service allows."""
    try:
        request: Request = operations_by_kind()[kind].request_type.of(data)
    except RequestError as error:
        raise refusal_of("misfit", error) from None
    if "time_limit_s" not in type(request).model_fields:
        return request
    most_s = SOLVING * limit_s
    return request.model_copy(update={"time_limit_s": min(getattr(request, "time_limit_s", None) or most_s, most_s)})


def work_out(kind: str, request: Request) -> bytes:
    """Return the answer to a request, as JSON."""
    try:
        return ask(kind, request).to_json().encode()
    except ProgrammeError as error:
        raise refusal_of("bad-programme", error) from None
    except (EngineError, OutputError) as error:
        raise refusal_of("failed", error) from None
    except MentorMatchError as error:
        raise refusal_of("contradiction", error) from None


def refusal_of(code: str, error: MentorMatchError) -> RefusedError:
    """Return an error of the library as a problem."""
    return RefusedError(code, error.message, error.problems, spoken=spoken())


def progress_message(progress: Progress) -> ServiceMessage:
    """Return how far the work is."""
    return ServiceMessage({"told": "progress", "progress": asdict(progress)})
