"""The image and what stands around it: linted, consistent with the project, and carried out step by step."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types

from mentormatch.contract.operation import operations_by_kind
from tests.cli.commands import done
from tests.clients.test_generated import SEARCH, needed
from tests.conftest import ROOT
from tests.failure.processes import wait_for
from tests.service.server import BEARER, JSON, TOKEN, serving

CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICE, PROXY = COMPOSE["services"]["service"], COMPOSE["services"]["proxy"]
NOBODY = 10_001


def let_through() -> set[str]:
    """Return what the image may be built from."""
    return {line[1:] for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if line[0] == "!"}


def lines_of(word: str) -> list[str]:
    """Return what stands behind a word of the Containerfile, each time that it stands there."""
    return re.findall(rf"^{word} (.*)$", CONTAINERFILE, re.MULTILINE)


def test_what_is_copied_into_the_image_is_in_the_project_and_not_ignored() -> None:
    copied = {name for line in lines_of("COPY") if line[0] != "-" for name in line.split()[:-1]}
    assert "src" in copied
    assert copied == let_through()
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_what_the_image_starts_is_the_service_and_its_options_are_known() -> None:
    (entry,) = lines_of("ENTRYPOINT")
    program, command, *options = json.loads(entry)
    assert (program, command) == ("mentormatch", "serve")
    assert done(command, *options, *SERVICE["command"], "--help").code == 0
    assert done(command, *options, "--unknown").code == 2


def test_the_image_runs_as_nobody_says_how_it_is_and_is_told_to_end_as_the_service_expects() -> None:
    assert lines_of("USER") == [f"{NOBODY}:{NOBODY}"]
    assert lines_of("STOPSIGNAL") == ["SIGTERM"]
    assert "/health" in (DEPLOY / "alive").read_text("utf-8")
    (check,) = lines_of("HEALTHCHECK")
    assert json.loads(check.partition("CMD ")[2]) == SERVICE["healthcheck"]["test"][1:] == ["alive"]


def test_the_linter_has_nothing_to_say_of_the_image() -> None:
    needed("hadolint", advice="make build/tools/made")
    told = subprocess.run(
        ["hadolint", "--no-color", "Containerfile"],
        cwd=ROOT,
        env={"PATH": SEARCH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_what_stands_around_the_image_gives_it_no_rights_and_the_time_that_it_takes() -> None:
    assert [each["read_only"] for each in (SERVICE, PROXY)] == [True, True]
    assert [each["cap_drop"] for each in (SERVICE, PROXY)] == [["ALL"], ["ALL"]]
    assert "ports" not in SERVICE, "others reach it by the proxy alone"
    drain = int(SERVICE["command"][SERVICE["command"].index("--drain") + 1])
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > drain
    assert (ROOT / "deploy" / SERVICE["build"]["context"] / SERVICE["build"]["dockerfile"]).resolve().is_file()
    asked = re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text("utf-8"))
    assert set(asked) == {"DOMAIN", "MENTORMATCH_TOKEN"}


def test_the_proxy_asks_the_service_where_it_listens_by_a_name_that_it_goes_by() -> None:
    (exposed,) = lines_of("EXPOSE")
    proxied = re.search(r"reverse_proxy \{\$SERVICE:(\w+):(\d+)\}", (DEPLOY / "Caddyfile").read_text("utf-8"))
    assert proxied
    assert proxied[1] in COMPOSE["services"]
    assert proxied[1] in SERVICE["command"]
    assert proxied[2] == exposed
    assert any(volume.startswith("./Caddyfile:") for volume in PROXY["volumes"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: Sequence[object], folder: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program while the block runs, with nothing of this environment but what is given."""
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def built(folder: Path) -> Path:
    """Return the environment that the lines of the Containerfile make, carried out in a bare folder.

    It stands where the image has ``/app``: files and programs refer to each other by their places.
    """
    context, app, programs, data = (folder / name for name in ("build", "app", "bin", "data"))
    context.mkdir(mode=0o755)
    programs.mkdir(mode=0o755)
    (programs / "python").symlink_to(Path(sys.base_prefix, "bin", Path(sys.executable).resolve().name))
    search = f"{programs}:/usr/bin:/bin"
    for word, line in re.findall(r"^(COPY|RUN) (.*)$", CONTAINERFILE, re.MULTILINE):
        if line.startswith("--from"):
            continue  # the folder stays where it is
        if word == "RUN":
            step = line.replace("/app", str(app)).replace("/data", str(data))
            if "--owner" in step and os.geteuid() != 0:
                step = f"mkdir {data}"  # nobody but root gives a folder away
            subprocess.run(step, shell=True, cwd=context, env={**os.environ, "PATH": search}, check=True)
            continue
        *names, target = line.replace("/app", str(app)).split()
        for name in names:
            place = context / target / name if target.endswith("/") or target == "./" else context / target
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place)
    shutil.rmtree(context)
    return app


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that everybody on this machine may look into: those of pytest are for their owner alone."""
    with TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def everything_in(folder: Path) -> dict[str, float]:
    return {str(path): path.lstat().st_mtime for path in folder.rglob("*")}


@pytest.mark.proof
def test_the_steps_of_the_image_make_a_service_that_runs_as_nobody_and_writes_nothing(open_folder: Path) -> None:
    app = built(open_folder)
    before = everything_in(app)
    port = free_port()
    program, *options = json.loads(lines_of("ENTRYPOINT")[0])
    options = [str(port) if option == "8000" else option for option in options]
    nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    store = open_folder / "data" / "jobs.sqlite"
    command = [*(nobody if os.geteuid() == 0 else []), app / "bin" / program, *options, "--store", store]
    written = dict(pair.split("=") for pair in lines_of("ENV")[0].split())
    told = {**written, "PATH": f"{app}/bin:/usr/bin:/bin", "MENTORMATCH_TOKEN": TOKEN}
    with running(command, open_folder, **told) as process:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}") or process.poll() is not None)
        assert process.poll() is None, process.stderr and process.stderr.read()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=BEARER, timeout=60, trust_env=False) as client:
            codes = {
                kind: client.post(f"/v1/{kind}", json=one.example()).status_code
                for kind, one in operations_by_kind().items()
            }
            assert client.get("/docs/swagger-ui.css").status_code == 200
        alive = (DEPLOY / "alive").read_text("utf-8").replace(":8000", f":{port}")
        subprocess.run([app / "bin" / "python", "-c", alive], check=True, timeout=30)
    assert set(codes.values()) == {200}
    assert process.returncode == 0
    assert store.is_file()
    assert subprocess.run([app / "bin" / "python", "-c", alive], check=False, stderr=subprocess.DEVNULL).returncode != 0
    assert {path: when for path, when in everything_in(app).items() if "__pycache__" not in path} == {
        path: when for path, when in before.items() if "__pycache__" not in path
    }


@pytest.mark.proof
def test_through_the_proxy_the_service_is_called_and_nobody_outside_sees_how_it_is(tmp_path: Path) -> None:
    needed("caddy", advice="apt-get install caddy")
    port = free_port()
    with serving("--name", "service") as served:
        told = {"DOMAIN": f"http://127.0.0.1:{port}", "SERVICE": served.url.removeprefix("http://")}
        place = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PATH": SEARCH}
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]
        with running(command, tmp_path, **told, **place):
            wait_for(lambda: answers(f"http://127.0.0.1:{port}"))
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url, headers=BEARER, timeout=60, trust_env=False) as client:
                asked = operations_by_kind()["match"].example()
                answer = client.post("/v1/match", json=asked)
                job = client.post("/v1/match", json=asked, headers={"Prefer": "respond-async"}).json()
                events = client.get(job["links"]["events"])
                outside = [client.get(path).status_code for path in ("/metrics", "/ready")]
                large = client.post("/v1/match", content=b" " * (9 << 20), headers=JSON)
                page = client.get("/page/desk.js")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "event: end" in events.text
    assert outside == [404, 404]
    assert large.status_code == 413
    assert "Content-Encoding" not in page.headers
