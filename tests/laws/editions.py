"""Random editions: a programme with a question of every kind, and people who answered, as values of their own type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from mentormatch import Programme
from mentormatch.fields import (
    AnyField,
    Choice,
    Choices,
    Levels,
    ListOfNames,
    Place,
    Ranking,
    Scale,
    Side,
    Slots,
    Text,
    YesNo,
)
from mentormatch.places.finding import find
from mentormatch.survey.sheets import text_of_value
from tests.laws.questionnaires import ANSWERED_BY, SIDES, answered_to, asked_of

KEY, EMAIL, ROLE, NOTICE, BORN, STEP = "code", "courriel", "role", "notice", "naissance", "marche"
STAMP = "Horodateur"
ROLES: Mapping[Side, str] = {"mentor": "Mentor·e", "mentee": "Mentoré·e"}
TOWNS: Mapping[str, str | int] = {"Lyon": "Lyon", "38160": 38160, "01000": 1000, "Vienne (38)": "Vienne (38)", "69": 69}
"""How places are typed, and how a sheet holds them that takes figures for a number."""
START = datetime(2026, 3, 2, 9, 15, 30)


@dataclass(frozen=True, repr=False)
class Row:
    """What one person sent: when, their side, and by field what it comes to and the value that each door is given."""

    sent: datetime
    side: Side
    known: Mapping[str, object]
    given: Mapping[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the notice was accepted, without which nobody takes part."""
        return bool(self.given[NOTICE])


@dataclass(frozen=True, repr=False)
class Edition:
    """A programme and its rows.

    ``stamped`` editions are those of a Google form: the time stamp stands first, people are known by their address, and
    may answer twice. ``headers`` are those of the fields: their words, or their id.
    """

    programme: Programme
    stated: dict[str, Any]
    rows: Sequence[Row]
    headers: Mapping[str, str]
    stamped: bool

    @property
    def identity(self) -> str:
        """The field by which people are told apart."""
        return EMAIL if self.stamped else KEY

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as objects of typed values by header, None where there is no answer."""
        stamps = [{STAMP: row.sent} if self.stamped else {} for row in self.rows]
        return [
            stamp | {header: row.given.get(name) for name, header in self.headers.items()}
            for stamp, row in zip(stamps, self.rows, strict=True)
        ]


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Draw an edition."""
    random, stamped = Random(draw(st.integers(0, 10**6))), draw(st.booleans())
    fields = drawn_fields(random, stamped=stamped)
    roles = {str(side): role for side, role in ROLES.items()}
    stated: dict[str, Any] = {
        "programme": {"name": "Essai", "role": {"field": ROLE, **roles}},
        "fields": {name: field.model_dump(exclude_none=True) for name, field in fields.items()},
    }
    layouts = {name: random.choice(["cell", "items", "parts"]) for name in fields}
    keys = random.choice([[*range(101, 109)], [f"M{number}" for number in range(8)], [f"00{n}" for n in range(8)]])
    dated = random.choice([date, datetime])
    rows = []
    for number in range(draw(st.integers(1, 6))):
        side = draw(st.sampled_from(SIDES))
        who = draw(st.integers(0, number)) if stamped else number
        fixed: dict[str, tuple[object, Any]] = {
            KEY: (str(keys[number]), keys[number]),
            EMAIL: (None, f"{'ab'[side == 'mentee']}{who}@asso.example.org"),
            ROLE: (SIDES.index(side), ROLES[side]),
            NOTICE: (None, draw(st.integers(0, 5)) > 0),
            BORN: written_date(draw, dated),
        }
        said = {
            name: fixed.get(name) or answered(draw, field, layouts[name])
            for name, field in fields.items()
            if field.side in (side, "both")
        }
        sent = START + timedelta(
            minutes=draw(st.integers(0, 9)), seconds=number, milliseconds=draw(st.integers(0, 999))
        )
        known, given = ({name: pair[place] for name, pair in said.items()} for place in (0, 1))
        rows.append(Row(sent, side, known, given))
    headers = {name: name if random.random() < 0.3 else field.question for name, field in fields.items()}
    return Edition(Programme.read(stated), stated, rows, headers, stamped)


def drawn_fields(random: Random, *, stamped: bool) -> dict[str, AnyField]:
    """Return one question of each kind, and those that every edition has."""
    by_side = {side: asked_of(random, side) for side in ANSWERED_BY}
    kinds = [random.choice(ANSWERED_BY) for _ in by_side["both"]]
    drawn = [by_side[side][place] for place, side in enumerate(kinds)]
    asked: dict[str, AnyField] = {field.kind: field for field in drawn}
    own: dict[str, AnyField] = {
        ROLE: Choice(question="?", options=list(ROLES.values())),
        NOTICE: YesNo(question="?", use="consent"),
        EMAIL: Text(question="?", use="contact"),
        BORN: Text(question="?"),
        STEP: Scale(question="?", options=["1", "2", "3"]),
    }
    keyed = own if stamped else {KEY: Text(question="?", use="key"), **own}
    return {
        name: field.model_copy(update={"question": f"Quel est votre {name} ?"})
        for name, field in {**keyed, **asked}.items()
    }


def written_date(draw: st.DrawFn, kind: type[date]) -> tuple[object, Any]:
    """Draw a day or a moment, and how staff read it."""
    if not draw(st.integers(0, 3)):
        return None, None
    moment = datetime(1990, 1, 31) + timedelta(
        days=draw(st.integers(0, 4000)), milliseconds=draw(st.integers(1, 10**8))
    )
    said = moment if kind is datetime else moment.date()
    return text_of_value(said), said


def answered(draw: st.DrawFn, field: AnyField, layout: str) -> tuple[object, Any]:
    """Draw what somebody answered: what reading gives, and the value that every door is given."""
    if not draw(st.integers(0, 3)):
        return None, None
    if isinstance(field, Place):
        typed = draw(st.sampled_from(sorted(TOWNS)))
        return find(typed).position, TOWNS[typed]
    known = draw(answered_to(field))
    if isinstance(field, Slots) and layout == "cell" and not known:
        return None, None  # no cell says that somebody is never free
    return known, parted(field, known, layout) if layout != "cell" else whole(field, known)


def whole(field: AnyField, known: Any) -> Any:
    """Return an answer that stands in one cell."""
    match field:
        case Choice() | Scale():
            label = field.options[known]
            return int(label) if label.isdecimal() else label
        case Choices() | Ranking():
            return [field.options[place] for place in known]
        case Slots():
            return [field.slots[place] for place in known]
        case Levels():
            return [f"{item} : {level}" for item, level in graded(field, known).items()]
        case ListOfNames():
            return list(known) or ["Aucun"]
        case YesNo():
            return bool(known)
    return known


def parted(field: AnyField, known: Any, layout: str) -> Any:
    """Return an answer with a cell an item, where its kind has items: options, ranks, lines, days, slots."""
    match field:
        case Choices():
            return {option: place in known for place, option in enumerate(field.options)}
        case Ranking() if layout == "parts":
            return {option: known.index(place) + 1 for place, option in enumerate(field.options) if place in known}
        case Ranking():
            return {f"Classement {rank}": field.options[place] for rank, place in enumerate(known, start=1)}
        case Slots() if layout == "parts":
            chosen = [field.slots[place] for place in known]
            free = {day: [one for one in field.moments if f"{day} {one}" in chosen] for day in field.days}
            return free if known else {day: ["Non"] for day in field.days}
        case Slots():
            return {slot: place in known for place, slot in enumerate(field.slots)}
        case Levels():
            return graded(field, known)
        case ListOfNames():
            return {str(rank): name for rank, name in enumerate(known or ["Aucun"], start=1)}
    return whole(field, known)


def graded(field: Levels, known: Sequence[int]) -> dict[str, str]:
    """Return the levels of a grid by item."""
    return {item: field.levels[grade] for item, grade in zip(field.items, known, strict=True) if grade >= 0}
