"""Propose pairs through the service, in Python, with nothing but its standard library.

MENTORMATCH_TOKEN=... python propose.py request.json
"""

import json
import os
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SERVICE = os.environ.get("MENTORMATCH_URL", "http://127.0.0.1:8000")
TOKEN = os.environ["MENTORMATCH_TOKEN"]


class RefusedError(Exception):
    """The service answered with a problem (RFC 9457): its ``detail``, and in ``problems`` each thing to put right."""

    def __init__(self, problem):
        super().__init__(problem["detail"])
        self.problem = problem


def call(path, body=None, tries=5, **headers):
    """Return what the service answers; where it is busy, ask again when it says."""
    data = None if body is None else json.dumps(body).encode()
    known = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    try:
        return urlopen(Request(SERVICE + path, data, {**known, **headers}), timeout=60)
    except HTTPError as refused:
        wait = refused.headers.get("Retry-After")
        if wait is None or tries == 1:
            raise RefusedError(json.load(refused)) from None
    time.sleep(int(wait))
    return call(path, body, tries - 1, **headers)


def ask(operation, request, **headers):
    """Return the answer to a request: at once, or when the job is done that the service made of it."""
    with call(f"/v1/{operation}", request, **headers) as reply:
        told = json.load(reply)
    return result_of(told) if reply.status == 202 else told


def ask_as_job(operation, request):
    """Return the answer to a request that may take long."""
    return ask(operation, request, Prefer="respond-async")


def result_of(job):
    """Return the result of a job, and tell how far it is until then."""
    with call(job["links"]["events"]) as events:
        for line in events:
            if line.startswith(b"data: "):
                told = json.loads(line.removeprefix(b"data: "))
                print(told["state"], told["progress"], file=sys.stderr)
    with call(job["links"]["result"]) as reply:
        return json.load(reply)


def main(path):
    """Propose pairs twice, at once and as a job, and print them."""
    request = json.loads(Path(path).read_text("utf-8"))
    try:
        for answer in (ask("match", request), ask_as_job("match", request)):
            for pair in answer["pairs"]:
                print(pair["mentor"], pair["mentee"], pair["score"])
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        for wrong in refused.problem["problems"]:
            print("-", wrong["where"], wrong["found"], wrong["expected"], wrong["advice"], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
