"""Files of others -> their pairs by the questions of a draft alone: by Python, by a file, by a terminal.

``python -m tests.drafts.interviews`` prints the number of questions, replies typed, edits and pairs of each file.
"""

import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import mentormatch as mm
from mentormatch.programme.drafts.capacity import parse_count
from mentormatch.programme.enrolment import read_tables
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.interview.question import NUMBER_CHOICE, DraftQuestion
from mentormatch.programme.interview.question_file import questions_text
from tests.conftest import SHARED_DATA

OURS = Path(__file__).with_name("asked")
PLACES_STATED = 2
"""What staff would hear from a mentor who takes as many as needed."""


class Sample(NamedTuple):
    """A file, and the right answers about it."""

    path: Path
    right: Mapping[str, Any]


def ours() -> Iterator[Sample]:
    """Yield the three foreign files of this project."""
    right = json.loads((OURS / "right.json").read_text("utf-8"))
    yield from (Sample(OURS / name, answers) for name, answers in right.items())


def made() -> Iterator[Sample]:
    """Yield the samples of survey tools, where the shared data are there."""
    for folder in sorted((SHARED_DATA / "surveys-made").glob("*/expected.json")):
        right = json.loads(folder.read_text("utf-8"))
        yield from (Sample(path, right) for path in sorted(folder.parent.iterdir()) if path.suffix in (".csv", ".xlsx"))


def reply(question: DraftQuestion, right: Mapping[str, Any]) -> Any:
    """Return what staff who know the right answers reply, the proposal wherever there is one."""
    kind = question.id.partition(".")[0]
    if kind == "role" and question.proposed is None:
        return {name: right["role"][name] for name in ("question", "mentor", "mentee")}
    if question.form == "each":
        stated = {line.key: line.proposed for line in question.lines if line.proposed}
        unsure = [line.key for line in question.lines if not line.proposed]
        return stated | {key: parse_count(key) or PLACES_STATED for key in unsure if NUMBER_CHOICE in question.values}
    if question.proposed is not None:
        return question.proposed
    return question.values[:1] if question.form == "several" else question.values[0]


def answered(sample: Sample) -> DraftInterview:
    """Return the interview about a file after all its questions."""
    interview = DraftInterview.of(read_tables(sample.path))
    while interview.open:
        question = interview.open[0]
        interview = interview.answered({question.id: reply(question, sample.right)})
    return interview


def pairs(text: str, path: Path) -> int:
    """Return the number of pairs of a file by the text of a programme."""
    programme = mm.Programme.read(tomllib.loads(text))
    return len(mm.match(mm.read_survey(programme, path), programme).pairs)


def by_file(sample: Sample, folder: Path) -> str:
    """Return the programme that comes of a file of questions with the same replies."""
    written = folder / "replies.toml"
    written.write_text(questions_text(answered(sample).questions), "utf-8")
    command = [sys.executable, "-m", "mentormatch", "draft", str(sample.path), "--answers", str(written)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True)
    return done.stdout


class Terminal(NamedTuple):
    """What came of a draft at a terminal: its programme, what was shown, and the lines that were typed."""

    text: str
    shown: str
    typed: tuple[str, ...]


def by_terminal(sample: Sample, folder: Path) -> Terminal:
    """Return the programme that comes of typing the same replies at a terminal."""
    ours, theirs = pty.openpty()
    out = folder / "terminal.toml"
    command = [sys.executable, "-m", "mentormatch", "draft", str(sample.path), "-o", str(out)]
    lines = list(typed_lines(sample))
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs, text=True) as running:
        os.close(theirs)
        for each in lines:
            os.write(ours, f"{each}\n".encode())
        shown = "".join(read_all(ours))
        running.wait(60)
    os.close(ours)
    return Terminal(out.read_text("utf-8"), shown, tuple(lines))


def read_all(terminal: int) -> Iterator[str]:
    """Yield what a terminal shows until its program ends."""
    with suppress(OSError):  # the other end is closed
        while select([terminal], [], [], 60)[0] and (sent := os.read(terminal, 1 << 16)):
            yield sent.decode("utf-8", "replace")


def typed_lines(sample: Sample) -> Iterator[str]:
    """Yield the lines that somebody types for the same replies: Enter for what is proposed."""
    interview = DraftInterview.of(read_tables(sample.path))
    while interview.open:
        question = interview.open[0]
        stated = reply(question, sample.right)
        yield from lines_of(question, stated)
        interview = interview.answered({question.id: stated})


def lines_of(question: DraftQuestion, stated: Any) -> Iterator[str]:
    """Yield what is typed for a reply to one question."""
    if question.form == "each":
        yield from ("" if line.proposed is not None else str(stated[line.key]) for line in question.lines)
    elif stated == question.proposed:
        yield ""
    elif isinstance(stated, Mapping):
        columns = list(question.columns)
        answers = list(question.columns[stated["question"]])
        yield "c"
        yield str(columns.index(stated["question"]) + 1)
        yield from (str(answers.index(stated[side]) + 1) for side in ("mentor", "mentee"))
    else:
        several = [stated] if isinstance(stated, str) else stated
        yield ",".join(str(question.values.index(value) + 1) for value in several)


def main() -> None:
    """Print the table."""
    sys.stdout.write("| file | questions | by hand | typed lines | edits | pairs | file = terminal |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
    for sample in (*ours(), *made()):
        try:
            interview = answered(sample)
        except mm.SurveyError as error:
            sys.stdout.write(f"| {sample.path.name} | not read: {str(error)[:60]} | | | | | |\n")
            continue
        with TemporaryDirectory() as folder:
            terminal = by_terminal(sample, Path(folder))
            alike = by_file(sample, Path(folder)) == interview.text == terminal.text
        first = DraftInterview.of(read_tables(sample.path)).accepted()
        found = pairs(interview.text, sample.path)
        cells = [sample.path.name, len(interview.questions), len(first.open), len(terminal.typed), len(interview.edits)]
        sys.stdout.write(f"| {' | '.join(map(str, [*cells, found, 'yes' if alike else 'NO']))} |\n")


if __name__ == "__main__":
    main()
