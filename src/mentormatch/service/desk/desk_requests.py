"""What the page asks of a desk.

What the page asks of a desk besides pairs: what the programme is, groups, a working group, the year of the pairs.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import RequestError
from mentormatch.languages.phrases import day
from mentormatch.languages.translation import Language, tr
from mentormatch.operations.proposal import Asked, Late, Reason
from mentormatch.programme.sections import MAX_GROUP_SIZE
from mentormatch.service.messages import ServiceMessage
from mentormatch.widgets.board.decisions import PersonId

type ProgrammeKind = Literal["pairs", "groups", "sessions"]
"""What a programme is: pairs of a mentor and a mentee, groups of peers, or the sessions of one working group."""
type WishKind = Literal["together", "apart"]
type IsoDay = Annotated[str, Setting(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
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


class ShowGroupQuestions(KindRequest):
    """The five questions of groups are seen."""

    changes: ClassVar[bool] = False
    do: Literal["five"] = "five"


class SetGroupAnswers(KindRequest):
    """The five questions of groups are answered, and the programme named; see ``GroupAnswers``."""

    do: Literal["set_five"] = "set_five"
    least: Annotated[Whole, Setting(ge=2, le=MAX_GROUP_SIZE)]
    most: Annotated[Whole, Setting(ge=2, le=MAX_GROUP_SIZE)]
    apart: Annotated[list[Annotated[str, Setting(max_length=255)]], Setting(max_length=50)] = Setting(
        default_factory=list
    )
    begin: IsoDay
    end: IsoDay
    rhythm: Literal["month", "fortnight", "week"]
    zone: Literal["", "A", "B", "C"]
    attends: Annotated[str, Setting(max_length=255)] = ""
    presents: bool = False
    name: Annotated[str, Setting(max_length=200)] = ""


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


type Place = Annotated[str, Setting(pattern=r"^[0-9]{0,7}$")]
type PairIds = Annotated[str, Setting(pattern=r"^m[1-9][0-9]{0,8}-e[1-9][0-9]{0,8}$")]


class Change(KindRequest):
    """People who leave, by opaque id, and pairs that stop, as ``m1-e2``; up to ``undo`` other pairs may be undone."""

    people: Annotated[list[PersonId], Setting(max_length=500)] = Setting(default_factory=list)
    pairs: Annotated[list[PairIds], Setting(max_length=500)] = Setting(default_factory=list)
    undo: Place = ""

    @property
    def undo_most(self) -> int:
        """The number of running pairs that may be undone."""
        return int(self.undo or 0)


class ShowFollowUp(Change):
    """The year of the pairs is seen, with the form of a change if ``door`` names one; ``add`` is chosen in it."""

    changes: ClassVar[bool] = False
    do: Literal["follow"] = "follow"
    door: Literal["", "leave", "arrive", "stop"] = ""
    add: PersonId | PairIds | Literal[""] = ""


class ApplyChange(Change):
    """A change is made final under a name, from the day ``when``. ``validates``: whoever asks may do so."""

    do: Literal["apply"] = "apply"
    who: Annotated[str, Setting(max_length=255)]
    why: Annotated[str, Setting(max_length=4_000)] = ""
    when: Annotated[str, Setting(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    accept_unproved: bool = False
    validates: bool = False

    @property
    def reason(self) -> str:
        """Why the change is made, and from which day."""
        since = tr("à compter du {day}", day=day(date.fromisoformat(self.when))) if self.when else ""
        return ", ".join(part for part in (self.why.strip(), since) if part)


class UndoChange(KindRequest):
    """The last change of the year is taken back."""

    do: Literal["unapply"] = "unapply"


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


class ShowPairs(JsonMessage):
    """The step of the pairs is seen: the list from the place ``first``, and a further view by its name.

    ``mentor`` and ``mentee`` are the places, from 1, of two people to look at; empty: those of the best pair.
    """

    do: Literal["pairs"] = "pairs"
    first: Whole = 0
    view: Annotated[str, Setting(max_length=40)] = ""
    mentor: Place = ""
    mentee: Place = ""


class TryPlace(JsonMessage):
    """The pairs are formed with one place more for a person, by opaque id; the board can undo it."""

    do: Literal["more"] = "more"
    person: PersonId


class UndoMove(JsonMessage):
    """The last move on the board is undone."""

    do: Literal["undo"] = "undo"


class ShowDocuments(JsonMessage):
    """The step of the documents is seen, with one of the letters, by its place from 0."""

    do: Literal["documents"] = "documents"
    letter: Whole = 0


class SetDocuments(JsonMessage):
    """What documents say is settled, each setting unless it is None.

    ``name`` is that of the programme, ``names`` the questions that give the names of people, ``contacts`` those whose
    answers each partner gets, ``message`` what the team says in every letter.
    """

    do: Literal["letters"] = "letters"
    name: Annotated[str, Setting(min_length=1, max_length=200)] | None = None
    names: list[Annotated[str, Setting(max_length=255)]] | None = None
    contacts: list[Annotated[str, Setting(max_length=255)]] | None = None
    message: Annotated[str, Setting(max_length=4_000)] | None = None


class ValidatePlan(JsonMessage):
    """The pairs are made final under a name. ``validates``: whoever asks may do so."""

    do: Literal["validate"] = "validate"
    who: Annotated[str, Setting(max_length=255)]
    why: Annotated[str, Setting(max_length=4_000)] = ""
    accept_unproved: bool = False
    validates: bool = False


class BeginNext(KindRequest):
    """The next edition begins: its programme is that of this one, which it does not repeat."""

    changes: ClassVar[bool] = False
    do: Literal["next"] = "next"


type AnyKindRequest = (
    ChooseKind
    | ShowGroupQuestions
    | SetGroupAnswers
    | ShowGroups
    | WishFor
    | LiftWish
    | UndoWish
    | ShowYear
    | ShowSessions
    | TrySessions
    | ShowFollowUp
    | ApplyChange
    | UndoChange
    | TakeWave
    | LeaveWave
    | TakeEdition
    | LeaveEdition
    | NoteCall
    | BeginNext
)
FREE_KINDS = (
    *("kind", "five", "set_five", "groups", "wish", "lift", "unwish", "year", "sessions", "try"),
    *("follow", "apply", "unapply", "unwave", "unedition", "call", "next"),
)
"""What the page may ask as it likes."""


type FilePart = Literal["programme", "answers", "mentors", "mentees", "proposal", "edition", "experiment"]
"""``proposal``: the file of an earlier day, with which the work goes on; ``edition``: that of an edition before.

``experiment``: the other programme of an experiment, then the record of both.
"""
type Word = Annotated[str, Setting(min_length=1, max_length=255)]
type Tag = Annotated[str, Setting(max_length=255)]
type Seconds = Annotated[float, Setting(gt=0, le=600)]

MOST_S = 60.0
"""For the pairs, unless more is asked for."""


class Begin(JsonMessage):
    """The service says how much a desk takes: people in all files together, and pairs of a mentor and a mentee."""

    do: Literal["begin"] = "begin"
    people: Whole
    pairs: Whole


class Prepare(JsonMessage):
    """The service has the desk load what it will need, while nobody asks it for anything."""

    do: Literal["prepare"] = "prepare"


class ShowDesk(JsonMessage):
    """How far everything is."""

    do: Literal["look"] = "look"


class Speak(JsonMessage):
    """The language is changed by whoever is at the page."""

    do: Literal["speak"] = "speak"
    language: Language


class Remember(JsonMessage):
    """The service keeps what the desk is: all parts but those whose digest it says that it has."""

    do: Literal["remember"] = "remember"
    known: dict[str, str]


class Restore(JsonMessage):
    """The desk is to be what one was: the parts are the body, each as long as it says."""

    do: Literal["restore"] = "restore"
    parts: dict[str, Whole]


class BringBack(JsonMessage):
    """The work is to be what it was at an earlier time, by the id of that state."""

    do: Literal["back"] = "back"
    id: Tag


class Review(JsonMessage):
    """A workbook in which staff decided is taken up: its bytes are the body."""

    do: Literal["review"] = "review"
    name: Word


class Take(JsonMessage):
    """A file is handed over: its bytes are the body."""

    do: Literal["take"] = "take"
    part: FilePart
    name: Word


class Leave(JsonMessage):
    """A file is taken back."""

    do: Literal["leave"] = "leave"
    part: FilePart


class Example(JsonMessage):
    """The example programme and its answers are taken, instead of files."""

    do: Literal["example"] = "example"


class ShowFiles(JsonMessage):
    """The step of the files is seen."""

    do: Literal["files"] = "files"


class SplitSheets(JsonMessage):
    """The two sheets of the workbook are one per side; ``listed``: the first contains mentors."""

    do: Literal["sheets"] = "sheets"
    way: Literal["listed", "reversed"]


class DropAside(JsonMessage):
    """A file that is of no use is no longer mentioned, by its place from 0."""

    do: Literal["unaside"] = "unaside"
    at: Whole


class Read(JsonMessage):
    """The files are read: one of answers for both sides, or one each."""

    do: Literal["read"] = "read"
    apart: bool = False


class ShowColumns(JsonMessage):
    """The questions on the files are seen; ``question``: the one that is to be open, empty for the first."""

    do: Literal["columns"] = "columns"
    question: Tag = ""


class ReplyTo(JsonMessage):
    """A reply to a question of the draft, by places from 0 in what it lists, so that no answer comes back.

    ``value`` is the choice, ``values`` are the choices that are ticked, ``lines`` what stands for each line, ``column``
    the column that is named by hand. Which of them counts is known by the form of the question.
    """

    do: Literal["reply"] = "reply"
    question: Tag
    value: Place = ""
    values: list[Place] = Setting(default_factory=list)
    lines: list[str | int | float | None] = Setting(default_factory=list)
    column: Whole | None = None


class AcceptOthers(JsonMessage):
    """All proposals that may be accepted unread are replies; the answers are read if no fact is left to ask."""

    do: Literal["accept"] = "accept"


class SayOfColumns(JsonMessage):
    """Something is said of the columns: a gesture that the step offers, as it stands there."""

    do: Literal["say"] = "say"
    what: Literal["column", "answer", "confirm", "later", "restore"]
    question: Tag = ""
    text: Tag = ""
    means: Tag = ""


class Settle(JsonMessage):
    """The columns are taken as the step shows them, and the answers are read."""

    do: Literal["settle"] = "settle"


class OneSide(JsonMessage):
    """The one file of answers is that of one side; that of the other is still to come."""

    do: Literal["side"] = "side"
    side: Literal["mentors", "mentees"]


class FormIn(JsonMessage):
    """The pairs are formed."""

    do: Literal["form"] = "form"
    seed: Whole = 0
    time_limit_s: Seconds = MOST_S


class Show(JsonMessage):
    """A page is shown, by its name."""

    do: Literal["show"] = "show"
    name: Word


class Open(JsonMessage):
    """The board is seen, with its words."""

    do: Literal["open"] = "open"


class Name(JsonMessage):
    """People are called by the names that they gave, or by their codes again: on the screen, or in documents."""

    do: Literal["name"] = "name"
    shown: bool
    where: Literal["screen", "documents", "everywhere"] = "screen"


class Ask(JsonMessage):
    """Something is asked of the board: the body says what. ``validates``: whoever asks may make the plan final."""

    do: Literal["ask"] = "ask"
    validates: bool = False


class Hand(JsonMessage):
    """A document is handed over, by its name."""

    do: Literal["hand"] = "hand"
    name: Word


class AskForm(JsonMessage):
    """Something is asked of the form of the programme: see ``widgets.form.changes``."""

    do: Literal["programme"] = "programme"
    what: dict[str, Any]


class ExperimentRequest(JsonMessage):
    """Something that is asked of an experiment."""


class ShowExperiment(ExperimentRequest):
    """The experiment is seen: what is recorded, and what was drawn."""

    do: Literal["experiment"] = "experiment"


class RecordExperiment(ExperimentRequest):
    """The two programmes are recorded, with the number of which all lots are drawn."""

    do: Literal["record"] = "record"
    seed: Whole


class DrawExperiment(ExperimentRequest):
    """The lots of the experiment are drawn, and the pairs are those on which they fall."""

    do: Literal["draw"] = "draw"


class ShowRound(JsonMessage):
    """The round of the proposal is seen: what is proposed, what was noted, and what closing it will do."""

    do: Literal["round"] = "round"


class DeskReply(JsonMessage):
    """What somebody of a pair replied, both by opaque id; an empty answer takes back what was noted of them."""

    do: Literal["note"] = "note"
    round: Whole
    person: PersonId
    partner: PersonId | None = None
    answer: Literal["", "accepted", "declined", "left"]
    reason: Reason = ""


class Gather(JsonMessage):
    """A form of replies that was filled in is noted: its bytes are the body."""

    do: Literal["gather"] = "gather"
    name: Word


class Oblige(JsonMessage):
    """Who has to accept the pairs is decided, in the first round."""

    do: Literal["oblige"] = "oblige"
    asked: Asked


class Close(JsonMessage):
    """The round is closed, and the next one made; ``late``: what silence is."""

    do: Literal["close"] = "close"
    round: Whole
    late: Late = "wait"


class Reopen(JsonMessage):
    """The round that was closed last is opened again, as it was."""

    do: Literal["reopen"] = "reopen"


type Action = (
    Begin
    | Prepare
    | ShowDesk
    | Speak
    | Remember
    | Restore
    | BringBack
    | Review
    | ShowFiles
    | SplitSheets
    | DropAside
    | Take
    | Leave
    | Example
    | Read
    | ShowColumns
    | SayOfColumns
    | ReplyTo
    | AcceptOthers
    | Settle
    | OneSide
    | FormIn
    | Show
    | Open
    | Name
    | Ask
    | Hand
    | AskForm
    | ShowExperiment
    | RecordExperiment
    | DrawExperiment
    | ShowRound
    | DeskReply
    | Gather
    | Oblige
    | Close
    | Reopen
    | ShowPairs
    | TryPlace
    | UndoMove
    | ShowDocuments
    | SetDocuments
    | ValidatePlan
    | AnyKindRequest
)

FREE = (
    "speak",
    "back",
    "files",
    "sheets",
    "unaside",
    "leave",
    "example",
    "read",
    "columns",
    "say",
    "reply",
    "accept",
    "settle",
    "side",
    "programme",
    "experiment",
    "record",
    "draw",
    "form",
    "name",
    "round",
    "note",
    "oblige",
    "close",
    "reopen",
    "pairs",
    "more",
    "undo",
    "documents",
    "letters",
    "validate",
    *FREE_KINDS,
)
"""What the page may ask as it likes; all else goes by an address of its own."""
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Setting(discriminator="do")])


def action_of(message: ServiceMessage | None) -> tuple[Action, str]:
    """Return what the page asks, and the token by which it confirms a loss, empty if it confirms none.

    Raises RequestError, which does not quote the request, if it is no action.
    """
    head = dict(message.head) if message else {}
    sure = str(head.pop("sure", ""))
    try:
        return ACTIONS.validate_python(head), sure
    except ValidationError:
        raise RequestError(tr("La page a demandé ce qu'un bureau ne sait pas faire")) from None
