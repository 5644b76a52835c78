"""What the README and the documentation tell a reader to type works as it stands, in the order it is told.

The blocks of a file run in a new folder, one after the other. Its ``python`` blocks share their names; its ``sh`` and
``console`` blocks run in a shell, with the commands of the environment at hand. Only what sets a machine up is not run
again but looked up: a target of make, a file of requirements. A program that a page includes runs in a process of its
own. An ``output`` block is exactly what the block before it prints.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path

import pytest

from tests.cli.processes import command_on_path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LATER = {  # what they tell to type is told elsewhere as well, or takes a solve of many people or a service of its own
    "defendre-une-repartition",
    "depuis-limesurvey",
    "donnees-personnelles",
    "former-des-groupes",
    "ligne-de-commande",
    "partir-de-ses-reponses",
    "proposer-et-prendre-les-reponses",
    "quand-quelquun-part",
    "records-of-an-application",
    "relire-le-classeur",
    "repondre-autrement",
    "run-the-service",
    "savoir-d-avance",
    "solve-an-array",
    "souhaits-apres-profils",
    "sujets-dates-et-tours",
}
PLAYED = [pytest.param(path, marks=pytest.mark.proof if path.stem in LATER else ()) for path in DOCUMENTS]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
PYTHON = {"python", "{code-cell}"}
RUN = {*PYTHON, "sh", "console"}
INCLUDED = "{literalinclude} "
DATA = {"csv", "html", "ini", "json", "mermaid", "output", "text", "toml", "yaml"}
SETUP = re.compile(
    r"(make|git clone|cd|source|apt-get|sudo|python=.* -m venv|\S*python[\d.]* -m (venv|pip)|\S*pip install)\b|\. "
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, and the line of the file that it starts on."""

    language: str
    text: str
    line: int

    def commands(self) -> list[str]:
        """Return its commands, each on one line; a console block also shows answers, which are left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        indent = re.compile(f"^{fence['indent']}", re.MULTILINE)
        yield Block(fence["language"].strip(), indent.sub("", fence["text"]), text.count("\n", 0, fence.start()) + 1)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def unknown(command: str) -> list[str]:
    """Return what a command that sets up a machine names and the project does not have."""
    program, *words = command.split("#")[0].split()
    files = set(re.findall(r"(?<![\w/])(?:requirements|tools)/[\w.-]+", command))
    missing = [word for word in files if not (ROOT / word).is_file()]
    wanted = {word for word in words if not re.search("[=-]", word)} if program == "make" else set()
    return sorted(missing + list(wanted - targets()))


def shell(commands: list[str], folder: Path) -> None:
    script = "set -eu\n" + "\n".join(commands)
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def play(block: Block, folder: Path, names: dict[str, object]) -> dict[str, object]:
    """Return the names that a ``python`` block leaves, given those that it found; run what is for a shell."""
    if block.language in PYTHON:
        script = folder / f"line_{block.line}.py"
        script.write_text(block.text, encoding="utf-8")
        return run_path(str(script), init_globals=names)
    commands = block.commands()
    missing = [name for command in commands if SETUP.match(command) for name in unknown(command)]
    assert not missing, f"not in this project: {', '.join(missing)}"
    shell([command for command in commands if not SETUP.match(command)], folder)
    return names


@pytest.fixture(scope="module")
def path() -> Iterator[str]:
    """Yield the search path of commands."""
    with command_on_path() as found:
        yield found


@pytest.fixture
def folder(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new folder, now the working one, in which ``.venv`` leads to the environment."""
    monkeypatch.setenv("PATH", path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("document", PLAYED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_tells_to_type_works(document: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    printed = ""
    for block in blocks(document):
        if block.language == "output":
            assert printed == block.text, f"line {block.line}"
        elif block.language.startswith(INCLUDED):
            shell([f"{sys.executable} {document.parent / block.language.removeprefix(INCLUDED)}"], folder)
        elif block.language in RUN:
            names = play(block, folder, names)
            printed = capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_block_of_a_document_is_run_or_is_data(document: Path) -> None:
    assert [
        (block.language, block.line)
        for block in blocks(document)
        if block.language not in RUN | DATA and not block.language.startswith(INCLUDED)
    ] == []


def test_python_blocks_share_their_names_and_the_shell_their_folder(folder: Path) -> None:
    names = play(Block("python", "told = 'un binôme'", 1), folder, {})
    names = play(Block("console", "$ echo 1 > \\\n  kept.txt\nan answer", 2), folder, names)
    text = "from pathlib import Path\nboth = told + Path('kept.txt').read_text()"
    names = play(Block("python", text, 3), folder, names)
    assert names["both"] == "un binôme1\n"


def test_a_command_that_fails_is_told(folder: Path) -> None:
    with pytest.raises(AssertionError, match="no-such-command"):
        play(Block("sh", "no-such-command --now", 1), folder, {})


def test_a_target_or_a_file_that_is_not_there_is_told(folder: Path) -> None:
    text = "make nothing\nmake check\npip install --require-hashes -r requirements/none.txt"
    with pytest.raises(AssertionError, match=r"nothing.*requirements/none\.txt"):
        play(Block("sh", text, 1), folder, {})
