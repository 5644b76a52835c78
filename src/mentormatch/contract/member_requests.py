"""Request models for groups, turns, topics and dates."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, Whole, whole
from mentormatch.contract.requests import (
    MAX_PARTS,
    MAX_PEOPLE,
    Mention,
    People,
    PeopleRequest,
    TimeLimit,
    people_or_rows,
)
from mentormatch.fields import SIDES, Side
from mentormatch.groups.formation import form_groups
from mentormatch.groups.partition import Grouping
from mentormatch.groups.sessions import require_sessions
from mentormatch.languages.translation import mark
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, require_groups
from mentormatch.programme.sections import MAX_SESSIONS

type Keyed = Annotated[list[Text], Setting(max_length=MAX_PEOPLE)]
type Blocks = Annotated[
    list[Annotated[list[Text], Setting(min_length=2, max_length=MAX_PEOPLE)]], Setting(max_length=MAX_PARTS)
]
type Former = Annotated[list[Keyed], Setting(max_length=MAX_PARTS)]
type NumberIn = Annotated[int, Setting(ge=1, le=MAX_SESSIONS), BeforeValidator(whole)]

MEMBER_SIDES: tuple[Side, ...] = ("mentee",)  # members are stored as mentees, facilitators as mentors


class MembersRequest(PeopleRequest):
    """A programme and its participants: ``members``, with ``facilitators`` if any, or the ``rows`` of an export.

    ``rows`` are read like a file with these headers, the first row in line 2. ``seed`` breaks ties. After
    ``time_limit_s`` seconds the best solution so far is returned.
    """

    model_config = ConfigDict(json_schema_extra=people_or_rows(("members",), ("facilitators",)))
    sides: ClassVar[Mapping[str, Side]] = {"facilitators": "mentor", "members": "mentee"}
    needed: ClassVar[frozenset[str]] = frozenset({"members"})
    forms_text: ClassVar[str] = mark("« members » (et « facilitators »), ou « rows » : l'un ou l'autre")
    expected_keys: ClassVar[Mapping[tuple[Side, ...], str]] = MappingProxyType(
        dict.fromkeys((MEMBER_SIDES, SIDES), mark("l'identifiant d'un membre de la demande"))
    )

    members: People = Setting(default_factory=list)
    facilitators: People = Setting(default_factory=list)
    seed: Whole = 0
    time_limit_s: TimeLimit = None

    def mentions(self) -> Iterator[Mention]:
        """Yield nothing: the request names no people except its participants."""
        yield from ()

    def check_programme(self, programme: Programme) -> None:
        """Raise ProgrammeError, with the operations that fit, if the programme has no sessions."""
        require_sessions(programme)


class GroupsRequest(MembersRequest):
    """The members to be grouped, under a programme with a section ``groups``.

    The people in one list of ``together`` must be in the same group, and no two people in one list of ``apart``; both
    are rules of this request only. ``past`` are former groups, and as few of their members as possible meet again; they
    may contain people who are no longer there.
    """

    together: Blocks = Setting(default_factory=list)
    apart: Blocks = Setting(default_factory=list)
    past: Former = Setting(default_factory=list)

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        for name, lists in (("together", self.together), ("apart", self.apart)):
            for index, keys in enumerate(lists):
                yield from mentions_of_keys(f"{name}[{index}]", keys, MEMBER_SIDES)

    def check_programme(self, programme: Programme) -> None:
        """Raise RequestError, with the operations that fit, if the programme forms no groups."""
        require_groups(programme)

    def grouping(self) -> Grouping:
        """Form the groups. Raises the errors of ``read``, and EngineError if a solver failed."""
        cohort, programme = self.read()
        return form_groups(
            cohort,
            programme,
            seed=self.seed,
            together=self.together,
            apart=self.apart,
            past=self.past,
            time_limit_s=self.time_limit_s,
        )


def mentions_of_keys(where: str, keys: Iterable[str], sides: tuple[Side, ...]) -> Iterator[Mention]:
    """Yield the people in a list of keys."""
    yield from ((f"$.{where}[{index}]", sides, key) for index, key in enumerate(keys))


def spell_keys_as_cohort(cohort: Cohort, keys: Iterable[str]) -> list[str]:
    """Return keys as spelled in the cohort."""
    people = [cohort.side(side) for side in SIDES]
    return [next(side.ids[side.find(key)] for side in people if side.has(key)) for key in keys]
