"""Criteria over what is said of a pair itself: by one of the two, or by the team.

Criterion ``wishes``: people of the other side that someone asked for, in order.

Criterion ``given``: points for pairs that come from elsewhere, such as the team's note after an interview.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import product
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector
from mentormatch.base.immutable_models import Entries, FrozenDict, Items, Part
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.fields import Number, Side
from mentormatch.fields.extension import FieldRef
from mentormatch.languages.phrases import joined, listed, plain, quoted
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, Named, RankPoints, SourceTable

ASKED: Mapping[Side, str] = {
    "mentor": mark("souhait n° {rank} du côté mentor·e"),
    "mentee": mark("souhait n° {rank} du côté mentoré·e"),
}
UNASKED: Mapping[Side, str] = {
    "mentor": mark("pas demandé côté mentor·e"),
    "mentee": mark("pas demandé côté mentoré·e"),
}


class Wishes(Criterion):
    """1 for a first wish, falling evenly over ``most`` wishes to 0 for someone not asked for.

    ``points`` state instead what a first, a second ... wish is worth, from 1 to 0; there are then as many as these.
    ``mentor`` and ``mentee`` are the fields in which each side names people of the other by their keys. Where both
    are given the value is the mean of the two. It is undefined where a side that is asked left its field blank; who
    answered "none" asked for nobody.
    """

    title: ClassVar[str] = mark("Souhaits")
    kind: Literal["wishes"] = "wishes"
    example = {"kind": "wishes", "mentee": "souhaits", "most": 2, "weight": 10}
    mentor: Annotated[str | None, FieldRef(("names",), "mentor")] = None
    mentee: Annotated[str | None, FieldRef(("names",), "mentee")] = None
    most: int = Setting(default=3, ge=1)
    points: RankPoints | None = Setting(default=None, exclude_if=lambda points: points is None)

    @model_validator(mode="before")
    @classmethod
    def as_many_as_points(cls, stated: Any) -> Any:
        """Return what is stated with as many wishes as it has points, where it does not say how many."""
        if not isinstance(stated, Mapping) or "most" in stated or not isinstance(stated.get("points"), list):
            return stated
        return {**stated, "most": len(stated["points"])} if stated["points"] else stated

    @model_validator(mode="after")
    def has_points_for_each(self) -> Self:
        """Refuse points for more or fewer wishes than there may be."""
        if self.points is not None and len(self.points) != self.most:
            raise ValueError(tr("`points` n'en dit pas autant que `most`, qui peut manquer"))
        return self

    @model_validator(mode="after")
    def some_side_wishes(self) -> Self:
        """Refuse wishes of nobody."""
        if self.mentor is None and self.mentee is None:
            raise ValueError(tr("il faut `mentor`, `mentee` ou les deux"))
        return self

    @property
    def sentence(self) -> str:
        return tr("Les souhaits sont ceux de {mentor} côté mentor·e, de {mentee} côté mentoré·e, {most} au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Points du premier souhait, du deuxième, et ainsi de suite : {points}."),)

    def score(self, left: People, right: People) -> Block:
        values, named = self.tally(left, right).block(), self.pairs_by_name(left, right)
        values[named.left, named.right] = named.values
        return values

    def pairs_by_name(self, left: People, right: People) -> Named:
        ours = self._wishes(left, right, self.mentor)
        theirs = {(i, k): points for (k, i), points in self._wishes(right, left, self.mentee).items()}
        known, sides = self._who_answered(left, right), (self.mentor is not None) + (self.mentee is not None)
        both = sorted(pair for pair in {**ours, **theirs} if known[0][pair[0]] and known[1][pair[1]])
        values = [(ours.get(pair, 0.0) + theirs.get(pair, 0.0)) / sides for pair in both]
        places = np.array(both, dtype=np.int64).reshape(-1, 2)
        return Named(places[:, 0], places[:, 1], np.array(values, dtype=np.float64))

    def tally(self, left: People, right: People) -> AnswerTally:
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, self._who_answered(left, right), np.add)

    def _who_answered(self, left: People, right: People) -> tuple[BoolVector, BoolVector]:
        """Return who of either side answered what this criterion asks of that side."""
        questions = ((left, self.mentor), (right, self.mentee))
        ours, theirs = (
            np.ones(len(who), dtype=bool) if field is None else who.known(field) for who, field in questions
        )
        return ours, theirs

    def _wishes(self, people: People, others: People, field: str | None) -> dict[tuple[int, int], float]:
        """Return the points of whom each person asked for, by the positions of both; a name counts once."""
        if field is None:
            return {}
        place = dict(zip(others.compared, range(len(others)), strict=True))
        found: dict[tuple[int, int], float] = {}
        for row, names in enumerate(people.names(field).compared):
            for rank, name in enumerate(names[: self.most]):
                position = place.get(name)
                if position is not None:
                    found.setdefault((row, position), self._worth(rank))
        return found

    def _worth(self, rank: int) -> float:
        """Return what a wish is worth, the first being of rank 0."""
        return (self.most - rank) / self.most if self.points is None else self.points[rank]

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield that every wish is worth as much."""
        if self.most > 1 and self.points != [1.0] * self.most:
            alike = self.model_copy(update={"points": [1.0] * self.most})
            yield alike, tr("{criterion} : autant de points pour chaque souhait (points)", criterion=quoted(self.label))

    def reason(self, left: Person, right: Person) -> str:
        phrases = [self._rank(left, right, self.mentor, "mentor"), self._rank(right, left, self.mentee, "mentee")]
        return joined([phrase for phrase in phrases if phrase])

    def _rank(self, person: Person, other: Person, field: str | None, side: Side) -> str:
        if field is None:
            return ""
        names = [canonical(name) for name in person.people.names(field).values[person.row] or ()][: self.most]
        sought = canonical(other.id)
        if sought not in names:
            return tr(UNASKED[side])
        return tr(ASKED[side], rank=names.index(sought) + 1)


SAID = {
    (False, False): mark("{points} sur {most}"),
    (True, False): mark("{points} sur {most}, par {by}"),
    (False, True): mark("{points} sur {most}, le {on}"),
    (True, True): mark("{points} sur {most}, par {by}, le {on}"),
}
"""What was given, by whether it is known who gave it, and when."""
HEADERS = ("mentor", "mentee", "points", "by", "on")
"""The columns of a table of points."""
NEEDED = ("mentor", "mentee", "points")


def date_text(when: object) -> object:
    """Return a date as a text."""
    return when.isoformat() if isinstance(when, date) else when


class PairPoints(Part):
    """What was given to a pair, by the keys of the two, ``by`` whom and ``on`` what day, as it was typed."""

    mentor: str
    mentee: str
    points: float = Setting(ge=0, le=1e6)
    by: str = ""
    on: Annotated[str, BeforeValidator(date_text)] = ""

    @property
    def keys(self) -> tuple[str, str]:
        """The keys of the two in the form in which they are compared."""
        return canonical(self.mentor), canonical(self.mentee)


class Given(Criterion):
    """The points given to a pair over ``most``, the highest there are; undefined for a pair that has none.

    ``pairs`` state them one by one, with the keys of the two, ``by`` whom and ``on`` what day. Or a ``file`` that
    stands beside the programme holds them, a table with the columns mentor, mentee, points, and by and on if known;
    ``columns`` say which headers stand for these where the file has others. People who are not in this edition are not
    concerned. In Python, ``programme.with_points`` adds those of a file, a frame or records.
    """

    title: ClassVar[str] = mark("Points donnés")
    undefined: ClassVar[str] = mark("pas de points donnés à ce binôme : compté à sa valeur neutre")
    takes_table: ClassVar[bool] = True
    kind: Literal["given"] = "given"
    example = {
        "kind": "given",
        "pairs": [{"mentor": "M01", "mentee": "E01", "points": 4, "by": "Claire", "on": "2026-03-12"}],
        "most": 5,
        "weight": 10,
    }
    file: str | None = None
    columns: Entries[Literal["mentor", "mentee", "points", "by", "on"], str] = Setting(default_factory=FrozenDict)
    pairs: Items[PairPoints] = Setting(default_factory=tuple)
    most: float = Setting(default=1.0, gt=0, le=1e6)

    @model_validator(mode="after")
    def gives_points(self) -> Self:
        """Refuse a file that was not read, points above the highest, and two for one pair."""
        if self.file is not None:
            raise ValueError(tr("un fichier n'est lu qu'à côté d'un programme qui est un fichier : écrivez `pairs`"))
        seen = set[tuple[str, str]]()
        for each in self.pairs:
            if each.points > self.most:
                raise ValueError(
                    tr("{pair} : {points} points, plus que `most`", pair=pair(each), points=plain(each.points))
                )
            if each.keys in seen:
                raise ValueError(tr("{pair} : deux fois des points", pair=pair(each)))
            seen.add(each.keys)
        return self

    @property
    def sentence(self) -> str:
        return tr("Les points du tableau se comptent sur {most}.")

    @classmethod
    def with_table(cls, stated: Mapping[str, Any], table: SourceTable) -> dict[str, Any]:
        most, columns, before = stated.get("most", 1.0), stated.get("columns", {}), stated.get("pairs", [])
        named = isinstance(columns, dict) and all(isinstance(header, str) for header in columns.values())
        if not (isinstance(most, int | float) and named and isinstance(before, list)):
            return {**stated}  # these settings are told first
        pairs = [*before, *PointsTable(table, columns, float(most)).pairs()]
        return {name: value for name, value in stated.items() if name not in ("file", "columns")} | {"pairs": pairs}

    def pairs_by_name(self, left: People, right: People) -> Named:
        found = sorted(self._find_pairs(left, right))
        places = np.array([place[:2] for place in found], dtype=np.int64).reshape(-1, 2)
        return Named(places[:, 0], places[:, 1], np.array([value for *_, value in found], dtype=np.float64))

    def _find_pairs(self, left: People, right: People) -> Iterator[tuple[int, int, float]]:
        """Yield the pairs of two sides that have points, by position, each with its value."""
        if len(left) * len(right) < len(self.pairs):
            for (i, mentor), (k, mentee) in product(enumerate(left.compared), enumerate(right.compared)):
                if each := self._by_keys.get((mentor, mentee)):
                    yield i, k, each.points / self.most
            return
        rows, columns = ({key: row for row, key in enumerate(people.compared)} for people in (left, right))
        for (mentor, mentee), each in self._by_keys.items():
            if mentor in rows and mentee in columns:
                yield rows[mentor], columns[mentee], each.points / self.most

    @cached_property
    def _by_keys(self) -> dict[tuple[str, str], PairPoints]:
        """What was given, by the keys of the two."""
        return {each.keys: each for each in self.pairs}

    def score(self, left: People, right: People) -> Block:
        values, named = np.full((len(left), len(right)), np.nan), self.pairs_by_name(left, right)
        values[named.left, named.right] = named.values
        return values

    def tally(self, left: People, right: People) -> AnswerTally:
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, (nothing[0] > 0, nothing[1] > 0), np.add)

    def reason(self, left: Person, right: Person) -> str:
        each = self._by_keys[canonical(left.id), canonical(right.id)]
        said = SAID[bool(each.by), bool(each.on)]
        return tr(said, points=plain(each.points), most=plain(self.most), by=each.by, on=each.on)


def pair(each: PairPoints) -> str:
    """Return how a pair is called."""
    return f"{each.mentor} - {each.mentee}"


class PointsTable:
    """A table of points, row by row; a row without points is passed over."""

    def __init__(self, table: SourceTable, columns: Mapping[str, str], most: float) -> None:
        self.table, self.number = table, Number(question="?", least=0, most=most)
        self.places = {name: self._place(columns.get(name, name)) for name in HEADERS}

    def _place(self, name: str) -> int | None:
        """Return which column has this name."""
        return next((at for at, header in enumerate(self.table.header) if fold(header) == fold(name)), None)

    def pairs(self) -> list[dict[str, Any]]:
        """Return the points of each pair. Raises ProgrammeError with each row that cannot be used, by its line."""
        missing = [name for name in NEEDED if self.places[name] is None]
        if missing:
            expected = tr("les colonnes {names}, ou « columns » dans le programme", names=listed([*NEEDED]))
            raise self._refusal(
                [Problem(self.table.source, tr("sans colonne {names}", names=listed(missing)), expected)]
            )
        problems, found = list[Problem](), dict[tuple[str, str], tuple[int, dict[str, Any]]]()
        for line, cells in self.table.records:
            row = {name: "" if at is None else cells[at].strip() for name, at in self.places.items()}
            if row["points"]:
                problems += self._add(found, line, row)
        if not found and not problems:
            problems = [Problem(self.table.source, tr("aucune ligne avec des points"), tr("une ligne par binôme"))]
        if problems:
            raise self._refusal(problems)
        return [row for _, row in found.values()]

    def _add(
        self, found: dict[tuple[str, str], tuple[int, dict[str, Any]]], line: int, row: dict[str, Any]
    ) -> list[Problem]:
        """Add one row to what was found; return why it cannot be."""
        where = tr("{source}, ligne {line}", source=self.table.source, line=line)
        points, keys = self.number.read(row["points"]).value, (canonical(row["mentor"]), canonical(row["mentee"]))
        if points is None:
            expected = tr("un nombre de 0 à {most}", most=plain(self.number.most or 0))
            return [Problem(where, tr("« points » n'est pas lu"), expected)]
        if not all(keys):
            return [Problem(where, tr("il manque une personne"), tr("les identifiants des deux"))]
        if keys in found:
            sentence = tr("des points pour le binôme de la ligne {line}", line=found[keys][0])
            return [Problem(where, sentence, tr("une ligne par binôme"))]
        found[keys] = line, {**row, "points": points}
        return []

    def _refusal(self, problems: Sequence[Problem]) -> ProgrammeError:
        return ProgrammeError(tr("Des points donnés ne peuvent pas être utilisés"), problems)
