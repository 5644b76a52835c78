"""Plans that were made otherwise than by ``match``: pairs made by hand, and pairs repaired after somebody left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from mentormatch.explanation.rule_breaches import Breach
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.languages.phrases import counted, points
from mentormatch.operations.evaluation import Evaluation
from mentormatch.operations.matching import KeyPair
from mentormatch.operations.repair import Repair
from mentormatch.report.comparison import DASH
from mentormatch.report.view import MOST_LISTED, Card, card, labels_for_notebook
from mentormatch.report.views.pairs import UnmatchedPiece
from mentormatch.report.views.piece import Piece

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
        return cls(evaluation.matching, labels_for_notebook(evaluation.matching), evaluation)

    @property
    def sentence(self) -> str:
        """How many pairs there are, and what they are worth together."""
        pairs, total = counted(len(self.evaluation.pairs), "binôme"), points(self.evaluation.total)
        return tr("{pairs}, {total} points en tout.", pairs=pairs, total=total)

    @property
    def breaches(self) -> tuple[tuple[str, str, str], ...]:
        """Each rule that is broken, the people concerned, and how."""
        return tuple((one.rule, DASH.join(self._names_of(one)), one.detail) for one in self.evaluation.breaches)

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
        return cls(repair.matching, labels_for_notebook(repair.matching), repair)

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
        return DASH.join((self.labels.person("mentor", pair[0]), self.labels.person("mentee", pair[1])))

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
