"""The log of a decision: one JSON line per entry, chained by digests, with action, author, time and reason.

Each line contains the SHA-256 digest of the line before it, so that a line cannot be changed, removed or moved without
breaking the chain. The *head*, the digest of the last line, is printed on the documents that staff keep: a log whose
lines up to that one were changed or cut does not contain it any more.

The entries can also be read as rows or sentences. Participants appear as opaque ids, never by name: ``m1`` is the first
mentor of the answers, ``e1`` the first mentee.
"""

import errno
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from getpass import getuser
from io import FileIO, IOBase
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic import Field as Setting

from mentormatch.base.generation import hold_folder
from mentormatch.base.strict_json import schema_problems
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.languages.phrases import about, moment, system_reason
from mentormatch.languages.text_keys import is_one_visible_line, mixes_alphabets
from mentormatch.languages.translation import isolate, mark, tr
from mentormatch.record.digests import digest

if sys.platform != "win32":
    import fcntl

GENESIS_DIGEST = "0" * 64
"""The digest before the first line, and the head of an empty log."""
LOG_SUFFIX = ".journal.jsonl"

SELF_SIGNER = "mentormatch"
"""The signer of entries that no person decided."""

OPTIMALITY_KEY, UNPROVED_VALUE = "optimality", "unproved"
"""Key and value in ``what`` of a validation that accepted an unproved optimum."""

type LogKind = Literal["matching", "edit", "validation", "replacement", "erasure", "purge", "interruption"]


def get_timestamp() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def with_offset(text: str) -> str:
    """Return an ISO 8601 time unchanged. Raises ValueError if it has no UTC offset."""
    if datetime.fromisoformat(text).utcoffset() is None:
        raise ValueError("a time without its offset")
    return text


class LogEntry(BaseModel):
    """An action with its author, time (ISO 8601 with an offset from UTC) and reason."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: LogKind
    what: dict[str, str]
    who: str = Setting(min_length=1)
    when: Annotated[str, AfterValidator(with_offset)] = Setting(default_factory=get_timestamp)
    why: str = ""

    @property
    def unproved(self) -> bool:
        """Whether this is a validation of an optimum that the decision file states without proof."""
        return self.what.get(OPTIMALITY_KEY) == UNPROVED_VALUE


class LogLine(BaseModel):
    """A line of the log: its number from 1, the digest of the line before it, and the entry."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    line: int
    previous: str
    entry: LogEntry

    def encode(self) -> bytes:
        """Return the only accepted spelling of the line, without its line end."""
        return self.model_dump_json().encode()


@dataclass(frozen=True, slots=True)
class LogChain:
    """The content of a log: entries, head, and problems with their lines.

    Attributes
    ----------
    lines_since_head
        The number of lines added after the head that was asked for; None if no head was asked for or it was not found.
    is_truncated
        Whether the writing of the last line was interrupted; this is the last of the problems.
    heads
        The head of the empty log, then the head after each line.
    """

    entries: tuple[LogEntry, ...]
    head: str
    problems: tuple[Problem, ...] = ()
    lines_since_head: int | None = None
    is_truncated: bool = False
    heads: tuple[str, ...] = (GENESIS_DIGEST,)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """Entries that would be refused today, with their lines: an impossible time, order or name.

        Writing such a line is refused; in an older log it is only reported.
        """
        return tuple(find_entry_problems(self.entries))

    @property
    def is_intact(self) -> bool:
        """Whether the log has no problem."""
        return not self.problems

    def at_head(self, head: str) -> "LogChain":
        """Return the log up to this head; unchanged if it never had this head, or has problems."""
        if not self.is_intact or head not in self.heads:
            return self
        count = self.heads.index(head)
        return LogChain(self.entries[:count], head, heads=self.heads[: count + 1])

    def matches(self, decision: str) -> bool:
        """Return whether a line records the matching whose decision file has this digest."""
        return any(entry.kind == "matching" and entry.what.get("decision") == decision for entry in self.entries)

    def validations(self, decision: str) -> tuple[LogEntry, ...]:
        """Return the validations of the decision whose file has this digest, first to last."""
        return tuple(
            entry for entry in self.entries if entry.kind == "validation" and entry.what.get("decision") == decision
        )


def append(path: str | PathLike[str], *entries: LogEntry) -> str:
    """Add a line per entry to a log, which is created if needed, and return the new head.

    The lines are consecutive and on the disk when this returns. Writers wait for each other if the system has
    ``flock``. If not all lines can be written, the log stays as it was. The rest of a line whose writer was killed
    moves into an entry of its own; no head of it was ever returned.

    Raises
    ------
    OutputError
        If the file cannot be written, or its last complete line is invalid; nothing is added.
    RequestError
        If an entry is impossible, see ``find_entry_problems``; nothing is added.
    """
    target = Path(path)
    try:
        with hold_folder(target.parent), target.open("a+b", buffering=0) as file, lock(file, exclusive=True):
            return _add(file, target.name, entries)
    except OSError as error:
        sentence = tr("le journal ne peut pas être écrit ({reason})", reason=system_reason(error))
        raise OutputError(about(target.name, sentence)) from None


def check_chain(path: str | PathLike[str], head: str | None = None) -> LogChain:
    """Return the content of a log and its problems; one that cannot be read is empty, with one problem.

    Parameters
    ----------
    head
        A printed head: the log must have had it, at its end or before lines that were added later.
    """
    target = Path(path)
    try:
        with target.open("rb") as file, lock(file, exclusive=False):
            content = file.read()
    except OSError as error:
        sentence = tr("le journal ne peut pas être lu ({reason})", reason=system_reason(error))
        return LogChain((), GENESIS_DIGEST, (Problem(target.name, sentence),))
    return chain_in(content, head)


def chain_in(content: bytes, head: str | None = None) -> LogChain:
    """Return the content of a log and its problems; see ``check_chain``."""
    lines, partial_line = _split_lines(content)
    entries, problems = [], []
    for number, raw in enumerate(lines, 1):
        line, line_problems = _read(raw, number, digest(lines[number - 2]) if number > 1 else GENESIS_DIGEST)
        entries += [line.entry] if line else []
        problems += line_problems
    # The head after each line: any of them may have been printed.
    heads = [GENESIS_DIGEST, *map(digest, lines)]
    lines_since_head, head_problems = _lines_after(heads, head)
    interrupted = [_incomplete_line_problem(len(lines) + 1)] if partial_line else []
    problems += [*head_problems, *interrupted]
    return LogChain(tuple(entries), heads[-1], tuple(problems), lines_since_head, bool(partial_line), tuple(heads))


@contextmanager
def lock(file: IOBase, *, exclusive: bool) -> Iterator[None]:
    """Wait for a lock on a file, held until the file is closed: exclusive to write, shared to read; none on Windows."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
    yield


def _add(file: FileIO, name: str, entries: Sequence[LogEntry]) -> str:
    file.seek(0)
    lines, partial_line = _split_lines(file.readall())
    # A line after an invalid one could never be confirmed.
    problems = _read(lines[-1], len(lines))[1] if lines else []
    if problems:
        raise OutputError(about(name, tr("rien n'a été ajouté au journal")), problems)
    end = file.tell() - len(partial_line)
    head, new_bytes = _encode(lines, (*_keep_interrupted(partial_line), *entries))
    # The incomplete last line moves into an entry of its own; it is restored if the new lines cannot be written.
    try:
        file.truncate(end)
        _write(file, new_bytes)
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        _write(file, partial_line)
        raise
    return head


def extend_content(content: bytes, *entries: LogEntry) -> tuple[str, bytes]:
    """Return the new head of a log, and the bytes to append to its complete lines."""
    lines, partial_line = _split_lines(content)
    return _encode(lines, (*_keep_interrupted(partial_line), *entries))


def _encode(lines: Sequence[bytes], entries: Sequence[LogEntry]) -> tuple[str, bytes]:
    """Return the new head, and the bytes to append to these lines. Raises RequestError if an entry is impossible."""
    old_entries = [parsed.entry for number, raw in enumerate(lines, 1) if (parsed := _read(raw, number)[0])]
    old_count = len(old_entries)
    problems = list(find_entry_problems((*old_entries, *entries), old_count))
    if problems:
        raise RequestError(tr("Le journal ne peut pas tenir cette ligne"), problems)
    head, new_bytes = digest(lines[-1]) if lines else GENESIS_DIGEST, b""
    for number, entry in enumerate(entries, len(lines) + 1):
        line = LogLine(line=number, previous=head, entry=entry).encode()
        head, new_bytes = digest(line), new_bytes + line + b"\n"
    return head, new_bytes


def _keep_interrupted(partial_line: bytes) -> Iterator[LogEntry]:
    if partial_line:
        yield LogEntry(
            kind="interruption", what={"torn": partial_line.decode(errors="backslashreplace")}, who=SELF_SIGNER
        )


def find_entry_problems(entries: Sequence[LogEntry], start: int = 0) -> Iterator[Problem]:
    """Yield the impossible parts of the entries from index ``start`` on: times, orders, names and texts.

    A time must not be in the future, nor before the time of an earlier line, within the tolerance between clocks; a
    line from the future does not count for the lines after it. A validation must follow the line of its matching.
    """
    # Clocks of machines that share a folder may differ, and a writer may have waited for another.
    tolerance = timedelta(minutes=5)
    # The earliest time from which the tolerance can be subtracted in every time zone.
    latest, now_utc, matched = datetime(1, 1, 3, tzinfo=UTC), datetime.now(UTC), set[str]()
    for number, entry in enumerate(entries, 1):
        when, decision = datetime.fromisoformat(entry.when), entry.what.get("decision", "")
        is_future = when > now_utc + tolerance
        if number > start:
            problems = list(find_text_problems(entry.who, entry.why))
            if is_future:
                problems.append(Problem("when", tr("une date à venir ({date})", date=entry.when)))
            elif when < latest - tolerance:
                advice = tr("réglez l'horloge de cette machine") if start else ""
                problems.append(
                    Problem("when", tr("une date d'avant la ligne précédente ({date})", date=entry.when), "", advice)
                )
            if entry.kind == "validation" and decision not in matched:
                problems.append(
                    Problem("what", tr("une validation avant la ligne qui dit que cette décision a été formée"))
                )
            yield from (replace(problem, where=f"{line_of(number)}, {problem.where}") for problem in problems)
        if entry.kind == "matching":
            matched.add(decision)
        latest = latest if is_future else max(latest, when)


def find_text_problems(who: str, why: str) -> Iterator[Problem]:
    """Yield the problems of a name and a reason: several lines or invisible characters; a name below two letters."""
    expected = tr("une seule ligne, sans caractère de commande ni de mise en forme")
    for where, text in (("who", who), ("why", why)):
        if not is_one_visible_line(text):
            yield Problem(where, tr("un caractère que personne ne voit, ou un saut de ligne"), expected)
    if sum(map(str.isalpha, who)) < 2:
        yield Problem("who", tr("moins de deux lettres"), tr("un nom"))


def _write(file: FileIO, added: bytes) -> None:
    if file.write(added) < len(added):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _split_lines(content: bytes) -> tuple[list[bytes], bytes]:
    """Return the complete lines, and the bytes after the last line end."""
    *lines, partial_line = content.split(b"\n")
    return lines, partial_line


def _read(raw: bytes, number: int, previous: str | None = None) -> tuple[LogLine | None, list[Problem]]:
    """Parse a line and list its problems; without ``previous``, the chain is not checked."""
    where = line_of(number)
    try:
        line = LogLine.model_validate_json(raw)
    except ValidationError:
        return None, [Problem(where, tr("ce n'est pas une ligne de journal"))]
    # A line has only one valid spelling: any other shows that it was rewritten, even if its meaning is the same.
    if line.encode() != raw or line.line != number:
        return line, [Problem(where, tr("la ligne a été réécrite ou déplacée"))]
    if previous is not None and line.previous != previous:
        return line, [Problem(where, tr("la ligne ne suit pas celle qui la précède : l'une des deux a été changée"))]
    return line, []


def line_of(number: int) -> str:
    return tr("journal, ligne {number}", number=number)


def _incomplete_line_problem(number: int) -> Problem:
    return Problem(
        line_of(number),
        tr("la dernière ligne est incomplète : son écriture a été interrompue"),
        advice=tr("la prochaine écriture la mettra de côté, et le dira"),
    )


def _lines_after(heads: list[str], head: str | None) -> tuple[int | None, list[Problem]]:
    if head is None:
        return None, []
    # The head of the empty log counts only if the log is empty: no document prints it.
    if head.lower() in (heads[1:] or heads):
        return len(heads) - 1 - heads.index(head.lower()), []
    where = tr("journal, ligne {number} (la dernière)", number=len(heads) - 1)
    finding = tr("aucune ligne n'a l'empreinte demandée : le journal a été réécrit ou raccourci")
    return None, [Problem(where, finding)]


def get_account_name() -> str:
    """Return the name of the account of this process, or the word for unknown.

    A name that a log would refuse is quoted in ASCII after the word for account.
    """
    try:
        name = getuser().strip()
    except (OSError, KeyError, ImportError):  # up to Python 3.12 a missing account raises one of the last two
        name = ""
    return (
        tr("compte {name}", name=ascii(name)) if name and any(find_text_problems(name, "")) else name or tr("inconnu")
    )


def make_entry(kind: LogKind, what: Mapping[str, str], *, who: str, why: str = "") -> LogEntry:
    """Return a new log entry, dated now, with name and reason stripped.

    Raises RequestError if the name has fewer than two letters, or if name or reason is not one visible line.
    """
    text_problems = (
        [Problem("who", tr("vide"), tr("un nom"))]
        if not who.strip()
        else list(find_text_problems(who.strip(), why.strip()))
    )
    if text_problems:
        raise RequestError(tr("Le journal ne prend que ce qu'une personne nommée signe"), text_problems)
    try:
        return LogEntry(kind=kind, what=dict(what), who=who.strip(), why=why.strip())
    except ValidationError as error:
        raise RequestError(tr("Le journal ne peut pas tenir cette ligne"), schema_problems(error)) from None


def validation_words(who: str, when: str, why: str, *, unproved: bool = False) -> str:
    r"""Return a sentence with the author, time (ISO 8601 with an offset) and reason of a validation.

    >>> validation_words("Camille Roux", "2026-03-12T09:30:00+01:00", "comité du 12 mars")
    'Validée par Camille Roux le 12\xa0mars 2026 à 9\xa0h\xa030. Motif : comité du 12 mars'
    """
    sentences = [tr("Validée par {who} le {moment}.", who=signer(who), moment=moment(datetime.fromisoformat(when)))]
    sentences += [f"{tr('Optimalité affirmée, non contrôlable')}."] if unproved else []
    sentences += [tr("Motif : {why}", why=why)] if why else []
    return " ".join(sentences)


def signer(who: str) -> str:
    """Return a name, with a remark if it mixes alphabets: similar letters may imitate another name.

    >>> signer("Camille Roux"), signer("\N{CYRILLIC CAPITAL LETTER ES}amille Roux")[1:]
    ('Camille Roux', 'amille Roux (alphabets mélangés)')
    """
    return tr("{name} ({remark})", name=who, remark=tr("alphabets mélangés")) if mixes_alphabets(who) else who


ROW_TITLES = (mark("N°"), mark("Quand"), mark("Qui"), mark("Quoi"), mark("Pourquoi"))
IDS_NOTE = mark(
    "m1 est la première personne parmi les mentor·es, dans l'ordre des réponses, et e1 la première parmi les"
    " mentoré·es : le journal ne nomme aucun·e participant·e."
)
EDIT_TEXTS: Mapping[str, str] = {
    "pin": mark("Binôme imposé : {mentor} – {mentee}"),
    "ban": mark("Binôme écarté : {mentor} – {mentee}"),
    "keep": mark("Binôme gardé : {mentor} – {mentee}"),
    "withdrawn": mark("Départ de {mentor}{mentee}"),
    "arrived": mark("Arrivée de {mentor}{mentee}"),
    "capacity": mark("Places de {mentor}{mentee} : {places}"),
}
ENTRY_TEXTS: Mapping[str, str] = {
    "edit": mark("Changement à la main"),
    "matching": mark("Binômes formés, décision {decision}"),
    "validation": mark("Décision {decision} validée"),
    UNPROVED_VALUE: mark("Décision {decision} validée, optimalité affirmée, non contrôlable"),
    "replacement": mark("Décision {decision} remplacée, et gardée sous {kept}"),
    "erasure": mark("Une personne effacée, sous le pseudonyme {person}"),
    "purge": mark("Édition close, fichiers effacés : {files}"),
    "interruption": mark("L'écriture d'une ligne avait été interrompue ; ce qu'il en restait est mis de côté"),
}


def make_entry_rows(entries: Sequence[LogEntry]) -> Iterator[tuple[str, ...]]:
    """Yield the texts of each entry: number, time, author, action and reason."""
    for number, entry in enumerate(entries, 1):
        yield (
            str(number),
            moment(datetime.fromisoformat(entry.when)),
            signer(entry.who),
            entry_in_words(entry),
            entry.why,
        )


def entry_in_words(entry: LogEntry) -> str:
    """Return the text of an entry; the name of its kind if that has no text.

    >>> entry_in_words(LogEntry(kind="edit", what={"edit": "pin", "mentor": "m3", "mentee": "e5"}, who="Camille"))
    'Binôme imposé : m3 – e5'
    """
    text_key = UNPROVED_VALUE if entry.unproved else entry.kind
    message = EDIT_TEXTS.get(entry.what.get("edit", ""), "") or ENTRY_TEXTS.get(text_key, entry.kind)
    values = {name: isolate(value[:8] if name == "decision" else value) for name, value in entry.what.items()}
    return tr(message).format_map(defaultdict(str, values))


def format_entry_sentences(entries: Sequence[LogEntry]) -> Iterator[str]:
    """Yield a sentence per entry, for a terminal."""
    for number, when, who, what, why in make_entry_rows(entries):
        sentence = tr("{number}. Le {when}, {who} : {what}", number=number, when=when, who=who, what=what)
        yield f"{sentence} ({why})" if why else sentence


def find_replaced(entries: Sequence[LogEntry], decision: str) -> Iterator[str]:
    """Yield a sentence on the last validation of another decision, if this decision itself has none."""
    validations = [entry for entry in entries if entry.kind == "validation"]
    if validations and not any(entry.what.get("decision") == decision for entry in validations):
        last = validations[-1]
        yield tr(
            "Une autre décision avait été validée avant elle, par {who} le {when}.",
            who=signer(last.who),
            when=moment(datetime.fromisoformat(last.when)),
        )
