"""Questions that look like special categories of personal data, and do not say so."""

from collections.abc import Iterator, Sequence

from mentormatch.languages import mark, tr
from mentormatch.people.cohort import Remark
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet

UNDECLARED = mark(
    '« {name} » : donnée sensible (RGPD, article 9) ? déclarez « special » et « why », ou use = "forbidden"'
)
NOT_DECLARED = (None, "criminal record")
"""Subjects of no category that a field can declare: criminal records are of article 10."""


def undeclared(sheets: Sequence[SubmissionSheet], plan: Plan) -> Iterator[Remark]:
    """Yield the questions that are read, have words of article 9 (RGPD), and declare no special category."""
    for sheet in sheets:
        for name in sheet.places:
            field = plan.fields[name]
            if field.special is None and subject_of(field.question) not in NOT_DECLARED:
                yield Remark(sheet.table.source, None, tr(UNDECLARED, name=name))
