"""A survey and five answers of staff -> a programme of groups, with the dates of their sessions.

The five answers are the number of people per group, the people to keep apart, the period, the moments, and whether each
person presents once. They are proposed from the survey, and read from a programme that was written from them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mentormatch.languages.phrases import weekday_and_day
from mentormatch.languages.translation import language, tr
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.entries import (
    DraftEntry,
    make_document_lines,
    make_field_lines,
    make_heading_lines,
    make_mapping_lines,
)
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.identity import email_of
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold, normalize_words
from mentormatch.programme.drafts.programme_draft import is_surname_first, make_outline
from mentormatch.programme.drafts.samples import Tables, language_of, languages_of
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import UNNAMED_PROGRAMME

PREFERRED_SIZE = 8  # each member can present within a year of monthly sessions
# The minimum and maximum number of days between two sessions of a group
DAYS_BETWEEN_SESSIONS: dict[str, tuple[int, int]] = {"month": (21, 42), "fortnight": (12, 18), "week": (6, 9)}
# The start of a session, by the index of its moment in the vocabulary
SESSION_STARTS = (time(8), time(9, 30), time(12, 15), time(14), time(17), time(18), time(20), time(9, 30))
# Weekdays, Monday is 0, by the index of their name in the vocabulary
WEEKDAYS_BY_NAME = (*((day,) for day in range(5)), (*range(5),), (5,), (6,), (5, 6))


@dataclass(frozen=True)
class GroupAnswers:
    """The five answers of staff.

    ``apart`` are the fields by which two people with the same answer are kept apart, ``attends`` the question on
    moments, empty if all groups meet at the same moment. ``begin`` and ``end`` bound the period, in which a group meets
    every ``rhythm``, empty for another one in a programme. ``zone`` is that of the school holidays without sessions,
    empty for none, or for several in a programme. ``presents`` states whether each person presents once.
    """

    least: int
    most: int
    apart: tuple[str, ...]
    begin: date
    end: date
    rhythm: str
    zone: str
    attends: str
    presents: bool = True

    @classmethod
    def of(cls, programme: Programme) -> "GroupAnswers | None":
        """Return the answers in a programme; None if it does not form groups with dates."""
        sessions, groups = programme.sessions, programme.groups
        if sessions is None or groups is None or not sessions.dates:
            return None
        days = [moment.date() if isinstance(moment, datetime) else moment for moment in sessions.dates.values()]
        rhythm = next(
            (name for name, days_apart in DAYS_BETWEEN_SESSIONS.items() if days_apart == tuple(sessions.apart)), ""
        )
        apart = tuple(reference.field for rule in programme.rules for reference in rule.references())
        zone = sessions.zones[0] if len(sessions.zones) == 1 else ""
        least, most = groups.sizes
        attends, presents = sessions.attends or "", sessions.number is not None
        return cls(least, most, apart, min(days), max(days), rhythm, zone, attends, presents)


def sizes_for(count: int) -> tuple[int, int]:
    """Return the sizes, equal or one apart and at least 2, by which ``count`` people make groups of about eight."""
    groups = max(1, round(count / PREFERRED_SIZE))
    least = max(2, count // groups)
    return least, max(least, -(-count // groups))


def propose_answers(entries: Sequence[DraftEntry], count: int, today: date) -> GroupAnswers:
    """Return the answers that a survey of ``count`` people suggests."""
    begin = today.replace(day=1)
    end_month = begin.month - 1 + 9
    end = date(begin.year + end_month // 12, end_month % 12 + 1, 1) - timedelta(days=1)
    apart = tuple(entry.name for entry in entries if words.asks_organisation(entry.question))
    attends = next((entry.name for entry in entries if entry.guess.kind == "slots"), "")
    least, most = sizes_for(count)
    return GroupAnswers(least, most, apart[:1], begin, end, "month", "A", attends)


def group_count(count: int, answers: GroupAnswers) -> tuple[int, int]:
    """Return the number of groups for as many of ``count`` people as possible, and the number of people left out.

    >>> from dataclasses import replace
    >>> answers = GroupAnswers(7, 8, (), date(2026, 1, 1), date(2026, 6, 1), "month", "", "")
    >>> group_count(24, answers), group_count(24, replace(answers, least=7, most=7))
    ((3, 0), (3, 3))
    """
    max_groups = count // answers.least
    groups = min(max_groups, max(1, -(-count // answers.most))) if max_groups else 0
    return groups, max(0, count - groups * answers.most)


def pairs_kept_apart(entry: DraftEntry) -> int:
    """Return the number of pairs of people with the same answer to a question."""
    counts = Counter(fold(answer) for answer in entry.sample.answers if answer)
    return sum(number * (number - 1) // 2 for number in counts.values())


def group_entries(tables: Tables) -> tuple[DraftEntry, ...]:
    """Return the fields of a survey without mentors and mentees."""
    with language(language_of(tables), unless_asked=True), words_of(words_read(languages_of(tables))):
        return make_outline(tables).entries


def write_programme(tables: Tables, answers: GroupAnswers, name: str = "") -> str:
    """Return the programme of groups as TOML."""
    with language(language_of(tables), unless_asked=True), words_of(words_read(languages_of(tables))):
        entries = [as_names_if_needed(entry, answers) for entry in make_outline(tables).entries]
        lines = [
            *make_heading_lines(entries, None, email_of(entries), name or tr(UNNAMED_PROGRAMME)),
            "",
            *make_field_lines(entries),
            *make_mapping_lines(entries),
            *make_document_lines(entries, surname_first=is_surname_first(entries)),
            "",
            "[groups]",
            f"least = {answers.least}",
            f"most = {answers.most}",
            "",
            *make_criterion_lines(entries, answers),
            *make_rule_lines(answers),
            *make_session_lines(entries, answers),
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_names_if_needed(entry: DraftEntry, answers: GroupAnswers) -> DraftEntry:
    """Return a field as names if people with the same answer to it are kept apart; another field unchanged."""
    if entry.name in answers.apart:
        return replace(entry, guess=Guess("names", entry.guess.why))
    return entry


def make_criterion_lines(entries: Sequence[DraftEntry], answers: GroupAnswers) -> Iterator[str]:
    if answers.attends in {entry.name for entry in entries}:
        yield from ("[[criteria]]", 'kind = "availability"', f'field = "{answers.attends}"', "enough = 1", "")


def make_rule_lines(answers: GroupAnswers) -> Iterator[str]:
    for name in answers.apart:
        yield from ("[[rules]]", 'kind = "different"', f'field = "{name}"', "")


def make_session_lines(entries: Sequence[DraftEntry], answers: GroupAnswers) -> Iterator[str]:
    """Yield the lines of the sessions, with all dates of the period at the moments that people named, else Tuesdays."""
    moments_entry = next((entry for entry in entries if entry.name == answers.attends), None)
    moments = [(1, time(14), tr("après-midi"))]  # Tuesday
    if moments_entry is not None:
        slots = dict(moments_entry.guess.settings)
        moments = [
            (weekday, SESSION_STARTS[words.moments()[normalize_words(part)]], part)
            for day in slots["days"]
            for weekday in WEEKDAYS_BY_NAME[words.days()[normalize_words(day)]]
            for part in slots["moments"]
        ]
    yield "[sessions]"
    if answers.presents:
        yield f"number = {answers.most}"
        yield "per_session = 1"
    yield f"apart = {list(DAYS_BETWEEN_SESSIONS.get(answers.rhythm, DAYS_BETWEEN_SESSIONS['month']))}"
    yield f'zones = ["{answers.zone}"]' if answers.zone else "zones = []"
    if moments_entry is not None:
        yield f'attends = "{answers.attends}"'
    yield ""
    yield "[sessions.dates]"
    dates = sorted((start, part) for weekday, hour, part in moments for start in find_starts(answers, weekday, hour))
    yield from (f'"{weekday_and_day(start.date())}, {part}" = {start.isoformat()}' for start, part in dates)


def find_starts(answers: GroupAnswers, weekday: int, hour: time) -> Iterator[datetime]:
    """Yield each start of a session at one moment of the week, within the period."""
    when = answers.begin + timedelta(days=(weekday - answers.begin.weekday()) % 7)
    while when <= answers.end:
        yield datetime.combine(when, hour)
        when += timedelta(days=7)
