"""A folder with all documents of a matching, its decision file and the log; or the same documents in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mentormatch.assignment.model.solution import Status
from mentormatch.base.atomic_files import is_private, write_whole
from mentormatch.base.generation import (
    GenerationDraft,
    back_up_file,
    find_changed,
    refuse,
    write_document,
    write_generation,
)
from mentormatch.base.manifest import Manifest, manifest_in
from mentormatch.base.progress import track, track_documents
from mentormatch.errors import OutputError, Problem
from mentormatch.explanation.caveats import sentences_by_code
from mentormatch.explanation.names import GivenNames, NamesByPerson, cohort_names
from mentormatch.languages.phrases import about, listed
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Exporter, Matching, NamedExporter, exporters, folder_exporters
from mentormatch.record.decision import DECISION_NAME, DECISION_SUFFIX
from mentormatch.record.digests import digest
from mentormatch.record.log import (
    GENESIS_DIGEST,
    LOG_SUFFIX,
    LogChain,
    LogEntry,
    chain_in,
    check_chain,
    extend_content,
    get_account_name,
    make_entry,
    validation_words,
)
from mentormatch.record.seal import STAMP_READERS, Seal, sealed_documents, stamp_in, unlogged_validations
from mentormatch.record.validation import refuse_unverified, sign_validation, validate
from mentormatch.record.verify import journal_beside, verify_content

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching


# The kind of run in the manifest, for every command that forms pairs
RUN_KIND = "match"
SOLVED_STATUSES = (Status.PROVED, Status.FEASIBLE)


def save_folder(  # noqa: PLR0913 - who, why and whether, and what else is of the run; all but two are keywords
    matching: Matching,
    folder: Path,
    *,
    who: str | None,
    why: str = "",
    replace: bool = False,
    examples: Mapping[str, bytes] | None = None,
    names: NamesByPerson | None = None,
) -> tuple[Path, ...]:
    """Write the decision file, the log and all documents together, and return the files.

    ``examples`` are starter files that are written with them. Nothing is written if no person is named, if the log is
    not whole, if there is no assignment to replace an earlier one, or if edited or validated files would be lost and
    ``replace`` is false.
    """
    with write_generation(folder, RUN_KIND, replace=replace) as draft:
        draft.examples = dict(examples or {})
        fill_transaction(draft, matching, who=who, why=why, names=names)
        matching.programme.keep_codes(matching.cohort)
    return list_files(folder)


def save_plans(
    plans: tuple[Matching, ...], folder: Path, *, replace: bool = False, names: GivenNames | None = None
) -> tuple[Path, ...]:
    """Write the documents of several plans, each in its own subfolder, and return the files."""
    homes = [f"plan-{number}" for number, _ in enumerate(plans, 1)]
    person_names = None if names is None else cohort_names(names, plans[0].cohort, plans[0].programme)
    with track(), write_generation(folder, "plans", replace=replace) as draft:
        for home, plan in zip(homes, plans, strict=True):
            fill_transaction(draft.part(home, RUN_KIND), plan, who=None, why="", names=person_names)
        for plan in plans[:1]:
            plan.programme.keep_codes(plan.cohort)
    return tuple(path for home in homes for path in list_files(folder / home))


def list_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder of documents: the decision, the log, then the documents."""
    paths = {kind: folder / exporter.filename for kind, exporter in folder_exporters().items()}
    decision = paths.pop(DECISION_SUFFIX)
    return decision, journal_beside(decision), *paths.values()


def fill_transaction(
    draft: GenerationDraft, matching: Matching, *, who: str | None, why: str, names: NamesByPerson | None = None
) -> None:
    """Put the decision, the extended log and the documents that print its head into a transaction."""
    refuse_unanswered(matching, draft.place)
    exporters_by_kind = folder_exporters()
    content = exporters_by_kind[DECISION_SUFFIX].content(matching)
    path, decision = draft.place / exporters_by_kind[DECISION_SUFFIX].filename, digest(content)
    journal = journal_beside(path)
    entries = make_log_entries(matching, decision, who=who, why=why)
    refuse_broken(journal)
    # What is validated or typed by hand stays beside under its date; the log says where.
    backup_name = draft.spare(
        [exporter.filename for exporter in exporters_by_kind.values()], *find_final_decision(draft.place)
    )
    lines = journal.read_bytes() if journal.exists() else b""
    head, new_lines = extend_content(lines, *log_replacement(path, backup_name, who=who, why=why), *entries)
    lines = lines[: lines.rfind(b"\n") + 1] + new_lines
    # The documents print the head that the log will have.
    draft.decision, draft.log = decision, (journal.name, lines)
    draft.caveats = sentences_by_code(matching.caveats)
    draft.put(path.name, content)
    named_documents = (
        []
        if names is None
        else [exporter.filename for exporter in exporters_by_kind.values() if isinstance(exporter, NamedExporter)]
    )
    for name, document in documents(matching, Seal.of(chain_in(lines), decision, head), names).items():
        draft.put(name, document, private=name in named_documents)


def log_replacement(decision: Path, backup_name: str, *, who: str | None, why: str) -> list[LogEntry]:
    """Return the log entry for a replaced decision, with its backup; empty if there is no backup or no decision."""
    if not backup_name or not decision.exists():
        return []
    entry = {"decision": digest(decision.read_bytes()), "kept": backup_name}
    return [make_entry("replacement", entry, who=get_account_name() if who is None else who, why=why)]


def find_final_decision(folder: Path) -> list[Problem]:
    """Return a problem if a named person validated the decision in a folder."""
    decision = folder / exporters()[DECISION_SUFFIX].filename
    journal = journal_beside(decision)
    if not (decision.is_file() and journal.is_file()):
        return []
    validations = check_chain(journal).validations(digest(decision.read_bytes()))
    return [
        Problem(decision.name, validation_words(validation.who, validation.when, validation.why))
        for validation in validations[-1:]
    ]


def save_file(
    exporter: Exporter,
    matching: Matching,
    path: Path,
    *,
    replace: bool = False,
    names: NamesByPerson | None = None,
) -> Path:
    """Write a single document and return its path.

    Raises OutputError if it cannot be written, if ``names`` are given and the format has no place for them, if there is
    no assignment to replace an earlier document, or if an edited or validated file would be lost and ``replace`` is
    false.
    """
    refuse_unanswered(matching, path)
    if names is not None and not isinstance(exporter, NamedExporter):
        expected = listed([named.kind for named in exporters().values() if isinstance(named, NamedExporter)])
        raise OutputError(
            tr("Rien n'a été écrit"), [Problem(path.name, tr("ce format ne porte pas de noms"), expected)]
        )
    with track_documents(1) as begin:
        begin()
        content = make_content(exporter, matching, None, names)
    final = find_final_decision(path.parent) if is_decision_document(manifest_in(path.parent), path) else []
    refuse(final, replace=replace)
    if final:
        back_up_file(path)
    matching.programme.keep_codes(matching.cohort)
    return write_document(path, content, RUN_KIND, replace=replace, private=names is not None)


def make_content(exporter: Exporter, matching: Matching, seal: Seal | None, names: NamesByPerson | None) -> bytes:
    """Return the bytes of a document, with names if its format has a place for them."""
    if isinstance(exporter, NamedExporter):
        return exporter.content(matching, seal, names)
    return exporter.content(matching, seal)


def is_decision_document(manifest: Manifest, path: Path) -> bool:
    """Return whether a file is a document of a decision, by its manifest or its name."""
    is_decision_file = path.name == exporters()[DECISION_SUFFIX].filename
    return is_decision_file or any(run.decision and path.name in run.documents for run in manifest.runs.values())


def find_losses(path: Path, kind: str) -> list[Problem]:
    """Return the validated and edited files, and the inputs, that a run of this kind would replace.

    ``path`` is the folder or the single file to write.
    """
    if path.is_dir():
        run = manifest_in(path).runs.get(kind)
        plan_folders = [] if kind == RUN_KIND else [folder for folder in path.glob("plan-*") if kind == "plans"]
        filenames = [exporter.filename for exporter in folder_exporters().values()] if kind == RUN_KIND else []
        final = (
            find_final_decision(path)
            if kind == RUN_KIND
            else [problem for folder in plan_folders for problem in find_final_decision(folder)]
        )
        return [*final, *find_changed(path, dict.fromkeys([*filenames, *(run.documents if run else ())]))]
    final = find_final_decision(path.parent) if is_decision_document(manifest_in(path.parent), path) else []
    return [*final, *find_changed(path.parent, [path.name])]


def refuse_unanswered(matching: Matching, path: Path) -> None:
    """Raise OutputError if there is no assignment and documents of an earlier one exist; these remain."""
    if keeps_existing(matching, path):
        finding = tr("rien n'a été écrit : il n'y a pas de répartition, et les documents d'avant restent")
        raise OutputError(about(path.name, finding))


def keeps_existing(matching: Matching, path: Path) -> bool:
    """Return whether there is no assignment and a document exists at the path."""
    exists = path.is_file() or any((path / exporter.filename).exists() for exporter in folder_exporters().values())
    return matching.status not in SOLVED_STATUSES and exists


def validate_matching(
    matching: Matching, folder: Path, *, who: str, why: str = "", accept_unproved: bool = False
) -> Seal:
    """Write all documents of a matching, validate the decision, renew the seals and return the new seal.

    Nothing is written if no person is named; ``validate`` lists the other refusals. A decision validated there before
    is backed up.
    """
    refuse_unverified(verify_content(decision_content(matching)), accept_unproved=accept_unproved)
    path, *_ = save_folder(matching, folder, who=who, why=why, replace=True)
    return validate(path, who=who, why=why, accept_unproved=accept_unproved).seal


def reseal_documents(decision: Path, chain: LogChain, seal: Seal) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Rewrite the documents of a decision with a new seal.

    Returns the paths written and a problem per skipped document; no paths if the documents cannot be written.

    Only the seal in each document is replaced, so that answers and programme are not needed. A document whose seal
    cannot be read or located is skipped; so is a workbook if its sheet of the log was edited. ``chain`` is the log,
    which yields the seal that each document has now.
    """
    documents_by_name = resealed_documents(decision, chain, seal)
    contents = {name: content for name, content in documents_by_name.items() if content is not None}
    advice = tr("refaites les documents avec « mentormatch match », ou gardez l'empreinte à part")
    finding = tr("il n'est plus tel qu'il a été écrit, et reste comme il est")
    problems = [Problem(name, finding, advice=advice) for name, content in documents_by_name.items() if content is None]
    try:
        write_next_to(decision, contents)
    except OutputError as error:
        return (), (*problems, Problem(listed(list(contents)), error.message))
    return tuple(decision.with_name(name) for name in contents), tuple(problems)


def resealed_documents(decision: Path, chain: LogChain, seal: Seal) -> dict[str, bytes | None]:
    """Return the documents of a decision with a new seal, by name; None for a document to skip."""
    contents, stem = sealed_documents(decision), decision.name.removesuffix(DECISION_SUFFIX)
    names = {f"{stem}{kind}": exporter for kind, exporter in folder_exporters().items() if kind in STAMP_READERS}
    return {name: reseal_document(names[name], name, contents[name], chain, seal) for name in names if name in contents}


def rewrite_decision(decision: Path, content: bytes, entry: LogEntry) -> None:
    """Replace a decision file; if it has a log, extend the log and renew the seals of the documents."""
    contents, journal, log = {decision.name: content}, journal_beside(decision), b""
    if journal.exists():
        refuse_broken(journal)
        old_lines = journal.read_bytes()
        head, new_lines = extend_content(old_lines, entry)
        log = old_lines[: old_lines.rfind(b"\n") + 1] + new_lines
        chain = chain_in(log)
        sealed = resealed_documents(decision, chain, Seal.of(chain, digest(content), head))
        contents |= {name: document for name, document in sealed.items() if document is not None}
    write_next_to(decision, contents, decision_digest=digest(content), log=(journal.name, log) if log else None)


def reseal_document(exporter: Exporter, name: str, content: bytes, chain: LogChain, seal: Seal) -> bytes | None:
    """Return a document with a new seal; None if its present seal cannot be read, or the exporter rejects it."""
    stamp = stamp_in(name, content)
    return exporter.reseal(content, Seal.of(chain, stamp.decision, stamp.head), seal) if stamp else None


def write_next_to(
    decision: Path, contents: Mapping[str, bytes], *, decision_digest: str = "", log: tuple[str, bytes] | None = None
) -> None:
    """Write renewed documents in one transaction if a manifest lists the decision, else one by one.

    An edited document is written outside the transaction, so that the manifest still counts it as edited.
    ``decision_digest`` is that of the decision file if it changes, ``log`` the name and bytes of the extended log.
    """
    folder, manifest = decision.parent, manifest_in(decision.parent)
    kinds = [kind for kind, run in manifest.runs.items() if decision.name in run.documents]
    managed = {
        name: content for name, content in contents.items() if kinds and not manifest.is_edited(folder / name, name)
    }
    unmanaged = {name: content for name, content in contents.items() if name not in managed} | (
        dict([log]) if log and not managed else {}
    )
    for name, content in unmanaged.items():
        write_whole(folder / name, content, private=is_private(folder / name))
    if managed:
        with write_generation(folder, kinds[0], partial=True) as draft:
            draft.decision, draft.log = decision_digest, log
            for name, content in managed.items():
                draft.put(name, content, private=is_private(folder / name))


@dataclass(repr=False)
class DecisionArchive:
    """The decision validated last, its documents, and the log of all validated decisions.

    ``files`` maps names to bytes; empty before the first validation.
    """

    files: dict[str, bytes] = field(default_factory=dict)

    def validate(self, matching: Matching, *, who: str, why: str = "", accept_unproved: bool = False) -> Seal:
        """Verify a decision, validate it in a person's name, make all documents and return the seal.

        Raises RequestError if no person is named or the decision is not confirmed, UnprovedError if its optimum is
        unproved and not accepted; then nothing changes.
        """
        content = decision_content(matching)
        verification = verify_content(content)
        validation = sign_validation(verification, who=who, why=why, accept_unproved=accept_unproved)
        decision, name = verification.digest, DECISION_NAME.removesuffix(DECISION_SUFFIX) + LOG_SUFFIX
        entries = make_log_entries(matching, decision, who=who, why=why)
        journal = self.files.get(name, b"")
        head, new_lines = extend_content(journal, *entries, validation)
        seal = Seal.of(chain_in(journal + new_lines), decision, head)
        self.files = {DECISION_NAME: content, name: journal + new_lines, **documents(matching, seal)}
        return seal

    def keep_longer_log(self, other: "DecisionArchive") -> None:
        """Adopt the log of another archive if it starts with all lines of this log, and this log is not empty."""
        name = DECISION_NAME.removesuffix(DECISION_SUFFIX) + LOG_SUFFIX
        log, other_log = self.files.get(name, b""), other.files.get(name, b"")
        if log and other_log.startswith(log):
            self.files = self.files | {name: other_log}


def decision_content(matching: Matching) -> bytes:
    return exporters()[DECISION_SUFFIX].content(matching)


def documents(matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> dict[str, bytes]:
    """Return the documents other than the decision file, by file name."""
    exporters_to_run = {kind: exporter for kind, exporter in folder_exporters().items() if kind != DECISION_SUFFIX}
    contents = {}
    with track_documents(len(exporters_to_run)) as begin:
        for exporter in exporters_to_run.values():
            begin()
            contents[exporter.filename] = make_content(exporter, matching, seal, names)
    return contents


def zip_files(files: dict[str, bytes]) -> bytes:
    """Return files as a zip archive; the same files in the same order give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return stream.getvalue()


def make_log_entries(
    matching: "Matching", decision: str, *, who: str | None = None, why: str = ""
) -> tuple[LogEntry, ...]:
    """Return the log entries of a matching: manual edits, in opaque ids, then the decision.

    ``decision`` is the SHA-256 of its decision file; ``who`` None means the account at work. Raises RequestError if no
    person is named.
    """
    name = get_account_name() if who is None else who
    edits = [({**edit.entry, "decision": decision}, edit.why or why) for edit in matching.edits]
    return (
        *(make_entry("edit", entry, who=name, why=reason) for entry, reason in edits),
        make_entry("matching", {"decision": decision}, who=name, why=why),
    )


def refuse_broken(journal: Path) -> None:
    """Raise OutputError if a log is damaged, because lines added to it could never be confirmed.

    Also raised if documents next to the log print a validation that the log does not have: they are the only trace of
    it. A last line that was only partly written is no reason, because the next entry sets it aside.
    """
    chain = check_chain(journal) if journal.exists() else LogChain((), GENESIS_DIGEST)
    problems = [*chain.problems[: -1 if chain.is_truncated else None], *find_lost_validations(journal, chain)]
    if problems:
        finding = tr("rien n'a été écrit, le journal du dossier n'est pas intact")
        raise OutputError(about(journal.name, finding), problems)


def find_lost_validations(journal: Path, chain: LogChain) -> Iterator[Problem]:
    """Yield the validations that documents next to a log print and the log does not have."""
    decision = journal.with_name(journal.name.removesuffix(LOG_SUFFIX) + DECISION_SUFFIX)
    for name, content in sealed_documents(decision).items():
        stamp = stamp_in(name, content)
        yield from unlogged_validations(name, stamp, chain) if stamp else ()
