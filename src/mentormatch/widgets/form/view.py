"""The form of a programme as JSON: all that a page shows, every number in words but those that are filled in."""

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
    effect_words,
    label_of,
    measures,
    moves,
    neutral_words,
    points_word,
)
from mentormatch.widgets.form.questions import (
    TYPED,
    FormOffer,
    FormPoints,
    FormQuestion,
    FormSentence,
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
"""What each goal means."""
MOST_MOVED, MOST_SAID = 8, 2
ANSWERED = mark("Sous {share} % de réponses à ce que pèsent les critères, une personne est mise de côté.")
ROLE = mark("{mentor} est la réponse des mentor·es, {mentee} celle des mentoré·es, à {field}.")


class FormCriterion(JsonMessage):
    """One criterion: its weight, what a missing answer counts for, and what the newest version said (None: nothing).

    ``points`` is its table of points, None where it has none.
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
    """Criteria under one heading, with the sum of their weights."""

    title: str
    sum: str
    criteria: list[FormCriterion]


class FormRule(JsonMessage):
    """One rule as sentences, with what it does now; ``changed``: the newest version has another, or none.

    ``label`` is what it is called, ``name`` the name that somebody gave it, empty if nobody did.
    """

    at: int
    label: str
    name: str
    effect: str
    sentences: list[FormSentence]
    changed: bool


class FormGoal(JsonMessage):
    """One goal: what it is, what it means, what is reached."""

    goal: str
    words: str
    about: str
    value: str


class FormAddition(JsonMessage):
    """What can be added: settings to begin with, as sentences where it is a rule."""

    kind: str
    words: str
    settings: dict[str, Any]
    sentences: list[FormSentence]


class FormMeasure(JsonMessage):
    """One figure under two versions; ``direction``: up, down, same, or neither is better."""

    name: str
    before: str
    now: str
    difference: str
    direction: Literal["up", "down", "same"]


class FormMove(JsonMessage):
    """Somebody whom the trial concerns: what happens, in words, and the points won or lost."""

    what: str
    who: str
    points: str
    direction: Literal["up", "down", "same"]


class FormDifference(JsonMessage):
    """One thing that differs between two versions, as each says it."""

    part: str
    before: str
    after: str


class FormComparison(JsonMessage):
    """Two versions side by side."""

    first: int
    second: int
    differences: list[FormDifference]
    measures: list[FormMeasure]


class FormTrouble(JsonMessage):
    """Why there are no pairs: sentences, and the changes that would be enough, once they were looked for."""

    sentences: list[str]
    looked: bool
    ways: list[str]


class FormOut(JsonMessage):
    """The form: version 1 of the message."""

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
    question_offers: list[FormOffer]
    question_kinds: list[tuple[str, str]]
    rule_additions: list[FormAddition]
    criterion_additions: list[FormAddition]
    measures: list[FormMeasure]
    moves: list[FormMove]
    more_moves: str
    trouble: FormTrouble | None
    comparison: FormComparison | None


def form_state(form: ProgrammeForm) -> dict[str, Any]:
    """Return the form as JSON, in its language; what a blank does not have is left out."""
    with language(form.language):
        return FormView(form).out().model_dump(mode="json", exclude_unset=True)


class FormView:
    """What a form shows now."""

    def __init__(self, form: ProgrammeForm) -> None:
        self.form, self.versions = form, form.versions
        self.programme, self.kept = self.versions.now.programme, self.versions.newest.programme
        self.fields: Mapping[str, AnyField] = self.programme.fields
        self.untried = form.find_trial_error()
        self.trial = None if self.untried else form.trial()
        self.former = form.try_text(self.versions.newest)
        self.cohort = self.trial.matching.cohort if self.trial else None
        self.differences = programme_differences(self.kept, self.programme)

    def out(self) -> FormOut:
        """Return all of it."""
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
            question_kinds=[(kind, tr(KIND_LABELS[kind])) for kind in TYPED],
            rule_additions=list(self.rule_additions()),
            criterion_additions=list(self.criterion_additions()),
            measures=[FormMeasure(**one._asdict()) for one in measures(self.former, self.trial)],
            moves=moves[:MOST_MOVED],
            more_moves=counted(len(moves) - MOST_MOVED, "autre") if len(moves) > MOST_MOVED else "",
            trouble=self.trouble(),
            comparison=self.comparison(),
        )

    # --- criteria ---------------------------------------------------------------------------------------------------

    def headings(self) -> Iterator[FormHeading]:
        """Yield the criteria under their headings, in the order in which these come first; those without one alone."""
        groups: dict[str | int, list[int]] = {}
        for at, criterion in enumerate(self.programme.criteria):
            groups.setdefault(criterion.group or at, []).append(at)
        for title, places in groups.items():
            total = sum(self.programme.criteria[at].weight for at in places)
            name = sentence_case(title) if isinstance(title, str) else ""
            criteria = [self.criterion(at) for at in places]
            yield FormHeading(title=display_text(name), sum=points_word(total), criteria=criteria)

    def criterion(self, at: int) -> FormCriterion:
        """Return one criterion, with what the newest version said of it."""
        before = {one.after: one.before for one in self.differences if one.part == "criteria" and one.after is not None}
        criterion, was = self.programme.criteria[at], before.get(at)
        former = criterion if was is None else self.kept.criteria[was]
        return FormCriterion(
            at=at,
            label=display_text(sentence_case(label_of(criterion, self.fields))),
            about=display_text(self.about(criterion)),
            weight=criterion.weight,
            weight_before=former.weight if former.weight != criterion.weight else None,
            before_words=plain(former.weight) if former.weight != criterion.weight else None,
            neutral=criterion.neutral,
            neutral_words=neutral_words(criterion.neutral),
            sentences=self.sentences_out(criterion, former if at not in before or was is not None else None),
            points=points_out(criterion, self.fields),
        )

    def about(self, criterion: Criterion) -> str:
        """Return what a criterion with a name compares; its label says so otherwise."""
        return label_of(criterion.model_copy(update={"name": None}), self.fields) if criterion.name else ""

    # --- heading and rules ------------------------------------------------------------------------------------------

    def heading_sentences(self) -> Iterator[FormSentence]:
        """Yield what the heading decides on who takes part."""
        heading = self.programme.heading
        blank = FormBlank("minimum_answered", "number", heading.minimum_answered, (), 0, 1)
        yield sentence_out(BlankSentence(fill_sentence(tr(ANSWERED), {"share": blank})))
        role = heading.role
        if role and (field := self.fields.get(role.field)):
            options = tuple((one, one) for one in field.options_without("\0"))
            blanks: dict[str, str | FormBlank] = {
                side: FormBlank(f"role.{side}", "choice", answer, options)
                for side, answer in (("mentor", role.mentor), ("mentee", role.mentee))
            }
            blanks["field"] = quoted(field.question)
            yield sentence_out(BlankSentence(fill_sentence(tr(ROLE), blanks)))

    def rule(self, at: int, rule: Rule) -> FormRule:
        """Return a rule as sentences, with what it does."""
        place = {one.after: one.before for one in self.differences if one.part == "rules" and one.after is not None}
        was = place.get(at)
        former = self.kept.rules[was] if was is not None else None
        effect = self.trial.effects[at] if self.trial else None
        return FormRule(
            at=at,
            label=display_text(sentence_case(label_of(rule, self.fields))),
            name=display_text(sentence_case(rule.name or "")),
            effect=display_text(effect_words(effect, rule, answered=bool(self.trial and self.trial.answered))),
            sentences=self.sentences_out(rule, former),
            changed=at in place,
        )

    def sentences(self, extension: Rule | Criterion) -> tuple[BlankSentence, ...]:
        """Return what a rule asks, or how a criterion counts, with blanks."""
        return make_blank_sentences(extension, self.fields, grouped=self.programme.groups is not None)

    def sentences_out(self, extension: Rule | Criterion, former: Rule | Criterion | None) -> list[FormSentence]:
        """Return the same as JSON, with what the newest version said."""
        before = self.sentences(former) if former is not None else ()
        return [sentence_out(one, before) for one in self.sentences(extension)]

    def rules_lead(self) -> str:
        """Return how many pairs the rules leave."""
        if self.trial is None:
            return ""
        possible = int(self.trial.possible.sum())
        pairs = counted(self.trial.pairs, "binôme imaginable", "binômes imaginables")
        left = tr_n("{count} reste possible", "{count} restent possibles", possible, count=plain(possible))
        return tr("Aucun point ne rachète une règle. Sur {pairs}, {left}.", pairs=pairs, left=left)

    def describe_removed(self) -> list[str]:
        """Return the rules and criteria of the newest version that are not there any more."""
        gone = [one for one in self.differences if one.after is None and one.before is not None]
        lists: Mapping[str, Sequence[Rule | Criterion]] = {"rules": self.kept.rules, "criteria": self.kept.criteria}
        questions = [quoted(field.question) for field in self.kept.fields.values()]
        return [
            display_text(
                questions[one.before or 0]
                if one.part == "fields"
                else label_of(lists[one.part][one.before or 0], self.kept.fields)
            )
            for one in gone
        ]

    # --- goals, questions, additions --------------------------------------------------------------------------------

    def goal(self, goal: Goal) -> FormGoal:
        """Return one goal, with what is reached in it."""
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
        kinds = {name: one for name, one in rules_by_kind().items() if (one.of_groups if grouped else one.of_pairs)}
        for kind, settings in ExtensionTemplate.each(kinds, self.programme):
            rule = kind.model_construct(**attributes_of(kind, settings))
            sentences = self.sentences_out(rule, None)
            words = "".join(piece.text or "…" for piece in sentences[0].pieces)
            yield FormAddition(kind=str(settings["kind"]), words=words, settings=settings, sentences=sentences)

    def criterion_additions(self) -> Iterator[FormAddition]:
        """Yield the kinds of criteria that can be added."""
        kinds = {name: one for name, one in criteria_by_kind().items() if not one.takes_table}
        for kind, settings in ExtensionTemplate.each(kinds, self.programme):
            sentences = self.sentences_out(kind.model_validate(settings), None)
            yield FormAddition(
                kind=str(settings["kind"]), words=display_text(tr(kind.title)), settings=settings, sentences=sentences
            )

    # --- what it changes --------------------------------------------------------------------------------------------

    def last(self) -> str:
        """Return what the last gesture changed."""
        if not self.versions.before or not self.versions.is_tried:
            return ""
        differences = list(describe_differences(self.versions.before[-1].programme, self.programme, brief=True))
        said = [brief_words(one) for one in differences[:MOST_SAID]]
        more = len(differences) - MOST_SAID
        others = [counted(more, "autre changement", "autres changements")] if more > 0 else []
        return " ; ".join([*said, *others, *self.lost()]) + "." if differences else ""

    def lost(self) -> list[str]:
        """Return how many answers to the same questions are understood no more since the last gesture."""
        before = self.versions.before[-1]
        former, questions = self.form.try_text(before), before.programme.fields
        if not former or not self.cohort:
            return []
        same = [name for name, one in self.fields.items() if name in questions and questions[name].side == one.side]
        counts = [[answers_given(name, each)[0] for name in same] for each in (former.matching.cohort, self.cohort)]
        gone = sum(max(was - now, 0) for was, now in zip(*counts, strict=True))
        if not gone:
            return []
        return [
            tr_n(
                "{count} réponse n'est plus comprise",
                "{count} réponses ne sont plus comprises",
                gone,
                count=plain(gone),
            )
        ]

    def moves(self) -> Iterator[FormMove]:
        """Yield whom the trial concerns: pairs that are new, people whose partner is another, pairs that are gone."""
        if not (self.trial and self.former and self.versions.is_tried):
            return
        for one in moves(self.former, self.trial, self.form.labels_of(self.trial.matching)):
            yield FormMove(**one._asdict())

    def trouble(self) -> FormTrouble | None:
        """Return why there are no pairs, None where there are."""
        if self.untried is not None:
            error = self.untried
            problems = [" ".join(filter(None, (f"{one.where} :", one.found))) for one in error.problems[:3]]
            return FormTrouble(
                sentences=[display_text(one) for one in (error.message, *problems)], looked=True, ways=[]
            )
        if self.trial is None or self.trial.answered:
            return None
        diagnosis = self.form.diagnosis
        conflict = [diagnosis.conflict.sentence] if diagnosis and diagnosis.conflict else []
        findings = [one.sentence for one in diagnosis.findings if one.decisive] if diagnosis else []
        none = tr("Aucune répartition ne respecte toutes les règles : il n'y aurait aucun binôme.")
        return FormTrouble(
            sentences=[display_text(one) for one in (none, *(conflict or findings[:2]))],
            looked=diagnosis is not None,
            ways=[display_text(way.sentence) for way in self.form.ways_out()[:3]],
        )

    def comparison(self) -> FormComparison | None:
        """Return two versions side by side, where that was asked for."""
        if self.form.compared is None:
            return None
        first, second = self.form.compared
        before, after = (self.form.version(number) for number in (first, second))
        return FormComparison(
            first=first,
            second=second,
            differences=[
                FormDifference(part=display_text(part), before=display_text(was or "–"), after=display_text(now or "–"))
                for part, was, now in describe_differences(before.programme, after.programme)
            ],
            measures=[
                FormMeasure(**one._asdict()) for one in measures(self.form.try_text(before), self.form.try_text(after))
            ],
        )


def sentence_case(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def attributes_of(kind: type[Rule], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by the names of attributes, with what is said by default, whether or not they fit."""
    usual = {name: info.get_default(call_default_factory=True) for name, info in kind.model_fields.items()}
    attributes = {attribute_of(kind, name): value for name, value in settings.items()}
    if isinstance(attributes.get("where"), list):
        attributes["where"] = kind.model_validate(settings).model_copy().__dict__["where"]
    return {**usual, **attributes}
