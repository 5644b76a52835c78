"""Members in, groups with their reasons out: the whole path, and what it leads to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.base.arguments import checked
from mentormatch.base.columns import MultiChoice, Ranks
from mentormatch.explanation.names import KEY_LABELS, GivenNames, Labels, codes, cohort_labels, first_of
from mentormatch.explanation.tables import CellValue, ResultSheet, rejected_sheet, sheet
from mentormatch.fields import AnyField
from mentormatch.groups.certificate import GroupCertificate, certificate_in_words, certify_groups
from mentormatch.groups.infeasibility import (
    GroupConflict,
    GroupFormulation,
    GroupScores,
    PairShares,
    explain_conflict,
)
from mentormatch.groups.inputs import read_choices
from mentormatch.groups.problem import GroupSolution, pairs_in
from mentormatch.groups.result import Result
from mentormatch.languages.phrases import about, counted, listed, percent, points, thousands
from mentormatch.languages.translation import SpokenText, mark, once_spoken, own_language, tr, tr_n
from mentormatch.people.cohort import Cohort, People, RowFate
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion

MOST_NAMED, FAR = 4, 0.05  # a bound on points that is further off says nothing of how good groups are


def reason(criterion: Criterion, people: People, programme: Programme) -> str:
    """Return the phrase; empty where a criterion rests on no one question, or on one whose answers are private."""
    fields = {reference.field for reference in criterion.references()} & set(people.columns)
    if len(fields) != 1 or any(private(programme.fields[name]) for name in fields):
        return ""
    field = fields.pop()
    if criterion.whole(people) is not None:
        return in_common(people, field)
    said = Counter(answers_in(people, field))
    counts = [tr("{answer}\u00a0({count})", answer=answer, count=count) for answer, count in sort_by_count(said)]
    return first_of(counts, MOST_NAMED) if counts else tr("aucune réponse")


def answers_in(people: People, field: str) -> Iterator[str]:
    """Yield the answers to a question, one by one."""
    column = people.columns[field]
    if isinstance(column, MultiChoice | Ranks):
        yield from (answer for each in read_choices(column) for answer in each or ())
    else:
        yield from (part for row in range(len(people)) for part in people.person(row).parts(field))


def private(field: AnyField) -> bool:
    """Return whether only the team reads the answers to a question: it says so, it is special, or it names people."""
    return field.private or bool(field.special) or field.kind == "names"


def sort_by_count(said: Counter[str]) -> list[tuple[str, int]]:
    """Return answers with how many gave each, the most frequent first, then by the alphabet."""
    return sorted(said.items(), key=lambda one: (-one[1], one[0]))


def in_common(people: People, field: str) -> str:
    """Return in words what everybody has who answered."""
    column = people.members(field)
    has = column.values[np.flatnonzero(column.known)].astype(bool)
    names = [label for label, all_have in zip(column.labels, has.all(axis=0).tolist(), strict=True) if all_have]
    if not len(has) or not names:
        return tr("rien que tout le groupe ait en commun")
    return tr("tout le groupe : {answers}", answers=listed(names))


MANY = 8
"""Groups of more people are remarked on: turns become rare."""


@dataclass(frozen=True, slots=True)
class GroupShare(SpokenText):
    """One criterion in one group: ``share`` and ``full`` in millionths a pair, summed over its pairs.

    ``answered``: the part of the pairs in which both answered; ``reason``: what it rests on, in a phrase, empty where
    that would tell what is private. ``pairs`` is the number of pairs, 1 for a group of one.
    """

    criterion: str
    kind: str
    group: str | None
    share: int
    full: int
    answered: float
    reason: str = ""
    pairs: int = 1

    @property
    def mean_points(self) -> float:
        """The mean of ``share`` over the pairs, out of 100."""
        return self.share / 10_000 / self.pairs

    @property
    def mean_full_points(self) -> float:
        """The mean of ``full`` over the pairs, out of 100."""
        return self.full / 10_000 / self.pairs

    def in_words(self) -> str:
        share, full = points(self.share), points(self.full)
        return tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)


@dataclass(frozen=True, slots=True)
class FormedGroup(SpokenText):
    """One group: its number, who leads it (empty: nobody), its members' keys, its score and what the score is made of.

    ``score`` is the sum over all pairs of members, in millionths; ``met`` are the pairs who were in one group before.
    """

    number: int
    facilitator: str
    members: tuple[str, ...]
    score: int
    contributions: tuple[GroupShare, ...]
    met: tuple[tuple[str, str], ...] = ()

    @property
    def points(self) -> float:
        """The mean score of two members, out of 100."""
        return self.score / 10_000 / max(pairs_in(len(self.members)), 1)

    def in_words(self) -> str:
        head = tr("Groupe {number} : {members}", number=self.number, members=listed(self.members))
        mean = points(self.score // max(pairs_in(len(self.members)), 1))
        said = [head, tr("{points} points sur 100 par paire", points=mean)]
        if self.facilitator:
            said.append(tr("animé par {person}", person=self.facilitator))
        return "\n".join([*said, *map(str, self.contributions)])


@dataclass(frozen=True, slots=True)
class UnplacedMember(SpokenText):
    """Somebody in no group: key, a stable code, and the reason in a sentence."""

    person: str
    code: str
    reason: str

    def in_words(self) -> str:
        return about(self.person, self.reason)


@dataclass(frozen=True, repr=False, eq=False)
class Grouping(Result):
    """The groups of one cohort under one programme, with all that they rest on.

    Every member is in it once: in ``groups``, or in ``unplaced`` with a reason. Documents and sentences call people by
    ``labels``: by their keys, unless ``named`` or ``veiled``. Points, reasons and former meetings are for the team.
    """

    made_by: ClassVar[str] = "mm.form_groups(cohort, programme)"

    kind: ClassVar[str] = "groups"
    cohort: Cohort
    programme: Programme
    scores: GroupScores
    formulation: GroupFormulation
    solution: GroupSolution
    language: str
    name: str = ""
    labels: Labels = KEY_LABELS

    @checked
    def named(self, names: GivenNames) -> Self:
        """Return the same groups, whose people are called by names in documents; see ``Matching.save``."""
        return replace(self, labels=cohort_labels(names, self.cohort, self.programme))

    @property
    def veiled(self) -> Self:
        """The same groups, whose people are called by pseudonyms where their keys are e-mail addresses."""
        return self if self.labels is not KEY_LABELS else replace(self, labels=codes(self.cohort))

    def name_of(self, key: str) -> str:
        """Return what a member is called."""
        return self.labels.person("mentee", key)

    @property
    def title(self) -> str:
        return tr("Groupes")

    @property
    def status(self) -> Status:
        return self.solution.status

    @property
    def settled(self) -> bool:
        return self.solution.settled

    @cached_property
    def certificate(self) -> GroupCertificate:
        """The certificate of the groups, computed without a solver."""
        return certify_groups(self.formulation.problem, self.solution)

    @once_spoken
    def proof_sentences(self) -> tuple[str, ...]:
        """Sentences on whether a proved answer was checked without a solver; empty if no answer is called proved."""
        open_ties = self.status is Status.PROVED and not self.settled
        checked = certificate_in_words(self.solution, self.certificate)
        return tuple(filter(None, [checked, tr(OPEN_TIES) if open_ties else ""]))

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """What is reached in each goal, with the bound that no groups go beyond."""
        return self.solution.tiers

    @property
    def gap(self) -> int | None:
        """By how much better groups could do, in the first goal that is not proved; 0 where all are."""
        return self.solution.gap

    @once_spoken
    def groups(self) -> tuple[FormedGroup, ...]:
        """The groups, those with the first keys first."""
        leaders = self.solution.leaders or (-1,) * len(self.solution.groups)
        formed = zip(self.solution.groups, leaders, strict=True)
        return tuple(self._form_group(number, *each) for number, each in enumerate(formed, 1))

    def _form_group(self, number: int, group: Sequence[int], leader: int) -> FormedGroup:
        rows = self.formulation.members[list(group)]
        parts = tuple(self._share(place, rows.tolist()) for place in range(len(self.scores.criteria)))
        ids, led = self.cohort.members.ids, self.cohort.facilitators.ids
        facilitator = led[self.formulation.facilitators[leader]] if leader >= 0 else ""
        met = self.formulation.problem.meetings
        again = [] if met is None else [(a, b) for a in group for b in group if a < b and met[a, b]]
        keys = [(ids[self.formulation.members[a]], ids[self.formulation.members[b]]) for a, b in again]
        score = sum(part.share for part in parts)
        return FormedGroup(number, facilitator, tuple(ids[row] for row in rows), score, parts, tuple(keys))

    def _share(self, place: int, rows: list[int]) -> GroupShare:
        criterion, weight, part = self.scores.criteria[place], self.scores.weights[place], self.scores.parts[place]
        pairs = pairs_in(len(rows))
        if isinstance(part, PairShares):
            share, known = (int(block[np.ix_(rows, rows)].sum()) for block in (part.values, part.known))
            share, known = share // 2, (known - int(part.known[rows, rows].sum())) // 2
        else:
            share, known = part.shared.of(rows), pairs * int(part.shared.known[rows].all())
        full = int(np.rint(weight * 1_000_000)) * pairs
        answered = round(known / pairs, 6) if pairs else 0.0
        shown = reason(criterion, self.cohort.members.take(rows), self.programme)
        return GroupShare(criterion.label, criterion.kind, criterion.group, share, full, answered, shown, max(pairs, 1))

    @once_spoken
    def unplaced(self) -> tuple[UnplacedMember, ...]:
        """Everybody in no group, with a code and a sentence."""
        placed = {int(self.formulation.members[person]) for group in self.solution.groups for person in group}
        rest = [row for row in range(len(self.cohort.members)) if row not in placed]
        return tuple(UnplacedMember(self.cohort.members.ids[row], *self._why(row)) for row in rest)

    def _why(self, row: int) -> tuple[str, str]:
        people = self.cohort.members
        if not people.complete[row]:
            return "incomplete", tr("Trop peu de réponses pour être placée.")
        for rule in self.programme.rules:
            admits = rule.eligible(people, "mentee")
            if admits is not None and not admits[row]:
                return "refused", tr("Mise à part par la règle « {rule} ».", rule=self.labels.rule(rule))
        if not self.solution.groups:
            return "no_groups", tr("Aucun groupe n'a été formé.")
        return self._why_left_out(row)

    def _why_left_out(self, row: int) -> tuple[str, str]:
        """Return why there is no place for somebody who takes part: all groups are full, or hold somebody to avoid."""
        problem = self.formulation.problem
        person = int(np.flatnonzero(self.formulation.members == row)[0])
        barred = [group for group in self.solution.groups if problem.apart[person, list(group)].any()]
        if len(barred) == len(self.solution.groups):
            return "nobody_to_meet", tr("Dans chaque groupe, une règle interdit une rencontre.")
        return "full", tr("Il n'y a pas assez de places pour tout le monde dans les groupes que les règles permettent.")

    @property
    def rejected(self) -> tuple[RowFate, ...]:
        """The rows that are nobody here: rejected, or replaced by another answer of the same person."""
        return self.cohort.rejected

    @property
    def repeats(self) -> int:
        """How many pairs of members meet again, once for each former meeting."""
        return self.formulation.problem.value("meetings", self.solution.groups)

    @once_spoken
    def conflict(self) -> GroupConflict | None:
        """Why not all who take part have a place, and ways out; None where they have one, or no reason was found.

        Worked out when first asked for, within a quarter of a minute.
        """
        placed = sum(map(len, self.solution.groups))
        whole = placed == len(self.formulation.problem) and self.status is not Status.INFEASIBLE
        return (
            None if whole else explain_conflict(self.cohort, self.programme, self.scores, self.formulation, self.labels)
        )

    @once_spoken
    def remarks(self) -> tuple[str, ...]:
        """What is worth a look: groups in which turns are rare."""
        great = [group for group in self.groups if len(group.members) > MANY]
        if not great:
            return ()
        size = max(len(group.members) for group in great)
        return (
            tr("{size} personnes dans un groupe : au-delà de {most}, chacun présente rarement.", size=size, most=MANY),
        )

    @cached_property
    def contributions(self) -> int:
        """The sum of all shares, which is the total of the points."""
        return sum(share.share for group in self.groups for share in group.contributions)

    @own_language
    def explain(self) -> str:
        """Return in plain words what was reached, what is proved, and each group."""
        lines = [goal_in_words(tier) for tier in self.tiers]
        head, why = tr("État : {status}", status=str(self.status)), [str(self.conflict)] if self.conflict else []
        return "\n".join([head, *lines, *why, *map(str, self.groups), *map(str, self.unplaced)])

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentences(self))

    @property
    @own_language
    def staff_sentences(self) -> tuple[str, ...]:
        return tuple(staff_sentences(self))

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        return sheets(self)

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        return staff_sheets(self)

    @property
    @own_language
    def shown_sentences(self) -> tuple[str, ...]:
        return (*self.sentences, *why_not_all(self))

    @property
    @own_language
    def shown_sheets(self) -> dict[str, ResultSheet]:
        return {**self.sheets, "unplaced": unplaced_json(self)}

    @property
    def as_dict(self) -> dict[str, object]:
        return public_json(self)

    @property
    @own_language
    def as_dict_for_staff(self) -> dict[str, object]:
        return staff_json(self if self.labels is KEY_LABELS else replace(self, labels=codes(self.cohort)))

    def __repr__(self) -> str:
        return f"Grouping({len(self.solution.groups)} groups, {self.status})"  # a notebook saves what it shows


OPEN_TIES = mark("Parmi les répartitions qui valent celle-ci, un autre calcul peut en donner une autre.")
GOALS = {
    "placed": mark("personnes placées"),
    "priority": mark("priorités"),
    "meetings": mark("retrouvailles"),
    "floor": mark("points du groupe le plus faible"),
    "total": mark("total des points"),
}


def sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield what participants may read, what matters most first: nobody is named."""
    yield sizes_in_words(grouping)
    yield from grouping.proof_sentences or (grouping.standing,)
    alone = len(grouping.unplaced)
    if alone:
        yield tr_n(
            "{number} personne n'a pas de groupe.", "{number} personnes n'ont pas de groupe.", alone, number=alone
        )
    yield from grouping.remarks


def sizes_in_words(grouping: "Grouping") -> str:
    """Return in words how many people there are in how many groups, and of which sizes."""
    sizes = sorted({len(group.members) for group in grouping.groups})
    if not sizes:
        return tr("Aucun groupe n'a été formé.")
    people = counted(sum(len(group.members) for group in grouping.groups), "personne")
    groups = counted(len(grouping.groups), "groupe")
    if len(sizes) == 1:
        return tr("{people} en {groups} de {size}.", people=people, groups=groups, size=sizes[0])
    return tr(
        "{people} en {groups}, de {least} à {most}.", people=people, groups=groups, least=sizes[0], most=sizes[-1]
    )


def staff_sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield what is for the team: each goal with its proof or its gap, why not all have a place, who is nobody."""
    yield from (f"{capital(goal_in_words(tier))}." for tier in grouping.tiers)
    yield from why_not_all(grouping)
    aside = len(grouping.rejected)
    if aside:
        yield tr_n("{number} réponse est écartée.", "{number} réponses sont écartées.", aside, number=aside)


def why_not_all(grouping: "Grouping") -> Iterator[str]:
    """Yield why not everybody has a place, and what would do, where that is so."""
    if grouping.conflict is not None:
        yield grouping.conflict.reason
        yield from grouping.conflict.ways_out


def capital(text: str) -> str:
    """Return a text that begins a sentence.

    >>> capital("total des points")
    'Total des points'
    """
    return f"{text[:1].upper()}{text[1:]}"


def goal_in_words(tier: Tier) -> str:
    """Return what is reached in one goal, and that it is proved, or how far the bound is if it says anything."""
    shown = points if tier.goal in ("floor", "total") else thousands
    name, value = tr(GOALS[tier.goal]), shown(tier.value)
    if tier.proved:
        return tr("{goal} : {value}, prouvé", goal=name, value=value)
    if tier.bound is None:
        return tr("{goal} : {value}, sans borne connue", goal=name, value=value)
    off = abs(tier.bound - tier.value) / max(abs(tier.bound), 1)
    if off > FAR and shown is points:
        return tr("{goal} : {value}, et aucune borne proche n'est connue", goal=name, value=value)
    gap = percent(off, 1)
    return tr("{goal} : {value}, borne {bound} (écart {gap})", goal=name, value=value, bound=shown(tier.bound), gap=gap)


def sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    """Return who is in which group, and who leads it where somebody does."""
    leader = [("facilitator", tr("Animé par"))] if any(group.facilitator for group in grouping.groups) else []
    columns = [("group", tr("Groupe")), ("member", tr("Membre")), *leader]
    rows = (row[: len(columns)] for group in grouping.groups for row in placed_sheet(grouping, group))
    return {"groups": sheet(columns, rows)}


def placed_sheet(grouping: "Grouping", group: "FormedGroup") -> Iterator[tuple[CellValue, ...]]:
    """Yield the number of a group, each of its members, and who leads it, empty where nobody does."""
    leader = grouping.labels.person("mentor", group.facilitator) if group.facilitator else ""
    yield from ((group.number, grouping.name_of(key), leader) for key in group.members)


def staff_sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    """Return what is for the team: points and what they are made of, who has no group, who meets again, rows aside."""
    return {
        "scores": scores(grouping),
        "shares": shares(grouping),
        "unplaced": unplaced_json(grouping),
        "met": met_json(grouping),
        "rejected": rejected_sheet(grouping.rejected),
    }


def scores(grouping: "Grouping") -> ResultSheet:
    """Return the points of each group, as the mean of its pairs."""
    columns = [("group", tr("Groupe")), ("size", tr("Personnes")), ("points", tr("Points sur 100"))]
    columns.append(("again", tr("Retrouvailles")))
    return sheet(columns, ((one.number, len(one.members), one.points, len(one.met)) for one in grouping.groups))


def shares(grouping: "Grouping") -> ResultSheet:
    """Return what each criterion adds to each group: points a pair, which add up to those of the group."""
    columns = [
        ("group", tr("Groupe")),
        ("heading", tr("Rubrique")),
        ("criterion", tr("Critère")),
        ("points", tr("Points")),
        ("full", tr("Sur")),
        ("answered", tr("Part connue")),
        ("reason", tr("Pourquoi")),
    ]
    rows = (grouping_json(one, share) for one in grouping.groups for share in one.contributions)
    return sheet(columns, rows)


def grouping_json(one: "FormedGroup", share: "GroupShare") -> tuple[CellValue, ...]:
    """Return one share as the cells of a row."""
    pairs = 10_000 * max(pairs_in(len(one.members)), 1)
    heading, full = share.group or "", share.full / pairs
    return one.number, heading, share.criterion, share.share / pairs, full, share.answered, share.reason


def unplaced_json(grouping: "Grouping") -> ResultSheet:
    """Return everybody in no group, and why."""
    columns = [("member", tr("Membre")), ("code", tr("Code")), ("reason", tr("Raison"))]
    return sheet(columns, ((grouping.name_of(one.person), one.code, one.reason) for one in grouping.unplaced))


def met_json(grouping: "Grouping") -> ResultSheet:
    """Return the pairs who were in one group before, and are again."""
    columns = [("group", tr("Groupe")), ("member", tr("Membre")), ("other", tr("A déjà rencontré"))]
    pairs = ((one.number, grouping.name_of(a), grouping.name_of(b)) for one in grouping.groups for a, b in one.met)
    return sheet(columns, pairs)


def public_json(grouping: "Grouping") -> dict[str, object]:
    """Return the groups in codes, as participants may read them."""
    return {
        "status": str(grouping.status),
        "certificate": str(grouping.certificate.verdict),
        "groups": [
            {"number": one.number, "facilitator": one.facilitator or None, "members": list(one.members)}
            for one in grouping.groups
        ],
        "without_group": len(grouping.unplaced),
    }


def staff_json(grouping: "Grouping") -> dict[str, object]:
    """Return the groups in codes, with all that is known of them."""
    found = grouping.conflict
    return public_json(grouping) | {
        "groups": [whole(one) for one in grouping.groups],
        "tiers": [{"goal": one.goal, "value": one.value, "bound": one.bound} for one in grouping.tiers],
        "gap": grouping.gap,
        "unplaced": [{"member": one.person, "code": one.code, "reason": one.reason} for one in grouping.unplaced],
        "repeats": grouping.repeats,
        "conflict": None
        if found is None
        else {"code": found.code, "reason": found.reason, "ways_out": list(found.ways_out)},
        "rejected": [{"line": row.line, "fate": row.fate, "reason": row.reason} for row in grouping.rejected],
    }


def whole(one: "FormedGroup") -> Mapping[str, object]:
    """Return one group in codes: its score and its shares are sums over its pairs, in millionths."""
    return {
        "number": one.number,
        "facilitator": one.facilitator or None,
        "members": list(one.members),
        "score": one.score,
        "contributions": [
            {
                "criterion": share.criterion,
                "kind": share.kind,
                "group": share.group,
                "share": share.share,
                "full": share.full,
                "answered": share.answered,
                "reason": share.reason,
            }
            for share in one.contributions
        ],
        "met": [list(pair) for pair in one.met],
    }
