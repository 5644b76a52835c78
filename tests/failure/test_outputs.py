"""A law over all commands that write: nothing good is lost, whatever they are given and whenever they are stopped."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from mentormatch import verify
from mentormatch.cli.commands import app
from mentormatch.record.log import check_chain
from mentormatch.record.validation import validate
from tests.cli.commands import CASES, NAMES, Edition, done
from tests.cli.processes import Commanded
from tests.conftest import DEEP
from tests.failure.folders import edited, left, snapshot, told
from tests.failure.processes import only_linux
from tests.failure.test_full_disk import full_after, only_posix

pytestmark = pytest.mark.promise(38)

TARGETS = {
    "demo": "demo",
    "new": "new",
    "draft": "draft.toml",
    "map": "mapping.toml",
    "intake": "lu",
    "suggest": "listes.csv",
    "profiles": "profils",
    "match": "binomes",
    "plans": "plans",
    "experiment": "essai.json",
    "draw": "tirage",
    "repair": "binomes",
    "replies": "tour",
    "letters": "lettres",
    "handouts": "documents",
    "follow-up": "suivi",
    "groups": "groupes.xlsx",
    "topics": "sujets.xlsx",
    "dates": "dates.xlsx",
    "turns": "tours.xlsx",
    "contacts": "contacts.csv",
    "export-person": "export.json",
    "install-launcher": "launcher",
}
"""What each command writes."""
ONCE = ("new", "draft", "map", "experiment", "export-person")
"""Commands that write no file twice, whatever is in it."""
PLACED = ("demo", "new", "install-launcher")
"""Commands that are told where they write by an argument, and read nothing."""
RECORD = ("demo", "match", "draw", "repair")
"""Commands whose folder is that of one decision."""
MADE = b'modified xsi:type="dcterms:W3CDTF">2000'
"""When a workbook says that it was saved, if nobody has saved it since."""
KILLS, INTERRUPTS = 12, 3
SINGLY = 30
"""Steps of a writing of which every second is tried; of the later ones, which are much like each other, every ninth."""


def few(*fast: str, besides: Iterable[str] = ()) -> list[Any]:
    """Return all commands that write but some, of which these alone are tried where the proof is not asked for."""
    rest = sorted(set(TARGETS) - {*fast, *besides})
    return [*fast, *(pytest.param(name, marks=pytest.mark.proof) for name in rest)]


def writing() -> list[str]:
    """Return the commands that say where they write, found by their parameters."""
    command: Any = get_command(app)
    context = command.make_context("mentormatch", ["schema"])
    params = {name: {one.name for one in command.get_command(context, name).params} for name in NAMES}
    return [name for name in NAMES if params[name] & {"out", "folder"}]


def line(name: str, edition: Edition, out: Path | None = None, *more: str) -> list[str]:
    """Return a command that writes to ``out``, None: where it is to."""
    words = edition.words(CASES[name])
    target = str(out or edition.folder / "new" / TARGETS[name])
    if name in PLACED:
        return [name, target, *words[2:], *more]
    words = words[: words.index("-o")] + words[words.index("-o") + 2 :] if "-o" in words else words
    return [*words, "-o", target, *more]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


@pytest.fixture
def edition(made: Edition, tmp_path: Path) -> Edition:
    return made.copied(tmp_path / "edition")


def test_every_command_that_writes_is_tried_here() -> None:
    assert set(writing()) == set(TARGETS)


@pytest.mark.parametrize("name", few("match", "letters", "draft", besides=PLACED))
def test_an_output_that_is_an_input_is_refused_under_every_spelling(name: str, edition: Edition) -> None:
    beside = edition.folder / "autre"
    beside.mkdir()
    words = line(name, edition)[1:-2]
    read = [path for word in words for path in (Path(word), Path(word.partition("=")[2])) if path.is_file()]
    assert read
    for number, path in enumerate(read):
        soft, hard = beside / f"s{number}{path.suffix}", beside / f"h{number}{path.suffix}"
        soft.symlink_to(path)
        hard.hardlink_to(path)
        before = snapshot(edition.folder)
        for out in (path, soft, hard, path.parent / "." / ".." / path.parent.name / path.name):
            if name == "map" and out.samefile(edition.folder / "programme.toml"):
                continue  # a mapping is added to the end of its programme, where that is asked for
            for more in ("--replace", ""):
                if more and name in ONCE:
                    continue
                ended = done(*line(name, edition, out, *filter(None, [more])))
                assert ended.code == 3, (out, ended)
                assert "lu par cette même commande" in ended.err
                assert snapshot(edition.folder) == before


def test_a_document_of_the_folder_that_is_read_is_replaced_only_where_that_is_said(edition: Edition) -> None:
    out = edition.folder / "new" / "binomes"
    assert done(*line("match", edition)).code == 0
    before, asked = snapshot(out), line("match", edition, None, "--decisions", str(out / "binomes.xlsx"))
    ended = done(*asked)
    assert (ended.code, snapshot(out)) == (3, before)
    assert done(*asked, "--replace").code == 0
    (kept,) = [path for path in out.parent.iterdir() if path.name.startswith("binomes (")]
    assert snapshot(kept) == before


@pytest.mark.parametrize("name", few("match", besides=set(TARGETS) - set(RECORD)))
def test_a_validated_decision_is_replaced_only_where_that_is_said_and_is_kept(name: str, edition: Edition) -> None:
    out = edition.folder / "new" / TARGETS[name]
    assert done(*line(name, edition)).code == 0
    validate(out / "binomes.decision.json", who="Camille Roux", why="comité")
    before = snapshot(out)
    ended = done(*(word.replace("reponses.csv", "absent.csv") for word in line(name, edition)), "--json")
    assert ended.code == 3
    assert '"overwrite"' in ended.out  # before anything is read
    assert "Validée par Camille Roux" in ended.err
    assert snapshot(out) == before
    other = () if name == "draw" else ("--seed", "1")  # an experiment has its own
    assert done(*line(name, edition, None, "--replace", *other)).code == 0
    (kept,) = [path for path in out.parent.iterdir() if path.name.startswith(f"{out.name} (")]
    assert snapshot(kept) == before
    assert verify(kept / "binomes.decision.json").validations
    entries = check_chain(out / "binomes.journal.jsonl").entries
    assert [(one.kind, one.what.get("kept")) for one in entries if one.kind != "edit"][-2:] == [
        ("replacement", kept.name),
        ("matching", None),
    ]


@pytest.mark.proof
def test_plans_spare_what_was_validated_in_any_of_them(edition: Edition) -> None:
    assert done(*line("plans", edition)).code == 0
    out = edition.folder / "new" / "plans"
    validate(out / "plan-2" / "binomes.decision.json", who="Camille")
    before = snapshot(out)
    assert done(*line("plans", edition)).code == 3
    assert snapshot(out) == before


@pytest.mark.parametrize(
    "name", few("topics", besides={*ONCE, "contacts", "suggest", "replies", "letters", "install-launcher"})
)
def test_what_somebody_wrote_in_a_document_is_replaced_only_where_that_is_said_and_is_kept(
    name: str, edition: Edition
) -> None:
    out = edition.folder / "new" / TARGETS[name]
    assert done(*line(name, edition)).code == 0
    assert done(*line(name, edition)).code == 0
    books = sorted(path for path in ([out] if out.is_file() else out.rglob("*")) if path.suffix in (".xlsx", ".html"))
    for book in (books[0], books[-1]):
        edited(book)
        before, typed = snapshot(edition.folder), book.read_bytes()
        ended = done(*(word.replace("reponses.csv", "absent.csv") for word in line(name, edition)))
        assert ended.code == 3
        assert "quelqu’un y a écrit" in ended.err
        assert snapshot(edition.folder) == before
        assert done(*line(name, edition, None, "--replace")).code == 0
        assert typed in snapshot(edition.folder).values()
        assert book.read_bytes() != typed


@pytest.mark.parametrize("name", ONCE)
def test_a_command_that_writes_once_leaves_what_is_there(name: str, edition: Edition) -> None:
    assert done(*line(name, edition)).code == 0
    before = snapshot(edition.folder)
    assert done(*line(name, edition)).code == 1
    assert snapshot(edition.folder) == before


@only_posix
@pytest.mark.parametrize("most", [0, pytest.param(300, marks=pytest.mark.proof), 3_000])
@pytest.mark.parametrize("name", few("profiles"))
def test_a_full_disk_leaves_every_generation_and_the_key_whole(name: str, most: int, edition: Edition) -> None:
    line_ = line(name, edition)
    if name not in ONCE:
        assert done(*line_).code == 0
    (edition.folder / "programme.cle").unlink(missing_ok=True)
    before = snapshot(edition.folder)
    with full_after(most):
        ended = done(*line_)
    after = snapshot(edition.folder)
    (key,) = [after.pop("programme.cle", b"0" * 65)]
    after.pop(".gitignore", None)
    before.pop(".gitignore", None)
    assert len(key) == 65
    if ended.code == 0:
        assert most == 3_000 or (most, name) == (300, "install-launcher")  # which is short
        return
    assert (ended.code, after) == (1, before), ended.err


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Be nobody in particular, to whom folders are closed: root may write anywhere."""
    if os.geteuid():
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    above = {path: path.stat().st_mode for path in folder.parents if path.stat().st_mode & 0o011 != 0o011}
    for path, mode in above.items():
        path.chmod(mode | 0o011)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in above.items():
            path.chmod(mode)


@only_posix
@pytest.mark.parametrize("name", few("match", besides=ONCE))
def test_a_folder_that_may_not_be_written_stays_as_it_is(name: str, edition: Edition) -> None:
    assert done(*line(name, edition)).code == 0
    out = edition.folder / "new" / TARGETS[name]
    closed, before = (out if out.is_dir() else out.parent), snapshot(edition.folder)
    with unprivileged(edition.folder):
        closed.chmod(0o555)
        ended = done(*line(name, edition))
        after = snapshot(edition.folder)
        closed.chmod(0o755)
    for each in ("programme.cle", ".gitignore"):
        before.pop(each, None)
        after.pop(each, None)
    assert (ended.code, after) == (1, before)
    assert "écrit" in ended.err


def test_a_run_without_an_answer_leaves_the_documents_of_the_one_before(edition: Edition) -> None:
    out = edition.folder / "new" / "binomes"
    assert done(*line("match", edition)).code == 0
    before = snapshot(edition.folder)
    programme = edition.folder / "impossible.toml"
    rule = '\n[[rules]]\nkind = "pin"\nmentor = "M01"\nmentee = "{}"\n'
    text = (edition.folder / "programme.toml").read_text("utf-8")
    programme.write_text(text + "".join(rule.format(mentee) for mentee in ("E01", "E02", "E03", "E04", "E05")), "utf-8")
    for name in ("match", "plans", "repair", "handouts", "follow-up") if DEEP else ("match", "follow-up"):
        words = [str(programme) if word.endswith("programme.toml") else word for word in line(name, edition, out)]
        ended = done(*words)
        assert ended.code == 4, ended
        assert "Rien n’a été écrit" in ended.err
    programme.unlink()
    assert snapshot(edition.folder) == before


def other_answers(edition: Edition) -> None:
    """Take a person out of the answers, so that documents made from them are others."""
    path = edition.folder / "reponses.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@only_linux
@pytest.mark.proof
@pytest.mark.parametrize("name", sorted(set(TARGETS) - set(ONCE)))
def test_a_command_killed_at_any_step_leaves_one_generation_and_the_next_run_clears(
    name: str, made: Edition, tmp_path: Path
) -> None:
    edition = made.copied(tmp_path / "start")
    with Commanded() as program:
        assert program.run(line(name, edition)) == [0]
        other_answers(edition)
        ended, step, kills = [-9], 0, 0
        while ended == [-9]:
            step += 2 if step < SINGLY else 9
            trial = edition.copied(tmp_path / f"trial-{step}")
            ended = program.run(line(name, trial), step=step)
            out = trial.folder / "new" / TARGETS[name]
            assert ended in ([-9], [0])
            kills += ended == [-9]
            assert told(out if out.is_dir() else out.parent), step
            if name in RECORD:
                assert verify(out / "binomes.decision.json").sound, step
            assert program.run(line(name, trial)) == [0]
            assert left(trial.folder) == []
            shutil.rmtree(trial.folder)
    sys.stdout.write(f"{name}: {step} steps, {kills} kills\n")


@only_linux
@pytest.mark.proof
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_command_stopped_at_any_moment_loses_nothing(name: str, sign: int, made: Edition, tmp_path: Path) -> None:
    times = KILLS if sign == signal.SIGKILL else INTERRUPTS
    edition = made.copied(tmp_path / "start")
    dice = random.Random(f"{name} {sign}")
    with Commanded() as program:
        if name not in ONCE:
            assert program.run(line(name, edition)) == [0]
        old = snapshot(edition.folder)
        other_answers(edition)
        stopped, tried = 0, 0
        while stopped < times and tried < 12 * times:  # some are done in no time
            trial, tried = edition.copied(tmp_path / f"trial-{tried}"), tried + 1
            ended = program.run(line(name, trial), after=dice.uniform(0.01, 0.6 / tried**0.5), sign=int(sign))
            stopped += ended != [0]
            out = trial.folder / "new" / TARGETS[name]
            assert told(out if out.is_dir() else out.parent), ended
            now = snapshot(trial.folder)
            assert {one for one in old if "new" not in one} <= set(now)
            if name in RECORD:
                assert verify(out / "binomes.decision.json").sound
            if name not in ONCE:
                assert program.run(line(name, trial)) == [0]
                assert left(trial.folder) == []
            shutil.rmtree(trial.folder)
    sys.stdout.write(f"{name}: {stopped} of {tried} stopped by signal {int(sign)}\n")
    assert stopped == times


@only_linux
@pytest.mark.proof
@pytest.mark.parametrize("name", ["match", "intake", "plans"])
def test_two_runs_at_once_leave_one_generation_and_every_line_of_the_log(
    name: str, made: Edition, tmp_path: Path
) -> None:
    edition = made.copied(tmp_path / "edition")
    out = edition.folder / "new" / TARGETS[name]
    with Commanded() as program:
        for time in range(10):
            assert program.run(line(name, edition), line(name, edition), line(name, edition)) == [0, 0, 0]
            assert told(out)
            assert left(edition.folder) == []
            if name in RECORD:
                chain = check_chain(out / "binomes.journal.jsonl")
                assert chain.is_intact
                assert len(chain.entries) == 3 * (time + 1)
                assert verify(out / "binomes.decision.json").sound
