"""One round of a proposal at a desk: its board, the replies noted, the round before it; or a decision restored."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.explanation.rule_breaches import breaches
from mentormatch.explanation.tables import SIDE_WORDS, ResultSheet, sheet
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import counted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import KeyPair, Matching, case_of
from mentormatch.operations.proposal import (
    COLUMNS,
    REASONS,
    STATES,
    Asked,
    Late,
    Place,
    Proposal,
    Reason,
    ReplyRound,
    RoundsRead,
    State,
    is_among,
)
from mentormatch.operations.replies import (
    ANSWERS,
    Reply,
    ReplyAnswer,
    close_round,
    person_places,
    read_replies,
    replied_pair,
    reply,
)
from mentormatch.operations.suggestion import suggest
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Decision
from mentormatch.record.instance import other_ground, refuse
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.folder import SOLVED_STATUSES
from mentormatch.report.proposals import DECLINED_FILENAME, ROUND_FILE_WRITERS, round_text
from mentormatch.service.desk.column_messages import MenuEntry
from mentormatch.service.desk.desk_requests import DeskReply, FilePart
from mentormatch.service.desk.sealing_board import SealingBoard
from mentormatch.service.desk.uploads import File, Handed
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.table_reader import TableSource
from mentormatch.widgets.board.decisions import BoardDecision, Imposed, SetAsideIn, Withdrawal, side_of

NOTED, SUGGESTIONS = "reponses-notees.csv", "suggestions.csv"
OWN_FILES = {
    NOTED: mark("Les réponses notées dans le tour en cours, à déposer de nouveau un autre jour"),
    SUGGESTIONS: mark(
        "Pour chaque personne, une courte liste de partenaires possibles, pour qui préfère laisser choisir"
    ),
}
LISTS_S = 60.0
"""For all lists of suggestions."""
NO_LISTS = mark("Aucune liste de suggestions ne respecte les règles et les décisions prises au tableau")
ROUND_FILES = (*ROUND_FILE_WRITERS, *OWN_FILES)
"""The documents of a round."""
CLOSED = mark("Le tour a été clos ou rouvert ailleurs : voici celui qui est en cours, où rien n'a été changé")
NOT_OPEN = mark("Ce binôme n'est pas proposé dans ce tour")
NOT_REOPENED = mark("Ce tour ne peut plus être rouvert : autre chose a été fait depuis")
KEPT = mark(
    "Rien de ce formulaire n'est pris, et ce qui est noté à l'écran reste. Corrigez le fichier, ou ce qui est noté,"
    " puis déposez-le de nouveau."
)
ON_SCREEN = mark("à l'écran")
UNSOLVED = mark(
    "Rien de nouveau n'est proposé : à côté des binômes qui restent, aucun autre ne permet de tenir toutes les règles."
)
BROKEN = mark("Règle qui n'est pas tenue : {rule} ({detail}).")
NO_ANSWER = mark("pas encore de réponse")


class CellOut(JsonMessage):
    """One person of a pair that is proposed, by opaque id, and what was noted of them.

    ``asked``: an answer of theirs is waited for; ``before``: they accepted the pair in a round before.
    """

    id: str
    name: str
    asked: bool
    before: bool
    answer: str
    reason: str


class LineOut(JsonMessage):
    """A pair that is proposed; ``new``: for the first time."""

    mentor: CellOut
    mentee: CellOut
    new: bool


class LeaverOut(JsonMessage):
    """Somebody who is asked nothing in this round, and may leave all the same."""

    id: str
    name: str
    left: bool


class RoundOut(JsonMessage):
    """A round as it is seen: what is proposed, what was noted, and what closing it will do, by what silence is.

    ``reopens`` is the number of the round before, 0 where it cannot be opened again.
    """

    round: int
    asked: Asked
    told: list[str]
    noted: str
    lines: list[LineOut]
    others: list[LeaverOut]
    without: list[str]
    closing: dict[Late, list[str]]
    titles: list[str]
    people: list[list[str]]
    answers: list[MenuEntry]
    reasons: list[MenuEntry]
    done: str
    reopens: int


@dataclass(frozen=True, repr=False, eq=False)
class FormerAnswers:
    """The files of answers that later ones replaced while pairs were running, and the plan and contacts of then."""

    files: Mapping[FilePart, File]
    matching: Matching
    contacts: Contacts


@dataclass(eq=False)
class DeskRound:
    """A round: its board, the proposal as it began, what was noted since, and the round before, one step back.

    ``former`` are the answers before departures or arrivals came in by a file; what was decided then is ``carried``.
    ``pins`` and ``bans`` are what staff decided on the boards of the rounds before. What is noted of a pair that the
    board has undone is kept, and holds again once the pair is back.
    """

    board: SealingBoard
    begun: Proposal
    pins: tuple[KeyPair, ...] = ()
    bans: tuple[KeyPair, ...] = ()
    noted: dict[tuple[KeyPair, Side], Reply] = field(default_factory=dict)
    left: dict[str, Reply] = field(default_factory=dict)
    before: "DeskRound | None" = None
    former: FormerAnswers | None = None
    carried: tuple[BoardDecision, ...] = ()

    @classmethod
    def of(cls, proposal: Proposal, *, is_running: bool = False) -> "DeskRound":
        """Return the round that a proposal is at; its pairs may be ``is_running`` already, by a decision."""
        return cls(SealingBoard(proposal.matching, is_running=is_running), proposal)

    @property
    def proposal(self) -> Proposal:
        """The proposal with the pairs of the board, as they are now."""
        matching = self.board.matching
        return self.begun if matching is self.begun.matching else replace(self.begun, matching=matching)

    @property
    def can_reopen(self) -> bool:
        """Whether nothing was done since the round before was closed."""
        quiet = len(self.board.steps) == 1 and self.board.now.seal is None
        return self.before is not None and quiet and not (self.noted or self.left)

    @property
    def replies(self) -> list[Reply]:
        """What was noted, as far as it is about somebody who is there, and a pair that is proposed."""
        proposal = self.proposal
        open_pairs, here = set(proposal.open), person_places(proposal.matching.cohort)
        noted = [
            one
            for (pair, _), one in self.noted.items()
            if pair in open_pairs and canonical(one.person) not in self.left
        ]
        return [*noted, *(one for key, one in self.left.items() if key in here)]

    def restate(self, programme: Programme) -> None:
        """Take the name of the programme and what it says of documents from another text of it, in all rounds."""
        done: dict[int, Matching] = {}

        def restated(matching: Matching) -> Matching:
            if id(matching) not in done:
                done[id(matching)] = replace(matching, programme=restate_documents(matching.programme, programme))
            return done[id(matching)]

        self.board.restate(restated)
        own = restate_documents(self.begun.programme, programme)
        self.begun = replace(self.begun, matching=restated(self.begun.matching), programme=own)
        if self.before:
            self.before.restate(programme)

    def refuse_closed(self, number: int) -> None:
        """Raise RequestError where a round of another number is meant: somebody closed it elsewhere."""
        if number != self.begun.number:
            raise RequestError(tr(CLOSED))

    def reopen(self) -> "DeskRound":
        """Return the round before; raises RequestError where something else was done since."""
        if self.before is None or not self.can_reopen:
            raise RequestError(tr(NOT_REOPENED))
        return self.before

    def ask(self, asked: Asked) -> None:
        """Decide who has to accept the pairs, in the first round; raises RequestError in a later one."""
        if self.begun.rounds:
            raise RequestError(tr("Qui doit accepter se décide au premier tour"))
        self.begun = replace(self.begun, asked=asked)

    def note(self, said: DeskReply) -> None:
        """Note what somebody replied, or take it back; raises RequestError where it is about no pair of this round."""
        self.refuse_closed(said.round)
        side, ground = side_of(said.person), self.board.ground
        key, partner = ground.key(said.person), ground.key(said.partner) if said.partner else ""
        pair = (key, partner) if side == "mentor" else (partner, key)
        if said.answer in ("accepted", "declined") and pair not in self.proposal.open:
            raise RequestError(tr(NOT_OPEN))
        self.left.pop(canonical(key), None)
        if said.answer == "":
            self.noted.pop((pair, side), None)
        elif said.answer == "left":
            self.left[canonical(key)] = Reply(key, "left", side=side)
        else:
            reason: Reason = said.reason if said.answer == "declined" else ""
            self.noted[pair, side] = Reply(key, said.answer, partner, reason, side)

    def gather(self, form: TableSource) -> str:
        """Note all replies of a form that was filled in, and say how many; raises an error where one does not fit."""
        proposal = self.proposal
        try:
            found = read_replies(form, proposal.matching.cohort)
            noted = [replace(one, where=one.where or tr(ON_SCREEN)) for one in self.replies]
            close_round(proposal, [*noted, *found], "wait")
        except (RequestError, SurveyError) as error:
            raise type(error)(f"{error.message.rstrip('.')}.\n{tr(KEPT)}", error.problems) from None
        places = person_places(proposal.matching.cohort)
        for one in found:
            own = [place for place in places[canonical(one.person)] if one.side in (None, place[0])]
            about = replied_pair(proposal, one, own)
            if one.answer == "left":
                self.left[canonical(own[0][1])] = one
            elif isinstance(about, tuple) and about[0] not in proposal.settled:
                self.noted.setdefault(about, one)
        taken = counted(len(found), "réponse reprise", "réponses reprises")
        return tr("{replies} de « {name} ».", replies=taken, name=form.name)

    def closing(self, late: Late) -> tuple[ReplyRound, RoundsRead]:
        """Return the round as it would be closed, and what all rounds come to then."""
        proposal = self.proposal
        closed = close_round(proposal, self.replies, late)
        return closed, RoundsRead.of((*proposal.rounds, closed), proposal.asked)

    def next(self, late: Late) -> "DeskRound":
        """Return the round after this one is closed, which stays as it is.

        What staff imposed and set aside on the board holds on, where the people are still there and nobody declined;
        who was withdrawn there has left.
        """
        proposal, (closed, read) = self.proposal, self.closing(late)
        given_up = {one.pair for one in read.declined}
        pins, bans = (
            [one for one in pairs if one not in given_up and not closed.was_left(one)] for pairs in self.by_hand
        )
        after = reply(proposal, self.replies, late=late, pins=pins, bans=bans)
        *rounds, last = after.rounds
        last = replace(last, left=(*last.left, *self.withdrawn))
        made = self.of(replace(after, rounds=(*rounds, last)))
        made.board.portfolio = self.board.portfolio  # the log goes on from round to round
        made.pins, made.bans, made.before = tuple(pins), tuple(bans), replace(self, before=None)
        return made

    @property
    def by_hand(self) -> tuple[list[KeyPair], list[KeyPair]]:
        """The pairs that staff imposed, and those that they set aside, on this board and before, of people here."""
        ground, cohort = self.board.ground, self.board.matching.cohort
        imposed, aside = (
            [
                (ground.key(one.mentor), ground.key(one.mentee))
                for one in self.board.now.decisions
                if isinstance(one, kind)
            ]
            for kind in (Imposed, SetAsideIn)
        )
        pins, bans = (
            [one for one in pairs if is_among(cohort, one)] for pairs in ((*self.pins, *imposed), (*self.bans, *aside))
        )
        return pins, bans

    @property
    def withdrawn(self) -> Iterator[Place]:
        """Those who were withdrawn on the board."""
        ground = self.board.ground
        for one in self.board.now.decisions:
            if isinstance(one, Withdrawal):
                key = ground.key(one.person)
                yield from ((side, key) for side in SIDES if ground.base.cohort.side(side).has(key))

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The files of the round that can be asked for, and what each is for."""
        begun = self.begun
        without = {DECLINED_FILENAME: not begun.declined, NOTED: not self.replies, SUGGESTIONS: bool(begun.rounds)}
        purposes = {name: what for name, (what, _) in ROUND_FILE_WRITERS.items()} | OWN_FILES
        return [(name, tr(what)) for name, what in purposes.items() if not without.get(name, False)]

    def document(self, name: str) -> bytes:
        """Return a file of the round."""
        if name in ROUND_FILE_WRITERS:
            return ROUND_FILE_WRITERS[name][1](self.proposal)
        return to_csv(self.filled if name == NOTED else self.suggestions())

    def suggestions(self) -> ResultSheet:
        """Return short lists of possible partners; raises RequestError where the decisions of staff allow none."""
        pins, bans = self.by_hand
        matching = self.board.matching
        lists = suggest(
            matching.cohort, self.begun.programme, seed=matching.seed, pins=pins, bans=bans, time_limit_s=LISTS_S
        )
        if lists.status not in SOLVED_STATUSES:
            raise RequestError(tr(NO_LISTS))
        return lists.sheet

    @property
    def filled(self) -> ResultSheet:
        """The form of the round with what was noted, which ``gather`` notes again."""
        rows = [
            (one.person, one.partner, tr(ANSWERS[one.answer][0]), tr(REASONS[one.reason]) if one.reason else "")
            for one in self.replies
        ]
        return sheet([(column, tr(title)) for column, title in COLUMNS.items()], rows)

    def describe(self, done: str = "") -> RoundOut:
        """Return the round in words, its people called as they are on the board; ``done`` was done just now."""
        proposal = self.proposal
        states = {(one.side, one.person, one.partner): one.state for side in SIDES for one in proposal.states(side)}
        lines = [self._line(pair, states, new=bool(proposal.rounds) and pair in proposal.new) for pair in proposal.open]
        cells = [cell for line in lines for cell in (line.mentor, line.mentee)]
        waited = [cell for cell in cells if cell.asked and not cell.before]
        replied = sum(cell.answer != "" for cell in waited)
        without = [self._name(side, person) for (side, person, _), state in states.items() if state == "without"]
        alone = counted(len(without), "personne sans binôme", "personnes sans binôme")
        return RoundOut(
            round=proposal.number,
            asked=proposal.asked,
            told=[round_text(proposal), f"{alone}.", *self._explain_failure(proposal)],
            noted=tr(
                "{replies} sur {waited}",
                replies=counted(replied, "réponse notée", "réponses notées"),
                waited=counted(len(waited), "attendue", "attendues"),
            ),
            lines=lines,
            others=list(self._others({cell.id for cell in cells if cell.asked})),
            without=without,
            closing={late: list(self._outlook(late)) for late in get_args(Late.__value__)},
            titles=[tr("Côté"), tr("Personne"), tr("Où l'on en est"), tr("Partenaire"), tr("Depuis le tour")],
            people=list(self._people(proposal)),
            answers=menu([("", tr(NO_ANSWER)), *answer_words()]),
            reasons=menu((code, tr(words)) for code, words in REASONS.items() if code not in ("", "no_answer")),
            done=done,
            reopens=proposal.number - 1 if self.can_reopen else 0,
        )

    def _explain_failure(self, proposal: Proposal) -> Iterator[str]:
        """Yield that no further pair keeps the rules, where that is so, and which rule is broken."""
        if proposal.solved not in SOLVED_STATUSES:
            yield tr(UNSOLVED)
            matching = self.begun.matching
            pairs = [(mentor, mentee) for mentor, mentee in matching.solution.pairs.tolist()]
            found = breaches(case_of(matching), pairs)
            for rule, detail in dict.fromkeys((one.rule, one.detail) for one in found):
                yield tr(BROKEN, rule=rule, detail=detail)

    def _name(self, side: Side, key: str) -> str:
        return self.board.labels.person(side, key)

    def _line(self, pair: KeyPair, states: dict[tuple[Side, str, str], State], *, new: bool) -> LineOut:
        mentor, mentee = (self._cell(pair, side, states) for side in SIDES)
        return LineOut(mentor=mentor, mentee=mentee, new=new)

    def _cell(self, pair: KeyPair, side: Side, states: dict[tuple[Side, str, str], State]) -> CellOut:
        person, partner = pair[SIDES.index(side)], pair[1 - SIDES.index(side)]
        noted, gone = self.noted.get((pair, side)), canonical(person) in self.left
        return CellOut(
            id=self.board.ground.id(side, person),
            name=self._name(side, person),
            asked=self.begun.asked in ("both", side),
            before=states[side, person, partner] == "answered",
            answer="left" if gone else noted.answer if noted else "",
            reason=noted.reason if noted and not gone else "",
        )

    def _others(self, listed_ids: set[str]) -> Iterator[LeaverOut]:
        """Yield everybody there who has no menu of their own."""
        for side in SIDES:
            for key in self.board.matching.cohort.side(side).ids:
                if (ident := self.board.ground.id(side, key)) not in listed_ids:
                    yield LeaverOut(id=ident, name=self._name(side, key), left=canonical(key) in self.left)

    def _people(self, proposal: Proposal) -> Iterator[list[str]]:
        """Yield the row of each person and pair: side, person, how they stand, partner, and since which round."""
        for place, side in enumerate(SIDES):
            for one in proposal.states(side):
                partner = self._name(SIDES[1 - place], one.partner) if one.partner else ""
                state = tr(STATES[one.state])
                yield [tr(SIDE_WORDS[side]), self._name(side, one.person), state, partner, str(one.round)]

    def _outlook(self, late: Late) -> Iterator[str]:
        """Yield what closing the round will do, a sentence each."""
        closed, read = self.closing(late)
        settled = sum(since == self.begun.number for since in read.settled.values())
        refused = sum(one.round == self.begun.number for one in read.declined)
        ended = sum(map(closed.was_left, closed.proposed))
        waiting = len(closed.proposed) - settled - refused - ended
        for number, words in (
            (
                settled,
                counted(settled, "binôme accepté, qui ne bougera plus.", "binômes acceptés, qui ne bougeront plus."),
            ),
            (
                refused,
                counted(refused, "binôme refusé, qui ne reviendra pas.", "binômes refusés, qui ne reviendront pas."),
            ),
            (ended, counted(ended, "binôme défait par un départ.", "binômes défaits par un départ.")),
            (
                waiting,
                counted(
                    waiting,
                    "binôme toujours proposé : qui n'a pas répondu est redemandé·e.",
                    "binômes toujours proposés : qui n'a pas répondu est redemandé·e.",
                ),
            ),
        ):
            if number:
                yield words
        yield tr("Qui est sans binôme se voit proposer quelqu'un d'autre, si les règles le permettent.")


def answer_words() -> Iterator[tuple[ReplyAnswer, str]]:
    """Yield each answer with how a menu says it of somebody."""
    for answer, words in ANSWERS.items():
        yield answer, tr(STATES["left"] if answer == "left" else words[0])


def menu(entries: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> list[MenuEntry]:
    """Return the entries of a menu."""
    return [MenuEntry(value=value, words=words) for value, words in entries]


def former_answers(
    handed: Handed, files: Mapping[FilePart, File], pairs: Sequence[KeyPair], *, apart: bool
) -> FormerAnswers:
    """Return the answers in some files with the pairs of then; raises MentorMatchError if they cannot be read."""
    before = Handed({**handed.files, **files})
    intake, contacts = before.take_in(
        before.programme(), before.tables(before.programme(), apart=apart, most=sys.maxsize)
    )
    return FormerAnswers(files, given_plan(intake.cohort, intake.programme, pairs), contacts)


def restate_documents(programme: Programme, other: Programme) -> Programme:
    """Return a programme with the heading of another and what that says of documents."""
    return programme.model_copy(update={"heading": other.heading, "documents": other.documents})


def restore_matching(decision: Decision, cohort: Cohort, programme: Programme) -> Matching:
    """Return the pairs of a decision as a matching of the cohort and the programme that it was made of.

    Nothing is solved: the status is ``feasible``. The file numbers people by their rows, so that their answers alone do
    not tell who is meant: the scores that it states must be theirs too. The programme may be without the pairs that
    staff imposed or set aside. Raises RequestError where the decision rests on something else.
    """
    refuse(one for one in other_ground(decision, cohort, programme) if one.where != tr("programme"))
    ids = cohort.mentors.ids, cohort.mentees.ids
    stated = decision.problem()
    expected = tr("ce que donnent les réponses et le programme")
    if stated.shape != (len(ids[0]), len(ids[1])):
        refuse([Problem(tr("réponses"), tr("d'autres personnes"), expected)])
    chosen = decision.solution().pairs.tolist()
    plan = given_plan(cohort, programme, [(ids[0][i], ids[1][k]) for i, k in chosen], seed=decision.seed)
    pairs = stated.scores.pairs()
    if not np.array_equal(stated.scores.at(*pairs), plan.problem.scores.at(*pairs)):
        refuse([Problem("scores", tr("d'autres points"), expected)])
    return plan
