"""Turns, topics and dates of a whole edition, in which all that anybody types is one of some texts."""

from datetime import date, timedelta

from mentormatch.groups.dates import choose_dates
from mentormatch.groups.result import Result
from mentormatch.groups.topics import choose_topics
from mentormatch.groups.turns import schedule_turns
from tests.report.whole import Edition

FIRST = date(2026, 9, 15)
MOST = 24
"""Members, topics and dates that are looked at."""


def gathered(one: Edition) -> tuple[Result, ...]:
    """Return the results of a group whose members, topics and sessions bear the keys of an edition."""
    keys = one.matching.cohort.mentors.ids[:MOST]
    name = one.matching.programme.name
    wanted = {key: keys[place : place + 2] for place, key in enumerate(keys)}
    days = {key: FIRST + timedelta(days=28 * place) for place, key in enumerate(keys)}
    return (
        choose_topics(wanted, 2, name=name),
        choose_dates(
            wanted, days, 2, most_missed=0, public=False, zones=(), blackouts=[(FIRST, FIRST, keys[0])], name=name
        ),
        schedule_turns(keys, keys[:-1], name=name),
    )
