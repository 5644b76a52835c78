"""Views of pairs and people: all pairs, two people, one person, their own sheet, the unmatched, and the market.

Plans that were made otherwise than by ``match``: pairs made by hand, and pairs repaired after somebody left.
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
    """The first ``most`` pairs, None: all; each with its points and what they are made of."""

    heading: ClassVar[str] = mark("Les binômes")
    kind: ClassVar[str] = "pairs"
    call: ClassVar[str] = "pairs()"
    purpose: ClassVar[str] = mark("Les binômes, du plus grand au plus petit nombre de points, et pourquoi.")
    most: int | None

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """The pairs that are shown, in words."""
        return tuple(card(pair, self.labels) for pair in best_pairs(self.matching, self.most))

    @property
    def left(self) -> int:
        """How many pairs are not shown."""
        return len(self.matching.solution.pairs) - len(self.pairs)


NEXT = 3
"""Other partners that are told of each of the two."""


@dataclass(frozen=True, repr=False)
class PairPiece(Piece):
    """Two people by position, chosen or not: points, reasons, how much was answered, and why not the next best."""

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
        """The keys of the two."""
        return self.matching.cohort.mentors.ids[self.mentor], self.matching.cohort.mentees.ids[self.mentee]

    @once_spoken
    def card(self) -> Card:
        """The two in words."""
        return card(self.matching.explain(*self.keys), self.labels)

    @property
    def picture(self) -> Waterfall:
        """Their points as a picture."""
        return Waterfall(self.matching, self.labels, *self.keys)

    @property
    def chosen(self) -> bool:
        """Whether they are a pair."""
        return [self.mentor, self.mentee] in self.matching.solution.pairs.tolist()

    @once_spoken
    def reason(self) -> str:
        """What pairing them would cost, or which rules forbid it."""
        return why_not(self.case, self.mentor, self.mentee).reason

    @once_spoken
    def others(self) -> tuple[tuple[str, tuple[Alternative, ...]], ...]:
        """Each of the two, and whom else they could have at the smallest loss."""
        rows = zip(SIDES, (self.mentor, self.mentee), strict=True)
        return tuple((self.case.name(side, row), alternatives(self.case, side, row, NEXT)) for side, row in rows)


OFFERED = 5
"""Other partners that are told of."""


@dataclass(frozen=True, repr=False)
class PersonPiece(Piece):
    """One person by side and position: their partners or why they have none, and whom else they could have."""

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
        """What they are called."""
        return self.case.name(self.side, self.row)

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """Their pairs, in words."""
        pairs = self.matching.solution.pairs
        mine = pairs[pairs[:, SIDES.index(self.side)] == self.row].tolist()
        own_pairs = [explain_pair(self.matching.cohort, self.matching.scores, *two) for two in mine]
        own_pairs.sort(key=lambda pair: (-pair.score, pair.mentor, pair.mentee))
        return tuple(card(pair, self.labels) for pair in own_pairs)

    @once_spoken
    def alone(self) -> tuple[UnmatchedLine, ...]:
        """Why they have no partner, and what would place them; empty where they have one."""
        return tuple(self._alone())

    def _alone(self) -> Iterator[UnmatchedLine]:
        if self.row in self.case.alone(self.side):
            one = explain_one(self.case, self.side, self.row)
            change = smallest_change(self.case, self.side, self.row) if self.case.small else None
            yield UnmatchedLine(one.person, tr(SIDE_WORDS[self.side]), one.reason, in_words(change))

    @once_spoken
    def others(self) -> tuple[Alternative, ...]:
        """Whom else they could have, at the smallest loss."""
        return alternatives(self.case, self.side, self.row, OFFERED)


@dataclass(frozen=True, repr=False)
class Participant(Piece):
    """The sheet of one person by side and position, as ``write_handouts`` writes it: partners, and how to reach them.

    It holds no answer of anybody, no veto, no ranking and no reason.
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
        """Their sheet; without contacts, their own key too is shown as a code or a pseudonym."""
        key = self.matching.cohort.side(self.side).ids[self.row]
        made = next(one for one in make_handouts(self.matching, self.contacts) if one.keys.get(self.side) == key)
        if len(self.contacts):
            return made
        shown = {side: self.labels.person(side, own) for side, own in made.keys.items()}
        return replace(made, key=shown[made.side], mentee=shown["mentee"] if made.mentee else "")

    def page(self) -> str:
        return render_template("handouts.html", handed=[self.handout], common=self.common)

    @property
    def common(self) -> CommonText:
        """What every sheet says."""
        return common_text(self.matching, None)


@dataclass(frozen=True, repr=False)
class UnmatchedPiece(Piece):
    """Everybody without a partner, with the reason and the smallest change that would place them."""

    heading: ClassVar[str] = mark("Sans binôme")
    kind: ClassVar[str] = "unplaced"
    call: ClassVar[str] = "unmatched()"
    purpose: ClassVar[str] = mark("Les personnes sans binôme, pourquoi, et ce qui suffirait.")

    @once_spoken
    def unmatched(self) -> tuple[UnmatchedLine, ...]:
        """Everybody without a partner, in words, as far as a page tells them."""
        return tuple(explain_unmatched(self.matching, self.labels, MOST_LISTED))

    @property
    def omitted(self) -> OmittedCounts:
        """How much is not shown."""
        return count_omitted(self.matching)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.matching.solution.pairs)


@dataclass(frozen=True, repr=False)
class MarketPiece(Piece):
    """How many partners each person could have under the rules, who has few or none, which needs nobody meets."""

    heading: ClassVar[str] = mark("Qui pourrait rencontrer qui")
    kind: ClassVar[str] = "market"
    call: ClassVar[str] = "market()"
    purpose: ClassVar[str] = mark("Avant toute répartition : qui pourrait rencontrer qui, et qui a peu de choix.")

    @once_spoken
    def prospects(self) -> Prospects:
        """The market, as the report on the answers has it."""
        return prospects(self.matching.cohort, self.matching.programme, self.labels)

    @property
    def pictures(self) -> MarketPictures:
        """The market and the places of people as pictures."""
        return MarketPictures(replace(self.matching, solution=UNSOLVED), self.labels)


MOST_LADDER = 2_500
"""Possible pairs of more people are not solved anew for each step of the ladder; ``Repair.rung`` gives one."""


@dataclass(frozen=True, repr=False)
class EvaluationPiece(Piece):
    """Pairs made by hand: what they are worth, the rules that they break, what their points are made of."""

    heading: ClassVar[str] = mark("Les binômes faits à la main")
    kind: ClassVar[str] = "evaluated"
    evaluation: Evaluation

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """Return it for a notebook, which saves what it shows: people by their codes, or by pseudonyms."""
        return cls(evaluation.matching, evaluation.matching.labels, evaluation)

    @property
    def sentence(self) -> str:
        """How many pairs there are, and what they are worth together."""
        pairs, total = counted(len(self.evaluation.pairs), "binôme"), points(self.evaluation.total)
        return tr("{pairs}, {total} points en tout.", pairs=pairs, total=total)

    @property
    def breaches(self) -> tuple[tuple[str, str, str], ...]:
        """Each rule that is broken, the people concerned, and how."""
        return tuple((one.rule, PAIR_DASH.join(self._names_of(one)), one.detail) for one in self.evaluation.breaches)

    def _names_of(self, breach: Breach) -> Iterator[str]:
        """Yield what the people of a breach are called: two of them are a mentor and a mentee."""
        sides: tuple[Side, ...] = ("mentor", "mentee")
        for place, key in enumerate(breach.people):
            side = sides[place] if len(breach.people) == len(sides) else self.matching.side_of(key)
            yield self.labels.person(side, key)

    @property
    def pairs(self) -> list[Card]:
        """The pairs as they were given, as far as a page tells them."""
        return [card(pair, self.labels) for pair in self.evaluation.pairs[:MOST_LISTED]]


@dataclass(frozen=True, repr=False)
class RepairPiece(Piece):
    """What became of each pair, who is without a partner, what more broken pairs would buy, who could take over."""

    heading: ClassVar[str] = mark("Après les départs et les arrivées")
    kind: ClassVar[str] = "repaired"
    repair: Repair

    @classmethod
    def of(cls, repair: Repair) -> Self:
        """Return it for a notebook, which saves what it shows: people by their codes, or by pseudonyms."""
        return cls(repair.matching, repair.matching.labels, repair)

    @property
    def fates(self) -> tuple[tuple[str, list[str]], ...]:
        """The pairs that are new, ended and broken, each kind under its word."""
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
        """The new pairs, with what their points are made of."""
        new = set(self.repair.new)
        return [card(pair, self.labels) for pair in self.matching.pairs if (pair.mentor, pair.mentee) in new]

    @once_spoken
    def alone(self) -> UnmatchedPiece:
        """Everybody without a partner."""
        return UnmatchedPiece(self.matching, self.labels)

    @once_spoken
    def steps(self) -> tuple[str, ...]:
        """What at most 0, 1, 2 ... broken pairs buy, in words; nothing where there are too many people."""
        rows, columns = self.matching.problem.shape
        return tuple(map(str, self.repair.ladder)) if 0 < rows * columns <= MOST_LADDER else ()

    @once_spoken
    def reserves(self) -> tuple[tuple[str, str, str], ...]:
        """For each pair who would take over if its mentor left, and with how many points."""
        return tuple(
            (
                self._names_of((one.mentor, one.mentee)),
                tr("personne") if one.reserve is None else self.labels.person("mentor", one.reserve),
                "" if one.score is None else points(one.score),
            )
            for one in self.repair.reserves[:MOST_LISTED]
        )
