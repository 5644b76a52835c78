"""Groups, turns, topics and dates of a whole edition, in which all that anybody types is one of some texts."""

from dataclasses import replace
from datetime import date, timedelta

from pydantic import BaseModel

from mentormatch import choose_dates, choose_topics, form_groups, rotate, schedule_turns
from mentormatch.groups.result import Result
from mentormatch.programme.sections import Facilitation, Grouped
from mentormatch.results import Grouping
from tests.report.edition import Edition

FIRST = date(2026, 9, 15)
MOST = 24
"""Members, topics and dates that are looked at."""


def gathered(one: Edition) -> tuple[Result, ...]:
    """Return groups, and the results of one whose members, topics and sessions bear the keys of an edition."""
    keys = one.matching.cohort.mentors.ids[:MOST]
    name = one.matching.programme.name
    wanted = {key: keys[place : place + 2] for place, key in enumerate(keys)}
    days = {key: FIRST + timedelta(days=28 * place) for place, key in enumerate(keys)}
    grouping = formed(one)
    return (
        grouping,
        rotate(grouping, 2),
        choose_topics(wanted, 2, name=name),
        choose_dates(
            wanted, days, 2, most_missed=0, public=False, zones=(), blackouts=[(FIRST, FIRST, keys[0])], name=name
        ),
        schedule_turns(keys, keys[:-1], name=name),
    )


def formed(one: Edition) -> Grouping:
    """Return one group of three people who met before, led by somebody; there is no place for the others."""
    programme, cohort = one.matching.programme, one.matching.cohort
    people = range(min(len(cohort.mentees), MOST))
    asked = {
        "groups": Grouped(
            least=2,
            most=3,
            number=1,
            facilitators=Facilitation(field="role", facilitator="F", member="M"),
        ),
        "criteria": [each for each in programme.criteria if each.kind in ("same", "overlap")],
        "rules": [],
    }
    some = replace(cohort, mentors=cohort.mentors.take([0, 1]), mentees=cohort.mentees.take(list(people)))
    made = form_groups(some, BaseModel.model_copy(programme, update=asked), past=[cohort.mentees.ids[:MOST]])
    return made.named(one.contacts)
