"""`mentormatch serve`: says where it is, warns of what others can reach, and ends without leaving anything behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mentormatch.cli import serve
from mentormatch.errors import OutputError
from tests.doors import substitute
from tests.failure.processes import alive, children, only_linux, wait_for
from tests.service.failing_workers import SLEEPS, asked, troubled
from tests.service.server import BEARER, SAID, Served, serving, start, stop


def test_without_a_token_one_is_made_and_shown_once_in_the_address_to_open() -> None:
    with serving(token=None) as served:
        found = SAID.search(served.text)
        assert found
        assert len(found[2]) >= 32
        assert served.text.count(found[2]) == 1
        assert httpx.get(f"{served.url}/v1/jobs/x", headers={"Authorization": f"Bearer {found[2]}"}).status_code == 404
        assert httpx.get(f"{served.url}/v1/jobs/x", headers=BEARER).status_code == 401
        assert found[2] not in served.text.split("\n", 1)[1]


@pytest.mark.proof
def test_a_token_of_ones_own_is_not_shown_and_no_child_has_it_in_its_environment() -> None:
    with serving() as served:
        assert BEARER["Authorization"].split()[1] not in served.text
        for child in children(served.process.pid):
            assert b"MENTORMATCH_TOKEN" not in Path(f"/proc/{child}/environ").read_bytes()


@pytest.mark.proof
def test_it_listens_to_this_machine_alone_and_warns_where_others_can_reach_it() -> None:
    with serving() as served:
        assert served.url.startswith("http://127.0.0.1:")
        assert "Attention" not in served.text
    with serving("--workers", "1", "--host", "0.0.0.0") as served:
        wait_for(lambda: "Attention" in served.text)


@pytest.mark.proof
def test_it_goes_by_the_names_that_it_is_given() -> None:
    with serving("--name", "pairs.example") as served:
        assert httpx.get(f"{served.url}/health", headers={"Host": "pairs.example"}).status_code == 200
        assert httpx.get(f"{served.url}/health", headers={"Host": "other.example"}).status_code == 421


def test_a_port_that_is_taken_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "mentormatch", "serve", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "Le service ne peut pas démarrer" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_installed_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "cli", REQUIRED_PACKAGES=("no_such_module",))
    with pytest.raises(OutputError, match=r"mentormatch-engine\[service\]"):
        serve.refuse_missing()


ASKS = """import sys, httpx
url, token, body = sys.argv[1:]
headers = {"Authorization": token, "Content-Type": "application/json"}
httpx.post(url, content=body, headers=headers, timeout=60)
"""


def ask_in_the_background(served: Served) -> subprocess.Popen[bytes]:
    """Ask for work that takes long, in a process that ends when it has an answer or sees that there is none."""
    command = [sys.executable, "-c", ASKS, f"{served.url}/v1/match", BEARER["Authorization"], json.dumps(asked(SLEEPS))]
    asking = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_for(lambda: httpx.get(f"{served.url}/health").json()["busy"] == 1)
    return asking


@only_linux
@pytest.mark.parametrize("told", [pytest.param(signal.SIGINT, marks=pytest.mark.proof), signal.SIGTERM])
def test_told_to_stop_it_ends_well_and_its_workers_with_it(told: signal.Signals) -> None:
    served = start(settings=troubled(workers=2, drain_s=1.0, grace_s=1.0))
    workers = wait_for(lambda: children(served.process.pid))
    asking = ask_in_the_background(served)
    served.process.send_signal(told)
    assert served.process.wait(20) == 0
    assert stop(served) == 0
    wait_for(lambda: not any(map(alive, workers)))  # who is killed takes a moment to be gone
    assert "Traceback" not in served.text
    asking.communicate(timeout=20)


@only_linux
def test_killed_it_leaves_no_process_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    served = start(settings=troubled(workers=2))
    asking = ask_in_the_background(served)
    workers = children(served.process.pid)
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    wait_for(lambda: not [worker for worker in workers if alive(worker)])
    stop(served)
    asking.communicate(timeout=20)
    assert list(tmp_path.iterdir()) == []
