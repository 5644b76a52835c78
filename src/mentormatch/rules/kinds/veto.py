"""Rule ``veto``: someone, or an organisation, that a person does not want to be paired with."""

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting

from mentormatch.base.columns import NameLists, SingleChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, PairIndices, Rule
from mentormatch.rules.shared_answers import pairs_with_common_entry

type Refusals = list[tuple[int, str]]
"""Who said what, by position."""


class Veto(Rule):
    """No one is paired with somebody whose key, or whose answer to a field in ``against``, they named in ``field``."""

    of_groups: ClassVar[bool] = True
    waivable: ClassVar[bool] = False
    kind: Literal["veto"] = "veto"
    example = {"kind": "veto", "field": "a_eviter", "against": ["code", "employeurs"]}
    field: Annotated[str, FieldRef(("names",), "any")]
    against: Annotated[list[str], FieldRef(("names", "text", "choice"), "any")] = Setting(min_length=1)

    def describe(self) -> str:
        return tr("souhait d'une des deux personnes de ne pas être associées")

    @property
    def sentence(self) -> str:
        return tr(
            "Personne n'est avec quelqu'un qu'elle ou il a nommé à {field} ; les noms se cherchent dans {against}."
        )

    @property
    def refusal_field(self) -> str:
        return self.field

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        """Return who meets whom: what one person refuses is what the other is known as."""
        mentors, mentees = market.mentors, market.mentees
        ours, theirs = self._refusals(mentors), self._refusals(mentees)
        left = [
            *names_in_words("refused by a mentor", ours),
            *names_in_words("refused by a mentee", self._people_refused(mentors, theirs)),
        ]
        right = [
            *names_in_words("refused by a mentor", self._people_refused(mentees, ours)),
            *names_in_words("refused by a mentee", theirs),
        ]
        return pairs_with_common_entry(left, right, market.shape)

    def _refusals(self, people: People) -> Refusals:
        """Return whom people named."""
        if self.field not in people.columns:
            return []
        named = people.names(self.field).compared
        return [(row, name) for row, names in enumerate(named) if names for name in names]

    def _people_refused(self, people: People, refused: Refusals) -> Refusals:
        """Return who is known by a name that is refused: by their key, or an answer to a field in ``against``."""
        sought = {name for _, name in refused}
        if not sought:
            return []
        known = [(row, key) for row, key in enumerate(people.compared) if key in sought]
        for field in self.against:
            if field in people.columns:
                given = enumerate(self._answers(people, field))
                known += [(row, name) for row, names in given if not sought.isdisjoint(names) for name in names]
        return known

    def _answers(self, people: People, field: str) -> Iterable[Sequence[str]]:
        """Return what each person answered, in the form in which it is compared."""
        column = people.columns[field]
        if isinstance(column, NameLists):
            return column.compared
        if isinstance(column, SingleChoice):
            labels = [*((canonical(label),) for label in column.labels), ()]
            return map(labels.__getitem__, column.values.tolist())
        return (tuple(map(canonical, people.person(row).parts(field))) for row in range(len(people)))


def names_in_words(what: str, said: Refusals) -> list[tuple[int, tuple[str, str]]]:
    """Return what was said, with what it is about: only that of the same kind is compared."""
    return [(row, (what, name)) for row, name in said]
