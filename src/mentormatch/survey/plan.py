"""What intake needs to know of a programme: its questions, which of them must be there, and how much each counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mentormatch.fields import AnyField, Side
from mentormatch.languages import mark
from mentormatch.survey.column_map import Renaming
from mentormatch.survey.privacy import NOBODY, Forgotten
from mentormatch.survey.table import Order


@dataclass(frozen=True, slots=True)
class Roles:
    """The field that tells mentors from mentees, the answer of each, and what is said of a row with neither.

    ``both`` is the answer of who is both at once; True: who gave both answers is; False: nobody is.
    """

    field: str
    mentor: str
    mentee: str
    neither: str = mark("le rôle n'est ni celui des mentor·es ni celui des mentoré·es")
    both: str | bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How answers are taken.

    ``needed`` are the fields that criteria, rules, roles and consent cannot do without; ``weights`` say how much of
    the score rests on each field, side by side; ``minimum_answered`` is the share below which a person is set aside;
    ``renaming`` is what the files call otherwise, ``forgotten`` who asked to be nobody; ``alone`` is the side of
    everybody where nothing tells two sides apart; ``common_keys`` whether the same key on both sides is one person,
    ``names`` the fields that ask people what they are called; ``dates`` is the order of day and month where a file
    proves none.
    """

    fields: Mapping[str, AnyField]
    key: str | None
    email: str | None
    roles: Roles | None = None
    needed: frozenset[str] = frozenset()
    weights: Mapping[Side, Mapping[str, float]] = field(default_factory=dict)
    minimum_answered: float = 0.0
    renaming: Renaming = field(default_factory=Renaming)
    forgotten: Forgotten = NOBODY
    alone: Side | None = None
    common_keys: bool = False
    names: tuple[str, ...] = ()
    dates: Order | None = None

    @property
    def on_both_sides(self) -> bool:
        """Whether one row may be that of a mentor and a mentee."""
        return self.roles is not None and bool(self.roles.both)

    @property
    def one_row_each(self) -> bool:
        """Whether a person stands in one row of a file, on whichever side: not where each side has a file or a row."""
        return self.on_both_sides or (self.roles is not None and not self.common_keys)

    def fields_for(self, side: Side) -> dict[str, AnyField]:
        """Return the fields that people of ``side`` answer and that become columns."""
        apart = ("contact", "consent", "forbidden")
        return {name: kind for name, kind in self.fields.items() if kind.asks(side) and kind.use not in apart}
