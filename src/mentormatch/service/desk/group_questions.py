"""The five questions on groups, prefilled from the answers, and their effect on the groups."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from mentormatch.errors import RequestError, SurveyError
from mentormatch.inspection.intake import Intake
from mentormatch.languages.phrases import weekday_and_day
from mentormatch.languages.translation import language, tr
from mentormatch.programme.drafts.group_draft import (
    GroupAnswers,
    group_count,
    group_entries,
    pairs_kept_apart,
    propose_answers,
    write_programme,
)
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.words import asks_organisation
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import MAX_GROUP_SIZE, UNNAMED_PROGRAMME
from mentormatch.service.desk.desk_requests import SetGroupAnswers
from mentormatch.service.desk.step_tree import render_step
from mentormatch.survey.intake import build_cohort


class GroupQuestions:
    """The answers from which the programme of groups is written, for the tables of a survey."""

    def __init__(self, tables: Tables, content: bytes | None = None, intake: Intake | None = None) -> None:
        """Propose answers, or read those that ``content`` was written from; ``intake`` holds who takes part by it."""
        self.tables: Tables = [(table, None) for table, _ in tables]
        self.entries = group_entries(self.tables)
        self.count = sum(len(table.records) for table, _ in tables)
        if content is None:
            self.answers, self.name = propose_answers(self.entries, self.count, date.today()), ""
            self.count = self.count_participants()
            self.answers = propose_answers(self.entries, self.count, date.today())
            return
        self.count = int(intake.cohort.members.complete.sum()) if intake else self.count
        programme = Programme.parse(content)
        answers = GroupAnswers.of(programme)
        self.name = "" if programme.name in (UNNAMED_PROGRAMME, tr(UNNAMED_PROGRAMME)) else programme.name
        if answers is None or write_programme(self.tables, answers, self.name).encode() != content:
            raise RequestError(
                tr("Ces groupes suivent un programme écrit à la main : ses questions se changent dans son fichier")
            )
        self.answers = answers

    @property
    def content(self) -> bytes:
        """The programme written from the answers."""
        return write_programme(self.tables, self.answers, self.name).encode()

    def count_participants(self) -> int:
        """Return the number of people with enough answers, each counted once; all rows if they cannot be read."""
        programme = Programme.parse(self.content)
        with suppress(SurveyError), language(programme.heading.language, unless_asked=True):
            cohort = build_cohort(self.tables, make_intake_plan(programme, per_side=False))
            return int(cohort.members.complete.sum())
        return self.count

    def set(self, request: SetGroupAnswers) -> None:
        """Change the answers. Raises RequestError if they contradict each other."""
        if request.least > request.most:
            raise RequestError(tr("Le plus petit nombre par groupe dépasse le plus grand"))
        begin, end = date.fromisoformat(request.begin), date.fromisoformat(request.end)
        if begin > end:
            raise RequestError(tr("La période finit avant de commencer"))
        names = {entry.name for entry in self.entries}
        self.name = request.name.strip()
        self.answers = replace(
            self.answers,
            least=request.least,
            most=request.most,
            apart=tuple(name for name in request.apart if name in names),
            begin=begin,
            end=end,
            rhythm=request.rhythm,
            zone=request.zone,
            attends=request.attends if request.attends in names else "",
            presents=request.presents,
        )

    def step(self, *, formed: bool) -> dict[str, Any]:
        """Return the five questions with their answers and effects."""
        answers = self.answers
        groups, ungrouped = group_count(self.count, answers)
        offered = [
            (entry.name, entry.question, pairs_kept_apart(entry))
            for entry in self.entries
            if entry.guess.use in ("match", "display") and entry.guess.kind in ("text", "names", "choice")
        ]
        likely = [entry for entry in offered if entry[0] in answers.apart or asks_organisation(entry[1])]
        further = [entry for entry in offered if entry not in likely and entry[2] > 0]
        return render_step(
            "group_questions",
            answers=answers,
            greatest=MAX_GROUP_SIZE,
            name=self.name,
            count=self.count,
            groups=groups,
            alone=ungrouped,
            apart=[*likely, *further][:8],
            slots=[(entry.name, entry.question) for entry in self.entries if entry.guess.kind == "slots"],
            kept_apart=sum(pairs for name, _, pairs in offered if name in answers.apart),
            all_pairs=self.count * (self.count - 1) // 2,
            first=weekday_and_day(answers.begin),
            last=weekday_and_day(answers.end),
            formed=formed,
        )
