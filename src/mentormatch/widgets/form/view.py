"""The form of a programme as JSON, with formatted numbers except in blanks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.fields import AnyField
from mentormatch.fields.extension import attribute_of
from mentormatch.languages.phrases import counted, plain, quoted
from mentormatch.languages.translation import language, mark, tr, tr_n
from mentormatch.programme.blanks import BlankSentence, ExtensionTemplate, FormBlank, make_blank_sentences
from mentormatch.programme.edits import TOTAL_WEIGHT, programme_differences
from mentormatch.programme.sections import Goal
from mentormatch.report.addressing import find_missing_programme_name
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.report.words import GOAL_TEXTS, format_goal_value
from mentormatch.rules.rule import Rule, rules_by_kind
from mentormatch.scoring.criterion import Criterion, criteria_by_kind
from mentormatch.widgets.form.changes import (
    brief_words,
    describe_differences,
    format_rule_effect,
    label_of,
    measures,
    moves,
    neutral_words,
    points_word,
)
from mentormatch.widgets.form.questions import (
    ADDABLE_KINDS,
    FormPoints,
    FormQuestion,
    FormSentence,
    QuestionOffer,
    answers_given,
    display_text,
    fill_sentence,
    offers_out,
    points_out,
    questions_out,
    sentence_out,
)
from mentormatch.widgets.form.session import ProgrammeForm

GOAL_WORDS: Mapping[Goal, str] = {
    "matched": mark("un binôme de plus passe avant tout ce qui suit"),
    "priority": mark("celles que les règles placent d'abord"),
    "floor": mark("aucun binôme n'est sacrifié pour le total"),
    "floor_person": mark("personne n'est sacrifié pour le total"),
    "leximin": mark("le plus égal possible, binôme après binôme"),
    "total": mark("la somme des points de tous les binômes"),
}
MAX_MOVES, MAX_CHANGES_SAID = 8, 2


class FormCriterion(JsonMessage):
    """A criterion: weight, neutral value, and the former weight (None if unchanged).

    ``points`` is its point table, None if it has none.
    """

    at: int
    label: str
    about: str
    weight: float
    weight_before: float | None
    before_words: str | None
    neutral: float
    neutral_words: str
    sentences: list[FormSentence]
    points: FormPoints | None


class FormHeading(JsonMessage):
    """Criteria under a heading, with the sum of their weights."""

    title: str
    sum: str
    criteria: list[FormCriterion]


class FormRule(JsonMessage):
    """A rule as sentences, with its effect; ``changed``: the newest version has no such rule.

    ``label`` is always filled; ``name`` is the name that staff gave, else empty.
    """

    at: int
    label: str
    name: str
    effect: str
    sentences: list[FormSentence]
    changed: bool


class FormGoal(JsonMessage):
    """A goal: label, meaning, and value."""

    goal: str
    words: str
    about: str
    value: str


class FormAddition(JsonMessage):
    """A rule or criterion that can be added: initial settings, and sentences."""

    kind: str
    words: str
    settings: dict[str, Any]
    sentences: list[FormSentence]


class FormMeasure(JsonMessage):
    """A figure in two versions; ``direction`` is the direction of change."""

    name: str
    before: str
    now: str
    difference: str
    direction: Literal["up", "down", "same"]


class FormMove(JsonMessage):
    """A change for a person in the trial: event, people, and points."""

    what: str
    who: str
    points: str
    direction: Literal["up", "down", "same"]


class FormDifference(JsonMessage):
    """A difference between two versions."""

    part: str
    before: str
    after: str


class FormComparison(JsonMessage):
    """The differences between two versions, and their figures."""

    first: int
    second: int
    differences: list[FormDifference]
    measures: list[FormMeasure]


class FormProblems(JsonMessage):
    """The reasons why there are no pairs, and sufficient changes if the diagnosis was requested (``looked``)."""

    sentences: list[str]
    looked: bool
    ways: list[str]


class FormOut(JsonMessage):
    """The contents of the form."""

    schema_version: Literal[1] = 1
    name: str
    version: int
    tried: bool
    can_undo: bool
    can_redo: bool
    last: str
    sum: str
    sum_right: bool
    headings: list[FormHeading]
    heading_sentences: list[FormSentence]
    rules: list[FormRule]
    rules_lead: str
    removed: list[str]
    goals: list[FormGoal]
    more_goals: list[FormGoal]
    questions: list[FormQuestion]
    question_offers: list[QuestionOffer]
    question_kinds: list[tuple[str, str]]
    rule_additions: list[FormAddition]
    criterion_additions: list[FormAddition]
    measures: list[FormMeasure]
    moves: list[FormMove]
    more_moves: str
    trouble: FormProblems | None
    comparison: FormComparison | None


def form_state(form: ProgrammeForm) -> dict[str, Any]:
    """Return the form as JSON, in its language, without unset fields of blanks."""
    with language(form.language):
        return FormView(form).out().model_dump(mode="json", exclude_unset=True)


class FormView:
    """The contents of a form."""

    def __init__(self, form: ProgrammeForm) -> None:
        self.form, self.versions = form, form.versions
        self.programme, self.kept = self.versions.now.programme, self.versions.newest.programme
        self.fields: Mapping[str, AnyField] = self.programme.fields
        self.untried = form.find_trial_error()
        self.trial = None if self.untried else form.trial()
        self.former = form.try_trial(self.versions.newest)
        self.cohort = self.trial.matching.cohort if self.trial else None
        self.differences = programme_differences(self.kept, self.programme)

    def out(self) -> FormOut:
        total = sum(criterion.weight for criterion in self.programme.criteria)
        moves = list(self.moves())
        return FormOut(
            name="" if any(find_missing_programme_name(self.programme)) else display_text(self.programme.name),
            version=len(self.versions.kept),
            tried=self.versions.is_tried,
            can_undo=bool(self.versions.before),
            can_redo=bool(self.versions.undone),
            last=display_text(self.last()),
            sum=plain(total),
            sum_right=abs(total - TOTAL_WEIGHT) < 1e-9 or not self.programme.criteria,
            headings=list(self.headings()),
            heading_sentences=list(self.heading_sentences()),
            rules=[self.rule(at, rule) for at, rule in enumerate(self.programme.rules)],
            rules_lead=display_text(self.rules_lead()),
            removed=self.describe_removed(),
            goals=[self.goal(goal) for goal in self.programme.goals.order],
            more_goals=[self.goal(goal) for goal in GOAL_WORDS if goal not in self.programme.goals.order],
            questions=list(questions_out(self.programme, self.kept, self.cohort)),
            question_offers=list(offers_out(self.form.offered(self.programme))),
            question_kinds=[(kind, tr(KIND_LABELS[kind])) for kind in ADDABLE_KINDS],
            rule_additions=list(self.rule_additions()),
            criterion_additions=list(self.criterion_additions()),
            measures=[FormMeasure(**figures._asdict()) for figures in measures(self.former, self.trial)],
            moves=moves[:MAX_MOVES],
            more_moves=counted(len(moves) - MAX_MOVES, "autre") if len(moves) > MAX_MOVES else "",
            trouble=self.trouble(),
            comparison=self.comparison(),
        )

    # --- criteria ---------------------------------------------------------------------------------------------------

    def headings(self) -> Iterator[FormHeading]:
        """Yield the criteria by heading, in order of first appearance; a criterion without heading stays single."""
        groups: dict[str | int, list[int]] = {}
        for index, criterion in enumerate(self.programme.criteria):
            groups.setdefault(criterion.group or index, []).append(index)
        for title, places in groups.items():
            total = sum(self.programme.criteria[index].weight for index in places)
            name = sentence_case(title) if isinstance(title, str) else ""
            criteria = [self.criterion(index) for index in places]
            yield FormHeading(title=display_text(name), sum=points_word(total), criteria=criteria)

    def criterion(self, index: int) -> FormCriterion:
        """Return a criterion, with its values in the newest version."""
        before = {
            difference.after: difference.before
            for difference in self.differences
            if difference.part == "criteria" and difference.after is not None
        }
        criterion, old_index = self.programme.criteria[index], before.get(index)
        former = criterion if old_index is None else self.kept.criteria[old_index]
        return FormCriterion(
            at=index,
            label=display_text(sentence_case(label_of(criterion, self.fields))),
            about=display_text(self.about(criterion)),
            weight=criterion.weight,
            weight_before=former.weight if former.weight != criterion.weight else None,
            before_words=plain(former.weight) if former.weight != criterion.weight else None,
            neutral=criterion.neutral,
            neutral_words=neutral_words(criterion.neutral),
            sentences=self.sentences_out(criterion, former if index not in before or old_index is not None else None),
            points=points_out(criterion, self.fields),
        )

    def about(self, criterion: Criterion) -> str:
        """Return the comparison of a criterion that has a name; else the label states it."""
        return label_of(criterion.model_copy(update={"name": None}), self.fields) if criterion.name else ""

    # --- heading and rules ------------------------------------------------------------------------------------------

    def heading_sentences(self) -> Iterator[FormSentence]:
        """Yield the sentences on who participates."""
        heading = self.programme.heading
        blank = FormBlank("minimum_answered", "number", heading.minimum_answered, (), 0, 1)
        yield sentence_out(
            BlankSentence(
                fill_sentence(
                    tr("Sous {share} % de réponses à ce que pèsent les critères, une personne est mise de côté."),
                    {"share": blank},
                )
            )
        )
        role = heading.role
        if role and (field := self.fields.get(role.field)):
            options = tuple((option, option) for option in field.options_without("\0"))
            blanks: dict[str, str | FormBlank] = {
                side: FormBlank(f"role.{side}", "choice", answer, options)
                for side, answer in (("mentor", role.mentor), ("mentee", role.mentee))
            }
            blanks["field"] = quoted(field.question)
            yield sentence_out(
                BlankSentence(
                    fill_sentence(
                        tr("{mentor} est la réponse des mentor·es, {mentee} celle des mentoré·es, à {field}."), blanks
                    )
                )
            )

    def rule(self, at: int, rule: Rule) -> FormRule:
        """Return a rule as sentences, with its effect."""
        place = {
            difference.after: difference.before
            for difference in self.differences
            if difference.part == "rules" and difference.after is not None
        }
        old_index = place.get(at)
        former = self.kept.rules[old_index] if old_index is not None else None
        effect = self.trial.effects[at] if self.trial else None
        return FormRule(
            at=at,
            label=display_text(sentence_case(label_of(rule, self.fields))),
            name=display_text(sentence_case(rule.name or "")),
            effect=display_text(format_rule_effect(effect, rule, answered=bool(self.trial and self.trial.answered))),
            sentences=self.sentences_out(rule, former),
            changed=at in place,
        )

    def sentences(self, extension: Rule | Criterion) -> tuple[BlankSentence, ...]:
        """Return a rule or criterion as sentences with blanks."""
        return make_blank_sentences(extension, self.fields, grouped=self.programme.groups is not None)

    def sentences_out(self, extension: Rule | Criterion, former: Rule | Criterion | None) -> list[FormSentence]:
        """Return the sentences as JSON; a changed blank also has its value in ``former``, None if there is none."""
        before = self.sentences(former) if former is not None else ()
        return [sentence_out(sentence, before) for sentence in self.sentences(extension)]

    def rules_lead(self) -> str:
        """Return the number of pairs that the rules allow as a sentence."""
        if self.trial is None:
            return ""
        possible = int(self.trial.possible.sum())
        pairs = counted(self.trial.pairs, "binôme imaginable", "binômes imaginables")
        remaining_text = tr_n("{count} reste possible", "{count} restent possibles", possible, count=plain(possible))
        return tr("Aucun point ne rachète une règle. Sur {pairs}, {left}.", pairs=pairs, left=remaining_text)

    def describe_removed(self) -> list[str]:
        """Return the rules and criteria of the newest version that were removed."""
        removals = [removal for removal in self.differences if removal.after is None and removal.before is not None]
        lists: Mapping[str, Sequence[Rule | Criterion]] = {"rules": self.kept.rules, "criteria": self.kept.criteria}
        questions = [quoted(field.question) for field in self.kept.fields.values()]
        return [
            display_text(
                questions[removal.before or 0]
                if removal.part == "fields"
                else label_of(lists[removal.part][removal.before or 0], self.kept.fields)
            )
            for removal in removals
        ]

    # --- goals, questions, additions --------------------------------------------------------------------------------

    def goal(self, goal: Goal) -> FormGoal:
        """Return a goal with its value."""
        tiers = self.trial.matching.solution.tiers if self.trial else ()
        value = next((format_goal_value(tier.goal, tier.value) for tier in tiers if tier.goal == goal), "")
        if value and goal == "priority" and self.trial:
            placed, count = self.trial.first
            value = tr("{given} sur {asked}", given=placed, asked=count)
        return FormGoal(
            goal=goal, words=display_text(tr(GOAL_TEXTS[goal])), about=display_text(tr(GOAL_WORDS[goal])), value=value
        )

    def rule_additions(self) -> Iterator[FormAddition]:
        """Yield the kinds of rules that can be added."""
        grouped = self.programme.groups is not None
        kinds = {
            name: rule_kind
            for name, rule_kind in rules_by_kind().items()
            if (rule_kind.of_groups if grouped else rule_kind.of_pairs)
        }
        for kind, settings in ExtensionTemplate.each(kinds, self.programme):
            rule = kind.model_construct(**get_default_attributes(kind, settings))
            sentences = self.sentences_out(rule, None)
            words = "".join(piece.text or "…" for piece in sentences[0].pieces)
            yield FormAddition(kind=str(settings["kind"]), words=words, settings=settings, sentences=sentences)

    def criterion_additions(self) -> Iterator[FormAddition]:
        """Yield the kinds of criteria that can be added."""
        kinds = {
            name: criterion_kind
            for name, criterion_kind in criteria_by_kind().items()
            if not criterion_kind.takes_table
        }
        for kind, settings in ExtensionTemplate.each(kinds, self.programme):
            sentences = self.sentences_out(kind.model_validate(settings), None)
            yield FormAddition(
                kind=str(settings["kind"]), words=display_text(tr(kind.title)), settings=settings, sentences=sentences
            )

    # --- what it changes --------------------------------------------------------------------------------------------

    def last(self) -> str:
        """Return the changes of the last edit as a sentence."""
        if not self.versions.before or not self.versions.is_tried:
            return ""
        differences = list(describe_differences(self.versions.before[-1].programme, self.programme, brief=True))
        texts = [brief_words(difference) for difference in differences[:MAX_CHANGES_SAID]]
        more_count = len(differences) - MAX_CHANGES_SAID
        others_text = [counted(more_count, "autre changement", "autres changements")] if more_count > 0 else []
        return " ; ".join([*texts, *others_text, *self.lost()]) + "." if differences else ""

    def lost(self) -> list[str]:
        """Return the number of answers that are no longer understood since the last edit, as a sentence."""
        before = self.versions.before[-1]
        former, questions = self.form.try_trial(before), before.programme.fields
        if not former or not self.cohort:
            return []
        common = [
            name for name, field in self.fields.items() if name in questions and questions[name].side == field.side
        ]
        counts = [
            [answers_given(name, cohort)[0] for name in common] for cohort in (former.matching.cohort, self.cohort)
        ]
        lost_count = sum(max(before - after, 0) for before, after in zip(*counts, strict=True))
        if not lost_count:
            return []
        return [
            tr_n(
                "{count} réponse n'est plus comprise",
                "{count} réponses ne sont plus comprises",
                lost_count,
                count=plain(lost_count),
            )
        ]

    def moves(self) -> Iterator[FormMove]:
        """Yield the changes for people: new pairs, changed partners, lost pairs."""
        if not (self.trial and self.former and self.versions.is_tried):
            return
        for move in moves(self.former, self.trial, self.form.labels_of(self.trial.matching)):
            yield FormMove(**move._asdict())

    def trouble(self) -> FormProblems | None:
        """Return the reasons why there are no pairs, None if there are some."""
        if self.untried is not None:
            error = self.untried
            problems = [" ".join(filter(None, (f"{item.where} :", item.found))) for item in error.problems[:3]]
            return FormProblems(
                sentences=[display_text(item) for item in (error.message, *problems)], looked=True, ways=[]
            )
        if self.trial is None or self.trial.answered:
            return None
        diagnosis = self.form.diagnosis
        conflict = [diagnosis.conflict.sentence] if diagnosis and diagnosis.conflict else []
        findings = [item.sentence for item in diagnosis.findings if item.decisive] if diagnosis else []
        headline = tr("Aucune répartition ne respecte toutes les règles : il n'y aurait aucun binôme.")
        return FormProblems(
            sentences=[display_text(item) for item in (headline, *(conflict or findings[:2]))],
            looked=diagnosis is not None,
            ways=[display_text(way.sentence) for way in self.form.ways_out()[:3]],
        )

    def comparison(self) -> FormComparison | None:
        """Return two versions side by side, if requested."""
        if self.form.compared is None:
            return None
        first, second = self.form.compared
        before, after = (self.form.version(number) for number in (first, second))
        return FormComparison(
            first=first,
            second=second,
            differences=[
                FormDifference(
                    part=display_text(part),
                    before=display_text(before_text or "–"),
                    after=display_text(after_text or "–"),
                )
                for part, before_text, after_text in describe_differences(before.programme, after.programme)
            ],
            measures=[
                FormMeasure(**figures._asdict())
                for figures in measures(self.form.try_trial(before), self.form.try_trial(after))
            ],
        )


def sentence_case(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def get_default_attributes(kind: type[Rule], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by attribute name, completed with defaults, valid or not."""
    defaults = {name: info.get_default(call_default_factory=True) for name, info in kind.model_fields.items()}
    attributes = {attribute_of(kind, name): value for name, value in settings.items()}
    if isinstance(attributes.get("where"), list):
        attributes["where"] = kind.model_validate(settings).model_copy().__dict__["where"]
    return {**defaults, **attributes}
