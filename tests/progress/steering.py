"""Texts that steer terminals, in every field of an edition, and a terminal that reads all that commands send it."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator, Sequence
from itertools import batched, chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = [chr(code) for code in (*range(32), *range(0x7F, 0xA0))]
DIRECTIONS = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")
SEQUENCES = [
    f"{start}{rest}"
    for start in ("\x1b[", "\x9b")
    for rest in ("2J", "H", "1;1H", "31m", "?25l", "?1049h", "6n", "c", "5i", "20h", "3J", "1A", "2K", "s", "!p")
] + [
    f"{start}{rest}{end}"
    for start in ("\x1b]", "\x9d")
    for rest in ("0;titre", "52;c;bHM=", "8;;http://x", "4;1;?", "11;?", "1337;File=:AA", "50;%d", "10;?")
    for end in ("\x07", "\x1b\\", "\x9c")
]
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What a terminal is never sent, beside line feeds and tabs of ours."""

PROGRAM = """
import json, sys
from tests.doors import put
put("base", QUIET_S=1e9)
from mentormatch.cli import main
from mentormatch.cli.messages import print_error, write_json, write_text
from mentormatch.errors import MentorMatchError, Problem
for line in sys.stdin.read().splitlines():  # all of it: a command may read from there
    do, values = json.loads(line)
    if do == "say":
        print_error(values)
        write_text(values)
        print_error(str(MentorMatchError(values, [Problem(values, values, values, values)])))
        write_json(json.dumps({values: values}, ensure_ascii=False))
        continue
    sys.argv = ["mentormatch", *values]
    try:
        main()
    except SystemExit:
        pass
"""


def steering_texts(shared_data: Path) -> list[str]:
    """Return published and made texts, among them every control character and many sequences of them."""
    folder = shared_data / "hostile"
    naughty = json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    made = flat(json.loads((folder / "strings-made" / "strings.json").read_text("utf-8")))
    ours = [f"a{one}b" for one in (*CONTROLS, *DIRECTIONS)] + SEQUENCES
    found = dict.fromkeys(text[:300].encode("utf-8", "replace").decode() for text in (*ours, *naughty, *made))
    return [text for text in found if text.strip()]


def flat(value: Any) -> Iterator[str]:
    """Yield all texts in a JSON value."""
    if isinstance(value, str):
        yield value
    else:
        yield from chain.from_iterable(map(flat, value.values() if isinstance(value, dict) else value))


def quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return '"' + "".join(one if one.isalnum() and one.isascii() else f"\\U{ord(one):08x}" for one in text) + '"'


def file_name(text: str, end: str) -> str:
    """Return a name of a file that holds as much of a text as one may."""
    return text.replace("/", "").replace("\0", "").encode()[:120].decode(errors="ignore") + end


def written(folder: Path, texts: Sequence[str]) -> dict[str, Path]:
    """Write an edition with these texts for keys, options, questions, labels, ids, file names, answers."""
    folder.mkdir()
    texts = [text.replace("\0", "") for text in texts]
    lines = [f"[programme]\nname = {quoted(texts[0])}", '[fields.code]\nkind = "text"\nuse = "key"\nquestion = "Code"']
    options = ", ".join(quoted(f"{place} {text}") for place, text in enumerate(texts))
    lines.append(f'[fields.metier]\nkind = "choice"\nquestion = {quoted(f"M {texts[0]}")}\noptions = [{options}]')
    for place, text in enumerate(texts):
        name, question = quoted(f"q{place} {text}"), quoted(f"Q{place} {text}")
        lines.append(f'[fields.{name}]\nkind = "text"\nuse = "display"\nquestion = {question}')
    lines.append(f'[[criteria]]\nkind = "same"\nfield = "metier"\nname = {quoted(texts[-1])}')
    files = {"programme": folder / file_name(texts[0], ".toml")}
    files["programme"].write_text("\n".join(lines), "utf-8")
    heads = ["Code", f"M {texts[0]}", *(f"Q{place} {text}" for place, text in enumerate(texts))]
    for side, start in (("mentors", 0), ("mentees", 1)):
        files[side] = folder / file_name(f"{side}{texts[start]}", ".csv")
        with files[side].open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow(heads)
            for place, text in enumerate(texts[start::2]):
                rows.writerow([f"{side[:3]}{place} {text}", f"{place} {texts[place]}", *texts])
    return files


def commands(files: dict[str, Path], texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield command lines on an edition that are answered, or are not."""
    on = ["--mentors", str(files["mentors"]), "--mentees", str(files["mentees"])]
    with_programme = [*on, "-p", str(files["programme"])]
    people = [f"men0 {text}".replace("\0", "") for text in texts[:2]]
    for command in ("match", "intake", "diagnose", "estimate", "plans", "map"):
        yield [command, *with_programme]
        yield [command, *with_programme, "--json"]
    yield ["draft", *on]
    yield ["why-not", *people, *with_programme]
    yield ["alternatives", people[0], *with_programme]
    yield ["alternatives", people[0], *with_programme, "--json"]
    yield ["contacts", *with_programme, "-o", str(files["programme"].with_suffix(".csv"))]
    yield ["match", *with_programme, "-o", str(files["programme"].with_suffix(".xlsx"))]
    yield ["handouts", *with_programme, "-o", str(files["programme"].with_suffix(""))]
    yield ["export-person", people[0], *with_programme]


def refused(text: str, programme: Path, folder: Path) -> Iterator[list[str]]:
    """Yield command lines with a text where something else is expected."""
    programme.write_text(
        f"[programme]\nname = 3\n{quoted(text)} = 1\n[fields.{quoted(text)}]\nkind = {quoted(text)}\n"
        f'[[criteria]]\nkind = "same"\nfield = {quoted(text)}\n[goals]\norder = [{quoted(text)}]\n',
        "utf-8",
    )
    yield ["match", text, "-p", str(programme)]
    yield ["match", text, "--mentors", text]
    yield [text]
    yield ["match", f"--{text}"]
    yield ["ask", text, str(folder / file_name(text, ".json"))]
    yield ["--language", text, "match"]
    yield ["verify", str(folder / file_name(text, "")), "--json"]
    yield ["match", "--seed", text]


def sent(lines: Sequence[tuple[str, Any]], into: str = "terminal") -> str:
    """Return all that a terminal, or a pipe, is sent by texts that are said and commands that are run."""
    given = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    command, variables = [sys.executable, "-c", PROGRAM], os.environ | {"MENTORMATCH_LANGUAGE": "fr"}
    if into == "pipe":
        ended = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, env=variables, check=True)
        return (ended.stdout + ended.stderr).decode("utf-8")
    ours, theirs = pty.openpty()
    tty.setraw(theirs)  # what is read is what was sent: a terminal would put a return before each line feed
    found = bytearray()

    def read() -> None:
        try:
            while piece := os.read(ours, 1 << 16):
                found.extend(piece)
        except OSError:
            return  # the other end is closed

    reader = threading.Thread(target=read)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, cwd=ROOT, env=variables
    ) as child:
        os.close(theirs)
        reader.start()
        child.communicate(given)
    reader.join()
    os.close(ours)
    assert child.returncode == 0, found[-2_000:].decode()
    return found.decode("utf-8")


def editions(texts: Sequence[str], folder: Path, each: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the command lines on editions that hold so many of the texts each."""
    for number, some in enumerate(batched(texts, each)):
        for line in commands(written(folder / str(number), some), some):
            yield "run", line
