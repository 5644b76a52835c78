"""Documents of one run -> a folder that contains all of them or none, with a manifest.

The new folder is built next to the old one, with hard links for all files that do not change, and the two are exchanged
in one step (Linux: ``renameat2``, macOS: ``renamex_np``). A reader therefore sees one complete generation, even after a
kill at any moment. If folders cannot be exchanged (another file system or owner, a mount point, the working directory
of this process), the documents are written one by one, manifest first, so that a mix of generations is detected. Runs
wait for each other: the folder itself is their lock.
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
    DRAFT_PATTERN,
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

PATIENCE_S = 20.0  # wait for another run that writes into the same folder
NOTICE_S = 1.0  # wait before a notice on standard error
MAX_LINKED_FILES = 10_000  # files; a larger folder is not one of documents, and is not exchanged
EXAMPLE = "example"  # kind of the run that writes the first files: a programme and answers
PART = ".part"  # suffix of drafts
INNER_DRAFT_NAME = "mentormatch"  # the draft folder inside a folder is named as a draft of this
AT_FDCWD = -100  # Linux: AT_FDCWD, the working directory
RENAME_EXCHANGE = 2  # Linux: RENAME_EXCHANGE, macOS: RENAME_SWAP

type FileState = tuple[int, int, int]


@dataclass(slots=True)
class GenerationDraft:
    """The documents of one run before they are written into the folder ``place``.

    ``kept`` is the name of the backup of the former documents, empty if there is none. ``log`` is the name and content
    of a file that continues from run to run. ``examples`` are first files of a new user, not documents of the run.
    ``parts`` are drafts of subfolders. A ``partial`` run adds to the documents of the last run of its kind, the others
    stay. ``caveats`` are the caveats of the pairs in the documents, one sentence per code.
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
        """Add a document; only its owner can read a ``private`` one."""
        self.documents[name] = content
        if private:
            self.private.add(name)

    def part(self, name: str, kind: str) -> "GenerationDraft":
        """Return the draft of a subfolder, which has its own manifest."""
        return self.parts.setdefault(name, GenerationDraft(self.place / name, kind, replace=self.replace))

    @property
    def manifest(self) -> Manifest:
        """The current manifest of the folder."""
        return manifest_in(self.place)

    def every(self) -> dict[str, bytes]:
        """Return all documents by name, including those of subfolders."""
        inner = {
            f"{home}/{name}": content for home, part in self.parts.items() for name, content in part.every().items()
        }
        return {**self.documents, **inner}

    def files(self) -> dict[str, tuple[bytes, bool]]:
        """Return each file to write with whether it is private: manifest, examples, documents, log, subfolders."""
        run = DocumentRun.of(self.every(), decision=self.decision, log=self.log[0] if self.log else "")
        run = replace(run, caveats=self.caveats)
        former = self.manifest.runs.get(self.kind)
        if self.partial and former:
            run = run.add_to(former)
        manifest = self.manifest.with_those_in(self.place, self.every()).after(self.kind, run)
        manifest = manifest.after(EXAMPLE, DocumentRun.of(self.examples)) if self.examples else manifest
        contents = {MANIFEST_NAME: (manifest.encode(), False)}
        contents |= {name: (content, False) for name, content in self.examples.items()}
        contents |= {name: (content, name in self.private) for name, content in self.documents.items()}
        contents |= {self.log[0]: (self.log[1], False)} if self.log else {}
        for home, part in self.parts.items():
            contents |= {f"{home}/{name}": file for name, file in part.files().items()}
        return contents

    def find_outdated(self) -> set[str]:
        """Return the unedited documents of the last run of this kind that this run does not write.

        Documents that a run of another kind lists too are left out, and all if the run is partial. If a subfolder loses
        its last document, its manifest is included, since it lists only deleted documents; its log stays.
        """
        former, current = self.manifest.runs.get(self.kind), self.every()
        old = former.documents if former and not self.partial else {}
        others = {name for kind, run in self.manifest.runs.items() if kind != self.kind for name in run.documents}
        outdated = {name for name in old.keys() - current.keys() - others if (self.place / name).is_file()}
        outdated = {name for name in outdated if not self.manifest.is_edited(self.place / name, name)}
        homes = {name.rpartition("/")[0] for name in outdated} - {"", *self.parts}
        return outdated | {f"{home}/{MANIFEST_NAME}" for home in homes if self._is_emptied(home, outdated)}

    def _is_emptied(self, home: str, outdated: set[str]) -> bool:
        """Return whether no document that the manifest of a subfolder lists remains."""
        runs = manifest_in(self.place / home).runs.values()
        listed = {f"{home}/{name}" for run in runs for name in run.documents}
        return not any((self.place / name).is_file() for name in listed - outdated)

    def spare(self, names: Iterable[str], *others: Problem) -> str:
        """Back up the folder, once, if inputs or edited files would be overwritten; return the backup's name, or "".

        ``names`` are the files to write, ``others`` further reasons for a backup. Raises OverwriteError if there are
        such files or reasons, no backup yet, and ``replace`` is false.
        """
        problems = [*others, *find_changed(self.place, list(names))]
        if problems and not self.kept:
            refuse(problems, replace=self.replace)
            self.kept = back_up_folder(self.place, names).name
        return self.kept

    def publish(self) -> None:
        """Write everything into the folder, in one step if the system can exchange folders."""
        self.spare([*self.documents, *self.examples])
        for part in self.parts.values():
            self.kept = part.spare(part.documents) or self.kept
        files, outdated = self.files(), self.find_outdated()
        if can_exchange(self.place):
            with suppress(OSError):  # this file system links nothing, or exchanges nothing
                exchange_folders(self.place, files, outdated)
                return
        write_in_place(self.place, files, outdated)


@contextmanager
def write_generation(
    folder: Path, kind: str, *, replace: bool = False, partial: bool = False
) -> Iterator[GenerationDraft]:
    """Yield a draft of documents; at the end of the block write all of them, or none after an error.

    Parameters
    ----------
    folder
        Created if needed. Other runs, and other writers of its log, wait.
    kind
        The kind of run: its documents replace those of the last run of this kind.
    replace
        Whether inputs and edited documents may be replaced; the documents are then backed up next to the folder.
    partial
        Whether the other documents of the last run of this kind stay.

    Raises
    ------
    OutputError
        If a file cannot be written, another run does not end, or inputs or edited files would be lost.
    """
    new = not folder.exists()
    draft: GenerationDraft | None = None
    try:
        with hold_folder(folder, patience_s=PATIENCE_S, make=True):
            place = folder.resolve()
            if not writable(place):
                raise PermissionError(13, os.strerror(13))
            remove_leftovers(place)
            draft = GenerationDraft(place, kind, replace=replace, partial=partial)
            yield draft
            draft.publish()
    except OSError as error:
        raise folder_error(folder, error) from None
    finally:
        if new:
            with suppress(OSError):  # only an empty folder can be removed: nothing was written
                folder.rmdir()


def write_document(path: Path, content: bytes, kind: str, *, replace: bool = False, private: bool = False) -> Path:
    """Write one document atomically and return its path; the manifest of the folder, if there is one, then lists it.

    Raises OutputError if it cannot be written, or if the existing file is an input or was edited and ``replace`` is
    false. If true, that file is backed up in the same folder, with the date in its name; if there is a manifest, all
    listed documents are backed up next to the folder. Without a manifest, only the edits of workbooks are recognised.
    """
    if (path.parent / MANIFEST_NAME).exists():
        with write_generation(path.parent, f"{kind} {path.name}", replace=replace) as draft:
            draft.put(path.name, content, private=private)
        return path
    if problems := find_changed(path.parent, [path.name]):
        refuse(problems, replace=replace)
        back_up_file(path)
    write_whole(path, content, private=private)
    return path


def write_documents(files: Mapping[Path, bytes], kind: str, *, replace: bool = False, private: bool = False) -> None:
    """Write documents, grouped by folder, in which several documents get a manifest.

    Raises OutputError, before any is written, if one of them would replace an input or an edited file and ``replace``
    is false. The user chose their names, so documents with other names stay, even those of a run of the same kind.
    """
    folders: dict[Path, dict[str, bytes]] = {}
    for path, content in files.items():
        folders.setdefault(path.parent, {})[path.name] = content
    # All folders are checked before the first is written
    refuse([problem for folder in folders for problem in find_changed(folder, folders[folder])], replace=replace)
    for folder, documents in folders.items():
        if len(documents) == 1:
            ((name, content),) = documents.items()
            write_document(folder / name, content, kind, replace=replace, private=private)
            continue
        with write_generation(folder, f"{kind} {' '.join(sorted(documents))}", replace=replace) as draft:
            for name, content in documents.items():
                draft.put(name, content, private=private)


def find_changed(folder: Path, names: Iterable[str]) -> list[Problem]:
    """Return the files of these names that are inputs of this run, or that were edited after they were written."""
    manifest, names = manifest_in(folder), list(names)
    inputs = [Problem(name, tr("ce fichier est lu dans ce même calcul")) for name in names if is_read(folder / name)]
    edited = tr("quelqu'un y a écrit depuis qu'il a été fait")
    return [*inputs, *(Problem(name, edited) for name in names if manifest.is_edited(folder / name, name))]


def refuse(found: Sequence[Problem], *, replace: bool) -> None:
    """Raise OverwriteError with ``found``, the files that would be lost, unless they may be replaced."""
    if found and not replace:
        advice = tr(
            "remplacez-le avec --replace (en Python : replace=True), l'ancien restera à côté sous sa date ; ou écrivez "
            "sous un autre nom"
        )
        advised = [Problem(problem.where, problem.found, problem.expected, advice) for problem in found]
        raise OverwriteError(tr("Rien n'a été écrit : ce qui est là serait perdu"), advised)


def back_up_folder(place: Path, names: Iterable[str]) -> Path:
    """Copy the documents, manifest and logs of a folder into a new dated folder next to it; return the new folder.

    The documents are those of these ``names`` and those that the manifest lists.
    """
    manifest = manifest_in(place)
    listed = {name for run in manifest.runs.values() for name in (*run.documents, *filter(None, [run.log]))}
    backup = unused_path(place.with_name(f"{place.name} ({minute_stamp()})"))
    draft = draft_of(place)
    try:
        for name in sorted({*listed, *names, MANIFEST_NAME, *(path.name for path in place.glob("*.jsonl"))}):
            if (place / name).is_file():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place / name, draft / name)
        draft.rename(backup)
    except OSError as error:
        raise backup_error(place, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return backup


def back_up_file(path: Path) -> Path:
    """Copy a file within its folder, with the date in the name of the copy; return the copy's path."""
    backup = unused_path(path_with_date(path))
    try:
        write_whole(backup, path.read_bytes(), private=is_private(path))
    except OSError as error:
        raise backup_error(path, error) from None
    return backup


def minute_stamp() -> str:
    """Return the local time, to the minute, for the names of backups."""
    return f"{datetime.now().astimezone():%Y-%m-%d %Hh%M}"


def path_with_date(path: Path) -> Path:
    """Return a path in the same folder, with the date in its name and the same suffix."""
    suffix = next((long for long in (".decision.json", ".journal.jsonl") if path.name.endswith(long)), path.suffix)
    return path.with_name(f"{path.name.removesuffix(suffix)} ({minute_stamp()}){suffix}")


def unused_path(path: Path) -> Path:
    """Return a path that does not exist: this one, or with a number before the last bracket of its name."""
    before, _, after = path.name.rpartition(")")
    numbered = (path.with_name(f"{before} {number}){after}") for number in count(2))
    return path if not path.exists() else next(candidate for candidate in numbered if not candidate.exists())


def backup_error(path: Path, error: OSError) -> OutputError:
    sentence = tr(
        "rien n'a été écrit, ce qui est là ne peut pas être gardé à côté ({error})", error=system_reason(error)
    )
    return OutputError(about(path.name, sentence))


def folder_error(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        tr("{file} : le dossier ne peut pas être écrit ({error})", file=folder, error=system_reason(error))
    )


@contextmanager
def hold_folder(folder: Path, *, patience_s: float | None = None, make: bool = False) -> Iterator[None]:
    """Lock a folder for the duration of a block, if the system has locks.

    After waiting ``NOTICE_S``, a notice is written to standard error. Raises OutputError if another process or thread
    holds the lock for longer than ``patience_s``; with None it waits without limit. Raises OSError if there is no such
    folder and ``make`` is false.
    """
    deadline_s = None if patience_s is None else monotonic() + patience_s
    notice_s = monotonic() + NOTICE_S
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
        if deadline_s is not None and monotonic() > deadline_s:
            advice = tr("attendez qu'il finisse, puis recommencez")
            problem = Problem(folder.name, tr("un autre calcul y écrit en ce moment"), advice=advice)
            raise OutputError(tr("Rien n'a été écrit"), [problem])
        if monotonic() > notice_s:
            message = tr("un autre calcul y écrit en ce moment ; on attend qu'il finisse")
            write_err(f"{on_one_line(about(folder.resolve().name, message))}\n")
            notice_s = inf
        sleep(0.02)


def take_lock(descriptor: int, folder: Path) -> bool:
    """Try to lock an open folder; return whether that succeeded and the path still names this folder.

    True if the file system has no locks.
    """
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


def can_exchange(place: Path) -> bool:
    """Return whether a folder can be exchanged.

    It is ours, on the file system of its parent, which is writable, and does not contain the working directory.
    """
    if not (sys.platform == "linux" or sys.platform == "darwin"):
        return False
    status, parent_status = place.stat(), place.parent.stat()
    is_ours = status.st_dev == parent_status.st_dev and status.st_uid == os.geteuid() and not os.path.ismount(place)
    return is_ours and writable(place.parent) and not Path.cwd().is_relative_to(place)


def writable(folder: Path) -> bool:
    """Return whether this process may create and delete files in a folder."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def exchange_folders(place: Path, files: Mapping[str, tuple[bytes, bool]], outdated: set[str]) -> None:
    """Build the new folder next to the old one, with hard links for unchanged files, and exchange the two.

    Raises OSError if the system cannot do that here, OutputError if a file cannot be written; the folder is then
    unchanged.
    """
    new_folder = draft_of(place)
    new_folder.mkdir()
    new_status, states = new_folder.stat(), dict[str, FileState]()
    with hold_folder(new_folder):  # a run that opens it after the exchange waits until the old one is deleted
        try:
            write_files(new_folder, files)
            link(place, new_folder, {*files, *outdated}, states)
            shutil.copystat(place, new_folder)
            sync_folder(new_folder)
            exchange(place, new_folder)
            sync_folder(place.parent)
        finally:
            if os.path.samestat(place.stat(), new_status):
                with suppress(OSError):  # the next run deletes what remains
                    remove_old_folder(new_folder, place, states)
            else:
                shutil.rmtree(new_folder, ignore_errors=True)


def link(source: Path, target: Path, written: set[str], states: dict[str, FileState], at: str = "") -> None:
    """Hard-link the files of ``source`` into ``target``, except those named in ``written``.

    The state of every file of ``source`` is recorded in ``states``, by its path below ``source``. Raises OSError if
    there are more than ``MAX_LINKED_FILES``.
    """
    for entry in os.scandir(source):
        name, copy = f"{at}{entry.name}", target / entry.name
        if entry.is_dir(follow_symlinks=False):
            copy.mkdir(exist_ok=True)
            link(Path(entry.path), copy, written, states, f"{name}/")
            shutil.copystat(entry.path, copy)
            continue
        states[name] = file_state(entry.stat(follow_symlinks=False))
        if len(states) > MAX_LINKED_FILES:
            raise OSError(E2BIG, os.strerror(E2BIG))
        if name not in written:
            os.link(entry.path, copy, follow_symlinks=False)


def file_state(status: os.stat_result) -> FileState:
    """Return inode, modification time and size: a file that keeps all three is taken as unchanged."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def exchange(left: Path, right: Path) -> None:
    """Exchange two names in one step. Raises OSError if the system or the file system cannot."""
    system = ctypes.CDLL(None, use_errno=True)
    swap = getattr(system, "renameat2" if sys.platform == "linux" else "renamex_np", None)
    if swap is None:
        raise OSError(ENOSYS, os.strerror(ENOSYS))
    first, second = os.fsencode(left), os.fsencode(right)
    names = (AT_FDCWD, first, AT_FDCWD, second) if sys.platform == "linux" else (first, second)
    if swap(*names, RENAME_EXCHANGE):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def remove_old_folder(old: Path, place: Path, states: Mapping[str, FileState]) -> None:
    """Delete a folder that was replaced, after moving files found only there to ``place``, with a dated name.

    A file is deleted if it has another hard link, if its state is that in ``states`` (it was replaced), or if ``place``
    has the same content under its name.
    """
    for name, path in files_in(old):
        status, target = path.lstat(), place / name
        if status.st_nlink == 1 and states.get(name) != file_state(status) and not same_content(path, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(unused_path(path_with_date(target)))
    shutil.rmtree(old, ignore_errors=True)


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix(), path


def same_content(left: Path, right: Path) -> bool:
    """Return whether both files exist with the same content."""
    return left.is_file() and right.is_file() and left.read_bytes() == right.read_bytes()


def remove_leftovers(place: Path) -> None:
    """Delete the leftovers of killed runs in a folder and in its parent."""
    for leftover in place.glob(f".{INNER_DRAFT_NAME}.*{PART}"):
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in place.parent.iterdir():
        match = DRAFT_PATTERN.fullmatch(leftover.name)
        is_draft = match is not None and match["name"] == place.name  # not that of a folder with a longer name
        if is_draft and leftover.is_dir() and not leftover.is_symlink():
            with suppress(OSError):
                remove_old_folder(leftover, place, dict(find_superseded(leftover, place)))


def clear_left(paths: Iterable[Path]) -> None:
    """Delete the leftovers of killed runs in the folders of some paths: drafts of files and of folders.

    Files that exist only in the draft of a folder are first moved to that folder, with a dated name.
    """
    for folder in {place for path in paths for place in (path, path.parent)}:
        with suppress(OSError):  # of a text that is no path
            clear_drafts(folder)
            for leftover in folder.glob(f".*{PART}"):
                place = place_of_dead(leftover) if leftover.is_dir() and not leftover.is_symlink() else None
                if place is not None and place.name == INNER_DRAFT_NAME:
                    shutil.rmtree(leftover, ignore_errors=True)
                elif place is not None:
                    with suppress(OSError, OutputError), hold_folder(place, patience_s=0):
                        remove_old_folder(leftover, place, dict(find_superseded(leftover, place)))


def find_superseded(leftover: Path, place: Path) -> Iterator[tuple[str, FileState]]:
    """Yield the files of a killed run that no user wrote, with their states.

    They are manifests, drafts, logs, and documents that were not edited. Logs are safe to delete: a writer of a log
    holds the lock of the folder and writes to the folder of that name.
    """
    manifests = manifest_in(leftover), manifest_in(place)
    for name, path in files_in(leftover):
        folders = path.parent, (place / name).parent
        logs = {run.log for folder in folders for run in manifest_in(folder).runs.values()}
        is_listed = path.name in {MANIFEST_NAME, *logs} or (path.name.startswith(".") and path.name.endswith(PART))
        if is_listed or any(
            manifest.has_document(name) and not manifest.is_edited(path, name) for manifest in manifests
        ):
            yield name, file_state(path.lstat())


def write_files(folder: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write all files into a new folder, manifests first, so that a killed run leaves files that are listed."""
    manifests = {name: file for name, file in files.items() if Path(name).name == MANIFEST_NAME}
    write_all_whole(folder, manifests)
    write_all_whole(folder, {name: file for name, file in files.items() if name not in manifests})


def write_in_place(place: Path, files: Mapping[str, tuple[bytes, bool]], outdated: set[str]) -> None:
    """Write all files into an inner draft folder, then move each to its name, manifests first to detect a mix.

    The outdated files are deleted last.
    """
    drafts = draft_of(place / INNER_DRAFT_NAME)
    try:
        write_files(drafts, files)
        for home in {(place / name).parent for name in files}:
            home.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda name: Path(name).name != MANIFEST_NAME):
            (drafts / name).replace(place / name)
        for name in outdated:
            (place / name).unlink(missing_ok=True)
        sync_folder(place)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Flush the directory entries of a folder to disk, if the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
