"""What the page asks of a desk besides pairs: what the programme is, groups, a working group, the year of the pairs."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.widgets.board.actions import PersonId

type ProgrammeKind = Literal["pairs", "groups", "sessions"]
"""What a programme is: pairs of a mentor and a mentee, groups of peers, or the sessions of one working group."""
type WishKind = Literal["together", "apart"]
type Month = Annotated[Whole, Setting(ge=1, le=999)]


class KindRequest(JsonMessage):
    """Something that the steps of one kind of programme ask.

    ``changes``: a page may show something else once it is done; what answers how far everything is counts for itself.
    """

    changes: ClassVar[bool] = True


class ChooseKind(KindRequest):
    """Somebody says what the programme is, where no file does."""

    changes: ClassVar[bool] = False
    do: Literal["kind"] = "kind"
    kind: ProgrammeKind


class ShowGroups(KindRequest):
    """The groups are seen."""

    changes: ClassVar[bool] = False
    do: Literal["groups"] = "groups"


class WishFor(KindRequest):
    """Two members are brought together, or kept apart, both by opaque id: the groups are formed anew."""

    do: Literal["wish"] = "wish"
    way: WishKind
    people: Annotated[list[PersonId], Setting(min_length=2, max_length=2)]


class LiftWish(KindRequest):
    """One of the wishes is lifted, by its number from 0: the groups are formed anew."""

    do: Literal["lift"] = "lift"
    number: Whole


class UndoWish(KindRequest):
    """The last change of the groups is undone."""

    do: Literal["unwish"] = "unwish"


class ShowYear(KindRequest):
    """The sessions of every group are seen."""

    changes: ClassVar[bool] = False
    do: Literal["year"] = "year"


class ShowSessions(KindRequest):
    """The topics and the dates of a working group are seen."""

    changes: ClassVar[bool] = False
    do: Literal["sessions"] = "sessions"


class TrySessions(KindRequest):
    """Topics and dates are chosen for so many sessions, from now on."""

    do: Literal["try"] = "try"
    number: Annotated[Whole, Setting(ge=1, le=366)]


class ShowFollowUp(KindRequest):
    """The year of the pairs is seen."""

    changes: ClassVar[bool] = False
    do: Literal["follow"] = "follow"


class TakeWave(KindRequest):
    """The answers after so many months are handed over: their bytes are the body."""

    do: Literal["wave"] = "wave"
    month: Month
    name: Annotated[str, Setting(min_length=1, max_length=255)]


class LeaveWave(KindRequest):
    """The answers after so many months are taken back."""

    do: Literal["unwave"] = "unwave"
    month: Month


class TakeEdition(KindRequest):
    """The follow-up of an edition before is handed over: its bytes are the body."""

    do: Literal["edition"] = "edition"
    name: Annotated[str, Setting(min_length=1, max_length=255)]


class LeaveEdition(KindRequest):
    """The follow-up of an edition before is taken back, by its place."""

    do: Literal["unedition"] = "unedition"
    at: Whole


class NoteCall(KindRequest):
    """Somebody was called, or was not after all; by opaque id."""

    do: Literal["call"] = "call"
    person: PersonId
    done: bool


class BeginNext(KindRequest):
    """The next edition begins: its programme is that of this one, which it does not repeat."""

    changes: ClassVar[bool] = False
    do: Literal["next"] = "next"


type AnyKindRequest = (
    ChooseKind
    | ShowGroups
    | WishFor
    | LiftWish
    | UndoWish
    | ShowYear
    | ShowSessions
    | TrySessions
    | ShowFollowUp
    | TakeWave
    | LeaveWave
    | TakeEdition
    | LeaveEdition
    | NoteCall
    | BeginNext
)
FREE_KINDS = (
    *("kind", "groups", "wish", "lift", "unwish", "year", "sessions", "try"),
    *("follow", "unwave", "unedition", "call", "next"),
)
"""What the page may ask as it likes."""
