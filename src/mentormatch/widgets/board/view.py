"""The state of a board as JSON for the page, with formatted numbers and opaque ids of people."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.edits import SIDE_LETTERS
from mentormatch.explanation.unmatched_people import explain_unmatched
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, clock, counted, listed, points, thousands
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import KeyPair, Matching, case_of
from mentormatch.report import words
from mentormatch.report.comparison import (
    SHORT_GOAL_LABELS,
    Comparison,
    PointsChange,
    compare,
    compute_partner_changes,
    get_values_by_goal,
)
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import get_seal_sentences
from mentormatch.widgets.board.choice import MINUS_SIGN, PersonDetails, choice_sentence, explain_choice
from mentormatch.widgets.board.decisions import (
    BannedPair,
    BoardAction,
    BoardDecision,
    BoardState,
    CapacityChange,
    MayUndo,
    PersonId,
    PinnedPair,
    Redo,
    RemoveDecision,
    SelectPerson,
    SetReason,
    Undo,
    Validate,
    Withdrawal,
    place_fields,
)

# Millionths; a pair with less is marked as weak.
WEAK_SCORE = 450_000
MAX_NAMED = 4


class PersonOut(JsonMessage):
    """A person; ``places`` is None if the programme does not ask for a number of places."""

    id: PersonId
    side: Side
    name: str
    here: bool
    places: int | None


class PairIds(JsonMessage):
    """The opaque ids of a pair."""

    mentor: PersonId
    mentee: PersonId


class BoardPairOut(PairIds):
    """A pair of the plan, with its points as a text and as a number out of 100.

    ``new``: made by the last move; ``changed``: made in the session; ``pinned``: required in the session, ``held``:
    before.
    """

    points: str
    score: float
    weak: bool
    new: bool
    changed: bool
    pinned: bool
    held: bool


class BoardUnmatchedOut(JsonMessage):
    """A person without a partner, with the reason."""

    person: PersonId
    reason: str


class GoalOut(JsonMessage):
    """A goal in the first plan and now; ``difference`` is empty if there is none, ``better`` rates it."""

    goal: str
    before: str
    now: str
    difference: str
    better: bool


class PlanChangeOut(JsonMessage):
    """The changes since the first plan: number of new pairs, pairs that are gone, goals, and sentences on pairs."""

    new: int
    gone: list[PairIds]
    goals: list[GoalOut]
    sentences: list[str]


class DecisionOut(JsonMessage):
    """A decision with its number from 1, as JSON and as a text; ``why`` may be empty, ``when`` is the time of day."""

    number: int
    what: BoardDecision
    text: str
    why: str
    when: str


class BoardOut(JsonMessage):
    """The contents of the page after the action of this ``turn``.

    ``headline`` names the action; ``said`` has its result, or the refusal, which ``refusal`` repeats. ``whole`` has the
    changes in the session, ``earlier`` the decisions before it. Pairs below ``weak`` points are weak.
    """

    schema_version: Literal[1] = 1
    turn: int
    programme: str
    status: str
    verdict: str
    summary: str
    standing: list[str]
    head: str
    folder: str
    final: bool
    unproved: bool
    weak: int
    people: list[PersonOut]
    pairs: list[BoardPairOut]
    alone: list[BoardUnmatchedOut]
    whole: PlanChangeOut
    decisions: list[DecisionOut]
    earlier: list[str]
    chosen: PersonDetails | None
    undo: bool
    redo: bool
    refusal: str
    headline: str
    said: str


def notices(board: BoardState) -> Iterator[str]:
    """Yield the notices at the top: caveats, then the validation, or what prevents a plan."""
    matching, seal = board.matching, board.now.seal
    yield from (caveat.sentence for caveat in matching.caveats)
    yield from list(get_seal_sentences(matching, seal)) or obstacles(board)


def board_state(board: BoardState, action: BoardAction | None, turn: int = 0, refusal: str = "") -> BoardOut:
    """Return the board after an action; None: its initial state."""
    matching, seal = board.matching, board.now.seal
    last, session_change = (compare(board.steps[step].matching, matching, board.labels) for step in (board.seen, 0))
    details = None if board.chosen is None else explain_choice(board.ground, matching, board.labels, board.chosen)
    return BoardOut(
        turn=turn,
        programme=matching.programme.name,
        status=str(matching.status),
        verdict=words.verdict(matching)[0],
        summary=words.summary(matching),
        standing=list(notices(board)),
        head=seal.head if seal else "",
        folder=str(board.folder),
        final=seal is not None,
        unproved=any(caveat.code is CaveatCode.UNPROVED for caveat in matching.caveats),
        weak=WEAK_SCORE // 10_000,
        people=list(people(board)),
        pairs=list(pairs(board, last, session_change)),
        alone=list(find_unmatched_people(board)),
        whole=make_plan_change(board, session_change),
        decisions=list(decisions(board)),
        earlier=list(describe_earlier_decisions(board)),
        chosen=details,
        undo=board.at > 0,
        redo=board.at + 1 < len(board.steps),
        refusal=refusal,
        headline="" if refusal else headline(board, action),
        said=refusal or format_outcome(board, action, details, last),
    )


def as_page_json(state: BoardOut) -> dict[str, Any]:
    """Return the state as JSON, with French typography and without invisible characters."""
    texts: dict[str, Any] = format_texts(state.model_dump(mode="json"))
    return texts


def format_texts(value: Any) -> Any:
    match value:
        case str():
            return visible(spaced(value))
        case list():
            return [format_texts(item) for item in value]
        case dict():
            return {name: format_texts(item) for name, item in value.items()}
    return value


def obstacles(board: BoardState) -> list[str]:
    """Return the reasons why there is no plan; empty if there is one."""
    diagnosis = diagnose_case(replace(case_of(board.matching), labels=board.labels))
    return list(diagnosis.sentences) if diagnosis else []


def people(board: BoardState) -> Iterator[PersonOut]:
    """Yield each person of the first cohort, including people who left."""
    ground, cohort, case = board.ground, board.matching.cohort, case_of(board.matching)
    for side in SIDES:
        rows = {key: row for row, key in enumerate(cohort.side(side).ids)}
        max_places, asked_fields = case.loads(side).most, place_fields(ground.base.programme, side)
        for number, key in enumerate(ground.base.cohort.side(side).ids, start=1):
            row, name = rows.get(key), board.labels.person(side, key)
            places = int(max_places[row]) if asked_fields and row is not None else None
            yield PersonOut(
                id=f"{SIDE_LETTERS[side]}{number}", side=side, name=name, here=row is not None, places=places
            )


def pairs(board: BoardState, last: Comparison, session_change: Comparison) -> Iterator[BoardPairOut]:
    """Yield the pairs in the order of the mentors."""
    matching = board.matching
    pinned = {
        (decision.mentor, decision.mentee) for decision in board.now.decisions if isinstance(decision, PinnedPair)
    }
    pinned_before = find_imposed_pairs(board)
    new, changed = ({pair_ids(board, pair) for pair in decision.new} for decision in (last, session_change))
    for row, column in matching.solution.pairs.tolist():
        ids, score = ids_of(board, matching, (row, column)), int(matching.scores.values[row, column])
        yield BoardPairOut(
            mentor=ids[0],
            mentee=ids[1],
            points=points(score),
            score=score / 10_000,
            weak=score < WEAK_SCORE,
            new=ids in new,
            changed=ids in changed,
            pinned=ids in pinned,
            held=ids in pinned_before,
        )


def find_imposed_pairs(board: BoardState) -> set[tuple[str, str]]:
    """Return the ids of the pairs that were required at the start of the session."""
    ground = board.ground
    return {ids_of(board, ground.base, pair) for pair in ground.formulated.pins}


def find_unmatched_people(board: BoardState) -> Iterator[BoardUnmatchedOut]:
    """Yield the people without a partner, mentors first."""
    case = replace(case_of(board.matching), labels=board.labels)
    ids = [board.ground.id(side, case.people(side).ids[row]) for side in SIDES for row in case.alone(side).tolist()]
    for person, unmatched in zip(ids, explain_unmatched(case), strict=True):
        yield BoardUnmatchedOut(person=person, reason=unmatched.reason)


def make_plan_change(board: BoardState, session_change: Comparison) -> PlanChangeOut:
    """Return the changes in the session."""
    lost_pairs = [pair_ids(board, pair) for pair in session_change.gone]
    return PlanChangeOut(
        new=len(session_change.new),
        gone=[PairIds(mentor=mentor, mentee=mentee) for mentor, mentee in lost_pairs],
        goals=list(goals(board.steps[0].matching, board.matching)),
        sentences=list(session_change.pair_sentences),
    )


def goals(before: Matching, after: Matching) -> Iterator[GoalOut]:
    """Yield each goal with its values in two plans."""
    former, reached = get_values_by_goal(before.solution.tiers), get_values_by_goal(after.solution.tiers)
    for goal in dict.fromkeys((*former, *reached)):
        value_before, value_now = (
            format_goal_figure(goal, values[goal]) if goal in values else "–" for values in (former, reached)
        )
        gain = reached[goal] - former[goal] if goal in former and goal in reached else 0
        difference = f"{'+' if gain > 0 else MINUS_SIGN}{format_goal_figure(goal, abs(gain))}" if gain else ""
        better = gain < 0 if goal == "changes" else gain > 0
        yield GoalOut(
            goal=tr(SHORT_GOAL_LABELS.get(goal, goal)),
            before=value_before,
            now=value_now,
            difference=difference,
            better=better,
        )


def format_goal_figure(goal: str, value: int) -> str:
    return thousands(value) if goal in words.COUNTING_GOALS else points(value)


def ids_of(board: BoardState, matching: Matching, pair: tuple[int, int]) -> tuple[str, str]:
    """Return the ids of a pair, given by rows in the cohort of a matching."""
    keys = matching.cohort.mentors.ids[pair[0]], matching.cohort.mentees.ids[pair[1]]
    return pair_ids(board, keys)


def pair_ids(board: BoardState, pair: KeyPair) -> tuple[str, str]:
    """Return the ids of a pair of keys."""
    return board.ground.id("mentor", pair[0]), board.ground.id("mentee", pair[1])


def decisions(board: BoardState) -> Iterator[DecisionOut]:
    """Yield the present decisions."""
    for number, decision in enumerate(board.now.decisions, start=1):
        text, why, when = (
            decision_sentence(board, decision),
            board.reasons.get(decision, ""),
            board.moments.get(decision),
        )
        yield DecisionOut(number=number, what=decision, text=text, why=why, when=clock(when) if when else "")


def describe_earlier_decisions(board: BoardState) -> Iterator[str]:
    """Yield the pairs that were required or banned before the session, as texts."""
    base, required = board.ground.base, find_imposed_pairs(board)
    for pair in filter(None, (rule.decided_pair for rule in base.programme.rules)):
        if base.cohort.mentors.has(pair[0]) and base.cohort.mentees.has(pair[1]):
            mentor, mentee = pair_ids(board, pair)
            decision_type = PinnedPair if (mentor, mentee) in required else BannedPair
            yield decision_sentence(board, decision_type(mentor=mentor, mentee=mentee))


def decision_sentence(board: BoardState, decision: BoardDecision) -> str:
    """Return a decision as a text."""
    name = board.name
    match decision:
        case PinnedPair(mentor=mentor, mentee=mentee):
            return tr("Binôme imposé\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case BannedPair(mentor=mentor, mentee=mentee):
            return tr("Binôme écarté\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case Withdrawal(person=person):
            return tr("Départ\u00a0: {person}", person=name(person))
        case CapacityChange(person=person, places=places):
            return tr("Places de {person}\u00a0: {places}", person=name(person), places=places)
        case MayUndo(pairs=pairs):
            return tr("{pairs} en cours au plus peuvent être défaits", pairs=counted(pairs, "binôme"))


def headline(board: BoardState, action: BoardAction | None) -> str:
    """Return the description of a move; empty for other actions, and for a move that changed no decision."""
    match action:
        case None | SelectPerson() | SetReason() | Validate():
            return ""
        case Undo() | Redo() | RemoveDecision():
            decision = find_last_changed_decision(board)
            if decision is None:
                return ""
            move = decision_sentence(board, decision)
            if isinstance(action, Undo):
                return tr("{move} (annulé)", move=move)
            return tr("{move} (rétabli)", move=move) if isinstance(action, Redo) else tr("{move} (levé)", move=move)
    return decision_sentence(board, action)


def find_last_changed_decision(board: BoardState) -> BoardDecision | None:
    """Return the first decision by which the current version differs from the one shown before; None if none does."""
    before, present = board.steps[board.seen].decisions, board.now.decisions
    return next((decision for decision in (*present, *before) if (decision in present) != (decision in before)), None)


def format_outcome(
    board: BoardState, action: BoardAction | None, details: PersonDetails | None, last: Comparison
) -> str:
    """Return the result of an action as a text."""
    match action:
        case None:
            return ""
        case SetReason():
            return tr("Le motif est noté.")
        case SelectPerson():
            return choice_sentence(details, board.name(details.person)) if details else ""
        case Validate():
            return " ".join(get_seal_sentences(board.matching, board.now.seal))
    return " ".join(move_sentences(board, last))


def move_sentences(board: BoardState, last: Comparison) -> Iterator[str]:
    """Yield the changes by a move: numbers of pairs, people who lost or got a partner, and goals."""
    if not (last.new or last.gone):
        yield from last.pair_sentences
    else:
        before, present = board.steps[board.seen].matching, board.matching
        touched = [
            shift
            for shift in compute_partner_changes(before, present)
            if present.cohort.side(shift.side).has(shift.key)
        ]
        new = [counted(len(last.new), "binôme nouveau", "binômes nouveaux")] if last.new else []
        lost_count = [counted(len(last.gone), "binôme défait", "binômes défaits")] if last.gone else []
        yield f"{', '.join([*new, *lost_count])}."
        lost = [shift for shift in touched if not shift.now]
        won = [shift for shift in touched if not shift.before]
        if lost:
            yield about(tr("Sans binôme désormais"), f"{name_people(board, lost)}.")
        if won:
            yield about(tr("Avec un binôme désormais"), f"{name_people(board, won)}.")
    yield from last.goal_sentences


def name_people(board: BoardState, people: Sequence[PointsChange]) -> str:
    """Return the first people by name, and the number of others."""
    names = [board.labels.person(shift.side, shift.key) for shift in people[:MAX_NAMED]]
    more_count = len(people) - MAX_NAMED
    return listed([*names, counted(more_count, "autre")] if more_count > 0 else names)
