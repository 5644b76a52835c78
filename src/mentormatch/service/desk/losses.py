"""What an action of the page would lose: decisions of staff, validations, replies, changes to the programme.

The page asks before such an action. What was lost nevertheless is stored among the former states of the work.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import RequestError
from mentormatch.languages.phrases import clock, counted, listed
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.proposal import ProposalRecord
from mentormatch.record.seal import Seal
from mentormatch.service.desk.kind_steps import KindSteps
from mentormatch.service.desk.peer_groups import PeerGroups
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.widgets.board.decisions import PlacesIn
from mentormatch.widgets.board.session import people_of
from mentormatch.widgets.form.session import ProgrammeForm

VALIDATION = "validation"
NOUNS: Mapping[str, Callable[[int], str]] = {
    "decision": lambda number: counted(number, "décision"),
    "reply": lambda number: counted(number, "réponse notée", "réponses notées"),
    "closing": lambda number: counted(number, "clôture de tour", "clôtures de tours"),
    "remark": lambda number: counted(number, "remarque du classeur relu", "remarques du classeur relu"),
    "wish": lambda number: counted(number, "demande de réunir ou de séparer", "demandes de réunir ou de séparer"),
    "wave": lambda number: counted(number, "série de réponses de suivi", "séries de réponses de suivi"),
    "call": lambda number: counted(number, "note d'appel", "notes d'appel"),
    "edit": lambda number: counted(
        number, "modification du programme à l'essai", "modifications du programme à l'essai"
    ),
    "version": lambda number: counted(number, "version du programme faite ici", "versions du programme faites ici"),
    VALIDATION: lambda number: counted(number, "validation"),
}
"""Every noun is feminine: a sentence on several of them agrees."""
type WorkPart = Literal["pairs", "validation", "groups", "year", "form", "versions"]
PAIR_PARTS: tuple[WorkPart, ...] = ("pairs", "validation")
GROUP_PARTS: tuple[WorkPart, ...] = ("groups",)
FORMED_PARTS: tuple[WorkPart, ...] = (*PAIR_PARTS, *GROUP_PARTS, "year")
ALL_PARTS: tuple[WorkPart, ...] = get_args(WorkPart.__value__)
"""``form`` is what is tried in the form of the programme, ``versions`` what was stored there."""
ONE_LOST, LOST = mark("{what} sera perdue."), mark("{what} seront perdues.")


class WorkItem(NamedTuple):
    """One thing that staff did: its kind, and what identifies it."""

    kind: str
    mark: str


def item(kind: str, *values: object) -> WorkItem:
    """Return an item identified by a digest of some values."""
    return WorkItem(kind, sha256(repr((kind, values)).encode()).hexdigest()[:24])


@dataclass(frozen=True, slots=True)
class WorkLoss:
    """What would be lost, and the seals of the validations among it, the last one last."""

    items: frozenset[WorkItem] = frozenset()
    seals: tuple[Seal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def token(self) -> str:
        """Identifies what is lost: a confirmation holds for that alone."""
        return sha256("".join(sorted(one.mark for one in self.items)).encode()).hexdigest()[:24]

    @property
    def sentence(self) -> str:
        """What would be lost, in words."""
        numbers = Counter(one.kind for one in self.items)
        words = [words_of(numbers[kind]) for kind, words_of in NOUNS.items() if numbers[kind]]
        if numbers[VALIDATION] == 1 and self.seals:
            words[-1] = tr("la validation de {when}", when=clock(validated_at(self.seals[-1])))
        message = ONE_LOST if sum(numbers.values()) == 1 else LOST
        what = listed(words)
        return tr(message, what=what[:1].upper() + what[1:])


class WorkLossOut(JsonMessage):
    """What would be lost, in words, and the token that confirms it."""

    words: str
    sure: str

    @classmethod
    def of(cls, loss: WorkLoss) -> "WorkLossOut":
        """Return a loss as the page reads it."""
        return cls(words=loss.sentence, sure=loss.token)


class LossError(RequestError):
    """An action that would lose something, which nobody has confirmed yet."""

    def __init__(self, loss: WorkLoss) -> None:
        super().__init__(loss.sentence)
        self.loss = loss


def round_items(proposed: DeskRound | None, given: ProposalRecord | None) -> Iterator[WorkItem]:
    """Yield what staff decided on the board and noted of replies, in all rounds; ``given`` is where these began."""
    while proposed is not None:
        board = proposed.board
        for one in board.now.decisions:
            keys = [board.ground.key(person) for person in people_of(one)]
            yield item("decision", one.action, *keys, *([one.places] if isinstance(one, PlacesIn) else []))
        yield from (item("decision", "pin", *pair) for pair in proposed.pins)
        yield from (item("decision", "ban", *pair) for pair in proposed.bans)
        yield from (item("reply", pair, side, one) for (pair, side), one in proposed.noted.items())
        yield from (item("reply", key, one) for key, one in proposed.left.items())
        yield from (item("remark", one) for one in board.ground.base.notes)
        closed = range(len(given.rounds) if given else 0, len(proposed.begun.rounds))
        yield from (item("closing", number) for number in closed)
        proposed = proposed.before


def seals_of(proposed: DeskRound | None) -> list[Seal]:
    """Return the seals of all steps of the boards of all rounds, the last one last."""
    if proposed is None:
        return []
    seals = [step.seal for step in proposed.board.steps if step.seal]
    return [*seals_of(proposed.before), *seals]


def seal_items(seals: list[Seal]) -> set[WorkItem]:
    """Return the validations as items."""
    return {item(VALIDATION, seal.head) for seal in seals}


def group_items(kinds: KindSteps) -> Iterator[WorkItem]:
    """Yield who is to be together, or apart."""
    if isinstance(kinds.group, PeerGroups):
        yield from (item("wish", one.way, tuple(one.people)) for one in kinds.group.now.wishes)


def year_items(kinds: KindSteps) -> Iterator[WorkItem]:
    """Yield the answers during the year, and who was called."""
    year = kinds.follow_up
    yield from (item("wave", month, file.content) for month, file in year.waves.items())
    yield from (item("wave", name) for name, _ in year.editions)
    yield from (item("call", *one) for one in year.called)


def form_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    """Yield the edits of the programme that are not stored as a version yet."""
    if form and form.versions.is_tried:
        yield from (item("edit", number) for number, _ in enumerate(form.versions.before or [form.versions.now]))


def version_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    """Yield the versions of the programme that were made on the page."""
    if form:
        yield from (item("version", one.text) for one in form.versions.kept[1:])


def validated_at(seal: Seal) -> datetime:
    """Return when the decision of a seal was validated last, in the time of this machine."""
    return datetime.fromisoformat(seal.validations[-1].when).astimezone()


def items_of(
    part: WorkPart,
    one: DeskRound | None,
    proposal: ProposalRecord | None,
    kinds: KindSteps,
    form: ProgrammeForm | None,
) -> Iterable[WorkItem]:
    """Return what staff did in one part of the work; ``proposal`` is the record from which rounds went on."""
    match part:
        case "pairs":
            return round_items(one, proposal)
        case "validation":
            return seal_items(seals_of(one))
        case "groups":
            return group_items(kinds)
        case "year":
            return year_items(kinds)
        case "form":
            return form_items(form)
    return version_items(form)
