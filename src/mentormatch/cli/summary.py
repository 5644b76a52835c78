"""A matching -> plain text for the terminal."""

from mentormatch.explanation.names import GivenNames, Labels, cohort_names, in_role, labels_with_names
from mentormatch.languages.phrases import points
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Matching


def pairs_text(matching: Matching, names: GivenNames | None = None) -> str:
    """Return the pairs and the unmatched people, one per line, with names if given."""
    cohort = matching.cohort
    called = labels_of(matching, names).person
    pairs = [
        row_text(called("mentor", pair.mentor), called("mentee", pair.mentee), points(pair.score))
        for pair in matching.pairs
    ]
    on_both_sides = {("mentor", cohort.mentors.ids[i]) for i in cohort.both[0]}
    on_both_sides |= {("mentee", cohort.mentees.ids[k]) for k in cohort.both[1]}
    unmatched = [
        row_text(in_role(name, person.side) if (person.side, person.person) in on_both_sides else name, "-", why.reason)
        for name, person, why in (
            (called(person.side, person.person), person, why)
            for person, why in zip(matching.unmatched, matching.told_unmatched(matching.labels)[0], strict=True)
        )
    ]
    return "\n".join([tr("mentor·e\tmentoré·e\tpoints"), *pairs, *unmatched])


def labels_of(matching: Matching, names: GivenNames | None) -> Labels:
    """Return the labels of the people of a matching, with names if given."""
    names_by_person = {} if names is None else cohort_names(names, matching.cohort, matching.programme)
    return labels_with_names(names_by_person, matching.labels, coded=True) if names_by_person else matching.labels
