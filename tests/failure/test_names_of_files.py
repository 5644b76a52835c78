"""A file whose name is not UTF-8, as zips of Windows leave them, is read and shown safely through every command."""

import os
import sys
from pathlib import Path

import pytest

from tests.cli.commands import done
from tests.service.desk.session import EXAMPLE

NAME = os.fsdecode(b"r\xe9ponses.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("command", ["match", "plans", "intake"])
def test_a_name_that_is_not_utf_8_reaches_every_document_in_letters(command: str, tmp_path: Path) -> None:
    answers, programme = tmp_path / NAME, tmp_path / os.fsdecode(b"p\xe9.toml")
    answers.write_bytes(EXAMPLE.joinpath("reponses.csv").read_bytes())
    programme.write_bytes(EXAMPLE.joinpath("programme.toml").read_bytes())
    out = tmp_path / os.fsdecode(b"d\xe9p" + (b".html" if command == "intake" else b""))
    ended = done(command, answers, "-p", programme, "-o", out)
    assert ended.code == 0, ended.err
    made = [path for path in [out, *out.rglob("*")] if path.is_file() and path.suffix in (".html", ".json")]
    contents = [path.read_bytes().decode("utf-8") for path in made]  # which raises where there is a lone surrogate
    assert any(r"r\xe9ponses.csv" in text or r"r\\xe9ponses.csv" in text for text in contents)
    assert all("\\udce9" not in text for path, text in zip(made, contents, strict=True) if path.name[0] != "m")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_json_on_stdout_and_refusals_have_the_name_in_letters(tmp_path: Path) -> None:
    answers = tmp_path / NAME
    answers.write_bytes(b"\x00\xff not a table")
    refused = done("match", answers, "-p", EXAMPLE / "programme.toml", "--json")
    assert refused.code == 3
    assert r"r\\xe9ponses.csv" in refused.out
    assert r"r\xe9ponses.csv" in refused.err
