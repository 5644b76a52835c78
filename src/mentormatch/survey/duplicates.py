"""Several rows of one person: a key typed twice is an error, a second answer by the same e-mail replaces the first.

Which answer is the last is known by date, where both dates are: two without a time zone, or two with one, are compared
as they are; one with and one without are only where no zone on earth could turn them round. Among answers of which
none is known to be later, that which stands last in the file counts, and is not called more recent.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.languages.phrases import listed
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Remark, RowFate, RowStatus
from mentormatch.survey.entries import SurveyEntry
from mentormatch.survey.moments import ORDERS
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import Order, SentMoment

INCOMPLETE = mark("incomplète, une réponse complète existe (ligne {line})")
OLDER = mark("remplacée par une réponse plus récente (ligne {line})")
FURTHER = mark("remplacée par une réponse plus loin dans le fichier (ligne {line})")
UNKNOWN = mark("remplacée par une autre réponse de la même personne (ligne {line})")
WRITTEN: dict[Order, str] = {"day first": mark("jour/mois"), "month first": mark("mois/jour")}
MOST_SHOWN = 5
EARLIEST, LATEST = timedelta(hours=-14), timedelta(hours=12)
"""From a clock on the wall to UTC, at the least and at the most."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Which of some answers of one person counts, by position: ``turned`` where day and month the other way round say.

    ``ways`` are the moments of all of them, in each order of day and month that may be the right one.
    """

    position: int
    turned: int
    ways: Sequence[Sequence[datetime | None]]

    def is_older(self, position: int) -> bool:
        """Say whether an answer is known to be older than the one that counts."""
        return all(precedes(whens[position], whens[self.position]) for whens in self.ways)


def newest(sent: Sequence[SentMoment], lines: Sequence[int]) -> Newest:
    """Return which of the answers of one person, each on its line, counts."""
    ways = [[one.at(order) for one in sent] for order in ORDERS]
    first, second = (last(whens, lines) for whens in ways)
    if first == second:
        return Newest(first, first, ways)
    likely = [one.when for one in sent]
    position = last(likely, lines)
    return Newest(position, second if position == first else first, [likely])


def last(whens: Sequence[datetime | None], lines: Sequence[int]) -> int:
    """Return the position of the answer that counts: none is known to be later, and among such it is the last line."""
    kinds = group_by(range(len(whens)), lambda at: None if (when := whens[at]) is None else when.tzinfo is None)
    # Of moments with a time zone, and of those without, the latest each; then those that no other certainly follows.
    best = [max(same, key=lambda at: (whens[at] or datetime.min, lines[at])) for same in kinds.values()]
    latest = [at for at in best if not any(precedes(whens[at], whens[other]) for other in best)]
    return max(latest, key=lines.__getitem__)


def precedes(one: datetime | None, other: datetime | None) -> bool:
    """Say whether a moment is known to come before another."""
    if one is None or other is None:
        return False
    if (one.tzinfo is None) == (other.tzinfo is None):
        return one < other
    return in_utc(one, LATEST) < in_utc(other, EARLIEST)


def in_utc(when: datetime, shift: timedelta) -> datetime:
    """Return a moment in UTC, the shift from the clock on the wall where it has no time zone."""
    return when if when.tzinfo else (when + shift).replace(tzinfo=UTC)


def group_by[T, K: Hashable](items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the items by key, in the order in which they came."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def settle_duplicates(
    entries: Sequence[SurveyEntry], plan: Plan
) -> tuple[list[SurveyEntry], list[RowFate], list[Remark]]:
    """Return the entries that count, one a person, the rows that another of the same person replaces, and remarks.

    Raises SurveyError where a key was typed twice, naming both lines, or where which answer counts depends on the
    order of day and month, and nothing tells it.
    """
    if plan.key is not None:
        refuse_doubled(entries, plan)
        return list(entries), [], []
    kept: list[SurveyEntry] = []
    replaced: list[RowFate] = []
    doubts = Doubts()
    for entered in group_by(entries, lambda entry: ("" if plan.on_both_sides else entry.side, entry.key)).values():
        # A row of somebody who is on both sides is two entries, and one answer.
        whole = group_by(entered, lambda entry: (entry.row.source, entry.row.line))
        same = [one_fate([entry.row for entry in own]) for own in whole.values()]
        # An answer that is complete counts before one that is not, however late that was sent.
        counting = [row for row in same if row.fate == "taken"] or same
        sent = [whole[row.source, row.line][0].sent for row in counting]
        found = newest(sent, [row.line for row in counting])
        last_one = counting[found.position]
        kept += whole[last_one.source, last_one.line]
        doubts.add(found, sent, counting)
        known = {row.line for at, row in enumerate(counting) if found.is_older(at)}
        replaced += [replace_row(row, last_one, known) for row in same if row is not last_one]
    return kept, replaced, doubts.remarks()


BEST: tuple[RowStatus, ...] = ("taken", "incomplete", "rejected", "replaced")
SIDE_TOLD: dict[Side, str] = {"mentor": mark("comme mentor·e : {reason}"), "mentee": mark("comme mentoré·e : {reason}")}


def one_fate(rows: Sequence[RowFate]) -> RowFate:
    """Return what became of one row that came in: the better fate of a person on both sides, and why not both."""
    first, reasons = rows[0], {row.reason for row in rows}
    if len(rows) == 1:
        return first
    fate = min((row.fate for row in rows), key=BEST.index)
    reasons_by_side = [tr(SIDE_TOLD[side], reason=row.reason) for row in rows for side in row.sides if row.reason]
    return replace(
        first, fate=fate, side="both", reason=first.reason if len(reasons) == 1 else " ; ".join(reasons_by_side)
    )


def replace_row(row: RowFate, by: RowFate, older: Iterable[int] = ()) -> RowFate:
    """Return ``row`` as replaced by another of the same person; ``older`` are lines that are known to be older."""
    if row.fate == "incomplete" and by.fate == "taken":
        reason = INCOMPLETE
    elif row.line in older:
        reason = OLDER
    else:
        reason = FURTHER if row.line < by.line else UNKNOWN
    return replace(row, fate="replaced", by=by.line, reason=tr(reason, line=by.line))


class Doubts:
    """The people of whom the order of day and month tells which answer counts, by file and column."""

    def __init__(self) -> None:
        self.met: dict[tuple[str, str, Order | None], list[list[int]]] = {}

    def add(self, found: Newest, sent: Sequence[SentMoment], rows: Sequence[RowFate]) -> None:
        """Take note of one person, where it is so of them."""
        if found.turned == found.position:
            return
        at, turned = found.position, found.turned
        readings, when = next((one.readings, one.when) for one in (sent[at], sent[turned], *sent) if one.readings)
        likely = next((order for order in ORDERS if when == readings.of(order)), None)
        lines = sorted((rows[at].line, rows[turned].line))
        met = self.met.setdefault((rows[at].source, readings.column, likely), [])
        if lines not in met[-1:]:
            met.append(lines)

    def remarks(self) -> list[Remark]:
        """Return what was taken for the order where it is likely; raise SurveyError where nothing tells it."""
        problems = [
            order_question(source, column, met) for (source, column, likely), met in self.met.items() if likely is None
        ]
        if problems:
            raise SurveyError(tr("On ne sait pas quelle réponse est la plus récente"), problems)
        return [
            order_remark(source, column, likely, met) for (source, column, likely), met in self.met.items() if likely
        ]


def order_question(source: str, column: str, met: Sequence[Sequence[int]]) -> Problem:
    """Return that the order of day and month must be told, with the lines of those of whom it decides."""
    return Problem(
        source,
        tr(
            "« {column} » se lit jour/mois ou mois/jour, et la réponse qui compte en dépend : lignes {lines}",
            column=column,
            lines=lines_in_words(met),
        ),
        tr("une date qui ne se lit que d'une façon"),
        tr('dites-le dans le programme : [mapping] dates = "day first" (jour/mois) ou "month first" (mois/jour)'),
    )


def order_remark(source: str, column: str, order: Order, met: Sequence[Sequence[int]]) -> Remark:
    """Return which order of day and month was taken for the likely one, with the lines of those of whom it decides."""
    sentence = tr(
        "« {column} » est lu {order}, et la réponse qui compte en dépend : lignes {lines}. Si c'est l'inverse, dites-le"
        ' dans le programme : [mapping] dates = "{other}"',
        column=column,
        order=tr(WRITTEN[order]),
        lines=lines_in_words(met),
        other=next(other for other in ORDERS if other != order),
    )
    return Remark(source, met[0][0], sentence)


def lines_in_words(met: Sequence[Sequence[int]]) -> str:
    """Return the lines of the first few people."""
    people = [listed(list(map(str, same))) for same in met[:MOST_SHOWN]] + [tr("d'autres")] * (len(met) > MOST_SHOWN)
    return " ; ".join(people)


def sheet_of(entry: SurveyEntry, plan: Plan) -> tuple[str, str]:
    """Return the file in which a key must be unique: two frames have one name, and are told apart by their side.

    So are the rows of one file where the same key on both sides is one person, and no answer says that they are both.
    """
    return entry.row.source, "" if plan.one_row_each else entry.side


def refuse_doubled(entries: Sequence[SurveyEntry], plan: Plan) -> None:
    """Raise SurveyError where two rows of one file bear the same key."""
    problems = [
        Problem(
            rows[0].row.source,
            tr("même identifiant aux lignes {lines}", lines=lines(rows)),
            tr("un identifiant par personne"),
        )
        for rows in group_by(entries, lambda entry: (*sheet_of(entry, plan), entry.key)).values()
        if len({entry.row.line for entry in rows}) > 1
    ]
    if problems:
        raise SurveyError(tr("Un identifiant est saisi plusieurs fois"), problems)


def lines(entries: Sequence[SurveyEntry]) -> str:
    """Return the lines of entries in a row."""
    return listed(list(dict.fromkeys(str(entry.row.line) for entry in entries)))


def same_email(entries: Sequence[SurveyEntry]) -> Iterator[list[SurveyEntry]]:
    """Yield the groups of entries that gave the same e-mail under different keys, or on both sides."""
    for same in group_by([entry for entry in entries if entry.email], lambda entry: entry.email).values():
        if len(same) > 1:
            yield same
