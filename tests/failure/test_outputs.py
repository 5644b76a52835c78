"""A law over all commands that write: nothing good is lost, whatever they are given and whenever they are stopped."""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any
from zipfile import ZipFile

import pytest
from typer.main import get_command

import mentormatch as mm
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import generation, held
from mentormatch.base.manifest import FILENAME, Document, DocumentState, check_documents, manifest_in
from mentormatch.cli.commands import app
from mentormatch.errors import OutputError, OverwriteError
from mentormatch.languages import language
from mentormatch.operations.matching import Matching
from mentormatch.record.log import check_chain
from mentormatch.record.validation import validate
from mentormatch.record.verify import verify
from tests.cli.commands import CASES, NAMES, Edition, done
from tests.cli.processes import Commanded, stepwise
from tests.conftest import DEEP
from tests.failure.processes import only_linux
from tests.failure.test_full_disk import full_after, only_posix

pytestmark = pytest.mark.promise(38)

TARGETS = {
    "demo": "demo",
    "new": "new",
    "draft": "draft.toml",
    "map": "mapping.toml",
    "intake": "lu",
    "profiles": "profils",
    "match": "binomes",
    "plans": "plans",
    "repair": "binomes",
    "handouts": "documents",
    "follow-up": "suivi",
    "groups": "groupes.xlsx",
    "topics": "sujets.xlsx",
    "dates": "dates.xlsx",
    "turns": "tours.xlsx",
    "contacts": "contacts.csv",
    "export-person": "export.json",
}
"""What each command writes."""
ONCE = ("new", "draft", "map", "export-person")
"""Commands that write no file twice, whatever is in it."""
RECORD = ("demo", "match", "repair")
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
    if name in ("demo", "new"):
        return [name, target, *words[2:], *more]
    words = words[: words.index("-o")] + words[words.index("-o") + 2 :] if "-o" in words else words
    return [*words, "-o", target, *more]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return all that a folder holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edited(path: Path) -> None:
    """Have somebody write in a document."""
    if path.suffix != ".xlsx":
        path.write_bytes(path.read_bytes() + b"\nune remarque")
        return
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with ZipFile(path, "w") as book:
        for name, part in parts.items():
            saved = part.replace(b'modified xsi:type="dcterms:W3CDTF">2000', b'modified xsi:type="dcterms:W3CDTF">2026')
            book.writestr(name, saved)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


@pytest.fixture
def edition(made: Edition, tmp_path: Path) -> Edition:
    return made.copied(tmp_path / "edition")


@pytest.fixture(scope="module")
def two() -> tuple[Matching, Matching]:
    """Return two matchings of which no document is the same."""
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    pairs = [(pair.mentor, pair.mentee) for pair in first.pairs[:3]]
    return first, mm.match(first.cohort, first.programme, bans=pairs)


def test_every_command_that_writes_is_tried_here() -> None:
    assert set(writing()) == set(TARGETS)


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"demo", "new"}))
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
    assert done(*line(name, edition, None, "--replace", "--seed", "1")).code == 0
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


@pytest.mark.parametrize("name", few("topics", besides={*ONCE, "contacts"}))
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
        assert most == 3_000
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


def test_a_matching_without_an_answer_is_saved_where_nothing_is_alone(
    two: tuple[Matching, Matching], tmp_path: Path
) -> None:
    none = mm.match(two[0].cohort, two[0].programme, pins=[("M01", f"E0{number}") for number in range(1, 6)])
    assert none.save(tmp_path / "neuf")
    two[0].save(tmp_path / "binomes")
    two[0].save(tmp_path / "binomes.html")
    before = snapshot(tmp_path)
    for name in ("binomes", "binomes.html"):
        with pytest.raises(OutputError, match="les documents d’avant restent"):
            none.save(tmp_path / name)
    assert snapshot(tmp_path) == before


def test_in_python_what_is_good_is_kept_too(two: tuple[Matching, Matching], tmp_path: Path) -> None:
    folder, book = tmp_path / "binomes", tmp_path / "seul.xlsx"
    two[0].save(folder)
    two[0].save(book)
    edited(book)
    validate(folder / "binomes.decision.json", who="Camille")
    before = snapshot(tmp_path)
    for path in (folder, book, folder / "binomes.decision.json", folder / "binomes.csv"):
        with pytest.raises(OverwriteError):
            two[1].save(path)
    assert snapshot(tmp_path) == before
    two[1].save(folder, replace=True)
    two[1].save(book, replace=True)
    assert set(before.values()) <= set(snapshot(tmp_path).values())


def generations(two: tuple[Matching, Matching], folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Write two generations into a folder one after the other, and return both."""
    two[0].save(folder, who="Camille")
    old = snapshot(folder)
    two[1].save(folder, who="Camille")
    return old, snapshot(folder)


def test_verify_tells_every_mix_of_two_generations(two: tuple[Matching, Matching], tmp_path: Path) -> None:
    old, new = generations(two, tmp_path)
    whole = "Documents : ceux de cette décision"
    assert whole in verify(tmp_path / "binomes.decision.json").words
    mixes = [names for size in range(1, len(new)) for names in combinations(new, size)]
    for names in mixes:
        for name in new:
            (tmp_path / name).write_bytes(old[name] if name in names else new[name])
        found = verify(tmp_path / "binomes.decision.json")
        told = "changé à la main" in found.words or "une décision plus récente" in found.words
        assert not found.sound or told, names
    assert len(mixes) == 2 ** len(new) - 2


def test_what_changed_by_hand_is_told_and_is_no_refusal(two: tuple[Matching, Matching], tmp_path: Path) -> None:
    two[0].save(tmp_path)
    edited(tmp_path / "binomes.xlsx")
    (tmp_path / "binomes.csv").unlink()
    found = verify(tmp_path / "binomes.decision.json")
    assert found.sound
    assert found.documents == (
        "binomes.csv : ce document n’est plus là.",
        "binomes.xlsx : changé à la main depuis qu’il a été fait.",
    )
    (tmp_path / FILENAME).write_text("{", "utf-8")
    assert not verify(tmp_path / "binomes.decision.json").sound


def test_other_files_stay_in_the_folder_as_they_are(two: tuple[Matching, Matching], tmp_path: Path) -> None:
    folder = tmp_path / "binomes"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "a.txt").write_text("a", "utf-8")
    (folder / "lien").symlink_to("notes/a.txt")
    (folder / "vide").mkdir()
    two[0].save(folder)
    same = (folder / "notes" / "a.txt").stat().st_ino
    two[1].save(folder)
    assert (folder / "notes" / "a.txt").stat().st_ino == same
    assert (folder / "lien").readlink() == Path("notes/a.txt")
    assert (folder / "vide").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["binomes"]


def test_a_document_that_a_run_no_longer_writes_goes_with_its_generation(tmp_path: Path) -> None:
    for names in (("a.txt", "b.txt", "c.txt"), ("a.txt",)):
        with generation(tmp_path / "d", "kind") as draft:
            for name in names:
                draft.put(name, name.encode())
        (tmp_path / "d" / "c.txt").write_text("changé", "utf-8")
    assert sorted(snapshot(tmp_path / "d")) == ["a.txt", "c.txt", FILENAME]


def test_what_came_into_a_folder_while_it_was_written_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mentormatch.base import generation as module

    folder = tmp_path / "d"
    with generation(folder, "kind") as draft:
        draft.put("a.txt", b"a")
    exchange = module.exchange

    def late(one: Path, other: Path) -> None:
        (one / "tard.txt").write_text("venu trop tard", "utf-8")
        (one / "a.txt").write_text("changé trop tard", "utf-8")
        exchange(one, other)

    monkeypatch.setattr(module, "exchange", late)
    with generation(folder, "kind") as draft:
        draft.put("a.txt", b"b")
    assert {b"b", b"venu trop tard", "changé trop tard".encode()} <= set(snapshot(folder).values())
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_folder_that_another_run_holds_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentormatch.base.generation.PATIENCE_S", 0.05)
    with generation(tmp_path, "kind") as draft:
        draft.put("a.txt", b"a")
        with pytest.raises(OutputError, match="un autre calcul y écrit en ce moment"), generation(tmp_path, "kind"):
            pass
    assert (tmp_path / "a.txt").read_bytes() == b"a"


def test_a_file_that_is_written_once_is_never_over_another(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"a", once=True)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"b", once=True)
    assert snapshot(tmp_path) == {"a": b"a"}


def other_answers(edition: Edition) -> None:
    """Take a person out of the answers, so that documents made from them are others."""
    path = edition.folder / "reponses.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def told(out: Path) -> bool:
    """Say whether a folder is one generation, or says of itself that it is not."""
    for path in (out, *out.rglob("*")):
        if path.is_dir() and (path / FILENAME).exists() and not path.name.endswith(".part"):
            states = {state for _, _, state in manifest_in(path).states(path)}
            if states - {DocumentState.SAME}:
                return False
    return True


def left(folder: Path) -> list[str]:
    """Return the drafts that are in a folder."""
    return [path.name for path in folder.rglob("*") if path.name.endswith(".part")]


def test_a_part_that_a_later_run_does_not_write_leaves_its_log_and_no_manifest(tmp_path: Path) -> None:
    place = tmp_path / "d"
    for homes in ("ab", "a"):
        with generation(place, "kind") as draft:
            for home in homes:
                part = draft.part(home, "kind")
                part.put("d.txt", homes.encode())
                part.log = ("d.journal.jsonl", b"1")
    assert told(place)
    assert [path.name for path in (place / "b").iterdir()] == ["d.journal.jsonl"]
    assert (place / "a" / "d.txt").read_text("utf-8") == "a"


def test_a_part_in_which_somebody_wrote_stays_with_its_manifest(tmp_path: Path) -> None:
    place = tmp_path / "d"
    with generation(place, "kind") as draft:
        for home in "ab":
            draft.part(home, "kind").put("d.txt", b"made")
    (place / "b" / "d.txt").write_text("typed", "utf-8")
    with generation(place, "kind") as draft:
        draft.part("a", "kind").put("d.txt", b"anew")
    assert sorted(path.name for path in (place / "b").iterdir()) == ["d.txt", FILENAME]
    assert not told(place)


@only_linux
@pytest.mark.parametrize("within", [False, True])
def test_a_kill_at_any_step_of_the_writing_leaves_one_generation_or_a_mix_that_is_told(
    *, within: bool, tmp_path: Path
) -> None:
    mixes, steps = 0, 0
    for ended, place in stepwise(tmp_path, within=within):
        words = {path.read_text("utf-8").split()[0] for path in place.iterdir() if path.suffix in (".txt", ".jsonl")}
        if ended == 1:
            assert words == {"next"}
            assert [path.name for path in place.parent.rglob("*") if path.name.endswith(".part")] == []
            continue
        mixes, steps = mixes + len(words) - 1, steps + 1
        documents = {path.read_text("utf-8").split()[0] for path in place.glob("*.txt")}
        assert told(place) is (len(documents) == 1 and manifest_says(place, documents))
    assert steps > 10
    assert (mixes > 0) is within


def manifest_says(place: Path, words: set[str]) -> bool:
    """Say whether the manifest of a folder is that of the run that wrote these words."""
    (word,) = words
    return manifest_in(place).runs["kind"].documents["a.txt"] == Document.of(f"{word} a".encode())


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
                assert chain.whole
                assert len(chain.entries) == 3 * (time + 1)
                assert verify(out / "binomes.decision.json").sound


@only_posix
@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_a_run_that_waits_for_another_says_so_once_after_a_second(
    spoken: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = {"fr": "un autre calcul y écrit en ce moment", "en": "another run is writing there at this moment"}[spoken]
    heard = list[float]()

    def writes(seconds: float) -> None:
        with language(spoken), held(tmp_path / "x", make=True):
            heard.append(monotonic())
            sleep(seconds)

    for seconds, times in ((0.3, 0), (1.4, 1)):
        first, second = (Thread(target=writes, args=(each,)) for each in (seconds, 0))
        first.start()
        while not heard:
            sleep(0.01)
        second.start()
        first.join()
        second.join()
        told = capfd.readouterr().err
        assert told.count("\n") == told.count(f"x{' :' if spoken == 'fr' else ':'} {words}") == times, told
        heard.clear()


def test_a_manifest_tells_of_no_file_outside_its_folder(tmp_path: Path) -> None:
    for name in ("../a", "/a", "", "x/../../a"):
        documents = [{"name": name, "sha256": "", "size": 0}]
        run = {"kind": "k", "version": "", "when": "", "decision": "", "log": "", "documents": documents}
        (tmp_path / FILENAME).write_text(json.dumps({"runs": [run], "earlier": {}}), "utf-8")
        assert not manifest_in(tmp_path).readable
        assert check_documents(tmp_path / "x.decision.json")[1]
