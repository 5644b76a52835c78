"""Several rows of one person: a key typed twice is an error, a second answer by the same e-mail replaces the first."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import mark, tr
from mentormatch.people import RowFate
from mentormatch.phrases import listed
from mentormatch.survey.entries import Entry
from mentormatch.survey.plan import Plan

INCOMPLETE = mark("incomplète, une réponse complète existe (ligne {line})")
OLDER = mark("remplacée par une réponse plus récente (ligne {line})")


def grouped[T, K: Hashable](items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the items by key, in the order in which they came."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def settled(entries: Sequence[Entry], plan: Plan) -> tuple[list[Entry], list[RowFate]]:
    """Return the entries that count, one a person, and the rows that another row of the same person replaces.

    Raises SurveyError where a key was typed twice, naming both lines.
    """
    if plan.key is not None:
        refuse_doubled(entries, plan)
        return list(entries), []
    kept: list[Entry] = []
    replaced: list[RowFate] = []
    for same in grouped(entries, lambda entry: (entry.side, entry.key)).values():
        last = max([entry for entry in same if entry.row.fate == "taken"] or same, key=moment)
        kept.append(last)
        replaced += [superseded(entry.row, last.row) for entry in same if entry is not last]
    return kept, replaced


def moment(entry: Entry) -> tuple[datetime, int]:
    """Return what orders the answers of one person: when they were sent, where the tool tells, and their line."""
    when = entry.row.when or datetime.min
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when, entry.row.line


def superseded(row: RowFate, by: RowFate) -> RowFate:
    """Return ``row`` as replaced by another of the same person."""
    incomplete = row.fate == "incomplete" and by.fate == "taken"
    return replace(row, fate="replaced", by=by.line, reason=tr(INCOMPLETE if incomplete else OLDER, line=by.line))


def sheet_of(entry: Entry, plan: Plan) -> tuple[str, str]:
    """Return the file in which a key must be unique: two frames have one name, and are told apart by their side."""
    return entry.row.source, "" if plan.roles else entry.side


def refuse_doubled(entries: Sequence[Entry], plan: Plan) -> None:
    """Raise SurveyError where two rows of one file bear the same key."""
    problems = [
        Problem(
            rows[0].row.source,
            tr("même identifiant aux lignes {lines}", lines=lines(rows)),
            tr("un identifiant par personne"),
        )
        for rows in grouped(entries, lambda entry: (*sheet_of(entry, plan), entry.key)).values()
        if len(rows) > 1
    ]
    if problems:
        raise SurveyError(tr("Un identifiant est saisi plusieurs fois"), problems)


def lines(entries: Sequence[Entry]) -> str:
    """Return the lines of entries in a row."""
    return listed([str(entry.row.line) for entry in entries])


def same_email(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield the groups of entries that gave the same e-mail under different keys, or on both sides."""
    for same in grouped([entry for entry in entries if entry.email], lambda entry: entry.email).values():
        if len(same) > 1:
            yield same
