"""Request models for groups, turns, topics and dates."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, Whole, whole
from mentormatch.contract.requests import (
    MOST_PARTS,
    MOST_PEOPLE,
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

type Keyed = Annotated[list[Text], Setting(max_length=MOST_PEOPLE)]
type Blocks = Annotated[
    list[Annotated[list[Text], Setting(min_length=2, max_length=MOST_PEOPLE)]], Setting(max_length=MOST_PARTS)
]
type Former = Annotated[list[Keyed], Setting(max_length=MOST_PARTS)]
type NumberIn = Annotated[int, Setting(ge=1, le=MAX_SESSIONS), BeforeValidator(whole)]

MEMBER: tuple[Side, ...] = ("mentee",)
"""Members are on the side of the mentees, who leads them on that of the mentors."""


class MembersRequest(PeopleRequest):
    """A programme and those who answered: ``members``, and ``facilitators`` where some lead, or ``rows`` of an export.

    ``rows`` are read as a file with these headers would be, the first row in line 2. ``seed`` settles ties; a solve
    that takes ``time_limit_s`` seconds gives the best answer so far.
    """

    model_config = ConfigDict(json_schema_extra=people_or_rows(("members",), ("facilitators",)))
    sides: ClassVar[Mapping[str, Side]] = {"facilitators": "mentor", "members": "mentee"}
    needed: ClassVar[frozenset[str]] = frozenset({"members"})
    forms: ClassVar[str] = mark("« members » (et « facilitators »), ou « rows » : l'un ou l'autre")
    whose: ClassVar[Mapping[tuple[Side, ...], str]] = MappingProxyType(
        dict.fromkeys((MEMBER, SIDES), mark("l'identifiant d'un membre de la demande"))
    )

    members: People = Setting(default_factory=list)
    facilitators: People = Setting(default_factory=list)
    seed: Whole = 0
    time_limit_s: TimeLimit = None

    def mentions(self) -> Iterator[Mention]:
        """Yield everybody whom the request names beside its people: nobody."""
        yield from ()

    def take(self, programme: Programme) -> None:
        """Raise ProgrammeError where the programme states no sessions, and name what serves it."""
        require_sessions(programme)


class GroupsRequest(MembersRequest):
    """Of whom groups are formed, under a programme with a section ``groups``.

    The keys in one list of ``together`` are to be in one group, no two of one list of ``apart`` in the same: rules of
    this request alone. ``past`` are former groups, of whom as few as can be meet again; who is not there any more may
    stand there.
    """

    together: Blocks = Setting(default_factory=list)
    apart: Blocks = Setting(default_factory=list)
    past: Former = Setting(default_factory=list)

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        for name, lists in (("together", self.together), ("apart", self.apart)):
            for place, keys in enumerate(lists):
                yield from mentions_of_keys(f"{name}[{place}]", keys, MEMBER)

    def take(self, programme: Programme) -> None:
        """Raise RequestError where the programme forms no groups, and name what serves it."""
        require_groups(programme)

    def grouping(self) -> Grouping:
        """Return the groups that are asked for; raises what ``read`` does, and EngineError where a solver failed."""
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
    """Yield the people of one list of keys."""
    yield from ((f"$.{where}[{place}]", sides, key) for place, key in enumerate(keys))


def as_known(cohort: Cohort, keys: Iterable[str]) -> list[str]:
    """Return keys as the cohort writes them."""
    people = [cohort.side(side) for side in SIDES]
    return [next(side.ids[side.find(key)] for side in people if side.has(key)) for key in keys]
