"""Answers of a survey and five answers of staff -> a programme of groups of peers, with the dates of their sessions.

The five answers are how many people per group, who must not be together, the period, the moments, and whether each
person presents once. They are proposed from the survey, and read back from a programme that was written from them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mentormatch.languages.phrases import weekday_and_day
from mentormatch.languages.translation import language, tr
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.entries import DraftEntry, documents, fields, heading, mappings
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.identity import email_of
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold, normalize_words
from mentormatch.programme.drafts.programme_draft import is_surname_first, outline_of
from mentormatch.programme.drafts.samples import Tables, language_of, languages_of
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import UNNAMED_PROGRAMME

PREFERRED_SIZE = 8  # everybody can present within a year of monthly sessions
MONTHS_PROPOSED = 9
RHYTHMS: dict[str, tuple[int, int]] = {"month": (21, 42), "fortnight": (12, 18), "week": (6, 9)}
"""The least and greatest number of days between two sessions, by how often a group meets."""
STARTS = (time(8), time(9, 30), time(12, 15), time(14), time(17), time(18), time(20), time(9, 30))
"""When a session begins, by the place of a moment among those of the words of a language."""
AFTERNOON = 3
TUESDAY = 1
WEEKDAYS = (*((day,) for day in range(5)), (*range(5),), (5,), (6,), (5, 6))
"""The days of the week, Monday first, by the place of a day among those of the words of a language."""


@dataclass(frozen=True)
class GroupAnswers:
    """The five answers.

    ``apart`` are the fields by which two people with the same answer are kept apart, ``attends`` the question of
    moments, empty if all groups meet at the same moment. ``begin`` and ``end`` bound the period, in which a group meets
    every ``rhythm``. ``zone`` is that of the school holidays without sessions, empty for none. ``presents`` states
    whether each person presents once.
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
        """Return the answers that a programme states, None if it is not one of groups with dates."""
        sessions, groups = programme.sessions, programme.groups
        if sessions is None or groups is None or not sessions.dates:
            return None
        days = [moment.date() if isinstance(moment, datetime) else moment for moment in sessions.dates.values()]
        rhythm = next((name for name, days_apart in RHYTHMS.items() if days_apart == tuple(sessions.apart)), "")
        apart = tuple(reference.field for rule in programme.rules for reference in rule.references())
        zone = sessions.zones[0] if len(sessions.zones) == 1 else ""
        least, most = groups.sizes
        attends, presents = sessions.attends or "", sessions.number is not None
        return cls(least, most, apart, min(days), max(days), rhythm, zone, attends, presents)


def sizes_for(count: int) -> tuple[int, int]:
    """Return the range of sizes, at most two wide, in which ``count`` people make whole groups of about eight."""
    groups = max(1, round(count / PREFERRED_SIZE))
    least = max(2, count // groups)
    return least, max(least, -(-count // groups))


def propose_answers(entries: Sequence[DraftEntry], count: int, today: date) -> GroupAnswers:
    """Return the answers that a survey of ``count`` people suggests."""
    begin = today.replace(day=1)
    end_month = begin.month - 1 + MONTHS_PROPOSED
    end = date(begin.year + end_month // 12, end_month % 12 + 1, 1) - timedelta(days=1)
    apart = tuple(entry.name for entry in entries if words.asks_organisation(entry.question))
    attends = next((entry.name for entry in entries if entry.guess.kind == "slots"), "")
    least, most = sizes_for(count)
    return GroupAnswers(least, most, apart[:1], begin, end, "month", "A", attends)


def group_count(count: int, answers: GroupAnswers) -> tuple[int, int]:
    """Return the number of groups that hold as many of ``count`` people as can be, and the people that are left over.

    >>> from dataclasses import replace
    >>> answers = GroupAnswers(7, 8, (), date(2026, 1, 1), date(2026, 6, 1), "month", "", "")
    >>> group_count(24, answers), group_count(24, replace(answers, least=7, most=7))
    ((3, 0), (3, 3))
    """
    most_groups = count // answers.least
    groups = min(most_groups, max(1, -(-count // answers.most))) if most_groups else 0
    return groups, max(0, count - groups * answers.most)


def pairs_kept_apart(entry: DraftEntry) -> int:
    """Return the number of pairs of people who gave the same answer to a question."""
    counts = Counter(fold(answer) for answer in entry.sample.answers if answer)
    return sum(number * (number - 1) // 2 for number in counts.values())


def group_entries(tables: Tables) -> tuple[DraftEntry, ...]:
    """Return the fields that the answers of groups need: nobody is a mentor or a mentee."""
    with language(language_of(tables), unless_asked=True), words_of(words_read(languages_of(tables))):
        return outline_of(tables).entries


def write_programme(tables: Tables, answers: GroupAnswers, name: str = "") -> str:
    """Return the programme of groups that the five answers make of a survey, as TOML."""
    with language(language_of(tables), unless_asked=True), words_of(words_read(languages_of(tables))):
        entries = [as_needed(entry, answers) for entry in outline_of(tables).entries]
        lines = [
            *heading(entries, None, email_of(entries), name or tr(UNNAMED_PROGRAMME)),
            "",
            *fields(entries),
            *mappings(entries),
            *documents(entries, surname_first=is_surname_first(entries)),
            "",
            "[groups]",
            f"least = {answers.least}",
            f"most = {answers.most}",
            "",
            *criteria(entries, answers),
            *rules(answers),
            *sessions(entries, answers),
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_needed(entry: DraftEntry, answers: GroupAnswers) -> DraftEntry:
    """Return a field that is read if one of the answers rests on it."""
    if entry.name in answers.apart:
        return replace(entry, guess=Guess("names", entry.guess.why))
    return entry


def criteria(entries: Sequence[DraftEntry], answers: GroupAnswers) -> Iterator[str]:
    """Yield what makes a group better: moments that all of it has in common."""
    if answers.attends in {entry.name for entry in entries}:
        yield from ("[[criteria]]", 'kind = "availability"', f'field = "{answers.attends}"', "enough = 1", "")


def rules(answers: GroupAnswers) -> Iterator[str]:
    """Yield who must not be together."""
    for name in answers.apart:
        yield from ("[[rules]]", 'kind = "different"', f'field = "{name}"', "")


def sessions(entries: Sequence[DraftEntry], answers: GroupAnswers) -> Iterator[str]:
    """Yield the sessions of each group, and all dates of the period at the moments that people named."""
    known = next((entry for entry in entries if entry.name == answers.attends), None)
    moments = [(TUESDAY, STARTS[AFTERNOON], tr("après-midi"))]
    if known is not None:
        slots = dict(known.guess.settings)
        moments = [
            (weekday, STARTS[words.moments()[normalize_words(part)]], part)
            for day in slots["days"]
            for weekday in WEEKDAYS[words.days()[normalize_words(day)]]
            for part in slots["moments"]
        ]
    yield "[sessions]"
    if answers.presents:
        yield f"number = {answers.most}"
        yield "per_session = 1"
    yield f"apart = {list(RHYTHMS.get(answers.rhythm, RHYTHMS['month']))}"
    yield f'zones = ["{answers.zone}"]' if answers.zone else "zones = []"
    if known is not None:
        yield f'attends = "{answers.attends}"'
    yield ""
    yield "[sessions.dates]"
    dates = sorted((start, part) for weekday, hour, part in moments for start in starts(answers, weekday, hour))
    yield from (f'"{weekday_and_day(start.date())}, {part}" = {start.isoformat()}' for start, part in dates)


def starts(answers: GroupAnswers, weekday: int, hour: time) -> Iterator[datetime]:
    """Yield when a session can begin at one moment of the week, within the period."""
    when = answers.begin + timedelta(days=(weekday - answers.begin.weekday()) % 7)
    while when <= answers.end:
        yield datetime.combine(when, hour)
        when += timedelta(days=7)
