"""Several rows of one person: a repeated key is an error; a later answer with the same e-mail replaces the earlier one.

Answers are ordered by date if possible. Two dates with a time zone, or two without, are compared directly. A date with
and one without are ordered only if every time zone gives the same order. If no answer is known to be later than the
others, the last one in the file counts; the messages then do not call it more recent.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.languages.phrases import joined, listed
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Remark, RowFate
from mentormatch.survey.entries import SurveyEntry
from mentormatch.survey.moments import ORDERS
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import Order, SentMoment

MAX_SHOWN = 5  # groups of lines in a message


@dataclass(frozen=True, slots=True)
class Newest:
    """The position of the answer that counts; ``turned`` is the position if day and month are swapped.

    ``ways`` has the moments of all answers: once per order of day and month, only the likely ones if the positions
    differ.
    """

    position: int
    turned: int
    ways: Sequence[Sequence[datetime | None]]

    def is_older(self, position: int) -> bool:
        """Return whether an answer is known to be older than the one that counts."""
        return all(is_earlier(whens[position], whens[self.position]) for whens in self.ways)


def find_newest(sent: Sequence[SentMoment], lines: Sequence[int]) -> Newest:
    """Return the answer of a person that counts, given the moment and the line of each answer."""
    ways = [[moment.at(order) for moment in sent] for order in ORDERS]
    first, second = (find_last(whens, lines) for whens in ways)
    if first == second:
        return Newest(first, first, ways)
    likely = [moment.when for moment in sent]
    position = find_last(likely, lines)
    return Newest(position, second if position == first else first, [likely])


def find_last(whens: Sequence[datetime | None], lines: Sequence[int]) -> int:
    """Return the position of the last line among the answers that are not known to be earlier than another one."""
    kinds = group_by(
        range(len(whens)), lambda position: None if (when := whens[position]) is None else when.tzinfo is None
    )
    # The latest moment with a time zone, the latest without, and the last unknown one; then compared to each other
    latest_of_kind = [
        max(group, key=lambda position: (whens[position] or datetime.min, lines[position])) for group in kinds.values()
    ]
    latest = [
        position
        for position in latest_of_kind
        if not any(is_earlier(whens[position], whens[later]) for later in latest_of_kind)
    ]
    return max(latest, key=lines.__getitem__)


def is_earlier(first: datetime | None, second: datetime | None) -> bool:
    """Return whether a moment is known to be earlier than another."""
    if first is None or second is None:
        return False
    if (first.tzinfo is None) == (second.tzinfo is None):
        return first < second
    # The bounds of the difference from a local time to UTC
    return in_utc(first, timedelta(hours=12)) < in_utc(second, timedelta(hours=-14))


def in_utc(when: datetime, shift: timedelta) -> datetime:
    return when if when.tzinfo else (when + shift).replace(tzinfo=UTC)


def group_by[T, K: Hashable](items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the items by key, in their order."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def settle_duplicates(
    entries: Sequence[SurveyEntry], plan: IntakePlan
) -> tuple[list[SurveyEntry], list[RowFate], list[Remark]]:
    """Return the entries that count, one per person and side; the replaced rows; and remarks.

    With keys no row is replaced. Raises SurveyError if a file repeats a key, with the lines, or if the entry that
    counts depends on an unknown order of day and month.
    """
    if plan.key is not None:
        refuse_duplicate_keys(entries, plan)
        return list(entries), [], []
    counted: list[SurveyEntry] = []
    replaced: list[RowFate] = []
    doubts = OrderDoubts()
    groups = group_by(entries, lambda entry: ("" if plan.on_both_sides else entry.side, entry.key))
    for person_entries in groups.values():
        # A row of a person on both sides is two entries, but one answer
        by_row = group_by(person_entries, lambda entry: (entry.row.source, entry.row.line))
        merged = [merge_fates([entry.row for entry in row_entries]) for row_entries in by_row.values()]
        # A complete answer counts before later incomplete ones
        candidates = [row for row in merged if row.fate == "taken"] or merged
        moments = [by_row[row.source, row.line][0].sent for row in candidates]
        choice = find_newest(moments, [row.line for row in candidates])
        chosen_row = candidates[choice.position]
        counted += by_row[chosen_row.source, chosen_row.line]
        doubts.add(choice, moments, candidates)
        older_lines = {row.line for position, row in enumerate(candidates) if choice.is_older(position)}
        replaced += [replace_row(row, chosen_row, older_lines) for row in merged if row is not chosen_row]
    return counted, replaced, doubts.remarks()


SIDE_REASONS: dict[Side, str] = {
    "mentor": mark("comme mentor·e : {reason}"),
    "mentee": mark("comme mentoré·e : {reason}"),
}


def merge_fates(rows: Sequence[RowFate]) -> RowFate:
    """Return the outcome of one row with two entries, for a person on both sides: the better one, with the reasons."""
    first, reasons = rows[0], {row.reason for row in rows}
    if len(rows) == 1:
        return first
    best_first = ("taken", "incomplete", "rejected", "replaced")
    fate = min((row.fate for row in rows), key=best_first.index)
    reasons_by_side = [tr(SIDE_REASONS[side], reason=row.reason) for row in rows for side in row.sides if row.reason]
    return replace(first, fate=fate, side="both", reason=first.reason if len(reasons) == 1 else joined(reasons_by_side))


def replace_row(row: RowFate, by: RowFate, older: Iterable[int] = ()) -> RowFate:
    """Return ``row`` as replaced by another of the same person; ``older`` are the lines known to be older."""
    if row.fate == "incomplete" and by.fate == "taken":
        reason = mark("incomplète, une réponse complète existe (ligne {line})")
    elif row.line in older:
        reason = mark("remplacée par une réponse plus récente (ligne {line})")
    else:
        reason = (
            mark("remplacée par une réponse plus loin dans le fichier (ligne {line})")
            if row.line < by.line
            else mark("remplacée par une autre réponse de la même personne (ligne {line})")
        )
    return replace(row, fate="replaced", by=by.line, reason=tr(reason, line=by.line))


class OrderDoubts:
    """Lines whose order depends on the order of day and month, by file, column, and likely order."""

    def __init__(self) -> None:
        self.lines_by_column: dict[tuple[str, str, Order | None], list[list[int]]] = {}

    def add(self, choice: Newest, sent: Sequence[SentMoment], rows: Sequence[RowFate]) -> None:
        """Add the lines of a person, if the answer that counts depends on the order of day and month."""
        if choice.turned == choice.position:
            return
        position, turned = choice.position, choice.turned
        readings, when = next(
            (moment.readings, moment.when) for moment in (sent[position], sent[turned], *sent) if moment.readings
        )
        likely = next((order for order in ORDERS if when == readings.of(order)), None)
        lines = sorted((rows[position].line, rows[turned].line))
        affected = self.lines_by_column.setdefault((rows[position].source, readings.column, likely), [])
        if lines not in affected[-1:]:
            affected.append(lines)

    def remarks(self) -> list[Remark]:
        """Return the assumed order of each column with a likely one. Raises SurveyError if a column has none."""
        problems = [
            order_question(source, column, affected)
            for (source, column, likely), affected in self.lines_by_column.items()
            if likely is None
        ]
        if problems:
            raise SurveyError(tr("On ne sait pas quelle réponse est la plus récente"), problems)
        return [
            order_remark(source, column, likely, affected)
            for (source, column, likely), affected in self.lines_by_column.items()
            if likely
        ]


def order_question(source: str, column: str, affected: Sequence[Sequence[int]]) -> Problem:
    """Return the problem that the order of day and month must be stated, with the lines that depend on it."""
    return Problem(
        source,
        tr(
            "« {column} » se lit jour/mois ou mois/jour, et la réponse qui compte en dépend : lignes {lines}",
            column=column,
            lines=lines_in_words(affected),
        ),
        tr("une date qui ne se lit que d'une façon"),
        tr('dites-le dans le programme : [mapping] dates = "day first" (jour/mois) ou "month first" (mois/jour)'),
    )


def order_remark(source: str, column: str, order: Order, affected: Sequence[Sequence[int]]) -> Remark:
    """Return the remark on the assumed order of day and month, with the lines that depend on it."""
    sentence = tr(
        "« {column} » est lu {order}, et la réponse qui compte en dépend : lignes {lines}. Si c'est l'inverse, dites-le"
        ' dans le programme : [mapping] dates = "{other}"',
        column=column,
        order=tr("jour/mois") if order == "day first" else tr("mois/jour"),
        lines=lines_in_words(affected),
        other=next(opposite for opposite in ORDERS if opposite != order),
    )
    return Remark(source, affected[0][0], sentence)


def lines_in_words(affected: Sequence[Sequence[int]]) -> str:
    """Return the first groups of lines as text."""
    people = [listed(list(map(str, numbers))) for numbers in affected[:MAX_SHOWN]] + [tr("d'autres")] * (
        len(affected) > MAX_SHOWN
    )
    return joined(people)


def sheet_of(entry: SurveyEntry, plan: IntakePlan) -> tuple[str, str]:
    """Return the scope of unique keys: the file, and the side unless a person has one row in a file."""
    return entry.row.source, "" if plan.one_row_each else entry.side


def refuse_duplicate_keys(entries: Sequence[SurveyEntry], plan: IntakePlan) -> None:
    """Raise SurveyError if two rows have the same key: in one scope of ``sheet_of``, or on one side of two files."""
    scopes = group_by(entries, lambda entry: (*sheet_of(entry, plan), entry.key)).values()
    in_file = [rows for rows in scopes if len({entry.row.line for entry in rows}) > 1]
    reported = {id(entry) for rows in in_file for entry in rows}
    sides = group_by(entries, lambda entry: (entry.side, entry.key)).values()
    across_files = [rows for rows in sides if len(rows) > 1 and reported.isdisjoint(map(id, rows))]
    problems = [repeated_key(rows, tr("même identifiant aux lignes {lines}", lines=lines(rows))) for rows in in_file]
    problems += [
        repeated_key(rows, tr("même identifiant : {rows}", rows=listed(list(map(place_in_words, rows)))))
        for rows in across_files
    ]
    if problems:
        raise SurveyError(tr("Un identifiant est saisi plusieurs fois"), problems)


def repeated_key(rows: Sequence[SurveyEntry], found: str) -> Problem:
    return Problem(rows[0].row.source, found, tr("un identifiant par personne"))


def place_in_words(entry: SurveyEntry) -> str:
    return tr("{source}, ligne {line}", source=entry.row.source, line=entry.row.line)


def lines(entries: Sequence[SurveyEntry]) -> str:
    return listed(list(dict.fromkeys(str(entry.row.line) for entry in entries)))


def same_email(entries: Sequence[SurveyEntry]) -> Iterator[list[SurveyEntry]]:
    """Yield the groups of entries with the same e-mail under different keys, or on both sides."""
    for group in group_by([entry for entry in entries if entry.email], lambda entry: entry.email).values():
        if len(group) > 1:
            yield group
