"""The form of a programme: edits, each tried at once on the people who answered; versions are kept on request only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from mentormatch.errors import MentorMatchError, Problem, RequestError
from mentormatch.explanation.diagnosis.findings import Diagnosis, PossibleChange
from mentormatch.explanation.names import Labels
from mentormatch.fields import AnyField, Slots, fields_by_kind
from mentormatch.fields.base import Field
from mentormatch.languages.phrases import counted, quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations.evaluation import diagnose
from mentormatch.operations.matching import Matching
from mentormatch.operations.trial import Trial, try_programme
from mentormatch.people.cohort import Cohort
from mentormatch.programme.blanks import SentenceBuilder, answer_field
from mentormatch.programme.drafts.entries import make_field_id
from mentormatch.programme.edits import (
    ProgrammeEdit,
    ProgrammeText,
    ProgrammeVersions,
    RemovalEdit,
    SettingsEdit,
    read_edit,
)
from mentormatch.programme.programme import Programme
from mentormatch.programme.question_edits import (
    KINDS_WITH_OPTIONS,
    LIST_SETTINGS,
    QuestionAddition,
    QuestionRemoval,
    QuestionSettings,
    convert_kind,
)
from mentormatch.programme.references import ROLE_REF
from mentormatch.programme.tables import strip_field, to_table
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.rules.rule import Rule
from mentormatch.scoring.criteria.compared_answers import Table
from mentormatch.scoring.emphasis import FIELD_KINDS as EMPHASISED
from mentormatch.widgets.form.changes import (
    ApplyEdits,
    ApplyWayOut,
    CompareVersions,
    DiagnoseBlocked,
    DiscardTrial,
    FormAction,
    KeepVersion,
    RedoEdit,
    UndoEdit,
    format_listed_with_or,
    label_of,
)
from mentormatch.widgets.form.questions import OfferedQuestion, answers_given, shared_answers

# A longer trial shows the best pairs found.
TRIAL_TIME_LIMIT_S = 20.0
# Trials in memory, so that undo needs no new solve; those of kept versions stay in any case
MAX_CACHED_TRIALS = 8
FIRST_CHANGED = mark("changez-le ou retirez-le d'abord")

type CohortOf = Callable[[Programme], Cohort]
type LabelsOf = Callable[[Matching], Labels]
type RuleEdit = RemovalEdit | SettingsEdit


class ProgrammeForm:
    """A session on a programme and the people who answered.

    Parameters
    ----------
    text
        The programme file at the start: version 1.
    cohort_of
        Returns the cohort under a programme; called per trial, because weights and roles decide on participation too.
    seed
        Breaks ties, as for ``match``.
    applied
        Returns a programme with rules that are not in its file, such as those of an earlier edition.

    Examples
    --------
    >>> import mentormatch as mm
    >>> from mentormatch.programme.edits import WeightEdit
    >>> text = ProgrammeText.of(mm.examples.folder_of("mentorat").joinpath("programme.toml").read_bytes())
    >>> form = ProgrammeForm(text, lambda programme: mm.examples.cohort())
    >>> form.edit(WeightEdit(at=0, weight=50, others=True))
    >>> len(form.trial().points), len(form.versions.kept)
    (12, 1)
    """

    def __init__(
        self,
        text: ProgrammeText,
        cohort_of: CohortOf,
        *,
        seed: int = 0,
        labels_of: LabelsOf = lambda matching: matching.labels,
        applied: Callable[[Programme], Programme] = lambda programme: programme,
    ) -> None:
        self.versions = ProgrammeVersions.of(text)
        self.cohort_of, self.labels_of, self.seed, self.applied = cohort_of, labels_of, seed, applied
        self.offered: Callable[[Programme], Sequence[OfferedQuestion]] = lambda _: ()
        self.spoken: str | None = None
        self.compared: tuple[int, int] | None = None
        self.diagnosis: Diagnosis | None = None
        self._trials: dict[str, Trial | MentorMatchError] = {}

    @property
    def language(self) -> str:
        """The requested language, else that of the programme."""
        return self.spoken or self.versions.now.programme.heading.language

    def trial(self, text: ProgrammeText | None = None) -> Trial:
        """Return the trial of a text; None: the current text.

        Raises MentorMatchError if it cannot be tried.
        """
        version = text or self.versions.now
        if version.text not in self._trials:
            trial = self._solve_trial(version.programme)
            kept_texts = {item.text for item in self.versions.kept}
            for old in [item for item in self._trials if item not in kept_texts][
                : max(len(self._trials) - MAX_CACHED_TRIALS, 0)
            ]:
                del self._trials[old]
            self._trials[version.text] = trial
        result = self._trials[version.text]
        if isinstance(result, MentorMatchError):
            raise result
        return result

    def try_trial(self, text: ProgrammeText) -> Trial | None:
        """Return the trial of a text, None if it fails."""
        try:
            return self.trial(text)
        except MentorMatchError:
            return None

    def _solve_trial(self, programme: Programme) -> Trial | MentorMatchError:
        try:
            cohort, applied = self.cohort_of(programme), self.applied(programme)
            return try_programme(cohort, applied, seed=self.seed, time_limit_s=TRIAL_TIME_LIMIT_S)
        except MentorMatchError as error:
            return error

    def edit(self, *edits: ProgrammeEdit) -> None:
        """Apply edits as one step. Raises MentorMatchError, with nothing changed, if that fails."""
        versions = self.versions.edit(*map(self._complete, edits))
        for edit in edits:
            if isinstance(edit, QuestionSettings) and "kind" in edit.changes:
                self._refuse_lost(edit.name, versions.now)
        self._go_on(versions)

    def _refuse_lost(self, name: str, text: ProgrammeText) -> None:
        """Raise RequestError if no answer to a question would be understood any longer."""
        trials = self.try_trial(self.versions.now), self.try_trial(text)
        before, after = (answers_given(name, trial.matching.cohort)[0] if trial else None for trial in trials)
        if before and after == 0:
            field = text.programme.fields[name]
            answers = counted(before, "réponse")
            problem = Problem(
                quoted(field.question),
                tr("aucune des {answers} des fichiers ne se lirait ainsi", answers=answers),
                advice=tr("gardez ce genre, ou ajoutez une question de plus"),
            )
            raise make_kind_change_error(field, field.kind, [problem])

    def do(self, action: FormAction) -> None:
        """Run a request. Raises MentorMatchError, with nothing changed, if it is refused."""
        match action:
            case ApplyEdits(edits=edits):
                self.edit(*map(read_edit, edits))
            case DiagnoseBlocked():
                self.diagnosis = self._diagnose()
            case ApplyWayOut(number=number):
                self._take(number)
            case CompareVersions(first=first, second=second):
                self.version(first), self.version(second)
                self.compared = (first, second)
            case _:
                self._step(action)

    def _step(self, action: FormAction) -> None:
        match action:
            case UndoEdit():
                self._go_on(self.versions.undo())
            case RedoEdit():
                self._go_on(self.versions.redo())
            case DiscardTrial():
                self._go_on(self.versions.leave())
            case KeepVersion():
                self.versions = self.versions.keep()

    def version(self, number: int) -> ProgrammeText:
        """Return a version by number, 0 for the trial. Raises RequestError if there is none."""
        if number > len(self.versions.kept):
            raise RequestError(tr("Cette version n'existe pas"))
        return self.versions.kept[number - 1] if number else self.versions.now

    def ways_out(self) -> Sequence[PossibleChange]:
        """Return the sufficient changes found by the diagnosis that edit only rules of the file, smallest first."""
        ways = self.diagnosis.ways_out if self.diagnosis else ()
        return [way for way in ways if way.rules and self._is_of_the_file(way.rules)]

    def _is_of_the_file(self, rules: Sequence[Rule]) -> bool:
        return all(edit.at < len(self.versions.now.programme.rules) for edit in self._edits_for(rules))

    def _edits_for(self, rules: Sequence[Rule]) -> list[RuleEdit]:
        return compute_edits_between(self.applied(self.versions.now.programme).rules, rules)

    def _go_on(self, versions: ProgrammeVersions) -> None:
        """Switch to other versions.

        Raises MentorMatchError if their current text cannot be tried, but the present one can.
        """
        if versions.now.text != self.versions.now.text:
            if self.find_trial_error() is None:
                self.trial(versions.now)
            self.diagnosis = None
        self.versions = versions

    def find_trial_error(self) -> MentorMatchError | None:
        """Return the error of the current trial, None if it succeeds."""
        try:
            self.trial()
        except MentorMatchError as error:
            return error
        return None

    @own_language
    def _diagnose(self) -> Diagnosis | None:
        trial = self.trial()
        if trial.answered:
            return None
        return diagnose(trial.matching.cohort, trial.matching.programme, time_limit_s=20.0)

    def _take(self, number: int) -> None:
        ways = self.ways_out()
        if number >= len(ways):
            raise RequestError(tr("Cette issue n'est plus proposée"))
        self._go_on(self.versions.edit(*self._edits_for(ways[number].rules)))

    def _complete(self, edit: ProgrammeEdit) -> ProgrammeEdit:
        """Return an edit completed for a changed question.

        If the question of a rule changes, its answer setting gets the first answer of the new question, until staff
        choose.
        """
        programme = self.versions.now.programme
        if isinstance(edit, QuestionSettings) and edit.changes.get("kind") in fields_by_kind():
            edit = self._of_kind(edit, str(edit.changes["kind"]))
        elif isinstance(edit, QuestionRemoval | QuestionSettings):
            refuse_used(programme, edit)
        if isinstance(edit, QuestionAddition):
            question = str(edit.settings.get("question", ""))
            return edit.model_copy(update={"name": make_field_id(question, {*programme.fields, ""})})
        if isinstance(edit, SettingsEdit) and edit.part == "criteria" and edit.at < len(programme.criteria):
            return edit.model_copy(update={"changes": {**edit.changes, **self._cells(edit)}})
        if not isinstance(edit, SettingsEdit) or edit.part != "rules" or edit.at >= len(programme.rules):
            return edit
        rule, changes = programme.rules[edit.at], dict(edit.changes)
        for setting in find_answer_settings(rule):
            field = changes.get(answer_field(rule, setting))
            owner = programme.fields.get(field) if isinstance(field, str) else None
            options = owner.options_without("\0") if owner else ()
            if options and setting not in changes:
                changes[setting] = [options[0]]
        return edit.model_copy(update={"changes": changes})

    def _of_kind(self, edit: QuestionSettings, kind: str) -> QuestionSettings:
        """Return a change of kind completed with its settings, taken from the newest version if that has the same kind.

        Raises RequestError if the present kind is required elsewhere, or if the answers of the new kind are unknown.
        """
        programme, newest = self.versions.now.programme, self.versions.newest.programme
        field, former = programme.fields.get(edit.name), newest.fields.get(edit.name)
        if field is None or field.kind == kind:
            return edit
        refuse_needed(programme, edit.name, kind)
        changes: dict[str, Any] | None
        if former is not None and former.kind == kind:
            stripped = strip_field(
                edit.name, to_table(former), {name: to_table(item) for name, item in newest.fields.items()}
            )
            kind_settings = {*type(field).model_fields, *type(former).model_fields} - {*Field.model_fields}
            changes = {setting: stripped.get(setting) for setting in sorted({*kind_settings, "watch", "shareable"})}
        else:
            trial = self.try_trial(self.versions.now)
            answers = shared_answers(edit.name, trial.matching.cohort) if trial else []
            changes = convert_kind(field, kind, answers, programme.heading.language)
        if changes is None:
            raise make_kind_change_error(field, kind, [make_no_answers_problem(field, kind)])
        refuse_quoted(programme, edit.name, {**changes, **edit.changes})
        return edit.model_copy(update={"changes": {**changes, **edit.changes}})

    def _cells(self, edit: SettingsEdit) -> dict[str, Any]:
        """Return the initial table of a criterion whose question changed: one entry to edit."""
        criterion, fields = self.versions.now.programme.criteria[edit.at], self.versions.now.programme.fields
        if not isinstance(criterion, Table) or not {"mentor", "mentee"} & set(edit.changes):
            return {}
        questions = [fields.get(str(edit.changes.get(side, getattr(criterion, side)))) for side in ("mentor", "mentee")]
        answers = [field.options_without("\0") if field else () for field in questions]
        if not all(answers):
            return {}
        return {"cells": [{"mentor": answers[0][0], "mentee": answers[1][0], "points": 1}]}


def refuse_used(programme: Programme, edit: QuestionRemoval | QuestionSettings) -> None:
    """Raise RequestError, with all users, if an edit removes a used question or answer."""
    field = programme.fields.get(edit.name)
    if field is None:
        return
    if isinstance(edit, QuestionRemoval):
        used = dict.fromkeys(users_of(programme, edit.name), field.question)
    else:
        lists = {
            name: texts for name, texts in edit.changes.items() if name in LIST_SETTINGS and isinstance(texts, list)
        }
        kept_answers = {fold(str(answer)) for texts in lists.values() for answer in texts}
        removed = [answer for name in lists for answer in getattr(field, name, ()) if fold(answer) not in kept_answers]
        used = {label: answer for answer in removed for label in users_of(programme, edit.name, answer)}
    if used:
        problems = [Problem(label, tr("s'en sert"), advice=tr(FIRST_CHANGED)) for label in used]
        raise RequestError(
            tr("« {text} » ne peut pas partir : le programme s'en sert encore", text=next(iter(used.values()))),
            problems,
        )


def make_no_answers_problem(field: AnyField, kind: str) -> Problem:
    """Return the problem that the answers for another kind of question are unknown."""
    if kind == "slots":
        finding = tr("ses réponses ne sont pas des jours et des moments")
        advice = tr("écrivez-les ainsi : « lundi matin »")
    else:
        finding = tr("rien ne dit quelles seraient ses réponses : aucune n'est donnée par deux personnes")
        advice = tr("retirez cette question, puis ajoutez-la avec ses réponses")
    return Problem(quoted(field.question), finding, advice=advice)


def make_kind_change_error(field: AnyField, kind: str, problems: Sequence[Problem]) -> RequestError:
    return RequestError(
        tr("« {question} » ne peut pas devenir « {kind} »", question=field.question, kind=tr(KIND_LABELS[kind])),
        problems,
    )


def refuse_needed(programme: Programme, name: str, kind: str) -> None:
    """Raise RequestError, with all users of a question that do not support another kind."""
    needed = {label: kinds for label, kinds in kinds_needed(programme, name) if kind not in kinds}
    problems = [
        Problem(
            label,
            tr(
                "demande {kinds}",
                kinds=format_listed_with_or([quoted(tr(KIND_LABELS[known_kind])) for known_kind in kinds]),
            ),
            advice=tr(FIRST_CHANGED),
        )
        for label, kinds in needed.items()
    ]
    if problems:
        raise make_kind_change_error(programme.fields[name], kind, problems)


def refuse_quoted(programme: Programme, name: str, changes: Mapping[str, Any]) -> None:
    """Raise RequestError, with all users that name an answer missing from the new kind of a question."""
    field = programme.fields[name]
    table = {setting: value for setting, value in {**to_table(field), **changes}.items() if value is not None}
    try:
        new_field = fields_by_kind()[str(table["kind"])].model_validate(table)
    except ValidationError:  # the programme is read whole afterwards, and every mistake is told
        return
    role = programme.heading.role
    quoted_answers = (
        [(tr("Qui participe"), quotation) for quotation in role.answers.values()] if role and role.field == name else []
    )
    for extension in (*programme.criteria, *programme.rules):
        quoted_answers += [
            (label_of(extension, programme.fields), quotation.answer)
            for quotation in extension.quotations()
            if quotation.field == name
        ]
    missing = {label: answer for label, answer in quoted_answers if new_field.options_without(answer)}
    problems = [
        Problem(label, tr("nomme la réponse « {answer} »", answer=answer), advice=tr(FIRST_CHANGED))
        for label, answer in missing.items()
    ]
    if problems:
        raise make_kind_change_error(field, str(table["kind"]), problems)


def kinds_needed(programme: Programme, name: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the users of a question, with the kinds that they support."""
    role, emphasis = programme.heading.role, programme.emphasis
    if role and role.field == name:
        yield tr("Qui participe"), ROLE_REF.kinds
    if emphasis and emphasis.field == name:
        yield tr("Ce qui compte le plus pour chacun"), EMPHASISED
    for extension in (*programme.criteria, *programme.rules):
        yield from (
            (label_of(extension, programme.fields), reference.ref.kinds)
            for reference in extension.references()
            if reference.field == name
        )
    for field in programme.fields.values():
        if getattr(field, "items_of", None) == name:
            yield quoted(field.question), (*KINDS_WITH_OPTIONS, "levels")
        if isinstance(field, Slots) and field.zone and field.zone.field == name:
            yield quoted(field.question), ("place", "choice")


def users_of(programme: Programme, name: str, answer: str | None = None) -> Iterator[str]:
    """Yield the users of a question, or of one answer to it."""
    role = programme.heading.role
    if role and role.field == name and (answer is None or fold(answer) in map(fold, (role.mentor, role.mentee))):
        yield tr("Qui participe")
    for extension in (*programme.criteria, *programme.rules):
        if answer is None:
            uses = any(reference.field == name for reference in extension.references())
        else:
            uses = any(
                reference.field == name and fold(reference.answer) == fold(answer)
                for reference in extension.quotations()
            )
        if uses:
            yield label_of(extension, programme.fields)


def find_answer_settings(rule: Rule) -> list[str]:
    """Return the settings of a rule that name answers to a question."""
    source = SentenceBuilder(rule, {})
    blanks = [blank for text in (rule.sentence, *rule.details) for blank in source.fill(text).blanks]
    return [blank.setting for blank in blanks if blank.kind == "answers"]


def compute_edits_between(before: Sequence[Rule], after: Sequence[Rule]) -> list[RuleEdit]:
    """Return the edits that turn rules into others, which may be changed or have rules removed."""
    if len(after) < len(before):
        remaining = list(after)
        removed = [
            index
            for index, rule in enumerate(before)
            if not (remaining and rule == remaining[0] and [remaining.pop(0)])
        ]
        return [RemovalEdit(part="rules", at=index) for index in reversed(removed)]
    edits: list[RuleEdit] = []
    for index, (old_rule, new_rule) in enumerate(zip(before, after, strict=True)):
        old, new = to_table(old_rule), to_table(new_rule)
        changes: dict[str, Any] = {name: new.get(name) for name in {**old, **new} if old.get(name) != new.get(name)}
        if changes:
            edits.append(SettingsEdit(part="rules", at=index, changes=changes))
    return edits
