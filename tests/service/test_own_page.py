"""The command without any argument: the page of one's own computer, opened in the browser, and its launchers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser

from mentormatch.cli import serve
from mentormatch.service.keys import OneTimeTokens
from tests.cli.commands import done
from tests.doors import substitute
from tests.failure.processes import only_linux, wait_for
from tests.service.own_page import ADDRESS, Own, listen_in_the_background
from tests.service.server import Served, stop


def sign_in(address: str, token: str) -> httpx.Response:
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    return httpx.post(f"{address}/session", json={"token": token}, headers=headers, trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    return Own(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def opened(own: Own) -> Iterator[Served]:
    """Return the service of a page that was opened."""
    with own.opened() as served:
        yield served


@only_linux
def test_the_browser_is_let_in_once_and_the_address_that_stays_opens_nothing(
    own: Own, opened: Served, browser: Browser
) -> None:
    address, token = own.addresses()[0]
    with browser.new_context(locale="fr-FR") as context:
        somebody = context.new_page()
        somebody.goto(f"{address}/#token={token}")
        somebody.wait_for_selector(".card")
        assert somebody.url == f"{address}/"
        somebody.go_back()
        assert token not in somebody.url
    assert sign_in(address, token).status_code == 401


@only_linux
def test_the_page_is_for_this_computer_alone_and_says_how_to_stop_it_and_no_token(own: Own, opened: Served) -> None:
    process = psutil.Process(opened.process.pid)
    assert {one.laddr.ip for one in process.net_connections() if one.status == "LISTEN"} == {"127.0.0.1"}
    assert "Pour arrêter" in opened.text
    assert '"method"' not in opened.text
    assert own.store.stat().st_mode & 0o777 == 0o600
    kept = b"".join(path.read_bytes() for path in own.store.parent.iterdir())
    for _, token in own.addresses():
        assert token not in opened.text
        assert token.encode() not in kept


@only_linux
def test_a_second_start_opens_the_page_that_is_there_by_a_token_of_its_own(own: Own, opened: Served) -> None:
    before = len(own.addresses())
    again = own.begin()
    assert "déjà ouverte" in again.communicate(timeout=60)[1]
    assert again.returncode == 0
    (address, token), *_ = wait_for(lambda: own.addresses()[before:])
    assert address == own.addresses()[0][0]
    assert sign_in(address, token).status_code == 204


@pytest.mark.proof
@only_linux
def test_the_page_has_the_same_address_the_next_time_and_another_where_that_is_taken(tmp_path: Path) -> None:
    account = Own(tmp_path)
    for _ in range(2):
        with account.opened():
            pass
    (first, _), (second, _) = account.addresses()
    assert first == second
    with socket.create_server(("127.0.0.1", int(first.rpartition(":")[2]))), account.opened():
        assert account.addresses()[-1][0] != first


@pytest.mark.proof
@only_linux
def test_where_no_browser_opens_the_address_is_said_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    served = Served(Own(tmp_path, opens=False).begin())
    listen_in_the_background(served)
    address, token = wait_for(lambda: ADDRESS.search(served.text)).groups()  # type: ignore[union-attr]  # it is there
    wait_for(lambda: sign_in(address, token).status_code == 204)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(30) == 0
    stop(served)


def test_without_the_service_it_is_said_in_words_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "cli", REQUIRED_PACKAGES=("no_such_module",))
    for code, words in (("fr", "mentormatch --help"), ("en", "The page cannot be opened")):
        ended = done("--language", code)
        assert (ended.code, ended.out) == (1, "")
        assert words in ended.err.replace("\u00a0", " ")
        assert f'"{sys.executable}" -m pip install "mentormatch-engine[service]"' in ended.err


def test_a_one_time_token_holds_once_and_not_for_long(tmp_path: Path) -> None:
    tokens = OneTimeTokens(tmp_path / "service.db")
    one, late = tokens.add(), tokens.add(lasts_s=-1)
    assert [tokens.redeem(token) for token in (late, "", one, one)] == [False, False, True, False]
    tokens.close()


def test_of_two_who_come_with_the_same_token_at_once_one_is_let_in(tmp_path: Path) -> None:
    first, second = (OneTimeTokens(tmp_path / "service.db") for _ in range(2))
    token = first.add()
    assert [second.redeem(token), first.redeem(token)] == [True, False]
    first.close()
    second.close()


ODD = 'a b\'s "c" $HOME `d` 50% \\e'
"""A folder whose name has all that shells and launchers take for something else."""


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Return a Python in an odd folder that only notes what it is asked for."""
    folder = tmp_path / ODD
    folder.mkdir()
    made = folder / "python"
    made.write_text('#!/bin/sh\nprintf "%s|%s" "$0" "$*" > "$(dirname "$0")/asked"\n', "utf-8")
    made.chmod(0o755)
    return made


def entry_of(text: str) -> dict[str, str]:
    """Return the keys of a desktop entry, the escapes of values undone (Desktop Entry Specification)."""
    head, *lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert head == "[Desktop Entry]"
    told = dict(line.split("=", 1) for line in lines)
    return {key: value.replace("\\\\", "\\") for key, value in told.items()}


def test_a_linux_launcher_runs_this_python_whatever_its_folder_is_called(python: Path) -> None:
    entry = entry_of(serve.linux_launcher(str(python)))
    assert (entry["Type"], entry["Terminal"]) == ("Application", "true")
    assert Path(entry["Icon"]).is_file()
    arguments = re.findall(r'"((?:[^"\\]|\\.)*)"', entry["Exec"].replace("%%", "%"))
    command = [re.sub(r"\\(.)", r"\1", one) for one in arguments]
    subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)
    assert (python.parent / "asked").read_text("utf-8") == f"{python}|-P -m mentormatch"


def test_a_macos_launcher_runs_this_python_whatever_its_folder_is_called(python: Path, tmp_path: Path) -> None:
    launcher = tmp_path / "mentormatch.command"
    serve.write_launcher(launcher, serve.macos_launcher(str(python)))
    subprocess.run([launcher], check=True, timeout=30)
    assert (python.parent / "asked").read_text("utf-8") == f"{python}|-P -m mentormatch"


def test_a_windows_launcher_is_a_batch_file_with_the_line_ends_of_windows() -> None:
    text = serve.windows_launcher(r"C:\Users\Zoé 50%\python.exe")
    assert text.split("\r\n")[3] == r'"C:\Users\Zoé 50%%\python.exe" -P -m mentormatch'
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("platform", "name"),
    [("linux", "mentormatch.desktop"), ("darwin", "mentormatch.command"), ("win32", "mentormatch.bat")],
)
def test_a_launcher_is_written_again_but_never_over_something_else(
    platform: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    written = tmp_path / name
    for _ in range(2):
        ended = done("install-launcher", str(tmp_path), "--json")
        assert (ended.code, json.loads(ended.out)["written"]) == (0, [str(written)])
    assert os.access(written, os.X_OK)
    written.write_text("something else", "utf-8")
    ended = done("install-launcher", str(tmp_path))
    assert (ended.code, written.read_text("utf-8")) == (3, "something else")


def test_a_launcher_goes_where_people_look_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert serve.get_default_launcher_folder("linux") == tmp_path / "data" / "applications"
    assert serve.get_default_launcher_folder("macos") == tmp_path
    (tmp_path / "Desktop").mkdir()
    assert serve.get_default_launcher_folder("windows") == tmp_path / "Desktop"
