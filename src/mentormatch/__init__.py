"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mentormatch import examples as examples
    from mentormatch.assignment.engine import solve as solve
    from mentormatch.assignment.problem import AssignmentProblem as AssignmentProblem
    from mentormatch.assignment.progress import Progress as Progress
    from mentormatch.assignment.solution import Solution as Solution
    from mentormatch.assignment.solution import Status as Status
    from mentormatch.diagnosing import diagnose as diagnose
    from mentormatch.editions import carry_over as carry_over
    from mentormatch.editions import read_carry_over as read_carry_over
    from mentormatch.editions import with_history as with_history
    from mentormatch.editions import write_carry_over as write_carry_over
    from mentormatch.enrolment import read_contacts as read_contacts
    from mentormatch.enrolment import read_survey as read_survey
    from mentormatch.errors import MentorMatchError as MentorMatchError
    from mentormatch.estimating import Estimate as Estimate
    from mentormatch.estimating import estimate as estimate
    from mentormatch.evaluation import evaluate as evaluate
    from mentormatch.followup.year import follow_up as follow_up
    from mentormatch.groups.dates import Dates as Dates
    from mentormatch.groups.dates import choose_dates as choose_dates
    from mentormatch.groups.former import read_groups as read_groups
    from mentormatch.groups.grouping import Grouping as Grouping
    from mentormatch.groups.grouping import form_groups as form_groups
    from mentormatch.groups.rotation import Rotation as Rotation
    from mentormatch.groups.rotation import rotate as rotate
    from mentormatch.groups.topics import Topics as Topics
    from mentormatch.groups.topics import choose_topics as choose_topics
    from mentormatch.groups.turns import Turns as Turns
    from mentormatch.groups.turns import schedule_turns as schedule_turns
    from mentormatch.handmade import read_pairs as read_pairs
    from mentormatch.inspection.whole import Intake as Intake
    from mentormatch.inspection.whole import intake as intake
    from mentormatch.languages import language as language
    from mentormatch.matching import Matching as Matching
    from mentormatch.matching import match as match
    from mentormatch.meetings import meeting_dates as meeting_dates
    from mentormatch.notebook import open_board as open_board
    from mentormatch.people import Cohort as Cohort
    from mentormatch.planning import plans as plans
    from mentormatch.profiles.choices import with_wishes as with_wishes
    from mentormatch.profiles.sheets import anonymous_profiles as anonymous_profiles
    from mentormatch.programme import Programme as Programme
    from mentormatch.repairing import Repair as Repair
    from mentormatch.repairing import repair as repair
    from mentormatch.report import pictures as pictures
    from mentormatch.report.handing.writing import write_handouts as write_handouts
    from mentormatch.report.returned.decisions import Decisions as Decisions
    from mentormatch.report.returned.decisions import read_decisions as read_decisions
    from mentormatch.showing import progress as progress
    from mentormatch.survey.privacy import pseudonyms_for as pseudonyms_for
    from mentormatch.wire.asked import MatchRequest as MatchRequest
    from mentormatch.wire.operation import propose as propose
    from mentormatch.wire.told import MatchResponse as MatchResponse

__version__ = "0.1.0"

_HOMES = {
    "AssignmentProblem": "assignment.problem",
    "Cohort": "people",
    "Dates": "groups.dates",
    "Decisions": "report.returned.decisions",
    "Estimate": "estimating",
    "Grouping": "groups.grouping",
    "Intake": "inspection.whole",
    "MatchRequest": "wire.asked",
    "MatchResponse": "wire.told",
    "Matching": "matching",
    "MentorMatchError": "errors",
    "Programme": "programme",
    "Progress": "assignment.progress",
    "Repair": "repairing",
    "Rotation": "groups.rotation",
    "Solution": "assignment.solution",
    "Status": "assignment.solution",
    "Topics": "groups.topics",
    "Turns": "groups.turns",
    "anonymous_profiles": "profiles.sheets",
    "carry_over": "editions",
    "choose_dates": "groups.dates",
    "choose_topics": "groups.topics",
    "diagnose": "diagnosing",
    "estimate": "estimating",
    "evaluate": "evaluation",
    "follow_up": "followup.year",
    "form_groups": "groups.grouping",
    "intake": "inspection.whole",
    "language": "languages",
    "match": "matching",
    "meeting_dates": "meetings",
    "open_board": "notebook",
    "plans": "planning",
    "progress": "showing",
    "propose": "wire.operation",
    "pseudonyms_for": "survey.privacy",
    "read_carry_over": "editions",
    "read_contacts": "enrolment",
    "read_decisions": "report.returned.decisions",
    "read_groups": "groups.former",
    "read_pairs": "handmade",
    "read_survey": "enrolment",
    "repair": "repairing",
    "schedule_turns": "groups.turns",
    "rotate": "groups.rotation",
    "solve": "assignment.engine",
    "with_history": "editions",
    "with_wishes": "profiles.choices",
    "write_carry_over": "editions",
    "write_handouts": "report.handing.writing",
}

_ROOMS = {"examples": "examples", "pictures": "report.pictures"}

__all__ = [*sorted(_HOMES), *_ROOMS]  # noqa: PLE0604 - the names of a table that is written out above


def __getattr__(name: str) -> Any:
    """Import the room of a public name when the name is first used."""
    if name in _ROOMS:
        return import_module(f"mentormatch.{_ROOMS[name]}")
    if name not in _HOMES:
        raise AttributeError(f"module 'mentormatch' has no attribute {name!r}")
    return getattr(import_module(f"mentormatch.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
