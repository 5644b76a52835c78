"""The rules of the house that no linter knows."""

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, isclass, isroutine
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 800
# each pattern is spelled so that it does not match itself
PACKAGE_HOST = re.compile(rb"\b(py[p]i\.(org|python)|python[h]osted\.org|registry\.[n]pmjs|deb\.[d]ebian)\b")
MACHINE_PATH = re.compile(rb"(?<![\w.~-])/(?:work|tmp|root|home|Users|opt)/\w")


def files() -> list[Path]:
    """Return the files of the project: those that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in told.split("\0") if name and (path := ROOT / name).is_file()]


def matches(pattern: re.Pattern[bytes]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in files() if pattern.search(path.read_bytes())]


def test_no_file_names_a_package_host() -> None:
    assert matches(PACKAGE_HOST) == [], "leave the host to pip: name the package alone"


def test_no_file_names_a_path_of_some_machine() -> None:
    assert matches(MACHINE_PATH) == [], "write the path from the root of the project"


@pytest.mark.parametrize("text", [b"https://py" + b"pi.org/simple", b"files.python" + b"hosted.org"])
def test_the_search_for_package_hosts_finds_them(text: bytes) -> None:
    assert PACKAGE_HOST.search(text)


@pytest.mark.parametrize("text", [b"'/ho" + b"me/someone/x'", b"see /t" + b"mp/x", b"=/wo" + b"rk/main"])
def test_the_search_for_machine_paths_finds_them(text: bytes) -> None:
    assert MACHINE_PATH.search(text)


def test_no_file_of_code_is_longer_than_eight_hundred_lines() -> None:
    code = [path for path in files() if path.suffix == ".py"]
    long = [str(path.relative_to(ROOT)) for path in code if len(path.read_text("utf-8").splitlines()) > MAX_LINES]
    assert long == [], "split each by its subjects"


def test_there_is_no_utils() -> None:
    assert [str(path) for path in files() if re.fullmatch(r"(utils?|helpers?|misc)(\.py)?", path.name)] == []


def documented_names() -> Iterator[tuple[str, object]]:
    """Yield what a user or a test can import from the package and from the door of a room, by its module and name."""
    packages = sorted(".".join(path.parent.relative_to(ROOT / "src").parts) for path in ROOT.glob("src/**/__init__.py"))
    for package in [*packages, "mentormatch.results"]:
        offered = import_module(package)
        for name in getattr(offered, "__all__", ()) or [name for name in dir(offered) if not name.startswith("_")]:
            thing = getattr(offered, name)
            if getattr(thing, "__module__", "").startswith("mentormatch") and (isclass(thing) or isroutine(thing)):
                yield f"{thing.__module__}.{name}", thing


def members(name: str, thing: object) -> Iterator[tuple[str, object]]:
    """Yield a function; or a class and the public methods that it defines."""
    yield name, thing
    if isclass(thing):
        methods = [key for key, value in vars(thing).items() if isroutine(value) and not key.startswith("_")]
        yield from ((f"{name}.{key}", getattr(thing, key)) for key in methods)


OFFERED = dict(documented_names())


def test_the_doors_offer_what_is_to_be_documented() -> None:
    assert {"mentormatch.match", "mentormatch.rules.rule.Rule"} < OFFERED.keys()


def documented_beside(thing: object) -> set[str]:
    """Return the methods that some class in the module of a thing documents: a protocol speaks for what fulfils it."""
    classes = [each for each in vars(import_module(str(thing.__module__))).values() if isclass(each)]
    return {key for each in classes for key, value in vars(each).items() if isroutine(value) and getdoc(value)}


@pytest.mark.parametrize("name", OFFERED)
def test_what_a_door_offers_says_what_it_is_itself_or_in_its_base_or_protocol(name: str) -> None:
    thing = OFFERED[name]
    silent = {member for member, each in members(name, thing) if not getdoc(each)}
    absent = [member for member in silent if member.rpartition(".")[2] not in documented_beside(thing)]
    assert absent == [], "write their docstrings"
