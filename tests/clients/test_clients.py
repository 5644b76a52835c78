"""The clients of docs/clients, as they stand, against the service as it runs."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mentormatch.contract.operation import ask
from tests.conftest import ROOT
from tests.programs import find_program
from tests.service.server import TOKEN, Served, start, stop

CLIENTS = ROOT / "docs" / "clients"
REQUEST = CLIENTS / "request.json"
PROGRAMS = {"propose.py": sys.executable, "propose.mjs": "node", "propose.sh": "sh"}
ADVICE = "make build/tools/made, apt-get install curl"


def program_for(client: str) -> list[str]:
    """Return the command that runs a client."""
    if client == "propose.sh":
        find_program("curl", advice=ADVICE)
    return [find_program(PROGRAMS[client], advice=ADVICE), str(CLIENTS / client)]


def run(client: str, url: str, request: Path, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    told = os.environ | {"MENTORMATCH_URL": url, "MENTORMATCH_TOKEN": token, "no_proxy": "127.0.0.1"}
    command = [*program_for(client), str(request)]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=120)


def pairs_in(client: str, text: str) -> list[tuple[str, str, int]]:
    """Return the pairs that a client printed, of both its requests."""
    if client != "propose.sh":
        return [(mentor, mentee, int(score)) for mentor, mentee, score in map(str.split, text.splitlines())]
    reader, found = json.JSONDecoder(), []
    while text:
        answer, end = reader.raw_decode(text)
        found += [(pair["mentor"], pair["mentee"], pair["score"]) for pair in answer["pairs"]]
        text = text[end:].lstrip()
    return found


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    running = start()
    yield running
    stop(running)


@pytest.mark.parametrize("client", PROGRAMS)
def test_a_client_gets_pairs_at_once_and_then_as_a_job_whose_progress_it_tells(client: str, served: Served) -> None:
    done = run(client, served.url, REQUEST)
    assert done.returncode == 0, done.stderr
    answer: Any = ask("match", REQUEST.read_bytes())
    assert pairs_in(client, done.stdout) == 2 * [(pair.mentor, pair.mentee, pair.score) for pair in answer.pairs]
    assert "done" in done.stderr


@pytest.mark.parametrize("client", PROGRAMS)
def test_a_client_tells_each_thing_that_is_wrong_with_a_request(client: str, served: Served, tmp_path: Path) -> None:
    request = json.loads(REQUEST.read_text("utf-8"))
    request["mentors"][0]["answers"]["skils"] = request["mentors"][0]["answers"].pop("skills")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(request), "utf-8")
    done = run(client, served.url, wrong)
    assert done.returncode == {"propose.sh": 22}.get(client, 1)
    told = done.stdout + done.stderr
    assert "$.mentors[0].answers" in told
    assert "skills" in told


@pytest.mark.parametrize("client", PROGRAMS)
def test_a_client_without_the_token_is_told_so(client: str, served: Served) -> None:
    done = run(client, served.url, REQUEST, token="another")
    assert done.returncode == {"propose.sh": 22}.get(client, 1)
    assert "token" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


class Busy(BaseHTTPRequestHandler):
    """A service that is busy at first, and then answers everything with no pairs."""

    asked = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked += 1
        busy = self.asked == 1
        body = json.dumps({"detail": "busy", "problems": []} if busy else {"pairs": []}).encode()
        self.send_response(429 if busy else 200)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("client", PROGRAMS)
def test_a_client_asks_again_where_the_service_is_busy(client: str) -> None:
    class AtFirst(Busy):
        asked = 0

    with ThreadingHTTPServer(("127.0.0.1", 0), AtFirst) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = run(client, f"http://127.0.0.1:{server.server_port}", REQUEST)
        server.shutdown()
    assert AtFirst.asked >= 3
    assert (
        pairs_in(client, done.stdout if client != "propose.sh" else done.stdout[done.stdout.rindex('{"pairs"') :]) == []
    )
