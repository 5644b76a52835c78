"""Workers in trouble: what a request asks for by its seed happens to the process that works on it."""

import json
from collections.abc import Mapping
from typing import Any

from mentormatch.contract.operation import SAMPLE_COHORT
from mentormatch.service.processes import BOOTSTRAP, WORKER_PROGRAM
from tests.canaries import ANSWER
from tests.service.server import limits

SLEEPS, DIES, FULL, BROKEN, ENGINE, ENDLESS, LINGERS = range(101, 108)
TROUBLE = f"""{BOOTSTRAP}
import os, time
from mentormatch import EngineError, solve
from mentormatch.contract.operation import operations_by_kind
Match = type(operations_by_kind()["match"])
answer = Match.answer

def endless():
    from tests.failure.processes import endless
    from tests.doors import put
    put("assignment", IN_PROCESS_PAIRS=0)  # the engine has a process of its own
    return solve(endless(260))

def troubled(self, request):
    if request.seed == {SLEEPS}:
        time.sleep(600)
    if request.seed == {LINGERS}:
        time.sleep(1)
    if request.seed == {DIES}:
        os._exit(3)
    if request.seed == {FULL}:
        return b"x" * (1 << 50)
    if request.seed == {BROKEN}:
        raise KeyError({ANSWER!r})
    if request.seed == {ENGINE}:
        raise EngineError("the engine died")
    if request.seed == {ENDLESS}:
        endless()
    return answer(self, request)

Match.answer = troubled
{WORKER_PROGRAM.removeprefix(BOOTSTRAP)}
"""


def troubled(**values: object) -> str:
    """Return the Python that gives a service other limits, and workers that get into trouble when asked to."""
    return f"{limits(**values)}\nfrom tests.doors import put\nput('service', WORKER_PROGRAM={TROUBLE!r})"


def asked(seed: int = 0, **more: Any) -> dict[str, Any]:
    return {**SAMPLE_COHORT, "seed": seed, **more}


def body(request: Mapping[str, Any]) -> bytes:
    return json.dumps(request).encode()
