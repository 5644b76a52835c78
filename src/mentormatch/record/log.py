"""The log of what was done, by whom and why: a line of JSON for each entry, chained by digests.

Each line holds the SHA-256 of the line before it, so no line can be changed, taken away or moved without breaking the
chain after it. The *head*, the digest of the last line, is printed on the documents that staff keep: a log that was
rewritten as a whole, or shortened, no longer has it.

The log in words: what was done, when, by whom and why, a row for each line, for people to read.

The log knows people by opaque ids, and they are said as such: ``m1`` is the first mentor of the answers, ``e1`` the
first mentee. No participant is named.
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
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.languages.phrases import about, moment, system_reason
from mentormatch.languages.text_keys import is_one_visible_line, mixes_alphabets
from mentormatch.languages.translation import isolate, mark, tr
from mentormatch.record.digests import digest

if sys.platform != "win32":
    import fcntl

START = "0" * 64
"""What the first line holds as the digest of the line before it, and the head of an empty log."""
LOG_SUFFIX = ".journal.jsonl"

ENGINE = "mentormatch"
"""Who signs what nobody decided."""

OPTIMALITY, UNPROVED = "optimality", "unproved"
"""What a validation says in ``what`` of an optimum that was accepted as stated."""

type LogKind = Literal["matching", "edit", "validation", "replacement", "erasure", "purge", "interruption"]


def now() -> str:
    """Return the time of the place, with its offset, in ISO 8601, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def with_offset(text: str) -> str:
    """Return a time as it is; raises ValueError unless it is ISO 8601 and says how far it is from UTC."""
    if datetime.fromisoformat(text).utcoffset() is None:
        raise ValueError("a time without its offset")
    return text


class LogEntry(BaseModel):
    """One thing that was done: what, by whom, when (ISO 8601 with the offset of the place) and why."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: LogKind
    what: dict[str, str]
    who: str = Setting(min_length=1)
    when: Annotated[str, AfterValidator(with_offset)] = Setting(default_factory=now)
    why: str = ""

    @property
    def unproved(self) -> bool:
        """Whether a validation accepted an optimum that the decision file states and does not prove."""
        return self.what.get(OPTIMALITY) == UNPROVED


class LogLine(BaseModel):
    """A line of the log: its number from 1, the digest of the line before it, and the entry."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    line: int
    previous: str
    entry: LogEntry

    def encode(self) -> bytes:
        """Return the line as it is written, without its end; there is no other way to write it."""
        return self.model_dump_json().encode()


@dataclass(frozen=True, slots=True)
class LogChain:
    """What a log holds: its entries, its head, and what is wrong with it, each with its line.

    ``since``: how many lines were added after the head that was asked for; None if it was not found or not asked.
    ``torn``: the last of what is wrong is a line whose writing was interrupted. ``heads``: that of the empty log, then
    that of each line.
    """

    entries: tuple[LogEntry, ...]
    head: str
    problems: tuple[Problem, ...] = ()
    since: int | None = None
    torn: bool = False
    heads: tuple[str, ...] = (START,)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """What a line states that cannot be, each with its line: an order, a time, a name.

        A line that is written today is refused for these; what an older log holds is told.
        """
        return tuple(faults_of(self.entries))

    @property
    def whole(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems

    def until(self, head: str) -> "LogChain":
        """Return the log as it was when it had this head; as it is where it never had it, or is not whole."""
        if not self.whole or head not in self.heads:
            return self
        count = self.heads.index(head)
        return LogChain(self.entries[:count], head, heads=self.heads[: count + 1])

    def matches(self, decision: str) -> bool:
        """Return whether a line states that the decision whose file has this digest was made."""
        return any(one.kind == "matching" and one.what.get("decision") == decision for one in self.entries)

    def validations(self, decision: str) -> tuple[LogEntry, ...]:
        """Return who validated the decision whose file has this digest, first to last."""
        return tuple(one for one in self.entries if one.kind == "validation" and one.what.get("decision") == decision)


def append(path: str | PathLike[str], *entries: LogEntry) -> str:
    """Add a line for each entry to a log, made if need be, and return the new head.

    The lines stand next to each other and are on the disk when this returns. Writers wait for each other (where the
    system has ``flock``). If they cannot all be written whole, the log is left as it was. What a writer that was killed
    left of a line is set aside in a line of its own: nobody was told a head of it.

    Raises
    ------
    OutputError
        If the file cannot be written, or its last whole line is no line of a log: nothing is added then.
    RequestError
        If a line states what cannot be, see ``faults_of``: nothing is added then.
    """
    target = Path(path)
    try:
        with hold_folder(target.parent), target.open("a+b", buffering=0) as file, lock(file, alone=True):
            return _add(file, target.name, entries)
    except OSError as error:
        sentence = tr("le journal ne peut pas être écrit ({reason})", reason=system_reason(error))
        raise OutputError(about(target.name, sentence)) from None


def check_chain(path: str | PathLike[str], head: str | None = None) -> LogChain:
    """Return what a log holds and all that is wrong with it.

    Parameters
    ----------
    head
        A head that was printed: the log must have had it, at its end or before lines that were added since.
    """
    target = Path(path)
    try:
        with target.open("rb") as file, lock(file, alone=False):
            content = file.read()
    except OSError as error:
        sentence = tr("le journal ne peut pas être lu ({reason})", reason=system_reason(error))
        return LogChain((), START, (Problem(target.name, sentence),))
    return chain_in(content, head)


def chain_in(content: bytes, head: str | None = None) -> LogChain:
    """Return what the text of a log holds and all that is wrong with it; see ``check_chain``."""
    lines, torn = _split_lines(content)
    entries, problems = [], []
    for number, raw in enumerate(lines, 1):
        read, wrong = _read(raw, number, digest(lines[number - 2]) if number > 1 else START)
        entries += [read.entry] if read else []
        problems += wrong
    # The head after each line: any of them may have been printed.
    heads = [START, *map(digest, lines)]
    since, missing = _since(heads, head)
    interrupted = [_torn(len(lines) + 1)] if torn else []
    problems += [*missing, *interrupted]
    return LogChain(tuple(entries), heads[-1], tuple(problems), since, bool(torn), tuple(heads))


@contextmanager
def lock(file: IOBase, *, alone: bool) -> Iterator[None]:
    """Hold the lock of a file, where there is one: alone to write, together with others to read."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    yield


def _add(file: FileIO, name: str, entries: Sequence[LogEntry]) -> str:
    file.seek(0)
    lines, torn = _split_lines(file.readall())
    # A line is added to a whole line only: what follows a broken one would never be confirmed.
    wrong = _read(lines[-1], len(lines))[1] if lines else []
    if wrong:
        raise OutputError(about(name, tr("rien n'a été ajouté au journal")), wrong)
    end = file.tell() - len(torn)
    head, added = _encode(lines, (*_keep_interrupted(torn), *entries))
    # What a killed writer left is cut off, and kept in a line of its own; it comes back where the disk is full.
    try:
        file.truncate(end)
        _write(file, added)
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        _write(file, torn)
        raise
    return head


def extend_content(content: bytes, *entries: LogEntry) -> tuple[str, bytes]:
    """Return the head that a log will have, and what is to be added to the whole lines of its bytes."""
    lines, torn = _split_lines(content)
    return _encode(lines, (*_keep_interrupted(torn), *entries))


def _encode(lines: Sequence[bytes], entries: Sequence[LogEntry]) -> tuple[str, bytes]:
    """Return the head that the log will have, and what is to be added to these lines."""
    stored = [read.entry for number, raw in enumerate(lines, 1) if (read := _read(raw, number)[0])]
    new = len(stored)
    faults = list(faults_of((*stored, *entries), new))
    if faults:
        raise RequestError(tr("Le journal ne peut pas tenir cette ligne"), faults)
    head, added = digest(lines[-1]) if lines else START, b""
    for number, entry in enumerate(entries, len(lines) + 1):
        line = LogLine(line=number, previous=head, entry=entry).encode()
        head, added = digest(line), added + line + b"\n"
    return head, added


def _keep_interrupted(torn: bytes) -> Iterator[LogEntry]:
    """Yield the entry that keeps what there is of a line whose writing was interrupted."""
    if torn:
        yield LogEntry(kind="interruption", what={"torn": torn.decode(errors="backslashreplace")}, who=ENGINE)


def faults_of(entries: Sequence[LogEntry], start: int = 0) -> Iterator[Problem]:
    """Yield what entries from index ``start`` on state that cannot be: a time, an order, a name, a text.

    A time lies neither after now nor before that of an earlier line (but for the difference between clocks; a line from
    the future is no measure for those after it). A decision is validated after the line of its matching.
    """
    # Clocks of machines that share a folder may differ, and a writer may have waited for another.
    tolerance = timedelta(minutes=5)
    # The first days of year 1 are no times in some zones.
    latest, now_utc, matched = datetime(1, 1, 3, tzinfo=UTC), datetime.now(UTC), set[str]()
    for number, entry in enumerate(entries, 1):
        when, decision = datetime.fromisoformat(entry.when), entry.what.get("decision", "")
        future = when > now_utc + tolerance
        if number > start:
            found = list(text_faults(entry.who, entry.why))
            if future:
                found.append(Problem("when", tr("une date à venir ({date})", date=entry.when)))
            elif when < latest - tolerance:
                advice = tr("réglez l'horloge de cette machine") if start else ""
                found.append(
                    Problem("when", tr("une date d'avant la ligne précédente ({date})", date=entry.when), "", advice)
                )
            if entry.kind == "validation" and decision not in matched:
                found.append(
                    Problem("what", tr("une validation avant la ligne qui dit que cette décision a été formée"))
                )
            yield from (replace(one, where=f"{line_of(number)}, {one.where}") for one in found)
        if entry.kind == "matching":
            matched.add(decision)
        latest = latest if future else max(latest, when)


def text_faults(who: str, why: str) -> Iterator[Problem]:
    """Yield why a name or a reason is none: not one line of visible characters, or a name of fewer than two letters."""
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
    """Return the lines, and what stands after the end of the last."""
    *lines, torn = content.split(b"\n")
    return lines, torn


def _read(raw: bytes, number: int, previous: str | None = None) -> tuple[LogLine | None, list[Problem]]:
    """Return a line and what is wrong with it; without ``previous`` it is not held against the line before."""
    where = line_of(number)
    try:
        line = LogLine.model_validate_json(raw)
    except ValidationError:
        return None, [Problem(where, tr("ce n'est pas une ligne de journal"))]
    # One spelling for each line: another one, though it says the same, is a line that was written again.
    if line.encode() != raw or line.line != number:
        return line, [Problem(where, tr("la ligne a été réécrite ou déplacée"))]
    if previous is not None and line.previous != previous:
        return line, [Problem(where, tr("la ligne ne suit pas celle qui la précède : l'une des deux a été changée"))]
    return line, []


def line_of(number: int) -> str:
    """Return where a line of the log stands."""
    return tr("journal, ligne {number}", number=number)


def _torn(number: int) -> Problem:
    return Problem(
        line_of(number),
        tr("la dernière ligne est incomplète : son écriture a été interrompue"),
        advice=tr("la prochaine écriture la mettra de côté, et le dira"),
    )


def _since(heads: list[str], head: str | None) -> tuple[int | None, list[Problem]]:
    if head is None:
        return None, []
    # The first is that of a log without lines: no document prints it.
    if head.lower() in (heads[1:] or heads):
        return len(heads) - 1 - heads.index(head.lower()), []
    where = tr("journal, ligne {number} (la dernière)", number=len(heads) - 1)
    found = tr("aucune ligne n'a l'empreinte demandée : le journal a été réécrit ou raccourci")
    return None, [Problem(where, found)]


def account() -> str:
    """Return the name of the account that is at work, or that it is unknown."""
    try:
        name = getuser().strip()
    except (OSError, KeyError, ImportError):  # up to Python 3.12 a missing account raises one of the last two
        name = ""
    return tr("compte {name}", name=ascii(name)) if name and any(text_faults(name, "")) else name or tr("inconnu")


def sign(kind: LogKind, what: Mapping[str, str], *, who: str, why: str = "") -> LogEntry:
    """Return an entry of the log, made now; raises RequestError if nobody is named, or a text is not one line."""
    faults = (
        [Problem("who", tr("vide"), tr("un nom"))] if not who.strip() else list(text_faults(who.strip(), why.strip()))
    )
    if faults:
        raise RequestError(tr("Le journal ne prend que ce qu'une personne nommée signe"), faults)
    try:
        return LogEntry(kind=kind, what=dict(what), who=who.strip(), why=why.strip())
    except ValidationError as error:
        problems = [Problem(".".join(map(str, wrong["loc"])), wrong["type"]) for wrong in error.errors()]
        raise RequestError(tr("Le journal ne peut pas tenir cette ligne"), problems) from None


def validation_words(who: str, when: str, why: str, *, unproved: bool = False) -> str:
    r"""Return by whom a decision was validated, when (ISO 8601 with an offset) and why.

    >>> validation_words("Camille Roux", "2026-03-12T09:30:00+01:00", "comité du 12 mars")
    'Validée par Camille Roux le 12\xa0mars 2026 à 9\xa0h\xa030. Motif : comité du 12 mars'
    """
    said = [tr("Validée par {who} le {moment}.", who=signer(who), moment=moment(datetime.fromisoformat(when)))]
    said += [f"{tr('Optimalité affirmée, non contrôlable')}."] if unproved else []
    said += [tr("Motif : {why}", why=why)] if why else []
    return " ".join(said)


def signer(who: str) -> str:
    """Return a name, with a remark if it mixes alphabets: its letters may be drawn as others.

    >>> signer("Camille Roux"), signer("\N{CYRILLIC CAPITAL LETTER ES}amille Roux")[1:]
    ('Camille Roux', 'amille Roux (alphabets mélangés)')
    """
    return tr("{name} ({remark})", name=who, remark=tr("alphabets mélangés")) if mixes_alphabets(who) else who


TITLES = (mark("N°"), mark("Quand"), mark("Qui"), mark("Quoi"), mark("Pourquoi"))
"""What the columns of the rows hold."""
IDS = mark(
    "m1 est la première personne parmi les mentor·es, dans l'ordre des réponses, et e1 la première parmi les"
    " mentoré·es : le journal ne nomme aucun·e participant·e."
)
EDITS: Mapping[str, str] = {
    "pin": mark("Binôme imposé : {mentor} – {mentee}"),
    "ban": mark("Binôme écarté : {mentor} – {mentee}"),
    "keep": mark("Binôme gardé : {mentor} – {mentee}"),
    "withdrawn": mark("Départ de {mentor}{mentee}"),
    "arrived": mark("Arrivée de {mentor}{mentee}"),
    "capacity": mark("Places de {mentor}{mentee} : {places}"),
}
"""What was changed by hand, by the kind of the edit."""
DEEDS: Mapping[str, str] = {
    "edit": mark("Changement à la main"),
    "matching": mark("Binômes formés, décision {decision}"),
    "validation": mark("Décision {decision} validée"),
    UNPROVED: mark("Décision {decision} validée, optimalité affirmée, non contrôlable"),
    "replacement": mark("Décision {decision} remplacée, et gardée sous {kept}"),
    "erasure": mark("Une personne effacée, sous le pseudonyme {person}"),
    "purge": mark("Édition close, fichiers effacés : {files}"),
    "interruption": mark("L'écriture d'une ligne avait été interrompue ; ce qu'il en restait est mis de côté"),
}
"""What was done, by the kind of the entry."""


def rows(entries: Sequence[LogEntry]) -> Iterator[tuple[str, ...]]:
    """Yield a row of words for each entry: number, when, who, what and why."""
    for number, entry in enumerate(entries, 1):
        yield (
            str(number),
            moment(datetime.fromisoformat(entry.when)),
            signer(entry.who),
            entry_in_words(entry),
            entry.why,
        )


def entry_in_words(entry: LogEntry) -> str:
    """Return in words what was done; a kind that has none yet is told by its name.

    >>> entry_in_words(LogEntry(kind="edit", what={"edit": "pin", "mentor": "m3", "mentee": "e5"}, who="Camille"))
    'Binôme imposé : m3 – e5'
    """
    deed = UNPROVED if entry.unproved else entry.kind
    message = EDITS.get(entry.what.get("edit", ""), "") or DEEDS.get(deed, entry.kind)
    what = {name: isolate(value[:8] if name == "decision" else value) for name, value in entry.what.items()}
    return tr(message).format_map(defaultdict(str, what))


def lines(entries: Sequence[LogEntry]) -> Iterator[str]:
    """Yield the same as sentences, for a terminal."""
    for number, when, who, what, why in rows(entries):
        said = tr("{number}. Le {when}, {who} : {what}", number=number, when=when, who=who, what=what)
        yield f"{said} ({why})" if why else said


def find_replaced(entries: Sequence[LogEntry], decision: str) -> Iterator[str]:
    """Yield that another decision was validated before one that is not, of the last such validation."""
    validations = [one for one in entries if one.kind == "validation"]
    if validations and not any(one.what.get("decision") == decision for one in validations):
        last = validations[-1]
        yield tr(
            "Une autre décision avait été validée avant elle, par {who} le {when}.",
            who=signer(last.who),
            when=moment(datetime.fromisoformat(last.when)),
        )
