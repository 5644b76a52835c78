"""Criteria on statements about a pair itself, by one of the two people or by the team.

Criterion ``wishes``: people of the other side whom a person asked for, in order.

Criterion ``given``: points of pairs from another source, such as notes of the team after an interview.
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


class Wishes(Criterion):
    """1 for a first wish, falling evenly over ``most`` wishes to 0 for a person not asked for.

    ``points`` state instead the value of the first, second, ... wish, from 1 to 0; their number is then ``most``.
    ``mentor`` and ``mentee`` are the fields in which each side names people of the other side by their keys. If both
    are given, the value is the mean of the two. It is undefined if a side with such a field left it blank; a person who
    answered "none" asked for no one.
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
    def as_many_as_points(cls, settings: Any) -> Any:
        """Return the settings with ``most`` set to the number of points, if only points are stated."""
        if not isinstance(settings, Mapping) or "most" in settings or not isinstance(settings.get("points"), list):
            return settings
        return {**settings, "most": len(settings["points"])} if settings["points"] else settings

    @model_validator(mode="after")
    def has_points_for_each(self) -> Self:
        """Refuse points for more or fewer than ``most`` wishes."""
        if self.points is not None and len(self.points) != self.most:
            raise ValueError(tr("`points` n'en dit pas autant que `most`, qui peut manquer"))
        return self

    @model_validator(mode="after")
    def some_side_wishes(self) -> Self:
        """Refuse a criterion without a field of wishes."""
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
        answered, side_count = self._who_answered(left, right), (self.mentor is not None) + (self.mentee is not None)
        pairs = sorted(pair for pair in {**ours, **theirs} if answered[0][pair[0]] and answered[1][pair[1]])
        values = [(ours.get(pair, 0.0) + theirs.get(pair, 0.0)) / side_count for pair in pairs]
        positions = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return Named(positions[:, 0], positions[:, 1], np.array(values, dtype=np.float64))

    def tally(self, left: People, right: People) -> AnswerTally:
        zeros = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(zeros, self._who_answered(left, right), np.add)

    def _who_answered(self, left: People, right: People) -> tuple[BoolVector, BoolVector]:
        """Return (n,) and (m,) bool: whether each person answered the field of their side; True without a field."""
        questions = ((left, self.mentor), (right, self.mentee))
        ours, theirs = (
            np.ones(len(people), dtype=bool) if field is None else people.known(field) for people, field in questions
        )
        return ours, theirs

    def _wishes(self, people: People, candidates: People, field: str | None) -> dict[tuple[int, int], float]:
        """Return the value of each wish, by the positions of both people; a repeated name counts at its first rank."""
        if field is None:
            return {}
        candidate_rows = dict(zip(candidates.compared, range(len(candidates)), strict=True))
        values: dict[tuple[int, int], float] = {}
        for row, names in enumerate(people.names(field).compared):
            for rank, name in enumerate(names[: self.most]):
                candidate = candidate_rows.get(name)
                if candidate is not None:
                    values.setdefault((row, candidate), self._worth(rank))
        return values

    def _worth(self, rank: int) -> float:
        """Return the value of the wish at ``rank``, the first being 0."""
        return (self.most - rank) / self.most if self.points is None else self.points[rank]

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield the version in which every wish has the same value."""
        if self.most > 1 and self.points != [1.0] * self.most:
            equal_points = self.model_copy(update={"points": [1.0] * self.most})
            yield (
                equal_points,
                tr("{criterion} : autant de points pour chaque souhait (points)", criterion=quoted(self.label)),
            )

    def reason(self, left: Person, right: Person) -> str:
        phrases = [self._rank(left, right, self.mentor, "mentor"), self._rank(right, left, self.mentee, "mentee")]
        return joined([phrase for phrase in phrases if phrase])

    def _rank(self, person: Person, candidate: Person, field: str | None, side: Side) -> str:
        if field is None:
            return ""
        names = [canonical(name) for name in person.people.names(field).values[person.row] or ()][: self.most]
        other_key = canonical(candidate.id)
        if other_key not in names:
            return tr("pas demandé côté mentor·e") if side == "mentor" else tr("pas demandé côté mentoré·e")
        rank = names.index(other_key) + 1
        return (
            tr("souhait n° {rank} du côté mentor·e", rank=rank)
            if side == "mentor"
            else tr("souhait n° {rank} du côté mentoré·e", rank=rank)
        )


GIVEN_TEXTS = {
    (False, False): mark("{points} sur {most}"),
    (True, False): mark("{points} sur {most}, par {by}"),
    (False, True): mark("{points} sur {most}, le {on}"),
    (True, True): mark("{points} sur {most}, par {by}, le {on}"),
}
"""By whether the author, and whether the day, are known."""
REQUIRED_HEADERS = ("mentor", "mentee", "points")


def date_text(value: object) -> object:
    """Return a date as an ISO 8601 text, and any other value unchanged."""
    return value.isoformat() if isinstance(value, date) else value


class PairPoints(Part):
    """Points of a pair, by the keys of mentor and mentee, with their author ``by`` and the day ``on``, as typed."""

    mentor: str
    mentee: str
    points: float = Setting(ge=0, le=1e6)
    by: str = ""
    on: Annotated[str, BeforeValidator(date_text)] = ""

    @property
    def keys(self) -> tuple[str, str]:
        """The keys of mentor and mentee as they are compared."""
        return canonical(self.mentor), canonical(self.mentee)


class Given(Criterion):
    """The points of a pair divided by ``most``, the highest possible; undefined for a pair without points.

    ``pairs`` state the points pair by pair, with the keys of the two people, the author ``by`` and the day ``on``.
    Instead, a ``file`` next to the programme may contain them: a table with the columns mentor, mentee, points, and by
    and on if known; ``columns`` map these to the headers of the file if they differ. Pairs with people who are not in
    this edition have no effect. In Python, ``programme.with_points`` adds the points of a file, a frame or records.
    """

    title: ClassVar[str] = mark("Points donnés")
    undefined: ClassVar[str] = mark("pas de points donnés à ce binôme : compté à {share}")
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
        """Refuse a file that was not read, points above ``most``, and a pair with points twice."""
        if self.file is not None:
            raise ValueError(tr("un fichier n'est lu qu'à côté d'un programme qui est un fichier : écrivez `pairs`"))
        keys_seen = set[tuple[str, str]]()
        for entry in self.pairs:
            if entry.points > self.most:
                raise ValueError(
                    tr("{pair} : {points} points, plus que `most`", pair=pair_name(entry), points=plain(entry.points))
                )
            if entry.keys in keys_seen:
                raise ValueError(tr("{pair} : deux fois des points", pair=pair_name(entry)))
            keys_seen.add(entry.keys)
        return self

    @property
    def sentence(self) -> str:
        return tr("Les points du tableau se comptent sur {most}.")

    @classmethod
    def with_table(cls, settings: Mapping[str, Any], table: SourceTable) -> dict[str, Any]:
        max_points, columns, stated_pairs = (
            settings.get("most", 1.0),
            settings.get("columns", {}),
            settings.get("pairs", []),
        )
        has_headers = isinstance(columns, dict) and all(isinstance(header, str) for header in columns.values())
        if not (isinstance(max_points, int | float) and has_headers and isinstance(stated_pairs, list)):
            return {**settings}  # the errors of these settings are reported before those of the table
        pairs = [*stated_pairs, *PointsTable(table, columns, float(max_points)).pairs()]
        return {name: value for name, value in settings.items() if name not in ("file", "columns")} | {"pairs": pairs}

    def pairs_by_name(self, left: People, right: People) -> Named:
        valued_pairs = sorted(self._find_pairs(left, right))
        positions = np.array([row[:2] for row in valued_pairs], dtype=np.int64).reshape(-1, 2)
        return Named(
            positions[:, 0], positions[:, 1], np.array([value for *_, value in valued_pairs], dtype=np.float64)
        )

    def _find_pairs(self, left: People, right: People) -> Iterator[tuple[int, int, float]]:
        """Yield the pairs of two sides that have points, by position, with their values."""
        if len(left) * len(right) < len(self.pairs):
            for (i, mentor), (k, mentee) in product(enumerate(left.compared), enumerate(right.compared)):
                if entry := self._by_keys.get((mentor, mentee)):
                    yield i, k, entry.points / self.most
            return
        rows, columns = ({key: row for row, key in enumerate(people.compared)} for people in (left, right))
        for (mentor, mentee), entry in self._by_keys.items():
            if mentor in rows and mentee in columns:
                yield rows[mentor], columns[mentee], entry.points / self.most

    @cached_property
    def _by_keys(self) -> dict[tuple[str, str], PairPoints]:
        return {entry.keys: entry for entry in self.pairs}

    def score(self, left: People, right: People) -> Block:
        values, named = np.full((len(left), len(right)), np.nan), self.pairs_by_name(left, right)
        values[named.left, named.right] = named.values
        return values

    def tally(self, left: People, right: People) -> AnswerTally:
        zeros = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(zeros, (zeros[0] > 0, zeros[1] > 0), np.add)

    def reason(self, left: Person, right: Person) -> str:
        entry = self._by_keys[canonical(left.id), canonical(right.id)]
        text = GIVEN_TEXTS[bool(entry.by), bool(entry.on)]
        return tr(text, points=plain(entry.points), most=plain(self.most), by=entry.by, on=entry.on)


def pair_name(pair: PairPoints) -> str:
    return f"{pair.mentor} - {pair.mentee}"


class PointsTable:
    """Reader of a table of points, row by row; rows without points are skipped."""

    def __init__(self, table: SourceTable, columns: Mapping[str, str], most: float) -> None:
        self.table, self.number = table, Number(question="?", least=0, most=most)
        self.places = {
            name: self._place(columns.get(name, name)) for name in ("mentor", "mentee", "points", "by", "on")
        }

    def _place(self, name: str) -> int | None:
        """Return the index of the column with this name, ignoring case and accents; None if there is none."""
        return next((index for index, header in enumerate(self.table.header) if fold(header) == fold(name)), None)

    def pairs(self) -> list[dict[str, Any]]:
        """Return the points of each pair. Raises ProgrammeError with each row that cannot be used, by its line."""
        missing = [name for name in REQUIRED_HEADERS if self.places[name] is None]
        if missing:
            expected = tr("les colonnes {names}, ou « columns » dans le programme", names=listed([*REQUIRED_HEADERS]))
            raise self._refusal(
                [Problem(self.table.source, tr("sans colonne {names}", names=listed(missing)), expected)]
            )
        problems, by_keys = list[Problem](), dict[tuple[str, str], tuple[int, dict[str, Any]]]()
        for line, cells in self.table.records:
            row = {name: "" if column is None else cells[column].strip() for name, column in self.places.items()}
            if row["points"]:
                problems += self._add(by_keys, line, row)
        if not by_keys and not problems:
            problems = [Problem(self.table.source, tr("aucune ligne avec des points"), tr("une ligne par binôme"))]
        if problems:
            raise self._refusal(problems)
        return [row for _, row in by_keys.values()]

    def _add(
        self, by_keys: dict[tuple[str, str], tuple[int, dict[str, Any]]], line: int, row: dict[str, Any]
    ) -> list[Problem]:
        """Add one row to ``by_keys`` and return no problem, or return the problem of the row."""
        location = tr("{source}, ligne {line}", source=self.table.source, line=line)
        points, keys = self.number.read(row["points"]).value, (canonical(row["mentor"]), canonical(row["mentee"]))
        if points is None:
            expected = tr("un nombre de 0 à {most}", most=plain(self.number.most or 0))
            return [Problem(location, tr("« points » n'est pas lu"), expected)]
        if not all(keys):
            return [Problem(location, tr("il manque une personne"), tr("les identifiants des deux"))]
        if keys in by_keys:
            sentence = tr("des points pour le binôme de la ligne {line}", line=by_keys[keys][0])
            return [Problem(location, sentence, tr("une ligne par binôme"))]
        by_keys[keys] = line, {**row, "points": points}
        return []

    def _refusal(self, problems: Sequence[Problem]) -> ProgrammeError:
        return ProgrammeError(tr("Des points donnés ne peuvent pas être utilisés"), problems)
