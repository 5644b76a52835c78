"""Who could meet whom, before anything is solved: places, needs that nobody meets, people with few partners and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.arrays import BoolMatrix, BoolVector
from mentormatch.base.columns import NameLists
from mentormatch.errors import MentorMatchError
from mentormatch.explanation.diagnosis.findings import RuleInstance
from mentormatch.explanation.diagnosis.hall_violators import allowed_pairs, people_besides
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.inspection.section import IntakeSection
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Market, Rule, eligible_people, forbidden_by_rule
from mentormatch.scoring.criterion import LISTS, Criterion, item_weights_of_sides, shared_items
from mentormatch.scoring.scores import score

FEW = 2
"""People with no more possible partners than that are named."""
UNPOSED = mark(
    "Les règles ne peuvent pas être posées avec ces réponses : lancez `mentormatch match` pour savoir pourquoi."
)
"""What is said where the reason may name people by their e-mail addresses."""
NO_PAIRS = mark(
    "Ce programme ne forme pas de binômes : il n'y a pas de partenaires à compter, ni de places chez les mentor·es."
)
TOO_MANY = mark(
    "Il y a trop de paires pour compter les partenaires possibles de chaque personne : formez les binômes, chaque"
    " personne sans binôme y est expliquée."
)
MOST_PAIRS = 40_000_000
"""The possible partners of everybody are not counted among more pairs, which would take minutes and gigabytes."""
CHOSEN = ("choice", "scale", "yesno")


@dataclass(frozen=True, slots=True)
class Seats:
    """One side of a market: its people, how many take part, the places they have, and who is set aside why."""

    side: Side
    people: int
    taking_part: int
    places: int
    set_aside: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unmet:
    """An option that mentees ask for and no mentor who takes part meets, for one criterion."""

    criterion: str
    question: str
    option: str
    asked: int


@dataclass(frozen=True, slots=True)
class Scarce:
    """Somebody with few possible partners, whom they are, and how many others each rule takes away."""

    person: str
    side: Side
    partners: tuple[str, ...]
    others: int
    leaving: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody who takes part, and how many possible partners they have."""

    person: str
    side: Side
    partners: int


@dataclass(frozen=True, slots=True)
class RuleLoss:
    """A rule that takes pairs of people who take part: its letter, and ``pairs`` (n, m) bool, those that it takes."""

    rule: Rule
    letter: str
    pairs: BoolMatrix


@dataclass(frozen=True, slots=True)
class RuleReach:
    """How many pairs of people who take part a rule takes, under its letter, and how many no other rule takes."""

    letter: str
    rule: str
    pairs: int
    alone: int


@dataclass(frozen=True, slots=True, repr=False)
class Prospects(IntakeSection):
    """The market before any solving; ``problem`` says why it cannot be told, where the rules cannot be posed."""

    macro = "prospects"

    seats: tuple[Seats, ...] = ()
    possible: int = 0
    pairs: int = 0
    unmet: tuple[Unmet, ...] = ()
    scarce: tuple[Scarce, ...] = ()
    reach: tuple[Reach, ...] = ()
    rules: tuple[RuleReach, ...] = ()
    problem: str = ""


def prospects(cohort: Cohort, programme: Programme, labels: Labels = KEYS) -> Prospects:
    """Return who could meet whom under the rules of a programme, its people named by these labels."""
    if programme.groups is not None or (programme.sessions is not None and not len(cohort.mentors)):
        return Prospects(problem=tr(NO_PAIRS))
    if len(cohort.mentors) * len(cohort.mentees) > MOST_PAIRS:
        return Prospects(problem=tr(TOO_MANY))
    scores = score(cohort, programme.criteria, programme.emphasis)
    try:
        instance = RuleInstance.of(cohort, scores, programme.rules, labels)
    except MentorMatchError as error:
        return Prospects(problem=str(error) if labels is KEYS else tr(UNPOSED))
    taking = {side: instance.loads(side).most > 0 for side in SIDES}
    allowed = allowed_pairs(instance.problem) & taking["mentor"][:, None] & taking["mentee"][None, :]
    return Prospects(
        seats=tuple(seats(cohort, instance, side, taking[side]) for side in SIDES),
        possible=int(allowed.sum()),
        pairs=int(taking["mentor"].sum() * taking["mentee"].sum()),
        unmet=tuple(unmet(cohort, programme, taking)),
        scarce=tuple(one for side in SIDES for one in scarce(instance, side, allowed)),
        reach=tuple(one for side in SIDES for one in reach(instance, side, allowed)),
        rules=tuple(rule_reach(rule_losses(instance.rules, instance.market, tuple(taking.values())), labels)),
    )


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of rules, in the order of the programme; the last one stands for all that are left."""


def rule_losses(rules: Sequence[Rule], market: Market, taking: Sequence[BoolVector]) -> tuple[RuleLoss, ...]:
    """Return the rules that take pairs of people who take part, each with its letter."""
    among = taking[0][:, None] & taking[1][None, :]
    found = [(rule, block & among) for rule, block in forbidden_by_rule(rules, market)]
    losses = [(rule, block) for rule, block in found if block.any()]
    return tuple(RuleLoss(rule, LETTERS[min(at, len(LETTERS) - 1)], block) for at, (rule, block) in enumerate(losses))


def letters_of(losses: Sequence[RuleLoss], labels: Labels) -> list[tuple[str, str]]:
    """Return each letter and what its rule is called, the rules that share the last one together."""
    last = [loss for loss in losses if loss.letter == LETTERS[-1]]
    letters = [(loss.letter, labels.rule(loss.rule)) for loss in losses if loss.letter != LETTERS[-1] or len(last) == 1]
    return [*letters, (LETTERS[-1], counted(len(last), "autre règle", "autres règles"))] if len(last) > 1 else letters


def rule_reach(losses: Sequence[RuleLoss], labels: Labels) -> Iterator[RuleReach]:
    """Yield how many pairs each rule takes, and takes alone, the greatest number first."""
    if not losses:
        return
    times = np.sum([loss.pairs for loss in losses], axis=0, dtype=np.int16)
    for loss in sorted(losses, key=lambda one: -int(one.pairs.sum())):
        alone = int((loss.pairs & (times == 1)).sum())
        yield RuleReach(loss.letter, labels.rule(loss.rule), int(loss.pairs.sum()), alone)


def seats(cohort: Cohort, instance: RuleInstance, side: Side, taking: BoolVector) -> Seats:
    """Return the places of one side, and how many each reason sets aside."""
    people = cohort.side(side)
    refused = [(instance.labels.rule(rule), rule.eligible(people, side)) for rule in instance.rules]
    idle = eligible_people(instance.rules, people, side) & ~taking
    reasons = [
        (tr("trop peu de réponses"), int((~people.complete).sum())),
        *((label, int((~admits).sum())) for label, admits in refused if admits is not None),
        (tr("aucune place cette année"), int(idle.sum())),
    ]
    counts = tuple((reason, count) for reason, count in reasons if count)
    return Seats(side, len(people), int(taking.sum()), int(instance.loads(side).most.sum()), counts)


def unmet(cohort: Cohort, programme: Programme, taking: dict[Side, BoolVector]) -> Iterator[Unmet]:
    """Yield the options that mentees who take part ask for, and no mentor who takes part meets at all."""
    mentors, mentees = (cohort.side(side).take(np.flatnonzero(taking[side])) for side in SIDES)
    for criterion in programme.criteria:
        ours, theirs = criterion.fields_of("mentor"), criterion.fields_of("mentee")
        if len(ours) != 1 or len(theirs) != 1 or ours[0] not in mentors.columns or theirs[0] not in mentees.columns:
            continue
        found = options_unmet(criterion, mentors, mentees, programme)
        question = programme.fields[theirs[0]].question
        yield from (Unmet(criterion.label, question, option, wanted) for option, wanted in found)


def options_unmet(
    criterion: Criterion, mentors: People, mentees: People, programme: Programme
) -> Iterator[tuple[str, int]]:
    """Yield the options of one criterion that are asked for in vain, and how often; none that people typed."""
    (ours,), (theirs,) = criterion.fields_of("mentor"), criterion.fields_of("mentee")
    kinds = {programme.fields[name].kind for name in (ours, theirs)}
    typed = isinstance(mentees.columns[theirs], NameLists) or isinstance(mentors.columns[ours], NameLists)
    if kinds <= set(LISTS) and not typed:
        yield from items_unmet(mentors, mentees, ours, theirs)
    elif kinds <= set(CHOSEN):
        yield from answers_unmet(criterion, mentors, mentees, theirs)


def items_unmet(mentors: People, mentees: People, ours: str, theirs: str) -> Iterator[tuple[str, int]]:
    """Yield the items in which mentees have a stake and no mentor has."""
    offers, needs = item_weights_of_sides(mentors.columns[ours], mentees.columns[theirs])
    offered, needed = shared_items(offers, needs)
    met = np.zeros(len(needs.labels), dtype=bool)
    met[needed] = (offers.values[:, offered] > 0).any(axis=0)
    wanted = (needs.values > 0).sum(axis=0)
    yield from ((needs.labels[item], int(wanted[item])) for item in np.flatnonzero(~met & (wanted > 0)))


def answers_unmet(criterion: Criterion, mentors: People, mentees: People, theirs: str) -> Iterator[tuple[str, int]]:
    """Yield the answers of mentees to which the answer of no mentor is worth anything.

    The value of a pair rests on the two answers alone: one mentee stands for all who answered the same.
    """
    said = mentees.codes(theirs)
    codes, first, counts = np.unique(said.values[said.known], return_index=True, return_counts=True)
    people = mentees.take(np.flatnonzero(said.known)[first])
    values = np.nan_to_num(criterion.score(mentors, people))
    best = values.max(axis=0, initial=0.0)
    yield from (
        (said.spoken_labels[code], int(count))
        for code, count, value in zip(codes, counts, best, strict=True)
        if not value
    )


def reach(instance: RuleInstance, side: Side, allowed: BoolMatrix) -> Iterator[Reach]:
    """Yield who of one side takes part with the number of their possible partners, those with the fewest first."""
    counts = (allowed if side == "mentor" else allowed.T).sum(axis=1)
    taking = np.flatnonzero(instance.loads(side).most > 0)
    for row in taking[np.argsort(counts[taking], kind="stable")].tolist():
        yield Reach(instance.name(side, row), side, int(counts[row]))


def scarce(instance: RuleInstance, side: Side, allowed: BoolMatrix) -> Iterator[Scarce]:
    """Yield who of one side has few possible partners, those with the fewest first."""
    block = allowed if side == "mentor" else allowed.T
    others = len(people_besides(instance, side, ()))
    counts = block.sum(axis=1)
    few = (instance.loads(side).most > 0) & (counts <= FEW) & ((counts < others) | (counts == 0))
    for row in sorted(np.flatnonzero(few).tolist(), key=lambda person: int(counts[person])):
        partners = np.flatnonzero(block[row]).tolist()
        names = tuple(instance.name(ACROSS[side], partner) for partner in partners)
        yield Scarce(instance.name(side, row), side, names, others, leaving(instance, side, row))


def leaving(instance: RuleInstance, side: Side, row: int) -> tuple[tuple[str, int], ...]:
    """Return the rules that take partners from one person, and how many each, the greatest number first."""
    others, one = people_besides(instance, side, ()), np.array([row], dtype=np.intp)
    part = instance.part(one, others) if side == "mentor" else instance.part(others, one)
    counts = [(instance.labels.rule(rule), int(block.sum())) for rule, block in forbidden_by_rule(instance.rules, part)]
    return tuple(sorted(((label, count) for label, count in counts if count), key=lambda pair: -pair[1]))
