"""What people are called in a view, and who is meant by a name that was read there."""

from collections.abc import Sequence

from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.explanation.labels import names as names_of
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.matching import Matching
from mentormatch.report.view import labels_for_notebook
from mentormatch.rules.formulation import SIDES
from mentormatch.survey.contacts import Contacts

type ViewNames = bool | Contacts
"""False: codes, or pseudonyms where keys are e-mail addresses; True: keys as they are; contacts: people's names."""


def labels_of(matching: Matching, names: ViewNames) -> Labels:
    """Return what people are called in a view."""
    if isinstance(names, Contacts):
        return names_of(matching.cohort, matching.programme, names)
    return KEYS if names else labels_for_notebook(matching)


def found(matching: Matching, labels: Labels, said: str, sides: Sequence[Side] = SIDES) -> tuple[Side, int]:
    """Return the side and the position of the person who is meant: by their key, or as these labels call them.

    What both sides have is taken as the mentor's. Raises RequestError where it is nobody's.
    """
    for side in sides:
        people = matching.cohort.side(side)
        if people.has(said):
            return side, people.find(said)
    called_so = canonical(said)
    for side in sides:
        for row, key in enumerate(matching.cohort.side(side).ids):
            if canonical(labels.person(side, key)) == called_so:
                return side, row
    advice = tr("recopiez-le d'une vue, par exemple matching.show.pairs() ou matching.show.unmatched()")
    expected = tr("un code ou un nom tel que la vue le montre")
    raise RequestError(
        tr("Personne inconnue"), [Problem(tr("personne demandée"), tr("personne ne s'appelle ainsi"), expected, advice)]
    )
