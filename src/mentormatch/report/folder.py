"""A folder with all documents of a matching, the decision file and the log that they are held to; or all in memory."""

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
from mentormatch.operations.matching import Exporter, Matching, NamedExporter, documents_made, exporters
from mentormatch.record.decision import DECISION_NAME, DECISION_SUFFIX
from mentormatch.record.digests import digest
from mentormatch.record.log import (
    LOG_SUFFIX,
    START,
    LogChain,
    LogEntry,
    account,
    chain_in,
    check_chain,
    extend_content,
    sign,
    validation_words,
)
from mentormatch.record.seal import READERS, Seal, sealed_documents, stamp_in, unlogged_validations
from mentormatch.record.validation import refuse_unverified, sign_validation, validate
from mentormatch.record.verify import journal_beside, verify_content

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching


KIND = "match"
"""The run of which these are the documents, whichever command formed the pairs."""
ANSWERED = (Status.PROVED, Status.FEASIBLE)


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
    """Write the decision file, the log and all documents together, and return the files, the log among them.

    ``examples`` are files to begin with that are written with them. Where nobody is named, the log is not whole, or
    something good would be lost and is not to be ``replaced``, nothing is written.
    """
    matching.programme.keep_codes(matching.cohort)
    with write_generation(folder, KIND, replace=replace) as draft:
        draft.examples = dict(examples or {})
        compose(draft, matching, who=who, why=why, names=names)
    return list_files(folder)


def save_plans(
    plans: tuple[Matching, ...], folder: Path, *, replace: bool = False, names: GivenNames | None = None
) -> tuple[Path, ...]:
    """Write the documents of several plans together, each plan in a folder of its own, and return the files."""
    homes = [f"plan-{number}" for number, _ in enumerate(plans, 1)]
    known = None if names is None else cohort_names(names, plans[0].cohort, plans[0].programme)
    for plan in plans[:1]:
        plan.programme.keep_codes(plan.cohort)
    with track(), write_generation(folder, "plans", replace=replace) as draft:
        for home, plan in zip(homes, plans, strict=True):
            compose(draft.part(home, KIND), plan, who=None, why="", names=known)
    return tuple(path for home in homes for path in list_files(folder / home))


def list_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder of documents: the decision, the log, and what is read."""
    made = {kind: folder / each.filename for kind, each in documents_made().items()}
    decision = made.pop(DECISION_SUFFIX)
    return decision, journal_beside(decision), *made.values()


def compose(
    draft: GenerationDraft, matching: Matching, *, who: str | None, why: str, names: NamesByPerson | None = None
) -> None:
    """Put the decision, the log with its new lines, and the documents that print its head into a draft."""
    refuse_unanswered(matching, draft.place)
    made = documents_made()
    content = made[DECISION_SUFFIX].content(matching)
    path, decision = draft.place / made[DECISION_SUFFIX].filename, digest(content)
    journal = journal_beside(path)
    entries = entries_of(matching, decision, who=who, why=why)
    refuse_broken(journal)
    # What is validated or typed by hand stays beside under its date; the log says where.
    kept = draft.spare([each.filename for each in made.values()], *final_in(draft.place))
    lines = journal.read_bytes() if journal.exists() else b""
    head, added = extend_content(lines, *log_replacement(path, kept, who=who, why=why), *entries)
    lines = lines[: lines.rfind(b"\n") + 1] + added
    # The documents print the head that the log will have.
    draft.decision, draft.log = decision, (journal.name, lines)
    draft.caveats = sentences_by_code(matching.caveats)
    draft.put(path.name, content)
    holding = [] if names is None else [one.filename for one in made.values() if isinstance(one, NamedExporter)]
    for name, document in documents(matching, Seal.of(chain_in(lines), decision, head), names).items():
        draft.put(name, document, private=name in holding)


def log_replacement(decision: Path, kept: str, *, who: str | None, why: str) -> list[LogEntry]:
    """Return the lines of the log that say that a decision was replaced, and where it is kept."""
    if not kept or not decision.exists():
        return []
    what = {"decision": digest(decision.read_bytes()), "kept": kept}
    return [sign("replacement", what, who=account() if who is None else who, why=why)]


def final_in(folder: Path) -> list[Problem]:
    """Return that the decision in a folder is final, where a named person validated it."""
    decision = folder / exporters()[DECISION_SUFFIX].filename
    journal = journal_beside(decision)
    if not (decision.is_file() and journal.is_file()):
        return []
    found = check_chain(journal).validations(digest(decision.read_bytes()))
    return [Problem(decision.name, validation_words(one.who, one.when, one.why)) for one in found[-1:]]


def save_file(
    exporter: Exporter,
    matching: Matching,
    path: Path,
    *,
    replace: bool = False,
    names: NamesByPerson | None = None,
) -> Path:
    """Write one document by itself, and return where.

    Raises OutputError where it cannot be written, holds no ``names`` and these were asked for, or something good would
    be lost and is not to be ``replaced``.
    """
    refuse_unanswered(matching, path)
    if names is not None and not isinstance(exporter, NamedExporter):
        expected = listed([each.kind for each in exporters().values() if isinstance(each, NamedExporter)])
        raise OutputError(
            tr("Rien n'a été écrit"), [Problem(path.name, tr("ce format ne porte pas de noms"), expected)]
        )
    with track_documents(1) as begin:
        begin()
        content = content_of(exporter, matching, None, names)
    final = final_in(path.parent) if of_a_decision(manifest_in(path.parent), path) else []
    refuse(final, replace=replace)
    if final:
        back_up_file(path)
    matching.programme.keep_codes(matching.cohort)
    return write_document(path, content, KIND, replace=replace, private=names is not None)


def content_of(exporter: Exporter, matching: Matching, seal: Seal | None, names: NamesByPerson | None) -> bytes:
    """Return a document, with names where it may hold some."""
    if isinstance(exporter, NamedExporter):
        return exporter.content(matching, seal, names)
    return exporter.content(matching, seal)


def of_a_decision(manifest: Manifest, path: Path) -> bool:
    """Say whether a file is one of the documents of a decision, by its manifest or by its name."""
    named = path.name == exporters()[DECISION_SUFFIX].filename
    return named or any(run.decision and path.name in run.documents for run in manifest.runs.values())


def at_stake(path: Path, kind: str) -> list[Problem]:
    """Return what would be lost of the documents of a kind of run, where they are in this folder, or this file."""
    if path.is_dir():
        run = manifest_in(path).runs.get(kind)
        inside = [] if kind == KIND else [folder for folder in path.glob("plan-*") if kind == "plans"]
        made = [each.filename for each in documents_made().values()] if kind == KIND else []
        final = final_in(path) if kind == KIND else [one for folder in inside for one in final_in(folder)]
        return [*final, *find_changed(path, dict.fromkeys([*made, *(run.documents if run else ())]))]
    final = final_in(path.parent) if of_a_decision(manifest_in(path.parent), path) else []
    return [*final, *find_changed(path.parent, [path.name])]


def refuse_unanswered(matching: Matching, path: Path) -> None:
    """Raise OutputError where there is no answer, and documents of one are there: they stay."""
    if stays(matching, path):
        finding = tr("rien n'a été écrit : il n'y a pas de répartition, et les documents d'avant restent")
        raise OutputError(about(path.name, finding))


def stays(matching: Matching, path: Path) -> bool:
    """Say whether there is no answer, and something is there that could be one."""
    there = path.is_file() or any((path / each.filename).exists() for each in documents_made().values())
    return matching.status not in ANSWERED and there


def validate_matching(
    matching: Matching, folder: Path, *, who: str, why: str = "", accept_unproved: bool = False
) -> Seal:
    """Write all documents of a matching, then validate the decision, which renews what they print of it.

    Return what they print. Nothing is written where nobody is named; see ``validate`` for what is refused. What was
    validated there before is kept beside.
    """
    refuse_unverified(verify_content(decision_content(matching)), accept_unproved=accept_unproved)
    path, *_ = save_folder(matching, folder, who=who, why=why, replace=True)
    return validate(path, who=who, why=why, accept_unproved=accept_unproved).seal


def renew(decision: Path, chain: LogChain, seal: Seal) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Write what stands beside a decision file with another seal; return what was written, and what was not, with why.

    Answers and programme are not needed: what a document says of the record stands in one known place of it. One that
    others changed there stays as it is. ``chain`` is the log, from which it is known what each prints until now.
    """
    made = renewed_documents(decision, chain, seal)
    contents = {name: content for name, content in made.items() if content is not None}
    advice = tr("refaites les documents avec « mentormatch match », ou gardez l'empreinte à part")
    found = tr("il n'est plus tel qu'il a été écrit, et reste comme il est")
    left = [Problem(name, found, advice=advice) for name, content in made.items() if content is None]
    try:
        write_next_to(decision, contents)
    except OutputError as error:
        return (), (*left, Problem(listed(list(contents)), error.message))
    return tuple(decision.with_name(name) for name in contents), tuple(left)


def renewed_documents(decision: Path, chain: LogChain, seal: Seal) -> dict[str, bytes | None]:
    """Return the documents beside a decision file with another seal, by name; None for one that others changed."""
    beside, stem = sealed_documents(decision), decision.name.removesuffix(DECISION_SUFFIX)
    names = {f"{stem}{kind}": exporter for kind, exporter in documents_made().items() if kind in READERS}
    return {name: renew_document(names[name], name, beside[name], chain, seal) for name in names if name in beside}


def rewrite_decision(decision: Path, content: bytes, entry: LogEntry) -> None:
    """Replace a decision file, with a line in its log if there is one, and the new seal on the documents beside it."""
    contents, journal, log = {decision.name: content}, journal_beside(decision), b""
    if journal.exists():
        refuse_broken(journal)
        before = journal.read_bytes()
        head, added = extend_content(before, entry)
        log = before[: before.rfind(b"\n") + 1] + added
        chain = chain_in(log)
        sealed = renewed_documents(decision, chain, Seal.of(chain, digest(content), head))
        contents |= {name: document for name, document in sealed.items() if document is not None}
    write_next_to(decision, contents, decided=digest(content), log=(journal.name, log) if log else None)


def renew_document(exporter: Exporter, name: str, content: bytes, chain: LogChain, seal: Seal) -> bytes | None:
    """Return a document with another seal, None where it is not as it was written."""
    stamp = stamp_in(name, content)
    return exporter.reseal(content, Seal.of(chain, stamp.decision, stamp.head), seal) if stamp else None


def write_next_to(
    decision: Path, contents: Mapping[str, bytes], *, decided: str = "", log: tuple[str, bytes] | None = None
) -> None:
    """Write renewed documents: together, as those of the run of the decision, where a manifest tells of it.

    One in which somebody wrote stays one in which somebody wrote: the manifest does not take it for its own.
    ``decided`` is the digest of the decision file if that changes too, ``log`` its log with more lines, by its name.
    """
    folder, manifest = decision.parent, manifest_in(decision.parent)
    kinds = [kind for kind, run in manifest.runs.items() if decision.name in run.documents]
    own = {name: one for name, one in contents.items() if kinds and not manifest.is_edited(folder / name, name)}
    others = {name: one for name, one in contents.items() if name not in own} | (dict([log]) if log and not own else {})
    for name, content in others.items():
        write_whole(folder / name, content, private=is_private(folder / name))
    if own:
        with write_generation(folder, kinds[0], partial=True) as draft:
            draft.decision, draft.log = decided, log
            for name, content in own.items():
                draft.put(name, content, private=is_private(folder / name))


@dataclass(repr=False)
class Portfolio:
    """The decision that was validated last, the documents that print it, and the log of all that were.

    ``files`` are the bytes of each by its name; empty while nothing was validated.
    """

    files: dict[str, bytes] = field(default_factory=dict)

    def validate(self, matching: Matching, *, who: str, why: str = "", accept_unproved: bool = False) -> Seal:
        """Check a decision again, validate it under a name, make all documents, and return what they print.

        Raises RequestError where nobody is named or the decision does not hold; all stays as it was then.
        """
        content = decision_content(matching)
        verification = verify_content(content)
        validation = sign_validation(verification, who=who, why=why, accept_unproved=accept_unproved)
        decision, name = verification.digest, DECISION_NAME.removesuffix(DECISION_SUFFIX) + LOG_SUFFIX
        entries = entries_of(matching, decision, who=who, why=why)
        journal = self.files.get(name, b"")
        head, added = extend_content(journal, *entries, validation)
        seal = Seal.of(chain_in(journal + added), decision, head)
        self.files = {DECISION_NAME: content, name: journal + added, **documents(matching, seal)}
        return seal

    def keep_longer_log(self, other: "Portfolio") -> None:
        """Take the log of another portfolio if that begins with all lines of this one."""
        name = DECISION_NAME.removesuffix(DECISION_SUFFIX) + LOG_SUFFIX
        own, longer = self.files.get(name, b""), other.files.get(name, b"")
        if own and longer.startswith(own):
            self.files = self.files | {name: longer}


def decision_content(matching: Matching) -> bytes:
    """Return what stands in the decision file of a matching."""
    return exporters()[DECISION_SUFFIX].content(matching)


def documents(matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> dict[str, bytes]:
    """Return all documents that stand beside the decision file, by the names of their files."""
    made = {kind: each for kind, each in documents_made().items() if kind != DECISION_SUFFIX}
    contents = {}
    with track_documents(len(made)) as begin:
        for each in made.values():
            begin()
            contents[each.filename] = content_of(each, matching, seal, names)
    return contents


def pack_files(files: dict[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return stream.getvalue()


def entries_of(matching: "Matching", decision: str, *, who: str | None = None, why: str = "") -> tuple[LogEntry, ...]:
    """Return the lines of a matching: what staff changed by hand, in opaque ids, and the decision.

    ``decision`` is the SHA-256 of its decision file; ``who`` None stands for the account at work. Raises RequestError
    where nobody is named.
    """
    name = account() if who is None else who
    edits = [({**edit.entry, "decision": decision}, edit.why or why) for edit in matching.edits]
    return (
        *(sign("edit", what, who=name, why=reason) for what, reason in edits),
        sign("matching", {"decision": decision}, who=name, why=why),
    )


def refuse_broken(journal: Path) -> None:
    """Raise OutputError where there is a log that is not whole: what goes on from it would never be confirmed.

    Nor where the documents beside it print a validation that it does not have: they are all that is left of it. A last
    line whose writing was interrupted is no reason: the next line sets it aside.
    """
    chain = check_chain(journal) if journal.exists() else LogChain((), START)
    problems = [*chain.problems[: -1 if chain.torn else None], *lost_validations(journal, chain)]
    if problems:
        finding = tr("rien n'a été écrit, le journal du dossier n'est pas intact")
        raise OutputError(about(journal.name, finding), problems)


def lost_validations(journal: Path, chain: LogChain) -> Iterator[Problem]:
    """Yield the validations that the documents beside a log print, and that it does not have."""
    decision = journal.with_name(journal.name.removesuffix(LOG_SUFFIX) + DECISION_SUFFIX)
    for name, content in sealed_documents(decision).items():
        stamp = stamp_in(name, content)
        yield from unlogged_validations(name, stamp, chain) if stamp else ()
