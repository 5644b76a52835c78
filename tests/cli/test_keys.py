"""`mentormatch keys`: a key is shown once, named in a list, replaced, revoked, and all that is wrong told in words."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Done, done

SECRET = re.compile(r"mm_[0-9a-f]{12}_[\w-]{43}\n")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "service.db"


def keys(*words: object, store: Path) -> Done:
    return done("--language", "en", "keys", *words, "--store", store)


def told(*words: object, store: Path) -> Any:
    ended = keys(*words, "--json", "--quiet", store=store)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


def test_a_key_is_the_result_alone_and_its_file_its_owners(store: Path) -> None:
    ended = keys("add", "canteen", store=store)
    assert ended.code == 0
    assert SECRET.fullmatch(ended.out)
    assert "This key is shown only once; it is valid until 2" in ended.err
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_the_list_says_all_but_the_secret(store: Path) -> None:
    assert keys("list", store=store).code != 0
    added = told("add", "canteen", "--scope", "propose", "--scope", "validate", "--days", 30, "--jobs", 7, store=store)
    listed = keys("list", store=store)
    assert re.fullmatch(
        r"canteen \([0-9a-f]{12}\): valid, from \S{10} to \S{10}, propose \+ validate, 8 concurrent requests, 7 jobs\n",
        listed.out,
    )
    (key,) = told("list", store=store)["keys"]
    assert added["key"].split("_")[1] == key["id"]
    assert key == {name: each for name, each in added.items() if name not in ("key", "schema_version")}
    assert added["key"].split("_", 2)[2] not in listed.out


def test_a_key_is_replaced_then_revoked(store: Path) -> None:
    first = told("add", "canteen", store=store)
    second = told("rotate", "canteen", "--grace", 0, store=store)
    assert first["key"] != second["key"]
    assert [key["state"] for key in told("list", store=store)["keys"]] == ["valid", "expired"]
    assert told("revoke", "canteen", store=store)["revoked"] == [second["id"]]
    assert {key["state"] for key in told("list", store=store)["keys"]} == {"revoked"}
    assert told("add", "canteen", store=store)["state"] == "valid"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add",), 2, "Write the name of the key after add."),
        (("list", "canteen"), 2, '"list" takes no name.'),
        (("add", "a b"), 2, "A name has at most 64 ASCII letters or digits"),
        (("add", "x" * 65), 2, "A name has at most 64 ASCII letters or digits"),
        (("add", "canteen"), 3, "this name already has a key"),
        (("add", "other", "--scope", "all"), 2, "--scope: there is no all; there are propose, validate."),
        (("rotate", "nobody"), 3, "this name has no valid key"),
        (("revoke", "nobody"), 3, "this name has no valid key"),
    ],
)
def test_what_is_wrong_is_told_in_words_and_nothing_changes(
    words: tuple[str, ...], code: int, said: str, store: Path
) -> None:
    told("add", "canteen", store=store)
    before = told("list", store=store)
    ended = keys(*words, store=store)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert told("list", store=store) == before


@pytest.mark.parametrize("action", ["list", "rotate", "revoke"])
def test_a_file_that_is_not_there_is_not_made(action: str, store: Path) -> None:
    ended = keys(action, *["canteen"] * (action != "list"), store=store)
    assert (ended.code, ended.out) == (1, "")
    assert "service.db: not found" in ended.err
    assert not store.exists()


def test_a_file_of_something_else_is_told_in_words(store: Path) -> None:
    store.write_text("[programme]\n" * 100)
    ended = keys("add", "canteen", store=store)
    assert ended.code == 1
    assert store.read_text() == "[programme]\n" * 100
    assert "The service's file cannot be used" in ended.err
    assert "it is not a file of this service" in ended.err
