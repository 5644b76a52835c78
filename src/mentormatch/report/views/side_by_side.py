"""Two plans side by side: the pairs and the goals that differ, who gains and who loses."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import ClassVar

from mentormatch.explanation.tables import SIDES as NAMES
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.report.comparison import Comparison, PointShift, compare, counted_alike, shifts
from mentormatch.report.views.piece import Piece

NOBODY = mark("aucun")


@dataclass(frozen=True, repr=False)
class SideBySide(Piece):
    """What the matching has that ``other`` has not, and the other way round."""

    kind: ClassVar[str] = "side_by_side"
    call: ClassVar[str] = mark("compared_with(autre)")
    purpose: ClassVar[str] = mark("Cette répartition à côté d'une autre : ce qui diffère, qui gagne, qui perd.")
    other: Matching

    @property
    def title(self) -> str:
        return tr("Deux répartitions côte à côte")

    @once_spoken
    def comparison(self) -> Comparison:
        """What differs from the other plan to this one."""
        return compare(self.other, self.matching, self.labels)

    @property
    def kept(self) -> int:
        """How many pairs both plans have."""
        return len(self.matching.solution.pairs) - len(self.comparison.new)

    @property
    def differing(self) -> tuple[KeyPair, ...]:
        """The pairs that only the other plan has, and those that only this one has, in words, mentor by mentor."""
        gone, new = self._by_mentor(self.comparison.gone), self._by_mentor(self.comparison.new)
        rows = [zip_longest(gone.get(key, ()), new.get(key, ()), fillvalue="–") for key in gone | new]
        return tuple(row for some in rows for row in some)

    def _by_mentor(self, pairs: Iterable[KeyPair]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for mentor, mentee in pairs:
            names = self.labels.person("mentor", mentor), self.labels.person("mentee", mentee)
            found.setdefault(canonical(mentor), []).append(" – ".join(names))
        return found

    @property
    def alike(self) -> bool:
        """Whether both plans count points alike."""
        return counted_alike(self.other, self.matching)

    @cached_property
    def shifts(self) -> tuple[PointShift, ...]:
        """Everybody whose partners differ."""
        return shifts(self.other, self.matching)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str, str], ...]:
        """Everybody whose partners differ: who, side, partners in the other plan and in this one, and what it means."""
        return tuple(
            (self.labels.person(one.side, one.key), tr(NAMES[one.side]), *self._partners(one), one.words)
            for one in self.shifts
        )

    def _partners(self, one: PointShift) -> tuple[str, str]:
        side: Side = "mentee" if one.side == "mentor" else "mentor"
        before, now = (
            [self.labels.person(side, key) for key in keys] or [tr(NOBODY)] for keys in (one.before, one.now)
        )
        return listed(before), listed(now)
