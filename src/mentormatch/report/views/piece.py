"""Base of all views: a fragment of a page that a notebook shows on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import ClassVar

from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.explanation.names import KEY_LABELS, GivenNames, Labels, cohort_names, labels_with_names, on_both_sides
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import own_language, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report import intake_words, words
from mentormatch.report.texts import render_template

# False: keys, or codes if keys identify people; True: keys unchanged; else the given names
type ViewNames = bool | GivenNames


def get_view_labels(matching: Matching, names: ViewNames) -> Labels:
    """Return the labels of people in a view."""
    if isinstance(names, bool):
        return KEY_LABELS if names else matching.labels
    names_by_person = cohort_names(names, matching.cohort, matching.programme)
    mentees_in_both = {mentee for _, mentee in on_both_sides(matching.cohort)}
    labels = labels_with_names(
        names_by_person, matching.labels, coded=isinstance(names, Mapping), twice=mentees_in_both
    )
    return labels.with_questions(matching.programme)


def find_person(matching: Matching, labels: Labels, person: str, sides: Sequence[Side] = SIDES) -> tuple[Side, int]:
    """Return side and position of a person, given by key, code or label.

    Keys and codes come before labels; of two sides that match, the first of ``sides``. Raises RequestError if no person
    matches.
    """
    for side in sides:
        people = matching.cohort.side(side)
        if people.has(person):
            return side, people.find(person)
    folded_label = canonical(person)
    for side in sides:
        for row, key in enumerate(matching.cohort.side(side).ids):
            if canonical(labels.person(side, key)) == folded_label:
                return side, row
    advice = tr("recopiez-le d'une vue, par exemple matching.show.pairs() ou matching.show.unmatched()")
    expected = tr("un code ou un nom tel que la vue le montre")
    raise RequestError(
        tr("Personne inconnue"), [Problem(tr("personne demandée"), tr("personne ne s'appelle ainsi"), expected, advice)]
    )


@dataclass(frozen=True, repr=False)
class Piece:
    """A view of a matching, with people under these labels.

    ``kind`` names its macro; ``heading`` is its title unless the title names people; ``call`` is an example call, and
    ``purpose`` its description.
    """

    kind: ClassVar[str]
    heading: ClassVar[str] = ""
    call: ClassVar[str]
    purpose: ClassVar[str]
    matching: Matching
    labels: Labels

    @property
    def language(self) -> str:
        """The language of the programme, used unless another one is requested."""
        return self.matching.language

    @property
    def title(self) -> str:
        """The title of the view."""
        return tr(self.heading)

    @property
    def case(self) -> SolvedInstance:
        """The solved case, with people under the labels of the view."""
        return replace(case_of(self.matching), labels=self.labels)

    @own_language
    def save(self, path: str | PathLike[str]) -> Path:
        """Write the view as an .html page, readable for its owner alone.

        Raises OutputError for another suffix, or if the file cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise OutputError(tr("Format de vue inconnu : « {suffix} » ; le format est .html", suffix=target.suffix))
        write_whole(target, self.page().encode("utf-8"), private=True)
        return target

    def page(self) -> str:
        """Return the view as a page without external resources."""
        return self._fill_template("view_page.html", level=3)

    def _fill_template(self, template: str, level: int) -> str:
        return render_template(template, piece=self, level=level, words=words, said=intake_words)

    @own_language
    def _repr_html_(self) -> str:
        return self._fill_template("view.html", level=4)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows
