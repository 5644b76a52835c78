"""Requests to a running service, and its answers as they are read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from mentormatch.service.media_types import MediaType
from mentormatch.service.openapi import JobListOut, ProblemOut
from mentormatch.service.problems import PROBLEM_KINDS, PROBLEM_URN
from tests.cli.commands import done


def problem(answer: httpx.Response, code: str) -> dict[str, Any]:
    """Return the problem that an answer is, held against its form."""
    assert answer.headers["content-type"] == MediaType.PROBLEM
    told: dict[str, Any] = answer.json()
    ProblemOut.model_validate(told)
    assert told["type"] == PROBLEM_URN + code, told
    assert told["status"] == answer.status_code == PROBLEM_KINDS[code].status
    assert told["request_id"] == answer.headers["x-request-id"]
    return told


ASYNC, KEY = {"Prefer": "respond-async"}, "Idempotency-Key"


def pages(client: httpx.Client, limit: int) -> Iterator[JobListOut]:
    """Yield every page of jobs."""
    place: str | None = f"/v1/jobs?limit={limit}"
    while place:
        page = JobListOut.model_validate_json(client.get(place).content)
        yield page
        place = page.next


def command(*words: object, store: Path) -> dict[str, Any]:
    """Return what a command says to programs."""
    ended = done("keys", *words, "--store", store, "--json", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    told: dict[str, Any] = json.loads(ended.out)
    return told
