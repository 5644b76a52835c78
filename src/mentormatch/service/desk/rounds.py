"""A round of a proposal, with its board, replies and previous round; or a plan restored from a decision."""

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
from mentormatch.inspection.intake import Intake
from mentormatch.languages.phrases import counted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import KeyPair, Matching, case_of
from mentormatch.operations.proposal import (
    COLUMNS,
    REASONS,
    STATE_TEXTS,
    Asked,
    Late,
    Place,
    Proposal,
    ProposalRecord,
    Reason,
    ReplyRound,
    RoundHistory,
    State,
    is_among,
)
from mentormatch.operations.repair import ended_in
from mentormatch.operations.replies import (
    ANSWER_SPELLINGS,
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
from mentormatch.record.instance import find_input_differences, raise_if_any
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.folder import SOLVED_STATUSES
from mentormatch.report.proposals import DECLINED_FILENAME, ROUND_FILE_WRITERS, round_text
from mentormatch.service.desk.column_messages import MenuEntry
from mentormatch.service.desk.desk_requests import FilePart, NoteReply
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.uploads import UploadedFile, UploadedFiles
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.table_reader import TableSource
from mentormatch.widgets.board.decisions import BannedPair, BoardDecision, PinnedPair, Withdrawal, side_of

FILE_PURPOSES = {
    DocumentName.REPLIES: mark("Les réponses notées dans le tour en cours, à déposer de nouveau un autre jour"),
    DocumentName.SUGGESTIONS: mark(
        "Pour chaque personne, une courte liste de partenaires possibles, pour qui préfère laisser choisir"
    ),
}
ROUND_FILES = (*ROUND_FILE_WRITERS, *FILE_PURPOSES)


class ReplyCellOut(JsonMessage):
    """A person of a proposed pair, and the reply recorded.

    ``asked``: a reply is required; ``before``: accepted earlier.
    """

    id: str
    name: str
    asked: bool
    before: bool
    answer: str
    reason: str


class ProposedPairOut(JsonMessage):
    """A proposed pair; ``new``: not proposed in the previous round, False in the first one."""

    mentor: ReplyCellOut
    mentee: ReplyCellOut
    new: bool


class LeaverOut(JsonMessage):
    """A person whose reply is not asked for in this round, and who may leave."""

    id: str
    name: str
    left: bool


class RoundOut(JsonMessage):
    """A round: the proposal, the replies and, per meaning of a missing reply, the effect of closing it.

    ``reopens`` is the number of the previous round, 0 if it cannot be reopened.
    """

    round: int
    asked: Asked
    told: list[str]
    noted: str
    lines: list[ProposedPairOut]
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
    """Files of answers replaced while pairs were running, with their plan and contacts."""

    files: Mapping[FilePart, UploadedFile]
    matching: Matching
    contacts: Contacts


@dataclass(eq=False)
class RoundStep:
    """A round: its board, the initial proposal, the replies recorded since, and the previous round.

    ``former`` are the answers before a file with departures or arrivals, and ``carried`` the decisions made then.
    ``pins`` and ``bans`` are the decisions of staff in previous rounds. Replies about a pair that the board has undone
    are kept, and apply again when the pair is restored.
    """

    board: LoggedBoard
    initial: Proposal
    pins: tuple[KeyPair, ...] = ()
    bans: tuple[KeyPair, ...] = ()
    recorded: dict[tuple[KeyPair, Side], Reply] = field(default_factory=dict)
    departures: dict[str, Reply] = field(default_factory=dict)
    before: "RoundStep | None" = None
    former: FormerAnswers | None = None
    carried: tuple[BoardDecision, ...] = ()

    @classmethod
    def of(cls, proposal: Proposal, *, is_running: bool = False) -> "RoundStep":
        """Return the round of a proposal; ``is_running``: a decision has made its pairs final."""
        return cls(LoggedBoard(proposal.matching, is_running=is_running), proposal)

    @property
    def proposal(self) -> Proposal:
        """The proposal with the pairs of the board."""
        matching = self.board.matching
        return self.initial if matching is self.initial.matching else replace(self.initial, matching=matching)

    def with_ended(self, plan: Matching) -> Matching:
        """Return a plan with the pairs that ended as their people are not in the last file of answers, and before."""
        if self.former is None:
            return plan
        before = self.former.matching
        return replace(plan, ended=(*before.ended, *ended_in(before, self.board.ground.base.cohort), *plan.ended))

    @property
    def can_reopen(self) -> bool:
        """Whether the previous round can be reopened: no decision, validation or reply has been recorded since."""
        quiet = len(self.board.steps) == 1 and self.board.now.seal is None
        return self.before is not None and quiet and not (self.recorded or self.departures)

    @property
    def replies(self) -> list[Reply]:
        """The recorded replies about participants and proposed pairs."""
        proposal, leavers = self.proposal, self.leavers
        open_pairs = set(proposal.open)
        replies = [
            entry
            for (pair, _), entry in self.recorded.items()
            if pair in open_pairs and canonical(entry.person) not in leavers
        ]
        return [*replies, *(entry for key, entry in self.departures.items() if key in leavers)]

    @property
    def leavers(self) -> set[str]:
        """The keys of participants with a recorded departure, in comparison form, on both sides."""
        places = person_places(self.board.matching.cohort)
        return {canonical(key) for person in self.departures for _, key in places.get(person, ())}

    def restate_documents(self, programme: Programme) -> None:
        """Use the name and the document settings of another version of the programme, in all rounds."""
        restated_by_id: dict[int, Matching] = {}

        def restate_matching(matching: Matching) -> Matching:
            if id(matching) not in restated_by_id:
                restated_by_id[id(matching)] = replace(
                    matching, programme=restate_documents(matching.programme, programme)
                )
            return restated_by_id[id(matching)]

        self.board.restate(restate_matching)
        restated_programme = restate_documents(self.initial.programme, programme)
        self.initial = replace(
            self.initial, matching=restate_matching(self.initial.matching), programme=restated_programme
        )
        if self.before:
            self.before.restate_documents(programme)

    def refuse_closed(self, number: int) -> None:
        """Raise RequestError if the round has another number: another tab closed it."""
        if number != self.initial.number:
            raise RequestError(
                tr("Le tour a été clos ou rouvert ailleurs : voici celui qui est en cours, où rien n'a été changé")
            )

    def reopen(self) -> "RoundStep":
        """Return the previous round. Raises RequestError after another change."""
        if self.before is None or not self.can_reopen:
            raise RequestError(tr("Ce tour ne peut plus être rouvert : autre chose a été fait depuis"))
        return self.before

    def set_required_replies(self, sides: Asked) -> None:
        """Set the sides that must accept the pairs. Raises RequestError after the first round."""
        if self.initial.rounds:
            raise RequestError(tr("Qui doit accepter se décide au premier tour"))
        self.initial = replace(self.initial, asked=sides)

    def record_reply(self, request: NoteReply) -> None:
        """Record or delete the reply of a person.

        Raises RequestError if the round is closed, the person is unknown, or the pair is not proposed in this round.
        """
        self.refuse_closed(request.round)
        side, ground = side_of(request.person), self.board.ground
        key, partner = ground.key(request.person), ground.key(request.partner) if request.partner else ""
        pair = (key, partner) if side == "mentor" else (partner, key)
        if request.answer in ("accepted", "declined") and pair not in self.proposal.open:
            raise RequestError(tr("Ce binôme n'est pas proposé dans ce tour"))
        for _, role_key in person_places(ground.base.cohort)[canonical(key)]:
            self.departures.pop(canonical(role_key), None)
        if request.answer == "":
            self.recorded.pop((pair, side), None)
        elif request.answer == "left":
            self.departures[canonical(key)] = Reply(key, "left", side=side)
        else:
            reason: Reason = request.reason if request.answer == "declined" else ""
            self.recorded[pair, side] = Reply(key, request.answer, partner, reason, side)

    def record_form(self, form: TableSource) -> str:
        """Record all replies of a form, and return a notice; replies recorded before stay.

        Raises RequestError or SurveyError if one is invalid or contradicts these; then none is recorded.
        """
        proposal = self.proposal
        try:
            form_replies = read_replies(form, proposal.matching.cohort)
            recorded = [replace(entry, where=entry.where or tr("à l'écran")) for entry in self.replies]
            close_round(proposal, [*recorded, *form_replies], "wait")
        except (RequestError, SurveyError) as error:
            refused = tr(
                "Rien de ce formulaire n'est pris, et ce qui est noté à l'écran reste. Corrigez le fichier, ou ce qui"
                " est noté, puis déposez-le de nouveau."
            )
            raise type(error)(f"{error.message.rstrip('.')}.\n{refused}", error.problems) from None
        places = person_places(proposal.matching.cohort)
        for entry in form_replies:
            roles = [place for place in places[canonical(entry.person)] if entry.side in (None, place[0])]
            about = replied_pair(proposal, entry, roles)
            if entry.answer == "left":
                self.departures[canonical(roles[0][1])] = entry
            elif isinstance(about, tuple) and about[0] not in proposal.settled:
                self.recorded.setdefault(about, entry)
        count_text = counted(len(form_replies), "réponse reprise", "réponses reprises")
        return tr("{replies} de « {name} ».", replies=count_text, name=form.name)

    def preview_close(self, late: Late) -> tuple[ReplyRound, RoundHistory]:
        """Return the round as closed now, and the resulting history."""
        proposal = self.proposal
        closed = close_round(proposal, self.replies, late)
        return closed, RoundHistory.of((*proposal.rounds, closed), proposal.asked)

    def close(self, late: Late) -> "RoundStep":
        """Return the round after this one is closed; this round is unchanged.

        Pairs that staff imposed or set aside stay so if the people take part and the pair was not given up. People
        withdrawn on the board have left.
        """
        proposal, (closed, history) = self.proposal, self.preview_close(late)
        given_up = {pair.pair for pair in history.declined}
        pins, bans = (
            [pair for pair in pairs if pair not in given_up and not closed.was_left(pair)]
            for pairs in self.manual_pairs
        )
        proposal_after = reply(proposal, self.replies, late=late, pins=pins, bans=bans)
        *rounds, last = proposal_after.rounds
        last = replace(last, left=(*last.left, *self.withdrawn_people))
        next_round = self.of(replace(proposal_after, rounds=(*rounds, last)))
        next_round.board.portfolio = self.board.portfolio  # one log for all rounds
        next_round.pins, next_round.bans, next_round.before = tuple(pins), tuple(bans), replace(self, before=None)
        return next_round

    @property
    def manual_pairs(self) -> tuple[list[KeyPair], list[KeyPair]]:
        """The pairs that staff imposed and set aside, in this and previous rounds, among participants."""
        ground, cohort = self.board.ground, self.board.matching.cohort
        imposed, set_aside = (
            [
                (ground.key(item.mentor), ground.key(item.mentee))
                for item in self.board.now.decisions
                if isinstance(item, kind)
            ]
            for kind in (PinnedPair, BannedPair)
        )
        pins, bans = (
            [item for item in pairs if is_among(cohort, item)]
            for pairs in ((*self.pins, *imposed), (*self.bans, *set_aside))
        )
        return pins, bans

    @property
    def withdrawn_people(self) -> Iterator[Place]:
        """The people withdrawn on the board."""
        ground = self.board.ground
        for decision in self.board.now.decisions:
            if isinstance(decision, Withdrawal):
                key = ground.key(decision.person)
                yield from ((side, key) for side in SIDES if ground.base.cohort.side(side).has(key))

    @property
    def offered_files(self) -> list[tuple[str, str]]:
        """The files that the round has, with their purposes."""
        initial = self.initial
        is_missing = {
            DECLINED_FILENAME: not initial.declined,
            DocumentName.REPLIES: not self.replies,
            DocumentName.SUGGESTIONS: bool(initial.rounds),
        }
        purposes = {name: purpose for name, (purpose, _) in ROUND_FILE_WRITERS.items()} | FILE_PURPOSES
        return [(name, tr(purpose)) for name, purpose in purposes.items() if not is_missing.get(name, False)]

    def document(self, name: str) -> bytes:
        if name in ROUND_FILE_WRITERS:
            return ROUND_FILE_WRITERS[name][1](self.proposal)
        return to_csv(self.reply_table if name == DocumentName.REPLIES else self.suggestions())

    def suggestions(self) -> ResultSheet:
        """Return short lists of possible partners. Raises RequestError if no lists satisfy rules and decisions."""
        pins, bans = self.manual_pairs
        matching = self.board.matching
        lists = suggest(
            matching.cohort, self.initial.programme, seed=matching.seed, pins=pins, bans=bans, time_limit_s=60.0
        )
        if lists.status not in SOLVED_STATUSES:
            raise RequestError(
                tr("Aucune liste de suggestions ne respecte les règles et les décisions prises au tableau")
            )
        return lists.sheet

    @property
    def reply_table(self) -> ResultSheet:
        """The reply form with the recorded replies, in codes if keys identify people; ``record_form`` reads it."""
        label_of = self.board.matching.labels.text
        rows = [
            (
                label_of(entry.person),
                label_of(entry.partner),
                tr(ANSWER_SPELLINGS[entry.answer][0]),
                tr(REASONS[entry.reason]) if entry.reason else "",
            )
            for entry in self.replies
        ]
        return sheet([(column, tr(title)) for column, title in COLUMNS.items()], rows)

    def describe(self, done: str = "") -> RoundOut:
        """Return the round with labels of its people; ``done``: the notice of the last action."""
        proposal, leavers = self.proposal, self.leavers
        states = {
            (status.side, status.person, status.partner): status.state
            for side in SIDES
            for status in proposal.states(side)
        }
        new_pairs = set(proposal.new if proposal.rounds else ())
        lines = [self._line(pair, states, leavers, new=pair in new_pairs) for pair in proposal.open]
        cells = [cell for line in lines for cell in (line.mentor, line.mentee)]
        waited = [cell for cell in cells if cell.asked and not cell.before]
        replied = sum(cell.answer != "" for cell in waited)
        without = [self._name(side, person) for (side, person, _), state in states.items() if state == "without"]
        unmatched_text = counted(len(without), "personne sans binôme", "personnes sans binôme")
        return RoundOut(
            round=proposal.number,
            asked=proposal.asked,
            told=[round_text(proposal), f"{unmatched_text}.", *self._explain_failure(proposal)],
            noted=tr(
                "{replies} sur {waited}",
                replies=counted(replied, "réponse notée", "réponses notées"),
                waited=counted(len(waited), "attendue", "attendues"),
            ),
            lines=lines,
            others=list(self._people_without_menu({cell.id for cell in cells if cell.asked}, leavers)),
            without=without,
            closing={late: list(self._outlook(late)) for late in get_args(Late.__value__)},
            titles=[tr("Côté"), tr("Personne"), tr("Où l'on en est"), tr("Partenaire"), tr("Depuis le tour")],
            people=list(self._people(proposal)),
            answers=make_menu([("", tr("pas encore de réponse")), *answer_labels()]),
            reasons=make_menu((code, tr(words)) for code, words in REASONS.items() if code not in ("", "no_answer")),
            done=done,
            reopens=proposal.number - 1 if self.can_reopen else 0,
        )

    def _explain_failure(self, proposal: Proposal) -> Iterator[str]:
        if proposal.solved not in SOLVED_STATUSES:
            yield tr(
                "Rien de nouveau n'est proposé : à côté des binômes qui restent, aucun autre ne permet de tenir toutes"
                " les règles."
            )
            matching = self.initial.matching
            pairs = [(mentor, mentee) for mentor, mentee in matching.solution.pairs.tolist()]
            broken = breaches(case_of(matching), pairs)
            for rule, detail in dict.fromkeys((breach.rule, breach.detail) for breach in broken):
                yield tr("Règle qui n'est pas tenue : {rule} ({detail}).", rule=rule, detail=detail)

    def _name(self, side: Side, key: str) -> str:
        return self.board.labels.person(side, key)

    def _line(
        self, pair: KeyPair, states: dict[tuple[Side, str, str], State], leavers: set[str], *, new: bool
    ) -> ProposedPairOut:
        mentor, mentee = (self._cell(pair, side, states, leavers) for side in SIDES)
        return ProposedPairOut(mentor=mentor, mentee=mentee, new=new)

    def _cell(
        self, pair: KeyPair, side: Side, states: dict[tuple[Side, str, str], State], leavers: set[str]
    ) -> ReplyCellOut:
        person, partner = pair[SIDES.index(side)], pair[1 - SIDES.index(side)]
        recorded, has_left = self.recorded.get((pair, side)), canonical(person) in leavers
        return ReplyCellOut(
            id=self.board.ground.id(side, person),
            name=self._name(side, person),
            asked=self.initial.asked in ("both", side),
            before=states[side, person, partner] == "answered",
            answer="left" if has_left else recorded.answer if recorded else "",
            reason=recorded.reason if recorded and not has_left else "",
        )

    def _people_without_menu(self, listed_ids: set[str], leavers: set[str]) -> Iterator[LeaverOut]:
        for side in SIDES:
            for key in self.board.matching.cohort.side(side).ids:
                if (ident := self.board.ground.id(side, key)) not in listed_ids:
                    yield LeaverOut(id=ident, name=self._name(side, key), left=canonical(key) in leavers)

    def _people(self, proposal: Proposal) -> Iterator[list[str]]:
        # Columns: side, person, state, partner, round of the state.
        for place, side in enumerate(SIDES):
            for status in proposal.states(side):
                partner = self._name(SIDES[1 - place], status.partner) if status.partner else ""
                state = tr(STATE_TEXTS[status.state])
                yield [tr(SIDE_WORDS[side]), self._name(side, status.person), state, partner, str(status.round)]

    def _outlook(self, late: Late) -> Iterator[str]:
        """Yield a sentence per effect of closing the round."""
        closed, history = self.preview_close(late)
        settled = sum(since == self.initial.number for since in history.settled.values())
        refused = sum(pair.round == self.initial.number for pair in history.declined)
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


def answer_labels() -> Iterator[tuple[ReplyAnswer, str]]:
    for answer, words in ANSWER_SPELLINGS.items():
        yield answer, tr(STATE_TEXTS["left"] if answer == "left" else words[0])


def make_menu(entries: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> list[MenuEntry]:
    return [MenuEntry(value=value, words=words) for value, words in entries]


def former_answers(
    handed: UploadedFiles,
    files: Mapping[FilePart, UploadedFile],
    pairs: Sequence[KeyPair],
    ended: Sequence[KeyPair],
    *,
    apart: bool,
) -> FormerAnswers:
    """Read former answers with their pairs, and the pairs ended before. Raises MentorMatchError if unreadable."""
    previous = UploadedFiles({**handed.files, **files})
    intake, contacts = previous.build_cohort(
        previous.programme(), previous.tables(previous.programme(), apart=apart, most=sys.maxsize)
    )
    plan = replace(given_plan(intake.cohort, intake.programme, pairs), ended=tuple(ended))
    return FormerAnswers(files, plan, contacts)


def restate_documents(programme: Programme, source: Programme) -> Programme:
    return programme.model_copy(update={"heading": source.heading, "documents": source.documents})


def restore_matching(decision: Decision, cohort: Cohort, programme: Programme) -> Matching:
    """Return the pairs of a decision as a matching, with status ``feasible``, without solving.

    A decision file numbers people by row, so the scores in it must be equal to those computed from the answers. The
    programme need not contain the pairs that staff imposed or set aside. Raises RequestError if the answers, the order
    of goals, or a score of a pair allowed by the decision differ; other differences of the programme are not noticed.
    """
    raise_if_any(
        problem for problem in find_input_differences(decision, cohort, programme) if problem.where != tr("programme")
    )
    ids = cohort.mentors.ids, cohort.mentees.ids
    decided_problem = decision.problem()
    expected = tr("ce que donnent les réponses et le programme")
    if decided_problem.shape != (len(ids[0]), len(ids[1])):
        raise_if_any([Problem(tr("réponses"), tr("d'autres personnes"), expected)])
    rows = decision.solution().pairs.tolist()
    plan = given_plan(cohort, programme, [(ids[0][i], ids[1][k]) for i, k in rows], seed=decision.seed)
    pairs = decided_problem.scores.pairs()
    if not np.array_equal(decided_problem.scores.at(*pairs), plan.problem.scores.at(*pairs)):
        raise_if_any([Problem("scores", tr("d'autres points"), expected)])
    return plan


def resume_proposal(record: ProposalRecord | Decision, intake: Intake, seed: int) -> Proposal:
    """Return the uploaded proposal or decision. Raises RequestError if it does not fit the answers."""
    try:
        if isinstance(record, Decision):
            return Proposal.of(restore_matching(record, intake.cohort, intake.programme))
        return Proposal.read(record, intake.cohort, intake.programme, seed=seed)
    except RequestError as error:
        mismatch = tr(
            "La proposition ne va pas avec ces réponses. À la première étape, retirez-la, ou déposez les réponses"
            " de la même édition."
        )
        raise RequestError(f"{mismatch} {error.message}.", error.problems) from None
