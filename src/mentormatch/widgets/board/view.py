"""The board as JSON: all that a page shows, every number already in words, every person under an opaque id."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.caveats import Code
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.edits import LETTERS
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
from mentormatch.widgets.board.choice import MINUS, Chosen, choice_sentence, explain_choice
from mentormatch.widgets.board.decisions import (
    Action,
    BoardDecision,
    BoardState,
    Choose,
    Explain,
    Imposed,
    MayUndo,
    PersonId,
    PlacesIn,
    Redo,
    Release,
    SetAsideIn,
    Undo,
    Validate,
    Withdrawal,
    place_fields,
)

WEAK = 450_000
"""A pair with fewer millionths is marked as weak."""
MOST_NAMED = 4
"""People whom a message names who lost or won a partner."""


class PersonOut(JsonMessage):
    """One person; ``places`` is None where the programme asks them for no number of places."""

    id: PersonId
    side: Side
    name: str
    here: bool
    places: int | None


class PairSideBySide(JsonMessage):
    """Two people."""

    mentor: PersonId
    mentee: PersonId


class BoardPairOut(PairSideBySide):
    """A pair of the plan, with its points in words and as a number out of 100.

    ``new``: the last move made it; ``changed``: the session made it. ``pinned``: it was imposed here, ``held``: before.
    """

    points: str
    score: float
    weak: bool
    new: bool
    changed: bool
    pinned: bool
    held: bool


class BoardUnmatchedOut(JsonMessage):
    """Somebody without a partner, and why."""

    person: PersonId
    reason: str


class GoalOut(JsonMessage):
    """One goal in the first plan and in this one; ``difference`` is empty where there is none.

    ``better`` says whether it is for the better.
    """

    goal: str
    before: str
    now: str
    difference: str
    better: bool


class Change(JsonMessage):
    """What became of the first plan: how many pairs are new, which went, its goals, and the pairs in sentences."""

    new: int
    gone: list[PairSideBySide]
    goals: list[GoalOut]
    sentences: list[str]


class Decided(JsonMessage):
    """A decision that holds: its place among them, from 1, and what it is, as it was asked and in words.

    ``why`` is empty where nobody said it, ``when`` is the hour.
    """

    number: int
    what: BoardDecision
    text: str
    why: str
    when: str


class BoardOut(JsonMessage):
    """All that a page shows of a board, after the action of this ``turn``.

    ``headline`` is what was done, ``said`` what came of it, or why it was refused: then ``refusal`` is not empty.
    ``whole`` is what the session changed, ``earlier`` what was decided before it. Below ``weak`` points a pair is weak.
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
    whole: Change
    decisions: list[Decided]
    earlier: list[str]
    chosen: Chosen | None
    undo: bool
    redo: bool
    refusal: str
    headline: str
    said: str


def notices(board: BoardState) -> Iterator[str]:
    """Yield what has to be known first: whether anything was compared, who validated it, or what is in the way."""
    matching, seal = board.matching, board.now.seal
    yield from (caveat.sentence for caveat in matching.caveats)
    yield from list(get_seal_sentences(matching, seal)) or obstacles(board)


def board_state(board: BoardState, done: Action | None, turn: int = 0, refusal: str = "") -> BoardOut:
    """Return the board after an action, None: as it is first seen."""
    matching, seal = board.matching, board.now.seal
    last, whole = (compare(board.steps[step].matching, matching, board.labels) for step in (board.seen, 0))
    focus = None if board.chosen is None else explain_choice(board.ground, matching, board.labels, board.chosen)
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
        unproved=any(caveat.code is Code.UNPROVED for caveat in matching.caveats),
        weak=WEAK // 10_000,
        people=list(people(board)),
        pairs=list(pairs(board, last, whole)),
        alone=list(alone(board)),
        whole=change(board, whole),
        decisions=list(decisions(board)),
        earlier=list(earlier(board)),
        chosen=focus,
        undo=board.at > 0,
        redo=board.at + 1 < len(board.steps),
        refusal=refusal,
        headline="" if refusal else headline(board, done),
        said=refusal or status_sentence(board, done, focus, last),
    )


def as_page_json(state: BoardOut) -> dict[str, Any]:
    """Return it as JSON, its texts with the spaces of French typography and no character that nothing shows."""
    made: dict[str, Any] = in_every_text(state.model_dump(mode="json"))
    return made


def in_every_text(value: Any) -> Any:
    """Return a JSON value whose texts are fit to be shown."""
    match value:
        case str():
            return visible(spaced(value))
        case list():
            return [in_every_text(one) for one in value]
        case dict():
            return {name: in_every_text(one) for name, one in value.items()}
    return value


def obstacles(board: BoardState) -> list[str]:
    """Return why there is no plan, nothing where there is one."""
    diagnosis = diagnose_case(replace(case_of(board.matching), labels=board.labels))
    return list(diagnosis.sentences) if diagnosis else []


def people(board: BoardState) -> Iterator[PersonOut]:
    """Yield everybody whom the session began with, also who has left since."""
    ground, cohort, case = board.ground, board.matching.cohort, case_of(board.matching)
    for side in SIDES:
        rows = {key: row for row, key in enumerate(cohort.side(side).ids)}
        most, known = case.loads(side).most, place_fields(ground.base.programme, side)
        for place, key in enumerate(ground.base.cohort.side(side).ids, start=1):
            row, name = rows.get(key), board.labels.person(side, key)
            places = int(most[row]) if known and row is not None else None
            yield PersonOut(id=f"{LETTERS[side]}{place}", side=side, name=name, here=row is not None, places=places)


def pairs(board: BoardState, last: Comparison, whole: Comparison) -> Iterator[BoardPairOut]:
    """Yield the pairs in the order of the mentors."""
    matching = board.matching
    pinned = {(one.mentor, one.mentee) for one in board.now.decisions if isinstance(one, Imposed)}
    held = find_imposed_pairs(board)
    new, changed = ({pair_ids(board, pair) for pair in one.new} for one in (last, whole))
    for row, column in matching.solution.pairs.tolist():
        ids, score = ids_of(board, matching, (row, column)), int(matching.scores.values[row, column])
        yield BoardPairOut(
            mentor=ids[0],
            mentee=ids[1],
            points=points(score),
            score=score / 10_000,
            weak=score < WEAK,
            new=ids in new,
            changed=ids in changed,
            pinned=ids in pinned,
            held=ids in held,
        )


def find_imposed_pairs(board: BoardState) -> set[tuple[str, str]]:
    """Return the ids of the pairs that the programme imposes."""
    base = board.ground.base
    return {ids_of(board, base, pair) for pair in base.problem.pins}


def alone(board: BoardState) -> Iterator[BoardUnmatchedOut]:
    """Yield everybody without a partner, mentors first."""
    case = replace(case_of(board.matching), labels=board.labels)
    ids = [board.ground.id(side, case.people(side).ids[row]) for side in SIDES for row in case.alone(side).tolist()]
    for person, one in zip(ids, explain_unmatched(case), strict=True):
        yield BoardUnmatchedOut(person=person, reason=one.reason)


def change(board: BoardState, whole: Comparison) -> Change:
    """Return what the session changed as JSON."""
    gone = [pair_ids(board, pair) for pair in whole.gone]
    return Change(
        new=len(whole.new),
        gone=[PairSideBySide(mentor=mentor, mentee=mentee) for mentor, mentee in gone],
        goals=list(goals(board.steps[0].matching, board.matching)),
        sentences=list(whole.pair_sentences),
    )


def goals(before: Matching, now: Matching) -> Iterator[GoalOut]:
    """Yield each goal with its figures in two plans."""
    former, reached = get_values_by_goal(before.solution.tiers), get_values_by_goal(now.solution.tiers)
    for goal in dict.fromkeys((*former, *reached)):
        was, is_now = (figure(goal, found[goal]) if goal in found else "–" for found in (former, reached))
        gain = reached[goal] - former[goal] if goal in former and goal in reached else 0
        difference = f"{'+' if gain > 0 else MINUS}{figure(goal, abs(gain))}" if gain else ""
        better = gain < 0 if goal == "changes" else gain > 0
        yield GoalOut(
            goal=tr(SHORT_GOAL_LABELS.get(goal, goal)), before=was, now=is_now, difference=difference, better=better
        )


def figure(goal: str, value: int) -> str:
    """Return what a goal reached as a bare figure."""
    return thousands(value) if goal in words.COUNTING_GOALS else points(value)


def ids_of(board: BoardState, matching: Matching, pair: tuple[int, int]) -> tuple[str, str]:
    """Return the ids of a pair, by position in the cohort of a matching."""
    keys = matching.cohort.mentors.ids[pair[0]], matching.cohort.mentees.ids[pair[1]]
    return pair_ids(board, keys)


def pair_ids(board: BoardState, pair: KeyPair) -> tuple[str, str]:
    """Return the ids of a pair of keys."""
    return board.ground.id("mentor", pair[0]), board.ground.id("mentee", pair[1])


def decisions(board: BoardState) -> Iterator[Decided]:
    """Yield the decisions that hold."""
    for number, one in enumerate(board.now.decisions, start=1):
        text, why, when = decision_sentence(board, one), board.reasons.get(one, ""), board.moments.get(one)
        yield Decided(number=number, what=one, text=text, why=why, when=clock(when) if when else "")


def earlier(board: BoardState) -> Iterator[str]:
    """Yield the pairs that were imposed or set aside before the session, in words."""
    base, held = board.ground.base, find_imposed_pairs(board)
    for pair in filter(None, (rule.decided_pair for rule in base.programme.rules)):
        if base.cohort.mentors.has(pair[0]) and base.cohort.mentees.has(pair[1]):
            mentor, mentee = pair_ids(board, pair)
            made = Imposed if (mentor, mentee) in held else SetAsideIn
            yield decision_sentence(board, made(mentor=mentor, mentee=mentee))


def decision_sentence(board: BoardState, decision: BoardDecision) -> str:
    """Return a decision in words."""
    name = board.name
    match decision:
        case Imposed(mentor=mentor, mentee=mentee):
            return tr("Binôme imposé\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case SetAsideIn(mentor=mentor, mentee=mentee):
            return tr("Binôme écarté\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case Withdrawal(person=person):
            return tr("Départ\u00a0: {person}", person=name(person))
        case PlacesIn(person=person, places=places):
            return tr("Places de {person}\u00a0: {places}", person=name(person), places=places)
        case MayUndo(pairs=pairs):
            return tr("{pairs} en cours au plus peuvent être défaits", pairs=counted(pairs, "binôme"))


def headline(board: BoardState, done: Action | None) -> str:
    """Return what was done, empty where it was no move."""
    match done:
        case None | Choose() | Explain() | Validate():
            return ""
        case Undo():
            return tr("{move} (annulé)", move=decision_sentence(board, find_changed_decision(board)))
        case Redo():
            return tr("{move} (rétabli)", move=decision_sentence(board, find_changed_decision(board)))
        case Release():
            return tr("{move} (levé)", move=decision_sentence(board, find_changed_decision(board)))
    return decision_sentence(board, done)


def find_changed_decision(board: BoardState) -> BoardDecision:
    """Return the decision by which what is seen now differs from what was seen before."""
    before, now = board.steps[board.seen].decisions, board.now.decisions
    return next(one for one in (*now, *before) if (one in now) != (one in before))


def status_sentence(board: BoardState, done: Action | None, focus: Chosen | None, last: Comparison) -> str:
    """Return what came of an action that was done."""
    match done:
        case None:
            return ""
        case Explain():
            return tr("Le motif est noté.")
        case Choose():
            return choice_sentence(focus, board.name(focus.person)) if focus else ""
        case Validate():
            return " ".join(get_seal_sentences(board.matching, board.now.seal))
    return " ".join(move_sentences(board, last))


def move_sentences(board: BoardState, last: Comparison) -> Iterator[str]:
    """Yield what a move changed: how many pairs, who lost or won a partner, and the goals."""
    if not (last.new or last.gone):
        yield from last.pair_sentences
    else:
        before, now = board.steps[board.seen].matching, board.matching
        touched = [one for one in compute_partner_changes(before, now) if now.cohort.side(one.side).has(one.key)]
        new = [counted(len(last.new), "binôme nouveau", "binômes nouveaux")] if last.new else []
        gone = [counted(len(last.gone), "binôme défait", "binômes défaits")] if last.gone else []
        yield f"{', '.join([*new, *gone])}."
        lost = [one for one in touched if not one.now]
        won = [one for one in touched if not one.before]
        if lost:
            yield about(tr("Sans binôme désormais"), f"{name_people(board, lost)}.")
        if won:
            yield about(tr("Avec un binôme désormais"), f"{name_people(board, won)}.")
    yield from last.goal_sentences


def name_people(board: BoardState, people: Sequence[PointsChange]) -> str:
    """Return the first of some people by name, and how many others there are."""
    names = [board.labels.person(one.side, one.key) for one in people[:MOST_NAMED]]
    rest = len(people) - MOST_NAMED
    return listed([*names, counted(rest, "autre")] if rest > 0 else names)
