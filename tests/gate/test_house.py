"""The rules of the house that no linter knows."""

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, isclass, isroutine
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 600
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
    assert matches(PACKAGE_HOST) == []


def test_no_file_names_a_path_of_some_machine() -> None:
    assert matches(MACHINE_PATH) == []


@pytest.mark.parametrize("text", [b"https://py" + b"pi.org/simple", b"files.python" + b"hosted.org"])
def test_the_search_for_package_hosts_finds_them(text: bytes) -> None:
    assert PACKAGE_HOST.search(text)


@pytest.mark.parametrize("text", [b"'/ho" + b"me/someone/x'", b"see /t" + b"mp/x", b"=/wo" + b"rk/main"])
def test_the_search_for_machine_paths_finds_them(text: bytes) -> None:
    assert MACHINE_PATH.search(text)


def test_no_file_of_code_is_longer_than_six_hundred_lines() -> None:
    code = [path for path in files() if path.suffix == ".py"]
    assert [str(path.relative_to(ROOT)) for path in code if len(path.read_text().splitlines()) > MAX_LINES] == []


def test_there_is_no_utils() -> None:
    assert [str(path) for path in files() if re.fullmatch(r"(utils?|helpers?|misc)(\.py)?", path.name)] == []


def modules() -> list[str]:
    source = ROOT / "src"
    paths = [path.relative_to(source).with_suffix("") for path in source.rglob("*.py") if path.stem != "__main__"]
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


def public(module: str) -> Iterator[tuple[str, object]]:
    """Yield the public classes that a module defines and their public methods, by name."""
    for name, thing in vars(import_module(module)).items():
        if not name.startswith("_") and isclass(thing) and thing.__module__ == module:
            yield name, thing
            methods = [key for key, value in vars(thing).items() if isroutine(value) and not key.startswith("_")]
            yield from ((f"{name}.{key}", getattr(thing, key)) for key in methods)


@pytest.mark.parametrize("module", modules())
def test_every_public_class_and_method_says_what_it_is_itself_or_in_its_base_or_protocol(module: str) -> None:
    said = {name.rpartition(".")[2] for name, thing in public(module) if getdoc(thing)}
    assert [name for name, _ in public(module) if name.rpartition(".")[2] not in said] == []
