"""The five questions of groups of peers, filled in from the answers, with what they give beside them."""

from dataclasses import replace
from datetime import date
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.languages.phrases import weekday_and_day
from mentormatch.languages.translation import mark, tr
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
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import MAX_GROUP_SIZE, UNNAMED_PROGRAMME
from mentormatch.service.desk.desk_requests import SetGroupAnswers
from mentormatch.service.desk.step_tree import render_step

NOT_DRAFTED = mark("Ces groupes suivent un programme écrit à la main : ses questions se changent dans son fichier")
SIZES_CROSS = mark("Le plus petit nombre par groupe dépasse le plus grand")
PERIOD_CROSSES = mark("La période finit avant de commencer")
MOST_KEPT_APART = 8  # questions offered


class GroupQuestions:
    """The answers that the programme of groups was written from, for the tables of a survey."""

    def __init__(self, tables: Tables, content: bytes | None = None) -> None:
        self.tables: Tables = [(table, None) for table, _ in tables]
        self.entries = group_entries(self.tables)
        self.count = sum(len(table.records) for table, _ in tables)
        if content is None:
            self.answers, self.name = propose_answers(self.entries, self.count, date.today()), ""
            return
        programme = Programme.parse(content)
        answers = GroupAnswers.of(programme)
        self.name = "" if programme.name in (UNNAMED_PROGRAMME, tr(UNNAMED_PROGRAMME)) else programme.name
        if answers is None or write_programme(self.tables, answers, self.name).encode() != content:
            raise RequestError(tr(NOT_DRAFTED))
        self.answers = answers

    @property
    def content(self) -> bytes:
        """The programme that the answers make."""
        return write_programme(self.tables, self.answers, self.name).encode()

    def set(self, asked: SetGroupAnswers) -> None:
        """Take other answers; raises RequestError if they cross."""
        if asked.least > asked.most:
            raise RequestError(tr(SIZES_CROSS))
        begin, end = date.fromisoformat(asked.begin), date.fromisoformat(asked.end)
        if begin > end:
            raise RequestError(tr(PERIOD_CROSSES))
        known = {entry.name for entry in self.entries}
        self.name = asked.name.strip()
        self.answers = replace(
            self.answers,
            least=asked.least,
            most=asked.most,
            apart=tuple(name for name in asked.apart if name in known),
            begin=begin,
            end=end,
            rhythm=asked.rhythm,
            zone=asked.zone,
            attends=asked.attends if asked.attends in known else "",
            presents=asked.presents,
        )

    def step(self, *, formed: bool) -> dict[str, Any]:
        """Return the five questions with their answers, and the effect beside them."""
        answers = self.answers
        groups, alone = group_count(self.count, answers)
        offered = [
            (entry.name, entry.question, pairs_kept_apart(entry))
            for entry in self.entries
            if entry.guess.use in ("match", "display") and entry.guess.kind in ("text", "names", "choice")
        ]
        likely = [one for one in offered if one[0] in answers.apart or asks_organisation(one[1])]
        others = [one for one in offered if one not in likely and one[2] > 0]
        return render_step(
            "group_questions",
            answers=answers,
            greatest=MAX_GROUP_SIZE,
            name=self.name,
            count=self.count,
            groups=groups,
            alone=alone,
            apart=[*likely, *others][:MOST_KEPT_APART],
            slots=[(entry.name, entry.question) for entry in self.entries if entry.guess.kind == "slots"],
            kept_apart=sum(pairs for name, _, pairs in offered if name in answers.apart),
            all_pairs=self.count * (self.count - 1) // 2,
            first=weekday_and_day(answers.begin),
            last=weekday_and_day(answers.end),
            formed=formed,
        )
