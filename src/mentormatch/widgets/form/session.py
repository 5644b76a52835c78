"""The form itself: gestures on a programme, each tried at once on the people who answered; nothing is kept unasked."""

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
from mentormatch.programme.drafts.entries import identifier
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
    CompareVersions,
    EditGesture,
    FindWaysOut,
    FormAction,
    KeepVersion,
    LeaveTrial,
    RedoGesture,
    TakeWayOut,
    UndoGesture,
    either,
    label_of,
)
from mentormatch.widgets.form.questions import OfferedQuestion, answers_given, shared_answers

TRIAL_S = 20.0
"""For each trial; one that takes longer shows the best that was found."""
DIAGNOSIS_S = 20.0
MOST_TRIALS = 8
"""So many trials are remembered: what is undone is not worked out again."""
STILL_USED = mark("« {text} » ne peut pas partir : le programme s'en sert encore")
FIRST_CHANGED = mark("changez-le ou retirez-le d'abord")
NOT_OF_KIND = mark("« {question} » ne peut pas devenir « {kind} »")
NO_VERSION = mark("Cette version n'existe pas")
NO_WAY = mark("Cette issue n'est plus proposée")

type CohortOf = Callable[[Programme], Cohort]
type LabelsOf = Callable[[Matching], Labels]
type RuleEdit = RemovalEdit | SettingsEdit
"""What leads from a rule to another."""


class ProgrammeForm:
    """A session over one programme and the people who answered.

    Parameters
    ----------
    text
        The programme file with which the session begins: version 1.
    cohort_of
        Returns who takes part under a programme; asked again for each trial, as weights and roles decide on that too.
    seed
        Settles ties, as for ``match``.
    applied
        Returns a programme with what is not in its file: rules after its own, such as those of an edition before.

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
        """The language that was asked for, else that of the programme."""
        return self.spoken or self.versions.now.programme.heading.language

    def trial(self, text: ProgrammeText | None = None) -> Trial:
        """Return what a text does with those who answered; None: the text that is tried now.

        Raises RequestError or SurveyError where it cannot be tried.
        """
        tried = text or self.versions.now
        if tried.text not in self._trials:
            found = self._tried(tried.programme)
            kept = {one.text for one in self.versions.kept}
            for old in [one for one in self._trials if one not in kept][: max(len(self._trials) - MOST_TRIALS, 0)]:
                del self._trials[old]
            self._trials[tried.text] = found
        known = self._trials[tried.text]
        if isinstance(known, MentorMatchError):
            raise known
        return known

    def try_text(self, text: ProgrammeText) -> Trial | None:
        """Return what a text does, None where it cannot be tried."""
        try:
            return self.trial(text)
        except MentorMatchError:
            return None

    def _tried(self, programme: Programme) -> Trial | MentorMatchError:
        try:
            cohort, applied = self.cohort_of(programme), self.applied(programme)
            return try_programme(cohort, applied, seed=self.seed, time_limit_s=TRIAL_S)
        except MentorMatchError as error:
            return error

    def edit(self, *edits: ProgrammeEdit) -> None:
        """Make one gesture; raises MentorMatchError where it cannot be, and then nothing has changed."""
        versions = self.versions.edit(*map(self._complete, edits))
        for edit in edits:
            if isinstance(edit, QuestionSettings) and "kind" in edit.changes:
                self._refuse_lost(edit.name, versions.now)
        self._go_on(versions)

    def _refuse_lost(self, name: str, text: ProgrammeText) -> None:
        """Raise RequestError where nobody's answer to a question would be understood any more."""
        trials = self.try_text(self.versions.now), self.try_text(text)
        before, after = (answers_given(name, trial.matching.cohort)[0] if trial else None for trial in trials)
        if before and after == 0:
            field = text.programme.fields[name]
            answers = counted(before, "réponse")
            problem = Problem(
                quoted(field.question),
                tr("aucune des {answers} des fichiers ne se lirait ainsi", answers=answers),
                advice=tr("gardez ce genre, ou ajoutez une question de plus"),
            )
            raise not_of_kind(field, field.kind, [problem])

    def do(self, action: FormAction) -> None:
        """Do what is asked; raises MentorMatchError where it cannot be done, and then nothing has changed."""
        match action:
            case EditGesture(edits=edits):
                self.edit(*map(read_edit, edits))
            case FindWaysOut():
                self.diagnosis = self._diagnose()
            case TakeWayOut(number=number):
                self._take(number)
            case CompareVersions(first=first, second=second):
                self.version(first), self.version(second)
                self.compared = (first, second)
            case _:
                self._step(action)

    def _step(self, action: FormAction) -> None:
        """Step back or on, leave what is tried, or keep it."""
        match action:
            case UndoGesture():
                self._go_on(self.versions.undo())
            case RedoGesture():
                self._go_on(self.versions.redo())
            case LeaveTrial():
                self._go_on(self.versions.leave())
            case KeepVersion():
                self.versions = self.versions.keep()

    def version(self, number: int) -> ProgrammeText:
        """Return a version by its number, 0: what is tried; raises RequestError where there is none."""
        if number > len(self.versions.kept):
            raise RequestError(tr(NO_VERSION))
        return self.versions.kept[number - 1] if number else self.versions.now

    def ways_out(self) -> Sequence[PossibleChange]:
        """Return the changes of the programme that would be enough, smallest first, once they were looked for."""
        ways = self.diagnosis.ways_out if self.diagnosis else ()
        return [way for way in ways if way.rules and self._is_of_the_file(way.rules)]

    def _is_of_the_file(self, rules: Sequence[Rule]) -> bool:
        """Say whether rules differ from those that are tried only where the file of the programme states them."""
        return all(one.at < len(self.versions.now.programme.rules) for one in self._towards(rules))

    def _towards(self, rules: Sequence[Rule]) -> list[RuleEdit]:
        return edits_towards(self.applied(self.versions.now.programme).rules, rules)

    def _go_on(self, versions: ProgrammeVersions) -> None:
        """Go on with versions of which the one that is tried can be tried."""
        if versions.now.text != self.versions.now.text:
            if self.find_trial_error() is None:
                self.trial(versions.now)
            self.diagnosis = None
        self.versions = versions

    def find_trial_error(self) -> MentorMatchError | None:
        """Return why the programme cannot be tried as it is, None where it can."""
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
        return diagnose(trial.matching.cohort, trial.matching.programme, time_limit_s=DIAGNOSIS_S)

    def _take(self, number: int) -> None:
        ways = self.ways_out()
        if number >= len(ways):
            raise RequestError(tr(NO_WAY))
        self._go_on(self.versions.edit(*self._towards(ways[number].rules)))

    def _complete(self, edit: ProgrammeEdit) -> ProgrammeEdit:
        """Return an edit with what another question brings with it: the answers that were named are not its own.

        The first of its own stands for them, until another is chosen.
        """
        programme = self.versions.now.programme
        if isinstance(edit, QuestionSettings) and edit.changes.get("kind") in fields_by_kind():
            edit = self._of_kind(edit, str(edit.changes["kind"]))
        elif isinstance(edit, QuestionRemoval | QuestionSettings):
            refuse_used(programme, edit)
        if isinstance(edit, QuestionAddition):
            question = str(edit.settings.get("question", ""))
            return edit.model_copy(update={"name": identifier(question, {*programme.fields, ""})})
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
        """Return an edit with all that another kind brings with it; of the kind of the newest version, what that says.

        Raises RequestError where something needs the present kind, or nothing tells the answers of the other.
        """
        programme, kept = self.versions.now.programme, self.versions.newest.programme
        field, former = programme.fields.get(edit.name), kept.fields.get(edit.name)
        if field is None or field.kind == kind:
            return edit
        refuse_needed(programme, edit.name, kind)
        changes: dict[str, Any] | None
        if former is not None and former.kind == kind:
            stripped = strip_field(
                edit.name, to_table(former), {name: to_table(one) for name, one in kept.fields.items()}
            )
            own = {*type(field).model_fields, *type(former).model_fields} - {*Field.model_fields}
            changes = {setting: stripped.get(setting) for setting in sorted({*own, "watch", "shareable"})}
        else:
            trial = self.try_text(self.versions.now)
            given = shared_answers(edit.name, trial.matching.cohort) if trial else []
            changes = convert_kind(field, kind, given, programme.heading.language)
        if changes is None:
            raise not_of_kind(field, kind, [listless(field, kind)])
        refuse_quoted(programme, edit.name, {**changes, **edit.changes})
        return edit.model_copy(update={"changes": {**changes, **edit.changes}})

    def _cells(self, edit: SettingsEdit) -> dict[str, Any]:
        """Return the table with which a criterion begins whose question is another: one line that can be changed."""
        criterion, fields = self.versions.now.programme.criteria[edit.at], self.versions.now.programme.fields
        if not isinstance(criterion, Table) or not {"mentor", "mentee"} & set(edit.changes):
            return {}
        questions = [fields.get(str(edit.changes.get(side, getattr(criterion, side)))) for side in ("mentor", "mentee")]
        answers = [field.options_without("\0") if field else () for field in questions]
        if not all(answers):
            return {}
        return {"cells": [{"mentor": answers[0][0], "mentee": answers[1][0], "points": 1}]}


def refuse_used(programme: Programme, edit: QuestionRemoval | QuestionSettings) -> None:
    """Raise RequestError, with all that uses it, where a question would go, or one of its answers that is named."""
    field = programme.fields.get(edit.name)
    if field is None:
        return
    if isinstance(edit, QuestionRemoval):
        used = dict.fromkeys(users_of(programme, edit.name), field.question)
    else:
        lists = {
            name: texts for name, texts in edit.changes.items() if name in LIST_SETTINGS and isinstance(texts, list)
        }
        kept = {fold(str(one)) for texts in lists.values() for one in texts}
        gone = [one for name in lists for one in getattr(field, name, ()) if fold(one) not in kept]
        used = {label: one for one in gone for label in users_of(programme, edit.name, one)}
    if used:
        problems = [Problem(label, tr("s'en sert"), advice=tr(FIRST_CHANGED)) for label in used]
        raise RequestError(tr(STILL_USED, text=next(iter(used.values()))), problems)


def listless(field: AnyField, kind: str) -> Problem:
    """Return that nothing tells the answers which a question of another kind would list."""
    if kind == "slots":
        found = tr("ses réponses ne sont pas des jours et des moments")
        advice = tr("écrivez-les ainsi : « lundi matin »")
    else:
        found = tr("rien ne dit quelles seraient ses réponses : aucune n'est donnée par deux personnes")
        advice = tr("retirez cette question, puis ajoutez-la avec ses réponses")
    return Problem(quoted(field.question), found, advice=advice)


def not_of_kind(field: AnyField, kind: str, problems: Sequence[Problem]) -> RequestError:
    """Return that a question cannot be of another kind, with what stands against it."""
    return RequestError(tr(NOT_OF_KIND, question=field.question, kind=tr(KIND_LABELS[kind])), problems)


def refuse_needed(programme: Programme, name: str, kind: str) -> None:
    """Raise RequestError, with all that could not use a question of another kind, where there is any."""
    needed = {label: kinds for label, kinds in kinds_needed(programme, name) if kind not in kinds}
    problems = [
        Problem(
            label,
            tr("demande {kinds}", kinds=either([quoted(tr(KIND_LABELS[one])) for one in kinds])),
            advice=tr(FIRST_CHANGED),
        )
        for label, kinds in needed.items()
    ]
    if problems:
        raise not_of_kind(programme.fields[name], kind, problems)


def refuse_quoted(programme: Programme, name: str, changes: Mapping[str, Any]) -> None:
    """Raise RequestError, with all that names an answer to a question which another kind of it does not have."""
    field = programme.fields[name]
    table = {setting: value for setting, value in {**to_table(field), **changes}.items() if value is not None}
    try:
        becomes = fields_by_kind()[str(table["kind"])].model_validate(table)
    except ValidationError:  # the programme is read whole afterwards, and every mistake is told
        return
    role = programme.heading.role
    named = [(tr("Qui participe"), one) for one in role.answers.values()] if role and role.field == name else []
    for extension in (*programme.criteria, *programme.rules):
        named += [
            (label_of(extension, programme.fields), one.answer) for one in extension.quotations() if one.field == name
        ]
    gone = {label: answer for label, answer in named if becomes.options_without(answer)}
    problems = [
        Problem(label, tr("nomme la réponse « {answer} »", answer=answer), advice=tr(FIRST_CHANGED))
        for label, answer in gone.items()
    ]
    if problems:
        raise not_of_kind(field, str(table["kind"]), problems)


def kinds_needed(programme: Programme, name: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what uses a question, and of which kinds that may be."""
    role, emphasis = programme.heading.role, programme.emphasis
    if role and role.field == name:
        yield tr("Qui participe"), ROLE_REF.kinds
    if emphasis and emphasis.field == name:
        yield tr("Ce qui compte le plus pour chacun"), EMPHASISED
    for extension in (*programme.criteria, *programme.rules):
        yield from (
            (label_of(extension, programme.fields), one.ref.kinds)
            for one in extension.references()
            if one.field == name
        )
    for field in programme.fields.values():
        if getattr(field, "items_of", None) == name:
            yield quoted(field.question), (*KINDS_WITH_OPTIONS, "levels")
        if isinstance(field, Slots) and field.zone and field.zone.field == name:
            yield quoted(field.question), ("place", "choice")


def users_of(programme: Programme, name: str, answer: str | None = None) -> Iterator[str]:
    """Yield what uses a question, or names one answer to it."""
    role = programme.heading.role
    if role and role.field == name and (answer is None or fold(answer) in map(fold, (role.mentor, role.mentee))):
        yield tr("Qui participe")
    for extension in (*programme.criteria, *programme.rules):
        if answer is None:
            uses = any(one.field == name for one in extension.references())
        else:
            uses = any(one.field == name and fold(one.answer) == fold(answer) for one in extension.quotations())
        if uses:
            yield label_of(extension, programme.fields)


def find_answer_settings(rule: Rule) -> list[str]:
    """Return the settings of a rule that name answers to a question."""
    source = SentenceBuilder(rule, {})
    blanks = [blank for text in (rule.sentence, *rule.details) for blank in source.fill(text).blanks]
    return [blank.setting for blank in blanks if blank.kind == "answers"]


def edits_towards(before: Sequence[Rule], after: Sequence[Rule]) -> list[RuleEdit]:
    """Return what leads from rules of a programme to others, of which some are changed or are not there any more."""
    if len(after) < len(before):
        left = list(after)
        gone = [place for place, rule in enumerate(before) if not (left and rule == left[0] and [left.pop(0)])]
        return [RemovalEdit(part="rules", at=place) for place in reversed(gone)]
    edits: list[RuleEdit] = []
    for place, (was, now) in enumerate(zip(before, after, strict=True)):
        old, new = to_table(was), to_table(now)
        changes: dict[str, Any] = {name: new.get(name) for name in {**old, **new} if old.get(name) != new.get(name)}
        if changes:
            edits.append(SettingsEdit(part="rules", at=place, changes=changes))
    return edits
