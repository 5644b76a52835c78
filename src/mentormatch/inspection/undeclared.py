"""Questions that look like special categories of personal data, and do not say so."""

from collections.abc import Iterator, Sequence

from mentormatch.drafting.words import sensitive
from mentormatch.languages import mark, tr
from mentormatch.people import Remark
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import Sheet

UNDECLARED = mark(
    '« {name} » : donnée sensible (RGPD, article 9) ? déclarez « special » et « why », ou use = "forbidden"'
)


def undeclared(sheets: Sequence[Sheet], plan: Plan) -> Iterator[Remark]:
    """Yield the questions that are read, have words of article 9 (RGPD), and declare no special category."""
    for sheet in sheets:
        for name in sheet.places:
            field = plan.fields[name]
            if field.special is None and sensitive(field.question):
                yield Remark(sheet.table.source, None, tr(UNDECLARED, name=name))
