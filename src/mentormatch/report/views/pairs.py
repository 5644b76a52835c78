"""Views of pairs and people: pairs, two people, one person, one sheet, unmatched people, possible pairs.

Also views of plans that ``match`` did not make: pairs made by hand, and pairs repaired after people left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mentormatch.explanation.diagnosis.smallest_change import smallest_change
from mentormatch.explanation.pairs import explain_pair
from mentormatch.explanation.rule_breaches import Breach
from mentormatch.explanation.tables import SIDE_WORDS, in_words
from mentormatch.explanation.unmatched_people import explain_one
from mentormatch.explanation.why_not import Alternative, alternatives, why_not
from mentormatch.fields import SIDES, Side
from mentormatch.inspection.market import Prospects, prospects
from mentormatch.languages.phrases import counted, listed, points
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.evaluation import Evaluation
from mentormatch.operations.matching import UNSOLVED, KeyPair
from mentormatch.operations.repair import Repair
from mentormatch.report.comparison import PAIR_DASH
from mentormatch.report.handouts import CommonText, Handout, common_text, make_handouts
from mentormatch.report.pictures import Waterfall
from mentormatch.report.pictures.heat_map import MarketPictures
from mentormatch.report.texts import render_template
from mentormatch.report.view import (
    MOST_LISTED,
    Card,
    OmittedCounts,
    UnmatchedLine,
    best_pairs,
    card,
    count_omitted,
    explain_unmatched,
)
from mentormatch.report.views.piece import Piece
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, repr=False)
class PairsPiece(Piece):
    """The best ``most`` pairs (None: all), with points by criterion."""

    heading: ClassVar[str] = mark("Les binômes")
    kind: ClassVar[str] = "pairs"
    call: ClassVar[str] = "pairs()"
    purpose: ClassVar[str] = mark("Les binômes, du plus grand au plus petit nombre de points, et pourquoi.")
    most: int | None

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """The shown pairs as texts."""
        return tuple(card(pair, self.labels) for pair in best_pairs(self.matching, self.most))

    @property
    def left(self) -> int:
        """The number of pairs that are not shown."""
        return len(self.matching.solution.pairs) - len(self.pairs)


@dataclass(frozen=True, repr=False)
class PairPiece(Piece):
    """Two people by position, paired or not: points, reasons, answered share, and why other partners are not chosen."""

    kind: ClassVar[str] = "two"
    call: ClassVar[str] = 'pair("M03", "E07")'
    purpose: ClassVar[str] = mark("Deux personnes : leurs points un par un, et pourquoi elles, ou pourquoi pas.")
    mentor: int
    mentee: int

    @property
    def title(self) -> str:
        return listed([self.card.mentor, self.card.mentee])

    @property
    def keys(self) -> tuple[str, str]:
        return self.matching.cohort.mentors.ids[self.mentor], self.matching.cohort.mentees.ids[self.mentee]

    @once_spoken
    def card(self) -> Card:
        """The pair as texts."""
        return card(self.matching.explain(*self.keys), self.labels)

    @property
    def picture(self) -> Waterfall:
        """The points as a picture."""
        return Waterfall(self.matching, self.labels, *self.keys)

    @property
    def chosen(self) -> bool:
        """Whether the two are a pair of the matching."""
        return [self.mentor, self.mentee] in self.matching.solution.pairs.tolist()

    @once_spoken
    def reason(self) -> str:
        """The price of pairing them, or the rules that forbid it."""
        return why_not(self.case, self.mentor, self.mentee).reason

    @once_spoken
    def others(self) -> tuple[tuple[str, tuple[Alternative, ...]], ...]:
        """Each of the two people with alternative partners, smallest loss first."""
        rows = zip(SIDES, (self.mentor, self.mentee), strict=True)
        return tuple((self.case.name(side, row), alternatives(self.case, side, row, 3)) for side, row in rows)


@dataclass(frozen=True, repr=False)
class PersonPiece(Piece):
    """A person by side and position: partners, or why there is none, and alternative partners."""

    kind: ClassVar[str] = "someone"
    call: ClassVar[str] = 'person("M03")'
    purpose: ClassVar[str] = mark("Une personne, vue par l'équipe : ses binômes, et qui d'autre elle pourrait avoir.")
    side: Side
    row: int

    @property
    def title(self) -> str:
        return f"{self.name}, {tr(SIDE_WORDS[self.side])}"

    @property
    def name(self) -> str:
        """The label of the person."""
        return self.case.name(self.side, self.row)

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """The pairs of the person as texts."""
        pairs = self.matching.solution.pairs
        positions = pairs[pairs[:, SIDES.index(self.side)] == self.row].tolist()
        own_pairs = [explain_pair(self.matching.cohort, self.matching.scores, *position) for position in positions]
        own_pairs.sort(key=lambda pair: (-pair.score, pair.mentor, pair.mentee))
        return tuple(card(pair, self.labels) for pair in own_pairs)

    @once_spoken
    def alone(self) -> tuple[UnmatchedLine, ...]:
        """The reason for having no partner and the smallest change; empty if there is a partner."""
        return tuple(self._alone())

    def _alone(self) -> Iterator[UnmatchedLine]:
        if self.row in self.case.alone(self.side):
            unmatched = explain_one(self.case, self.side, self.row)
            change = smallest_change(self.case, self.side, self.row) if self.case.small else None
            yield UnmatchedLine(unmatched.person, tr(SIDE_WORDS[self.side]), unmatched.reason, in_words(change))

    @once_spoken
    def others(self) -> tuple[Alternative, ...]:
        """Alternative partners, smallest loss first."""
        return alternatives(self.case, self.side, self.row, 5)


@dataclass(frozen=True, repr=False)
class Participant(Piece):
    """The sheet of a person by side and position, as ``write_handouts`` writes it: partners with contact details.

    It has no other answer, and no veto, ranking or reason of anyone.
    """

    heading: ClassVar[str] = mark("Votre binôme")
    kind: ClassVar[str] = "participant"
    call: ClassVar[str] = 'participant("M03", contacts)'
    purpose: ClassVar[str] = mark("Ce que cette personne peut lire elle-même : sa fiche, rien sur les autres.")
    side: Side
    row: int
    contacts: Contacts

    @once_spoken
    def handout(self) -> Handout:
        """The sheet; without contacts, the person's key is shown as a code too if keys identify people."""
        key = self.matching.cohort.side(self.side).ids[self.row]
        sheet = next(
            handout for handout in make_handouts(self.matching, self.contacts) if handout.keys.get(self.side) == key
        )
        if len(self.contacts):
            return sheet
        labels_by_side = {side: self.labels.person(side, code_key) for side, code_key in sheet.keys.items()}
        return replace(sheet, key=labels_by_side[sheet.side], mentee=labels_by_side["mentee"] if sheet.mentee else "")

    def page(self) -> str:
        return render_template("handouts.html", handed=[self.handout], common=self.common)

    @property
    def common(self) -> CommonText:
        """The text on every sheet."""
        return common_text(self.matching, None)


@dataclass(frozen=True, repr=False)
class UnmatchedPiece(Piece):
    """People without a partner, with the reason and the smallest change that gives one."""

    heading: ClassVar[str] = mark("Sans binôme")
    kind: ClassVar[str] = "unplaced"
    call: ClassVar[str] = "unmatched()"
    purpose: ClassVar[str] = mark("Les personnes sans binôme, pourquoi, et ce qui suffirait.")

    @once_spoken
    def unmatched(self) -> tuple[UnmatchedLine, ...]:
        """The unmatched people as texts, up to the limit of a page."""
        return tuple(explain_unmatched(self.matching, self.labels, MOST_LISTED))

    @property
    def omitted(self) -> OmittedCounts:
        """The numbers of people, pairs and rows beyond the limit of a page."""
        return count_omitted(self.matching)

    @property
    def pairs(self) -> int:
        """The number of pairs."""
        return len(self.matching.solution.pairs)


@dataclass(frozen=True, repr=False)
class MarketPiece(Piece):
    """The possible partners of each person under the rules, people with few or none, and unmet needs."""

    heading: ClassVar[str] = mark("Qui pourrait rencontrer qui")
    kind: ClassVar[str] = "market"
    call: ClassVar[str] = "market()"
    purpose: ClassVar[str] = mark("Avant toute répartition : qui pourrait rencontrer qui, et qui a peu de choix.")

    @once_spoken
    def prospects(self) -> Prospects:
        """The figures, as in the intake report."""
        return prospects(self.matching.cohort, self.matching.programme, self.labels)

    @property
    def pictures(self) -> MarketPictures:
        """Pictures of possible pairs and of places."""
        return MarketPictures(replace(self.matching, solution=UNSOLVED), self.labels)


# Mentors times mentees; above, the ladder of a repair is not solved. ``Repair.rung`` gives a single step.
MAX_LADDER_CELLS = 2_500


@dataclass(frozen=True, repr=False)
class EvaluationPiece(Piece):
    """Pairs made by hand: points, broken rules, and points by criterion."""

    heading: ClassVar[str] = mark("Les binômes faits à la main")
    kind: ClassVar[str] = "evaluated"
    evaluation: Evaluation

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """Return the view for a notebook, with codes if keys identify people, because outputs are saved."""
        return cls(evaluation.matching, evaluation.matching.labels, evaluation)

    @property
    def sentence(self) -> str:
        """The number of pairs and their total of points."""
        pairs, total = counted(len(self.evaluation.pairs), "binôme"), points(self.evaluation.total)
        return tr("{pairs}, {total} points en tout.", pairs=pairs, total=total)

    @property
    def breaches(self) -> tuple[tuple[str, str, str], ...]:
        """Each broken rule, the people concerned, and the detail."""
        return tuple(
            (breach.rule, PAIR_DASH.join(self._names_of(breach)), breach.detail) for breach in self.evaluation.breaches
        )

    def _names_of(self, breach: Breach) -> Iterator[str]:
        """Yield the labels of the people of a breach; two people are a mentor and a mentee."""
        sides: tuple[Side, ...] = ("mentor", "mentee")
        for index, key in enumerate(breach.people):
            side = sides[index] if len(breach.people) == len(sides) else self.matching.side_of(key)
            yield self.labels.person(side, key)

    @property
    def pairs(self) -> list[Card]:
        """The given pairs as texts, up to the limit of a page."""
        return [card(pair, self.labels) for pair in self.evaluation.pairs[:MOST_LISTED]]


@dataclass(frozen=True, repr=False)
class RepairPiece(Piece):
    """New, ended and broken pairs, unmatched people, the gain of more broken pairs, and reserve mentors."""

    heading: ClassVar[str] = mark("Après les départs et les arrivées")
    kind: ClassVar[str] = "repaired"
    repair: Repair

    @classmethod
    def of(cls, repair: Repair) -> Self:
        """Return the view for a notebook, with codes if keys identify people, because outputs are saved."""
        return cls(repair.matching, repair.matching.labels, repair)

    @property
    def fates(self) -> tuple[tuple[str, list[str]], ...]:
        """The new, ended and broken pairs, each group with its title."""
        groups: Sequence[tuple[str, tuple[KeyPair, ...]]] = (
            (tr("Nouveaux"), self.repair.new),
            (tr("Terminés, car quelqu'un s'en va"), self.repair.ended),
            (tr("Défaits, car une autre répartition place plus de monde"), self.repair.broken),
        )
        return tuple((words, [self._names_of(pair) for pair in pairs]) for words, pairs in groups if pairs)

    def _names_of(self, pair: KeyPair) -> str:
        return PAIR_DASH.join((self.labels.person("mentor", pair[0]), self.labels.person("mentee", pair[1])))

    @property
    def new(self) -> list[Card]:
        """The new pairs with points by criterion."""
        new = set(self.repair.new)
        return [card(pair, self.labels) for pair in self.matching.pairs if (pair.mentor, pair.mentee) in new]

    @once_spoken
    def alone(self) -> UnmatchedPiece:
        """The unmatched people."""
        return UnmatchedPiece(self.matching, self.labels)

    @once_spoken
    def steps(self) -> tuple[str, ...]:
        """The gain from at most 0, 1, 2 ... broken pairs, as texts; empty if there are too many people."""
        rows, columns = self.matching.problem.shape
        return tuple(map(str, self.repair.ladder)) if 0 < rows * columns <= MAX_LADDER_CELLS else ()

    @once_spoken
    def reserves(self) -> tuple[tuple[str, str, str], ...]:
        """Each pair with the mentor who could replace the present one, and the points."""
        return tuple(
            (
                self._names_of((reserve.mentor, reserve.mentee)),
                tr("personne") if reserve.reserve is None else self.labels.person("mentor", reserve.reserve),
                "" if reserve.score is None else points(reserve.score),
            )
            for reserve in self.repair.reserves[:MOST_LISTED]
        )
