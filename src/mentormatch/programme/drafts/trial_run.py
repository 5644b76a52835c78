"""A draft tried on the files that it was made from, in memory: what becomes of each row, and what stops."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from mentormatch.errors import MentorMatchError, Problem
from mentormatch.fields import Use
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import counted, listed
from mentormatch.people.cohort import RowFate
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import plan_of
from mentormatch.programme.programme import Programme
from mentormatch.survey.entries import KEYLESS, NAMELESS, UNACCEPTED
from mentormatch.survey.intake import take_in
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import laid_out

REASONS: Mapping[tuple[Use, ...], tuple[str, ...]] = MappingProxyType(
    {("consent",): (UNACCEPTED,), ("key",): (KEYLESS,), ("contact",): (NAMELESS,)}
)
"""The uses of the fields for which a row is rejected, and in which words."""
ADVICE: Mapping[tuple[Use, ...], str] = MappingProxyType(
    {
        ("consent",): mark('si ce oui n\'est pas exigé, écrivez use = "display" sous {names}'),
        ("key",): mark(
            'complétez {names} dans le fichier, ou prenez une autre question pour identifiant (use = "key")'
        ),
        ("contact",): mark('complétez l\'adresse dans le fichier, ou nommez un identifiant (use = "key")'),
    }
)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of a dry run: the ``rows`` with their fates, the ``problems`` for which the files are refused.

    ``misread`` counts, by field, the answers that the draft does not understand. ``alone`` says that all were read as
    one side, for nothing tells two apart.
    """

    rows: tuple[RowFate, ...] = ()
    problems: tuple[Problem, ...] = ()
    misread: Mapping[str, int] = field(default_factory=dict)
    alone: bool = False

    @property
    def fates(self) -> Counter[str]:
        """How many rows have each fate."""
        return Counter(row.fate for row in self.rows)

    @property
    def reasons(self) -> Counter[str]:
        """How many rows are rejected, by the reason."""
        return Counter(row.reason for row in self.rows if row.fate == "rejected")


def try_out(text: str, tables: Tables) -> DryRun:
    """Return what a programme in TOML makes of these files; where it tells no role, as if all were of one side."""
    try:
        programme = Programme.read(tomllib.loads(text))
        alone = programme.heading.role is None and any(side is None for _, side in tables)
        told: Tables = [(table, "mentee") for table, _ in tables] if alone else tables
        plan = plan_of(programme, apart=all(side is not None for _, side in told))
        cohort = take_in(told, plan)
    except MentorMatchError as error:
        return DryRun(problems=tuple(error.problems) or (Problem("", str(error)),))
    return DryRun(cohort.rows, misread=Counter(misread_fields(told, plan)), alone=alone)


def rejections(dry_run: DryRun, entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield how many rows are rejected for each reason, and what to do where the draft itself asks for too much."""
    for reason, count in dry_run.reasons.items():
        uses = next((uses for uses, known in REASONS.items() if reason in map(tr, known)), ())
        names = listed([tr("« {text} »", text=entry.name) for entry in entries if entry.guess.use in uses])
        rows = tr_n(
            "{rows} rejetée : {reason}",
            "{rows} rejetées : {reason}",
            count,
            rows=counted(count, "ligne"),
            reason=reason,
        )
        yield tr("{rows} ; {advice}", rows=rows, advice=tr(ADVICE[uses], names=names)) if names else rows


def misread_fields(tables: Tables, plan: Plan) -> Iterator[str]:
    """Yield the field of each answer that is not understood as it was meant."""
    for sheet in laid_out(tables, plan):
        for name, place in sheet.places.items():
            asked = plan.fields[name]
            if asked.use in ("match", "consent", "display"):
                given = [place.answer(record.cells) for record in sheet.table.records]
                known = {str(answer): answer for answer in given}
                noted = {said for said, answer in known.items() if asked.read(answer).note}
                yield from (name for answer in given if str(answer) in noted)
