"""A matching -> plain text for the terminal."""

from mentormatch.explanation.names import GivenNames, cohort_names, in_role, labels_with_names
from mentormatch.languages.phrases import points
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Matching


def pairs_text(matching: Matching, names: GivenNames | None = None) -> str:
    """Return the pairs and the unmatched people, one per line, with names if given."""
    cohort = matching.cohort
    known = {} if names is None else cohort_names(names, cohort, matching.programme)
    labels = labels_with_names(known, matching.labels, coded=True) if known else matching.labels
    called = labels.person
    pairs = [
        row_text(called("mentor", pair.mentor), called("mentee", pair.mentee), points(pair.score))
        for pair in matching.pairs
    ]
    both = {("mentor", cohort.mentors.ids[i]) for i in cohort.both[0]}
    both |= {("mentee", cohort.mentees.ids[k]) for k in cohort.both[1]}
    left = [
        row_text(in_role(name, one.side) if (one.side, one.person) in both else name, "-", told.reason)
        for name, one, told in (
            (called(one.side, one.person), one, told)
            for one, told in zip(matching.unmatched, matching.told_unmatched(matching.labels)[0], strict=True)
        )
    ]
    return "\n".join([tr("mentor·e\tmentoré·e\tpoints"), *pairs, *left])
