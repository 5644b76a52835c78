"""A generation of documents replaces the one before whole, and a mix of two is told."""

import json
import os
import secrets
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic, sleep

import pytest

import mentormatch as mm
from mentormatch import Matching, language, verify
from mentormatch.base import atomic_files
from mentormatch.base.atomic_files import draft_of, machine_id, write_all_whole, write_whole
from mentormatch.base.generation import clear_left, exchange, hold_folder, write_documents, write_generation
from mentormatch.base.manifest import MANIFEST_NAME, Document, check_documents, manifest_in
from mentormatch.errors import OutputError, OverwriteError
from mentormatch.record.validation import validate
from mentormatch.service.store import open_store
from tests.cli.commands import done
from tests.cli.processes import stepwise
from tests.doors import substitute
from tests.failure.folders import edited, snapshot, told
from tests.failure.processes import only_linux
from tests.failure.test_full_disk import only_posix

pytestmark = pytest.mark.promise(38)


@pytest.fixture(scope="module")
def two() -> tuple[Matching, Matching]:
    """Return two matchings of which no document is the same."""
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    pairs = [(pair.mentor, pair.mentee) for pair in first.pairs[:3]]
    return first, mm.match(first.cohort, first.programme, bans=pairs)


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


@pytest.mark.proof
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
    (tmp_path / MANIFEST_NAME).write_text("{", "utf-8")
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
        with write_generation(tmp_path / "d", "kind") as draft:
            for name in names:
                draft.put(name, name.encode())
        (tmp_path / "d" / "c.txt").write_text("changé", "utf-8")
    assert sorted(snapshot(tmp_path / "d")) == ["a.txt", "c.txt", MANIFEST_NAME]


def test_what_came_into_a_folder_while_it_was_written_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "d"
    with write_generation(folder, "kind") as draft:
        draft.put("a.txt", b"a")

    def late(one: Path, other: Path) -> None:
        (one / "tard.txt").write_text("venu trop tard", "utf-8")
        (one / "a.txt").write_text("changé trop tard", "utf-8")
        exchange(one, other)

    substitute(monkeypatch, "base", exchange=late)
    with write_generation(folder, "kind") as draft:
        draft.put("a.txt", b"b")
    assert {b"b", b"venu trop tard", "changé trop tard".encode()} <= set(snapshot(folder).values())
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_folder_that_another_run_holds_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "base", PATIENCE_S=0.05)
    with write_generation(tmp_path, "kind") as draft:
        draft.put("a.txt", b"a")
        with (
            pytest.raises(OutputError, match="un autre calcul y écrit en ce moment"),
            write_generation(tmp_path, "kind"),
        ):
            pass
    assert (tmp_path / "a.txt").read_bytes() == b"a"


@only_linux
def test_a_writer_clears_the_draft_of_one_that_was_killed_and_of_no_other(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here, run = machine_id(), "0" * 24
    left = [f".{name}.{here}.{pid}.{run}.part" for name in ("a", "noms.csv") for pid in (ended.pid, os.getpid())]
    elsewhere = f".a.{'e' * 12}.{ended.pid}.{run}.part"
    others = [f".a.{here}.1.{run}.part", elsewhere, ".a.x.part", f".b.{ended.pid}.part", "a.part"]
    for name in (*left, *others):
        (tmp_path / name).write_bytes(b"left")
    write_whole(tmp_path / "a", b"a")
    assert sorted(snapshot(tmp_path)) == sorted(["a", *others])
    os.utime(tmp_path / elsewhere, (0, 0))  # as another machine left it long ago
    write_whole(tmp_path / "a", b"a")
    assert elsewhere not in snapshot(tmp_path)


def test_a_run_leaves_the_draft_of_a_folder_whose_name_begins_with_its_own(tmp_path: Path) -> None:
    draft = draft_of(tmp_path / "out.2026")
    draft.mkdir()
    (draft / "noms.csv").write_bytes(b"names")
    with write_generation(tmp_path / "out", "kind") as documents:
        documents.put("a.csv", b"a")
    assert snapshot(draft) == {"noms.csv": b"names"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", MANIFEST_NAME]


def test_a_document_that_a_run_of_another_kind_has_written_since_stays(tmp_path: Path) -> None:
    for kind, names in (("one", ["a", "shared"]), ("two", ["b", "shared"]), ("one", ["a"])):
        with write_generation(tmp_path / "out", kind) as documents:
            for name in names:
                documents.put(name, kind.encode())
    assert (tmp_path / "out/shared").read_bytes() == b"two"


def test_nothing_is_written_in_any_folder_if_a_document_in_one_was_edited(tmp_path: Path) -> None:
    with write_generation(tmp_path / "second", "kind") as documents:
        documents.put("b", b"made")
    (tmp_path / "second/b").write_bytes(b"edited")
    before = snapshot(tmp_path)
    with pytest.raises(OverwriteError):
        write_documents({tmp_path / "first/a": b"a", tmp_path / "second/b": b"b"}, "kind")
    assert snapshot(tmp_path) == before


@only_linux
@pytest.mark.parametrize("opened", ["command on a file", "command on a folder", "page"])
def test_a_draft_that_a_kill_left_is_gone_at_the_next_start(opened: str, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f".noms.csv.{machine_id()}.{ended.pid}.{'0' * 24}.part"
    elsewhere = tmp_path / f".noms.csv.{'e' * 12}.{ended.pid}.{'0' * 24}.part"
    for draft in (left, elsewhere):
        draft.write_bytes(b"left")
    if opened == "page":
        open_store(tmp_path / "page.sqlite").close()
    else:
        place = tmp_path if opened.endswith("folder") else tmp_path / "absent.decision.json"
        assert done("verify", place, "--quiet").code
    assert not left.exists()
    assert elsewhere.exists()


def test_a_draft_opens_nothing_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "base", OWN_FILES=tmp_path / "absent")
    monkeypatch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    trap = tmp_path / f".a.{machine_id()}.{os.getpid()}.{atomic_files.RUN_ID}{'0' * 16}.part"
    for make in (trap.symlink_to, trap.hardlink_to):
        make(victim)
        with pytest.raises(OutputError):
            write_whole(tmp_path / "a", b"a")
        assert victim.read_bytes() == b"mine"
        trap.unlink(missing_ok=True)


def test_a_file_that_is_written_once_is_never_over_another(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"a", once=True)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"b", once=True)
    assert snapshot(tmp_path) == {"a": b"a"}


def test_files_of_one_run_go_to_the_disk_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2, timeout=10)
    monkeypatch.setattr(os, "fsync", lambda _: both.wait())
    write_all_whole(tmp_path, {"a": (b"a", False), "b/c": (b"c", True)})
    assert snapshot(tmp_path) == {"a": b"a", "b/c": b"c"}
    assert [(tmp_path / name).stat().st_mode & 0o077 > 0 for name in ("a", "b/c")] == [True, False]


def test_the_first_of_many_files_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    files = {f"{place}.txt": (b"a", False) for place in range(20)} | {
        "taken/b": (b"b", False),
        "taken/c": (b"c", False),
    }
    with pytest.raises(OutputError, match="b : le fichier ne peut pas"):
        write_all_whole(tmp_path, files)
    assert set(snapshot(tmp_path)) <= {"taken", *files}


def test_a_part_that_a_later_run_does_not_write_leaves_its_log_and_no_manifest(tmp_path: Path) -> None:
    place = tmp_path / "d"
    for homes in ("ab", "a"):
        with write_generation(place, "kind") as draft:
            for home in homes:
                part = draft.part(home, "kind")
                part.put("d.txt", homes.encode())
                part.log = ("d.journal.jsonl", b"1")
    assert told(place)
    assert [path.name for path in (place / "b").iterdir()] == ["d.journal.jsonl"]
    assert (place / "a" / "d.txt").read_text("utf-8") == "a"


def test_a_part_in_which_somebody_wrote_stays_with_its_manifest(tmp_path: Path) -> None:
    place = tmp_path / "d"
    with write_generation(place, "kind") as draft:
        for home in "ab":
            draft.part(home, "kind").put("d.txt", b"made")
    (place / "b" / "d.txt").write_text("typed", "utf-8")
    with write_generation(place, "kind") as draft:
        draft.part("a", "kind").put("d.txt", b"anew")
    assert sorted(path.name for path in (place / "b").iterdir()) == ["d.txt", MANIFEST_NAME]
    assert not told(place)


@only_linux
@pytest.mark.parametrize("within", [False, pytest.param(True, marks=pytest.mark.proof)])
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
        # The next start finds nothing left of it, and the same documents
        clear_left([place])
        assert [path.name for path in place.parent.rglob("*") if path.name.endswith(".part")] == []
        assert documents == {path.read_text("utf-8").split()[0] for path in place.glob("*.txt")}
    assert steps > 10
    assert (mixes > 0) is within


def manifest_says(place: Path, words: set[str]) -> bool:
    """Say whether the manifest of a folder is that of the run that wrote these words."""
    (word,) = words
    return manifest_in(place).runs["kind"].documents["a.txt"] == Document.of(f"{word} a".encode())


@only_posix
@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_a_run_that_waits_for_another_says_so_once_after_a_second(
    spoken: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = {"fr": "un autre calcul y écrit en ce moment", "en": "another run is writing there now"}[spoken]
    heard = list[float]()

    def writes(seconds: float) -> None:
        with language(spoken), hold_folder(tmp_path / "x", make=True):
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
        (tmp_path / MANIFEST_NAME).write_text(json.dumps({"runs": [run], "earlier": {}}), "utf-8")
        assert not manifest_in(tmp_path).readable
        assert check_documents(tmp_path / "x.decision.json")[1]
