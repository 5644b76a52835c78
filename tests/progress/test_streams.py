"""What a terminal is sent: no control character, whoever wrote it and wherever it stood; JSON says the same."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from mentormatch.base.streams import PlainStream, rewrite_line
from mentormatch.languages.text_keys import escape_controls, on_one_line, row_text
from mentormatch.languages.translation import LANGUAGES
from tests.progress.steering import CONTROLS, DIRECTIONS, ROOT, STEERING, editions, refused, sent, steering_texts

SOURCE = ROOT / "src" / "mentormatch"
STREAMS = SOURCE / "base" / "streams.py"
TALKS = {"survey/sheets.py"}
"""Programs of processes of ours, whose output is a pipe to us."""


def writes(path: Path) -> Iterator[str]:
    """Yield each way to a standard stream in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="print")) | ast.Call(func=ast.Attribute(attr="echo" | "secho")):
                yield f"{path.name}:{node.lineno} writes by itself"
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr" | "__stdout__" | "__stderr__"):
                yield f"{path.name}:{node.lineno} reaches for a stream"


@pytest.mark.promise(39)
def test_everything_that_is_said_passes_through_one_module() -> None:
    modules = [path for path in SOURCE.rglob("*.py") if path != STREAMS]
    found = {path.relative_to(SOURCE).as_posix(): list(writes(path)) for path in modules}
    assert {name: ways for name, ways in found.items() if ways and name not in TALKS} == {}
    assert all(found[name] for name in TALKS)
    assert list(writes(STREAMS))


def test_each_character_that_steers_is_shown_as_an_escape_and_no_other_is_changed() -> None:
    for one in (*CONTROLS, *DIRECTIONS):
        told = escape_controls(f"a{one}b")
        assert told == (f"a{one}b" if one in "\n\t" else f"a\\u{ord(one):04x}b")
        assert "\n" not in on_one_line(one)
    plain = "Zoé d'Arc « M01 » 👩‍👩‍👧 שלום مرحبا 你好\u00a0!\n\tfin"
    assert escape_controls(plain) == plain
    assert row_text("a\tb", "c\nd") == "a\\u0009b\tc\\u000ad"


def test_json_says_the_same_after_as_before() -> None:
    value = {"".join((*CONTROLS, *DIRECTIONS, '"\\')): ["\ud800", "\u2028", "é", "\x9b2J"]}
    told = escape_controls(json.dumps(value, ensure_ascii=False))
    assert json.loads(told) == value
    assert not STEERING.search(told)


def test_whatever_writes_to_a_plain_stream_steers_nothing_but_a_line_that_is_written_over() -> None:
    raw = BytesIO()
    stream = PlainStream(raw, encoding="utf-8", write_through=True)
    print("\x1b[2J", file=stream)
    stream.writelines(["\x07", "\u202e"])
    rewrite_line(stream, "12 s\x1b[2K")
    assert raw.getvalue().decode() == "\\u001b[2J\n\\u0007\\u202e\r12 s\\u001b[2K"
    text = StringIO()
    rewrite_line(text, "12 s\r")
    assert text.getvalue() == "\r12 s\\u000d"


TROUBLE = """
import logging, sys, warnings
sys.argv = ["mentormatch\\x1b[2J", "--help"]
from mentormatch.cli import main
try:
    main()
except SystemExit:
    pass
warnings.warn("\\x1b[2J")
logging.getLogger("else").warning("\\x1b[2J")
sys.stderr.write("\\x1b[2J")
raise KeyError("\\x9b2J\\u202e") from ValueError("\\x1b[2J")
"""


@pytest.mark.promise(39)
def test_help_warnings_logs_and_tracebacks_steer_nothing_either() -> None:
    ended = subprocess.run([sys.executable, "-c", TROUBLE], capture_output=True, check=False, cwd=ROOT)
    said = (ended.stdout + ended.stderr).decode("utf-8")
    assert ended.returncode == 1
    assert said.count("\\u001b[2J") >= 5
    assert "Traceback" in said
    assert not STEERING.search(said)


@pytest.mark.promise(39)
@pytest.mark.parametrize("into", ["terminal", pytest.param("pipe", marks=pytest.mark.proof)])
def test_texts_that_steer_are_shown_whatever_field_they_stand_in(into: str, shared_data: Path, tmp_path: Path) -> None:
    texts = steering_texts(shared_data)
    assert len(texts) >= 700
    some = texts[:: len(texts) // 12]
    lines = [*editions(some, tmp_path, len(some)), *(("say", text) for text in texts)]
    lines += [("run", line) for line in refused("a\x1b[2Jb\u202e", tmp_path / "p.toml", tmp_path)]
    said = sent(lines, into)
    assert not STEERING.search(said), STEERING.search(said)
    assert len(said) > 100_000
    assert "\\u001b" in said


def filled(message: str, text: str) -> str:
    """Return a message with a text in all its places."""
    names = {name.partition(".")[0].partition("[")[0] for _, name, _, _ in Formatter().parse(message) if name}
    try:
        return message.format(**dict.fromkeys(names, text)) if names else message + text
    except ValueError:  # a number is expected there: a text never stands in that place
        return message + text


def messages() -> list[str]:
    """Return every message of the package, in every language."""
    found: dict[str, None] = {}
    for code in LANGUAGES[1:]:
        for path in sorted((SOURCE / "languages" / code).glob("*.po")):
            with path.open("rb") as file:
                for message in read_po(file):
                    for texts in (message.id, message.string):
                        found |= dict.fromkeys([texts] if isinstance(texts, str) else texts or ())
    return [message for message in found if message]


@pytest.mark.proof
@pytest.mark.promise(39)
def test_every_message_with_every_text_in_every_place_steers_no_terminal(shared_data: Path) -> None:
    texts, every = steering_texts(shared_data), messages()
    characters = 0
    for start in range(40):
        text = " ".join(texts[start::40])
        said = sent([("say", filled(message, text)) for message in every])
        characters += len(said)
        assert not STEERING.search(said)
    if sys.__stderr__:
        told = f"{len(every)} messages, {len(texts)} texts in every place, {characters} characters"
        sys.__stderr__.write(f"\n{told}: none that steers")


@pytest.mark.proof
@pytest.mark.promise(39)
def test_every_text_in_every_field_of_an_edition_steers_no_terminal(shared_data: Path, tmp_path: Path) -> None:
    texts = steering_texts(shared_data)
    lines = list(editions(texts, tmp_path, 50))
    for number, text in enumerate(texts):
        lines += [("run", line) for line in refused(text, tmp_path / f"{number}.toml", tmp_path)]
    said = sent(lines)
    if sys.__stderr__:
        found = f"{len(lines)} commands, {len(texts)} texts, {len(said)} characters"
        sys.__stderr__.write(f"\n{found}: {len(STEERING.findall(said))} that steer")
    assert not STEERING.search(said)
