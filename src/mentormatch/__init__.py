"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mentormatch.base.version import __version__ as __version__

if TYPE_CHECKING:
    from mentormatch import examples as examples
    from mentormatch.assignment.engine import solve as solve
    from mentormatch.assignment.model.problem import AssignmentProblem as AssignmentProblem
    from mentormatch.assignment.model.solution import Solution as Solution
    from mentormatch.assignment.model.solution import Status as Status
    from mentormatch.base.progress import Progress as Progress
    from mentormatch.contract.match_response import MatchResponse as MatchResponse
    from mentormatch.contract.operation import propose as propose
    from mentormatch.contract.requests import MatchRequest as MatchRequest
    from mentormatch.errors import MentorMatchError as MentorMatchError
    from mentormatch.followup.year import follow_up as follow_up
    from mentormatch.groups.dates import Dates as Dates
    from mentormatch.groups.dates import choose_dates as choose_dates
    from mentormatch.groups.partition import Grouping as Grouping
    from mentormatch.groups.partition import form_groups as form_groups
    from mentormatch.groups.past import read_groups as read_groups
    from mentormatch.groups.rotation import Rotation as Rotation
    from mentormatch.groups.rotation import rotate as rotate
    from mentormatch.groups.topics import Topics as Topics
    from mentormatch.groups.topics import choose_topics as choose_topics
    from mentormatch.groups.turns import Turns as Turns
    from mentormatch.groups.turns import schedule_turns as schedule_turns
    from mentormatch.inspection.intake import Intake as Intake
    from mentormatch.inspection.intake import intake as intake
    from mentormatch.languages import language as language
    from mentormatch.notebook import open_board as open_board
    from mentormatch.operations.carry_over import carry_over as carry_over
    from mentormatch.operations.carry_over import read_carry_over as read_carry_over
    from mentormatch.operations.carry_over import with_history as with_history
    from mentormatch.operations.carry_over import write_carry_over as write_carry_over
    from mentormatch.operations.diagnosis import diagnose as diagnose
    from mentormatch.operations.estimate import Estimate as Estimate
    from mentormatch.operations.estimate import estimate as estimate
    from mentormatch.operations.evaluation import evaluate as evaluate
    from mentormatch.operations.matching import Matching as Matching
    from mentormatch.operations.matching import match as match
    from mentormatch.operations.meeting_dates import meeting_dates as meeting_dates
    from mentormatch.operations.pair_sheet import read_pairs as read_pairs
    from mentormatch.operations.plans import plans as plans
    from mentormatch.operations.repair import Repair as Repair
    from mentormatch.operations.repair import repair as repair
    from mentormatch.people.cohort import Cohort as Cohort
    from mentormatch.profiles.choices import with_wishes as with_wishes
    from mentormatch.profiles.sheets import anonymous_profiles as anonymous_profiles
    from mentormatch.programme.enrolment import read_contacts as read_contacts
    from mentormatch.programme.enrolment import read_survey as read_survey
    from mentormatch.programme.programme import Programme as Programme
    from mentormatch.report import pictures as pictures
    from mentormatch.report.handouts import write_handouts as write_handouts
    from mentormatch.report.reviewed.decisions import Decisions as Decisions
    from mentormatch.report.reviewed.decisions import read_decisions as read_decisions
    from mentormatch.survey.privacy import pseudonyms_for as pseudonyms_for
    from mentormatch.widgets.progress import progress as progress

_HOMES = {
    "AssignmentProblem": "assignment.model.problem",
    "Cohort": "people.cohort",
    "Dates": "groups.dates",
    "Decisions": "report.reviewed.decisions",
    "Estimate": "operations.estimate",
    "Grouping": "groups.partition",
    "Intake": "inspection.intake",
    "MatchRequest": "contract.requests",
    "MatchResponse": "contract.match_response",
    "Matching": "operations.matching",
    "MentorMatchError": "errors",
    "Programme": "programme.programme",
    "Progress": "base.progress",
    "Repair": "operations.repair",
    "Rotation": "groups.rotation",
    "Solution": "assignment.model.solution",
    "Status": "assignment.model.solution",
    "Topics": "groups.topics",
    "Turns": "groups.turns",
    "anonymous_profiles": "profiles.sheets",
    "carry_over": "operations.carry_over",
    "choose_dates": "groups.dates",
    "choose_topics": "groups.topics",
    "diagnose": "operations.diagnosis",
    "estimate": "operations.estimate",
    "evaluate": "operations.evaluation",
    "follow_up": "followup.year",
    "form_groups": "groups.partition",
    "intake": "inspection.intake",
    "language": "languages",
    "match": "operations.matching",
    "meeting_dates": "operations.meeting_dates",
    "open_board": "notebook",
    "plans": "operations.plans",
    "progress": "widgets.progress",
    "propose": "contract.operation",
    "pseudonyms_for": "survey.privacy",
    "read_carry_over": "operations.carry_over",
    "read_contacts": "programme.enrolment",
    "read_decisions": "report.reviewed.decisions",
    "read_groups": "groups.past",
    "read_pairs": "operations.pair_sheet",
    "read_survey": "programme.enrolment",
    "repair": "operations.repair",
    "schedule_turns": "groups.turns",
    "rotate": "groups.rotation",
    "solve": "assignment.engine",
    "with_history": "operations.carry_over",
    "with_wishes": "profiles.choices",
    "write_carry_over": "operations.carry_over",
    "write_handouts": "report.handouts",
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
