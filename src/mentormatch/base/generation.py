"""All documents of a run appear in a folder together, or not at all, beside a manifest that says which they are.

The new folder is built beside the old one, of hard links but for what is written, and the two change places in one
step (Linux: ``renameat2``, macOS: ``renamex_np``): whoever looks, also after a kill at any moment, sees one generation
whole. Where that cannot be (another file system or owner, a folder that is a mount point or that this process works in)
the documents are written one by one, the manifest before them, so that a mix is told. Runs wait for each other: the
folder itself is their lock.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from errno import E2BIG, ENOSYS
from itertools import count
from math import inf
from pathlib import Path
from time import monotonic, sleep

from mentormatch.base.atomic_files import (
    clear_drafts,
    draft_of,
    is_private,
    is_read,
    place_of_dead,
    write_all_whole,
    write_whole,
)
from mentormatch.base.manifest import MANIFEST_NAME, DocumentRun, Manifest, manifest_in
from mentormatch.base.streams import write_err
from mentormatch.errors import OutputError, OverwriteError, Problem
from mentormatch.languages.phrases import about, system_reason
from mentormatch.languages.text_keys import on_one_line
from mentormatch.languages.translation import tr

if sys.platform != "win32":
    import fcntl

PATIENCE_S, NOTICE_S, PAUSE_S = 20.0, 1.0, 0.02
"""So long one run waits for another that writes into the same folder, and after so long it says so."""
MOST_LINKED = 10_000
"""A folder that holds more files than that is no folder of documents, and does not change places."""
EXAMPLE = "example"
"""The kind of run that writes files to begin with: a programme, and answers."""
PART, WITHIN = ".part", "mentormatch"
"""How the names of drafts end, and of what the folder of those that are written within is the draft."""
LONG = (".decision.json", ".journal.jsonl")
"""Suffixes that hold two points."""
AT_CWD, EXCHANGE = -100, 2
"""What Linux calls the folder where a process works, and what both systems call the exchange of two names."""

type FileState = tuple[int, int, int]


@dataclass(slots=True)
class GenerationDraft:
    """The documents of one run on their way into a folder, ``place``; ``kept`` is where the former ones are kept.

    ``log`` is a file that goes on from run to run. ``examples`` are files to begin with, which are no documents of the
    run. The documents of ``parts`` go into folders within this one. ``partial`` are those of a run that is there, of
    which the other documents stay. ``caveats`` are what has to be known of them, a sentence a code.
    """

    place: Path
    kind: str
    replace: bool = False
    partial: bool = False
    decision: str = ""
    log: tuple[str, bytes] | None = None
    documents: dict[str, bytes] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    examples: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, "GenerationDraft"] = field(default_factory=dict)
    caveats: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""

    def put(self, name: str, content: bytes, *, private: bool = False) -> None:
        """Add a document; one that is ``private`` can be read by its owner alone."""
        self.documents[name] = content
        if private:
            self.private.add(name)

    def part(self, name: str, kind: str) -> "GenerationDraft":
        """Return a draft of documents that go into a folder within this one, with a manifest of their own."""
        return self.parts.setdefault(name, GenerationDraft(self.place / name, kind, replace=self.replace))

    @property
    def manifest(self) -> Manifest:
        """The manifest that is there."""
        return manifest_in(self.place)

    def every(self) -> dict[str, bytes]:
        """Return all documents by their names, also those of the parts."""
        inner = {f"{home}/{name}": one for home, part in self.parts.items() for name, one in part.every().items()}
        return {**self.documents, **inner}

    def files(self) -> dict[str, tuple[bytes, bool]]:
        """Return all that is to be written, each with whether it is private: manifest, documents, log."""
        run = DocumentRun.of(self.every(), decision=self.decision, log=self.log[0] if self.log else "")
        run = replace(run, caveats=self.caveats)
        former = self.manifest.runs.get(self.kind)
        if self.partial and former:
            run = run.add_to(former)
        manifest = self.manifest.with_those_in(self.place, self.every()).after(self.kind, run)
        manifest = manifest.after(EXAMPLE, DocumentRun.of(self.examples)) if self.examples else manifest
        written = {MANIFEST_NAME: (manifest.encode(), False)}
        written |= {name: (content, False) for name, content in self.examples.items()}
        written |= {name: (content, name in self.private) for name, content in self.documents.items()}
        written |= {self.log[0]: (self.log[1], False)} if self.log else {}
        for home, part in self.parts.items():
            written |= {f"{home}/{name}": one for name, one in part.files().items()}
        return written

    def find_outdated(self) -> set[str]:
        """Return the documents of the run before that this one does not write, where nobody has changed them.

        With the last of a folder within this one goes its manifest, which would tell of what is gone; its log stays.
        """
        former, now = self.manifest.runs.get(self.kind), self.every()
        old = former.documents if former and not self.partial else {}
        gone = {name for name in old if name not in now and (self.place / name).is_file()}
        gone = {name for name in gone if not self.manifest.is_edited(self.place / name, name)}
        homes = {name.rpartition("/")[0] for name in gone} - {"", *self.parts}
        return gone | {f"{home}/{MANIFEST_NAME}" for home in homes if self._is_emptied(home, gone)}

    def _is_emptied(self, home: str, gone: set[str]) -> bool:
        """Return whether no document stays of those that the manifest of a folder within this one tells of."""
        runs = manifest_in(self.place / home).runs.values()
        listed = {f"{home}/{name}" for run in runs for name in run.documents}
        return not any((self.place / name).is_file() for name in listed - gone)

    def spare(self, names: Iterable[str], *others: Problem) -> str:
        """Keep what is there beside the folder, where anything good would be lost; return where, empty for nowhere.

        That is what somebody wrote in files of these ``names``, and whatever ``others`` tell. Raises OutputError where
        nobody said that it is to be replaced.
        """
        found = [*others, *find_changed(self.place, list(names))]
        if found and not self.kept:
            refuse(found, replace=self.replace)
            self.kept = keep_folder(self.place, names).name
        return self.kept

    def publish(self) -> None:
        """Put all of it into the folder, together."""
        self.spare([*self.documents, *self.examples])
        for part in self.parts.values():
            self.kept = part.spare(part.documents) or self.kept
        files, gone = self.files(), self.find_outdated()
        if exchangeable(self.place):
            with suppress(OSError):  # this file system links nothing, or exchanges nothing
                exchange_folders(self.place, files, gone)
                return
        in_place(self.place, files, gone)


@contextmanager
def write_generation(
    folder: Path, kind: str, *, replace: bool = False, partial: bool = False
) -> Iterator[GenerationDraft]:
    """Yield a draft of documents, and put them into the folder at the end of the block: all, or none after an error.

    Parameters
    ----------
    folder
        Made if need be. Other runs wait, and other writers of its log.
    kind
        Of what run these are the documents: they take the place of those of the last run of that kind.
    replace
        Whether what somebody wrote in documents there is replaced; it is kept beside the folder then.

    Raises
    ------
    OutputError
        A file cannot be written, another run does not end, or something good would be lost.
    """
    new = not folder.exists()
    draft: GenerationDraft | None = None
    try:
        with hold_folder(folder, patience_s=PATIENCE_S, make=True):
            place = folder.resolve()
            if not writable(place):
                raise PermissionError(13, os.strerror(13))
            clear(place)
            draft = GenerationDraft(place, kind, replace=replace, partial=partial)
            yield draft
            draft.publish()
    except OSError as error:
        raise unwritten(folder, error) from None
    finally:
        if new:
            with suppress(OSError):  # it is empty, and nobody asked for that
                folder.rmdir()


def write_document(path: Path, content: bytes, kind: str, *, replace: bool = False, private: bool = False) -> Path:
    """Write one document, whole or not at all, and return where; where a manifest is beside it, that tells of it.

    Raises OutputError where it cannot be written, or where somebody wrote in the one that is there and ``replace`` is
    not said; the old one is kept beside then, under its date.
    """
    if (path.parent / MANIFEST_NAME).exists():
        with write_generation(path.parent, f"{kind} {path.name}", replace=replace) as draft:
            draft.put(path.name, content, private=private)
        return path
    if found := find_changed(path.parent, [path.name]):
        refuse(found, replace=replace)
        keep_file(path)
    write_whole(path, content, private=private)
    return path


def write_documents(files: Mapping[Path, bytes], kind: str, *, replace: bool = False, private: bool = False) -> None:
    """Write documents, those of one folder together; one that is alone there needs no manifest.

    They have names that somebody chose: documents of other names stay, also those of a run of the same kind.
    """
    folders: dict[Path, dict[str, bytes]] = {}
    for path, content in files.items():
        folders.setdefault(path.parent, {})[path.name] = content
    for folder, inside in folders.items():
        if len(inside) == 1:
            ((name, content),) = inside.items()
            write_document(folder / name, content, kind, replace=replace, private=private)
            continue
        with write_generation(folder, f"{kind} {' '.join(sorted(inside))}", replace=replace) as draft:
            for name, content in inside.items():
                draft.put(name, content, private=private)


def find_changed(folder: Path, names: Iterable[str]) -> list[Problem]:
    """Return the files of these names that are read in this run, or in which somebody wrote since they were made."""
    manifest, names = manifest_in(folder), list(names)
    read = [Problem(name, tr("ce fichier est lu dans ce même calcul")) for name in names if is_read(folder / name)]
    typed = tr("quelqu'un y a écrit depuis qu'il a été fait")
    return [*read, *(Problem(name, typed) for name in names if manifest.is_edited(folder / name, name))]


def refuse(found: Sequence[Problem], *, replace: bool) -> None:
    """Raise OutputError where something good would be lost and nobody said that it is to be replaced."""
    if found and not replace:
        advice = tr(
            "remplacez-le avec --replace (en Python : replace=True), l'ancien restera à côté sous sa date ; ou écrivez "
            "sous un autre nom"
        )
        advised = [Problem(one.where, one.found, one.expected, advice) for one in found]
        raise OverwriteError(tr("Rien n'a été écrit : ce qui est là serait perdu"), advised)


def keep_folder(place: Path, names: Iterable[str]) -> Path:
    """Keep the documents of a folder, its decision and its logs in one beside it under the date; return that.

    It has these ``names``, and what the manifest tells of.
    """
    manifest = manifest_in(place)
    listed = {name for run in manifest.runs.values() for name in (*run.documents, *filter(None, [run.log]))}
    kept = free(place.with_name(f"{place.name} ({minute_stamp()})"))
    draft = draft_of(place)
    try:
        for name in sorted({*listed, *names, MANIFEST_NAME, *(path.name for path in place.glob("*.jsonl"))}):
            if (place / name).is_file():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place / name, draft / name)
        draft.rename(kept)
    except OSError as error:
        raise unkept(place, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return kept


def keep_file(path: Path) -> Path:
    """Keep a file beside itself under the date, and return where."""
    kept = free(path_with_date(path))
    try:
        write_whole(kept, path.read_bytes(), private=is_private(path))
    except OSError as error:
        raise unkept(path, error) from None
    return kept


def minute_stamp() -> str:
    """Return the minute as it stands in the name of what is kept."""
    return f"{datetime.now().astimezone():%Y-%m-%d %Hh%M}"


def path_with_date(path: Path) -> Path:
    """Return a file of the same kind beside another, under the date."""
    suffix = next((long for long in LONG if path.name.endswith(long)), path.suffix)
    return path.with_name(f"{path.name.removesuffix(suffix)} ({minute_stamp()}){suffix}")


def free(path: Path) -> Path:
    """Return a path that nothing has yet: this one, whose name holds a date, or the same with a number."""
    before, _, after = path.name.rpartition(")")
    others = (path.with_name(f"{before} {number}){after}") for number in count(2))
    return path if not path.exists() else next(one for one in others if not one.exists())


def unkept(path: Path, error: OSError) -> OutputError:
    """Return in words that what is there cannot be kept, so that nothing was written."""
    sentence = tr(
        "rien n'a été écrit, ce qui est là ne peut pas être gardé à côté ({error})", error=system_reason(error)
    )
    return OutputError(about(path.name, sentence))


def unwritten(folder: Path, error: OSError) -> OutputError:
    """Return in words that a folder cannot be written."""
    return OutputError(
        tr("{file} : le dossier ne peut pas être écrit ({error})", file=folder, error=system_reason(error))
    )


@contextmanager
def hold_folder(folder: Path, *, patience_s: float | None = None, make: bool = False) -> Iterator[None]:
    """Hold the lock of a folder, where the system has one, for a block; it is that of no folder that has moved away.

    Where that takes a second it is said on standard error. Raises OutputError where somebody else holds it for longer
    than ``patience_s``, None: as long as it takes.
    """
    until = None if patience_s is None else monotonic() + patience_s
    notice = monotonic() + NOTICE_S
    while True:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            yield
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if take_lock(descriptor, folder):
                yield
                return
        finally:
            os.close(descriptor)
        if until is not None and monotonic() > until:
            advice = tr("attendez qu'il finisse, puis recommencez")
            busy = Problem(folder.name, tr("un autre calcul y écrit en ce moment"), advice=advice)
            raise OutputError(tr("Rien n'a été écrit"), [busy])
        if monotonic() > notice:
            waiting = tr("un autre calcul y écrit en ce moment ; on attend qu'il finisse")
            write_err(f"{on_one_line(about(folder.resolve().name, waiting))}\n")
            notice = inf
        sleep(PAUSE_S)


def take_lock(descriptor: int, folder: Path) -> bool:
    """Take the lock of an open folder; say whether it is ours, and still that of the folder of this name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this file system has no locks
    try:
        return os.path.samestat(os.fstat(descriptor), folder.stat())
    except FileNotFoundError:
        return False


def exchangeable(place: Path) -> bool:
    """Say whether a folder may change places with one beside it: it is ours, and nobody here works in it."""
    if not (sys.platform == "linux" or sys.platform == "darwin"):
        return False
    here, above = place.stat(), place.parent.stat()
    alike = here.st_dev == above.st_dev and here.st_uid == os.geteuid() and not os.path.ismount(place)
    return alike and writable(place.parent) and not Path.cwd().is_relative_to(place)


def writable(folder: Path) -> bool:
    """Say whether this process may add to a folder and take away from it."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def exchange_folders(place: Path, files: Mapping[str, tuple[bytes, bool]], gone: set[str]) -> None:
    """Build the folder that is to be beside the one that is, and have them change places.

    Raises OSError where that cannot be done here, OutputError where a file cannot be written; the folder is then as it
    was.
    """
    beside = draft_of(place)
    beside.mkdir()
    new, seen = beside.stat(), dict[str, FileState]()
    with hold_folder(beside):  # whoever finds it in its new place waits until the old one is gone
        try:
            write_files(beside, files)
            link(place, beside, {*files, *gone}, seen)
            shutil.copystat(place, beside)
            sync_folder(beside)
            exchange(place, beside)
            sync_folder(place.parent)
        finally:
            if os.path.samestat(place.stat(), new):
                with suppress(OSError):  # the next run goes on with it
                    discard(beside, place, seen)
            else:
                shutil.rmtree(beside, ignore_errors=True)


def link(source: Path, target: Path, written: set[str], seen: dict[str, FileState], at: str = "") -> None:
    """Have a folder hold all that another does but what is ``written`` anew, and note what was seen there."""
    for entry in os.scandir(source):
        name, there = f"{at}{entry.name}", target / entry.name
        if entry.is_dir(follow_symlinks=False):
            there.mkdir(exist_ok=True)
            link(Path(entry.path), there, written, seen, f"{name}/")
            shutil.copystat(entry.path, there)
            continue
        seen[name] = file_state(entry.stat(follow_symlinks=False))
        if len(seen) > MOST_LINKED:
            raise OSError(E2BIG, os.strerror(E2BIG))
        if name not in written:
            os.link(entry.path, there, follow_symlinks=False)


def file_state(status: os.stat_result) -> FileState:
    """Return what tells that a file is still the same: which it is, when it was written, how large it is."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def exchange(one: Path, other: Path) -> None:
    """Have two names change places in one step; raises OSError where the system, or the file system, cannot."""
    system = ctypes.CDLL(None, use_errno=True)
    swap = getattr(system, "renameat2" if sys.platform == "linux" else "renamex_np", None)
    if swap is None:
        raise OSError(ENOSYS, os.strerror(ENOSYS))
    first, second = os.fsencode(one), os.fsencode(other)
    names = (AT_CWD, first, AT_CWD, second) if sys.platform == "linux" else (first, second)
    if swap(*names, EXCHANGE):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def discard(old: Path, place: Path, seen: Mapping[str, FileState]) -> None:
    """Delete a folder that is no longer needed; whatever is only there goes into ``place`` first, under the date.

    ``seen`` is what stood in it before, and was replaced or is in ``place`` too.
    """
    for name, path in files_in(old):
        status, target = path.lstat(), place / name
        if status.st_nlink == 1 and seen.get(name) != file_state(status) and not alike(path, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(free(path_with_date(target)))
    shutil.rmtree(old, ignore_errors=True)


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield all that is in a folder but folders, with its name there."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix(), path


def alike(one: Path, other: Path) -> bool:
    """Say whether two files are there and hold the same."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def clear(place: Path) -> None:
    """Delete what a run that was killed left beside a folder and in it."""
    for left in place.glob(f".{WITHIN}.*{PART}"):
        shutil.rmtree(left, ignore_errors=True)
    for left in place.parent.iterdir():
        ours = left.name.startswith(f".{place.name}.") and left.name.endswith(PART)
        if ours and left.is_dir() and not left.is_symlink():
            with suppress(OSError):
                discard(left, place, dict(find_superseded(left, place)))


def clear_left(paths: Iterable[Path]) -> None:
    """Delete what killed runs left in the folders of some paths: drafts of files, and of folders.

    What only the draft of a folder contains is kept in the folder first, under the date.
    """
    for folder in {place for path in paths for place in (path, path.parent)}:
        with suppress(OSError):  # of a text that is no path
            clear_drafts(folder)
            for left in folder.glob(f".*{PART}"):
                place = place_of_dead(left) if left.is_dir() and not left.is_symlink() else None
                if place is not None and place.name == WITHIN:
                    shutil.rmtree(left, ignore_errors=True)
                elif place is not None:
                    with suppress(OSError, OutputError), hold_folder(place, patience_s=0):
                        discard(left, place, dict(find_superseded(left, place)))


def find_superseded(left: Path, place: Path) -> Iterator[tuple[str, FileState]]:
    """Yield of what a killed run left all that manifests tell of: documents as they were written, and logs.

    Whoever added to a log had the lock of the folder, and did so in that of its name.
    """
    known = manifest_in(left), manifest_in(place)
    for name, path in files_in(left):
        homes = path.parent, (place / name).parent
        logs = {run.log for home in homes for run in manifest_in(home).runs.values()}
        is_listed = path.name in {MANIFEST_NAME, *logs} or (path.name.startswith(".") and path.name.endswith(PART))
        if is_listed or any(one.has_document(name) and not one.is_edited(path, name) for one in known):
            yield name, file_state(path.lstat())


def write_files(folder: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write all files into a new folder, the manifests first: they tell of the others that a killed run leaves."""
    manifests = {name: file for name, file in files.items() if Path(name).name == MANIFEST_NAME}
    write_all_whole(folder, manifests)
    write_all_whole(folder, {name: file for name, file in files.items() if name not in manifests})


def in_place(place: Path, files: Mapping[str, tuple[bytes, bool]], gone: set[str]) -> None:
    """Write all files into a folder, then have each take its name: the manifest first, so that a mix is told."""
    drafts = draft_of(place / WITHIN)
    try:
        write_files(drafts, files)
        for home in {(place / name).parent for name in files}:
            home.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda name: Path(name).name != MANIFEST_NAME):
            (drafts / name).replace(place / name)
        for name in gone:
            (place / name).unlink(missing_ok=True)
        sync_folder(place)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder be on the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
