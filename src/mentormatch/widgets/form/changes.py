"""What a trial changes, in words: what each rule does, figures side by side, whom it concerns, what versions say.

What staff ask of the form of a programme, as JSON.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import Labels
from mentormatch.fields import AnyField
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import NO_BREAK, about, counted, joined, listed, percent, plain, points, quoted
from mentormatch.languages.translation import isolate, mark, spoken, tr, tr_n
from mentormatch.operations.trial import RuleEffect, Trial
from mentormatch.programme.blanks import WEIGHT_SETTINGS, BlankSentence, FormBlank, make_blank_sentences
from mentormatch.programme.edits import ProgrammeDifference, programme_differences
from mentormatch.programme.programme import Programme
from mentormatch.programme.question_edits import LIST_SETTINGS, POINTS_SETTING_BY_KIND
from mentormatch.programme.tables import to_table
from mentormatch.report.intake_words import KIND_LABELS, SIDE_LABELS, USE_LABELS
from mentormatch.report.words import GOAL_TEXTS
from mentormatch.rules.rule import Rule
from mentormatch.scoring.criterion import Criterion

PARTS_OF_ONE = {"minimum_answered": 100, "otherwise": 100}
"""Settings that are shares, and are told out of so many."""


class EditGesture(JsonMessage):
    """Edits of the programme, which are undone together; see ``programme.edits``."""

    action: Literal["edit"] = "edit"
    edits: Annotated[list[dict[str, Any]], Setting(min_length=1, max_length=50)]


class UndoGesture(JsonMessage):
    """The last gesture is taken back."""

    action: Literal["undo"] = "undo"


class RedoGesture(JsonMessage):
    """The gesture that was taken back last is made again."""

    action: Literal["redo"] = "redo"


class LeaveTrial(JsonMessage):
    """What is tried is left: the newest version holds."""

    action: Literal["leave"] = "leave"


class KeepVersion(JsonMessage):
    """What is tried is kept as the next version."""

    action: Literal["keep"] = "keep"


class FindWaysOut(JsonMessage):
    """Why no pairs keep all rules is looked for, and what would be enough."""

    action: Literal["diagnose"] = "diagnose"


class TakeWayOut(JsonMessage):
    """One of the ways out that were told is tried: its place among them, from 0."""

    action: Literal["way"] = "way"
    number: Whole


class CompareVersions(JsonMessage):
    """Two versions are compared, each by its number; 0: what is tried."""

    action: Literal["compare"] = "compare"
    first: Whole
    second: Whole


class ShowForm(JsonMessage):
    """The form is seen as it is."""

    action: Literal["look"] = "look"


type FormAction = (
    EditGesture
    | UndoGesture
    | RedoGesture
    | LeaveTrial
    | KeepVersion
    | FindWaysOut
    | TakeWayOut
    | CompareVersions
    | ShowForm
)
FORM_ACTIONS: TypeAdapter[FormAction] = TypeAdapter(Annotated[FormAction, Setting(discriminator="action")])


def form_action(stated: object) -> FormAction:
    """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
    try:
        return FORM_ACTIONS.validate_python(stated)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        problems = [Problem(".".join(map(str, one["loc"])), one["type"]) for one in found]
        raise RequestError(tr("La demande n'est pas de celles que le formulaire comprend"), problems) from None


type Direction = Literal["up", "down", "same"]

NONE = "–"
"""Where nothing is stated."""
MINUS = "\u2212"
MOST_LISTED = 3
"""So many differences in one table are told."""
NEUTRAL: Mapping[float, str] = {0.0: mark("rien"), 0.25: mark("un quart"), 0.5: mark("la moitié"), 1.0: mark("tout")}
"""What a missing answer counts for."""


class Measure(NamedTuple):
    """One figure in two trials, in words; the direction says whether it is higher, and not whether that is better."""

    name: str
    before: str
    now: str
    difference: str
    direction: Direction


class MoveText(NamedTuple):
    """What happens to somebody, whom it concerns, and points."""

    what: str
    who: str
    points: str
    direction: Direction


class DifferenceText(NamedTuple):
    """One thing that differs, and what two programmes say of it; empty where one of them says nothing."""

    what: str
    before: str
    after: str


def effect_words(effect: RuleEffect | None, rule: Rule, *, answered: bool) -> str:
    """Return what a rule does now."""
    if effect is None:
        return ""
    texts: list[str] = []
    if effect.sets_aside is not None:
        texts.append(
            tr("met de côté {people}", people=counted(effect.sets_aside, "personne")) if effect.sets_aside else ""
        )
    if effect.forbids:
        pairs = counted(effect.forbids, "binôme")
        some = tr("écarte {pairs}, dont {alone} à elle seule", pairs=pairs, alone=plain(effect.alone or 0))
        whole = tr("écarte {pairs}, à elle seule", pairs=pairs) if effect.alone else tr("écarte {pairs}", pairs=pairs)
        texts.append(whole if effect.alone in (0, effect.forbids) else some)
    if effect.priority is not None:
        texts.append(counted(effect.priority, "personne concernée", "personnes concernées"))
    if effect.places is not None:
        texts.append(counted(effect.places, "place en tout", "places en tout"))
    if not any(texts) and rule.bounds_sums:
        return tr("tenue par ces binômes") if answered else ""
    return listed([one for one in texts if one]) or tr("n'écarte rien")


def measures(before: Trial | None, now: Trial | None) -> Iterator[Measure]:
    """Yield the figures of two trials side by side; None: one that cannot be tried."""
    trials = before, now
    yield measure(tr("Binômes possibles"), [int(each.possible.sum()) if each else None for each in trials], plain)
    yield measure(tr("Sans aucun partenaire possible"), [len(each.without) if each else None for each in trials], plain)
    yield measure(tr("Binômes formés"), [len(each.points) if each else None for each in trials], plain)
    if any(each.first[1] for each in trials if each):
        yield measure(tr("Personnes prioritaires placées"), [each.first[0] if each else None for each in trials], plain)
    scores = [list(each.points.values()) if each else [] for each in trials]
    yield measure(tr("Total des points"), [sum(each) if each else None for each in scores], points)
    yield measure(tr("Le binôme le moins bien servi"), [min(each, default=None) for each in scores], points)


def measure(name: str, figures: Sequence[int | None], word: Callable[[int], str]) -> Measure:
    """Return one figure of two trials, None: one that is not known, in words."""
    was, now = figures
    words = [NONE if value is None else word(value) for value in figures]
    if was is None or now is None or words[0] == words[1]:
        return Measure(name, words[0], words[1], "=" if words[0] == words[1] else "", "same")
    return Measure(
        name, words[0], words[1], f"{'+' if now > was else MINUS}{word(abs(now - was))}", "up" if now > was else "down"
    )


def moves(before: Trial, now: Trial, labels: Labels) -> Iterator[MoveText]:
    """Yield what happens to each mentee whose mentors differ: new mentors first, then others, then those lost."""
    partners = [mentors_by_mentee(trial) for trial in (before, now)]
    found: list[tuple[int, MoveText]] = []
    for mentee in dict.fromkeys((*partners[1], *partners[0])):
        was, is_now = (each.get(mentee, {}) for each in partners)
        gone, come = (list(set(one) - set(other)) for one, other in ((was, is_now), (is_now, was)))
        who = labels.person("mentee", mentee)
        for one, other in zip(sorted(gone), sorted(come), strict=False):
            names = " → ".join(isolate(labels.person("mentor", each)) for each in (one, other))
            amount, direction = sign_points(is_now[other] - was[one])
            found.append((1, MoveText(tr("change"), f"{isolate(who)}{NO_BREAK}: {names}", amount, direction)))
        rest = [(0, tr("nouveau"), one, is_now[one]) for one in sorted(come)[len(gone) :]]
        rest += [(2, tr("défait"), one, was[one]) for one in sorted(gone)[len(come) :]]
        for rank, what, one, score in rest:
            found.append(
                (rank, MoveText(what, f"{labels.person('mentor', one)}{NO_BREAK}– {who}", points(score), "same"))
            )
    yield from (move for _, move in sorted(found, key=lambda each: each[0]))


def mentors_by_mentee(trial: Trial) -> dict[str, dict[str, int]]:
    """Return the mentors of each mentee, by key, with the points of the pair."""
    found: dict[str, dict[str, int]] = {}
    for (mentor, mentee), score in trial.points.items():
        found.setdefault(mentee, {})[mentor] = score
    return found


def sign_points(score: int) -> tuple[str, Direction]:
    """Return points won or lost, and which of these."""
    amount = points(abs(score))
    if amount == points(0):
        return "=", "same"
    return (f"+{amount}", "up") if score > 0 else (f"{MINUS}{amount}", "down")


def describe_differences(before: Programme, after: Programme, *, brief: bool = False) -> Iterator[DifferenceText]:
    """Yield what differs between two programmes, as each says it; ``brief``: of a rule only what is filled in."""
    for one in programme_differences(before, after):
        match one.part:
            case "heading":
                texts = [describe_share(programme) for programme in (before, after)]
                if texts[0] == texts[1]:
                    texts = [describe_sides(programme) for programme in (before, after)]
                if before.name != after.name:
                    yield DifferenceText(tr("Nom du programme"), quoted(before.name), quoted(after.name))
                if texts[0] != texts[1]:
                    yield DifferenceText(tr("Qui participe"), *texts)
            case "goals":
                yield DifferenceText(tr("Objectifs"), goals_in_order(before), goals_in_order(after))
            case "fields":
                questions = [list(programme.fields.values()) for programme in (before, after)]
                fields = [None if at is None else each[at] for at, each in zip(one[1:], questions, strict=True)]
                yield DifferenceText(quoted(next(each.question for each in fields if each)), *question_words(fields))
            case "criteria":
                pair = extensions_of(one, before.criteria, after.criteria)
                what = first_label(pair, (before.fields, after.fields))
                yield DifferenceText(what, *criterion_words(pair, (before.fields, after.fields), brief=brief))
            case "rules":
                rules = extensions_of(one, before.rules, after.rules)
                what = first_label(rules, (before.fields, after.fields))
                yield DifferenceText(what, *rule_words(rules, (before.fields, after.fields), brief=brief))


def question_words(fields: Sequence[AnyField | None]) -> tuple[str, str]:
    """Return what two versions say of a question: its words where these differ, else what only one of them says."""
    one, other = fields
    if one is None or other is None:
        left, right = ([] if each is None else settings_in_words(each) for each in (one, other))
        return ", ".join(left), ", ".join(right)
    if one.question != other.question:
        return quoted(one.question), quoted(other.question)
    texts = [settings_in_words(each, answers=one.kind == other.kind) for each in (one, other)]
    own = [[text for text in each if text not in them] for each, them in (texts, texts[::-1])]
    if not any(own):
        own = [answers_in_words(each) for each in (one, other)]
    return ", ".join(own[0]) or NONE, ", ".join(own[1]) or NONE


def answers_in_words(field: AnyField) -> list[str]:
    """Return the answers to a question, those that are its own."""
    listed_in = [] if getattr(field, "items_of", None) else [getattr(field, setting, []) for setting in LIST_SETTINGS]
    return [quoted(one) for texts in listed_in for one in texts]


def settings_in_words(field: AnyField, *, answers: bool = True) -> list[str]:
    """Return what a question is asked for and of whom, and what else is set of it, with its answers or without."""
    sides = tr("les deux") if field.side == "both" else tr(SIDE_LABELS[field.side])
    texts = [tr(KIND_LABELS.get(field.kind, field.kind)), tr(USE_LABELS[field.use]), sides]
    texts += answers_in_words(field) if answers else []
    texts += [tr("pour l'équipe seule")] * field.private + [tr("montrée à l'autre côté")] * field.shareable
    most = getattr(field, "most", None)
    return texts + ([tr("{most} au plus", most=plain(most))] if most is not None else [])


def brief_words(one: DifferenceText) -> str:
    """Return what differs, in a phrase."""
    if not one.before:
        return tr("ajouté : {what}", what=one.what)
    if not one.after:
        return tr("retiré : {what}", what=one.what)
    return f"{about(one.what, one.before)} → {one.after}"


def describe_share(programme: Programme) -> str:
    """Return what the heading asks of people."""
    return tr("{share} de réponses au moins", share=percent(programme.heading.minimum_answered))


def describe_sides(programme: Programme) -> str:
    """Return which answers tell mentors from mentees."""
    role = programme.heading.role
    return "" if role is None else f"{quoted(role.mentor)} / {quoted(role.mentee)}"


def goals_in_order(programme: Programme) -> str:
    """Return the goals in their order."""
    return listed([f"{place}. {tr(GOAL_TEXTS[goal])}" for place, goal in enumerate(programme.goals.order, 1)])


def extensions_of[E: Extension](
    one: ProgrammeDifference, before: Sequence[E], after: Sequence[E]
) -> tuple[E | None, E | None]:
    """Return what stood there and what stands there."""
    return (None if one.before is None else before[one.before]), (None if one.after is None else after[one.after])


def label_of(extension: Extension, fields: Mapping[str, AnyField]) -> str:
    """Return what a criterion or a rule is called: its name, else its sentence or its title with its questions."""
    if extension.name:
        return extension.name
    if isinstance(extension, Rule):
        return sentence_words(make_blank_sentences(extension, fields)[0]).removesuffix(".")
    references = [reference.field for reference in extension.references()]
    questions = dict.fromkeys(fields[name].question for name in references if name in fields)
    title = tr(extension.title) if isinstance(extension, Criterion) else ""
    if not questions:
        return title
    return tr("{title} : {questions}", title=title, questions=listed([quoted(one) for one in questions]))


def first_label(pair: Sequence[Rule | Criterion | None], fields: Sequence[Mapping[str, AnyField]]) -> str:
    """Return what a criterion or a rule is called in the first of two versions that has it."""
    return next(label_of(one, known) for one, known in zip(pair, fields, strict=True) if one is not None)


def criterion_words(
    pair: tuple[Criterion | None, Criterion | None], fields: tuple[Mapping[str, AnyField], ...], *, brief: bool
) -> tuple[str, str]:
    """Return how two criteria count; ``brief``: only in what they differ, where both are there."""
    one, other = pair
    if one is None or other is None:
        left, right = ("" if each is None else weight_words(each, neutral=True) for each in (one, other))
        return left, right
    neutral = one.neutral != other.neutral
    left, right = (weight_words(each, neutral=neutral or not brief) for each in (one, other))
    pairs = [(left, right)] * (not brief or neutral or one.weight != other.weight)
    if without_weight(one) != without_weight(other):
        pairs += [points_words(one, other)] if points_words(one, other)[0] else [rule_words(pair, fields, brief=True)]
    return joined([text for text, _ in pairs]), joined([text for _, text in pairs])


def without_weight(criterion: Criterion) -> dict[str, Any]:
    """Return what is stated of a criterion but for how much it weighs."""
    return {name: value for name, value in to_table(criterion).items() if name not in WEIGHT_SETTINGS}


def points_words(one: Criterion, other: Criterion) -> tuple[str, str]:
    """Return what the tables of two criteria say otherwise of the same answers or people, empty where nothing."""
    setting = POINTS_SETTING_BY_KIND.get(one.kind, "")
    stated = [
        {(each.mentor, each.mentee): each.points for each in getattr(criterion, setting, ())}
        for criterion in (one, other)
    ]
    pairs = [pair for pair in {**stated[0], **stated[1]} if stated[0].get(pair) != stated[1].get(pair)][:MOST_LISTED]
    before, after = (
        listed([about(" / ".join(pair), plain(given[pair]) if pair in given else NONE) for pair in pairs])
        for given in stated
    )
    return before, after


def weight_words(criterion: Criterion, *, neutral: bool) -> str:
    """Return how much a criterion weighs, and what it counts for where an answer is missing."""
    weight = points_word(criterion.weight)
    if not neutral:
        return weight
    return tr("{points}, {neutral} sans réponse", points=weight, neutral=neutral_words(criterion.neutral))


def points_word(weight: float) -> str:
    """Return a weight with its noun."""
    return f"{plain(weight)}{NO_BREAK}{tr_n('point', 'points', int(weight) if weight < 2 else 2)}"


def neutral_words(neutral: float) -> str:
    """Return what a missing answer counts for."""
    return tr(NEUTRAL[neutral]) if neutral in NEUTRAL else percent(neutral)


def rule_words(
    rules: tuple[Rule | Criterion | None, Rule | Criterion | None],
    fields: tuple[Mapping[str, AnyField], ...],
    *,
    brief: bool,
) -> tuple[str, str]:
    """Return what two rules ask, or two criteria count; ``brief``: only what is filled in otherwise, where both are."""
    sentences = [
        make_blank_sentences(rule, questions) if rule else () for rule, questions in zip(rules, fields, strict=True)
    ]
    if brief and all(sentences):
        filled = [[in_parts(blank) for one in each for blank in one.blanks] for each in sentences]
        blanks = [{blank.setting: blank_words(blank) for blank in each} for each in filled]
        others = [name for name in blanks[1] if blanks[0].get(name) != blanks[1][name]]
        if others:
            return listed([blanks[0].get(name, NONE) for name in others]), listed([blanks[1][name] for name in others])
    first, second = (" ".join(sentence_words(one) for one in each if one.stated) for each in sentences)
    return first, second


def sentence_words(sentence: BlankSentence) -> str:
    """Return a sentence with what is filled in."""
    return "".join(piece if isinstance(piece, str) else blank_words(in_parts(piece)) for piece in sentence.pieces)


def either(words: Sequence[str]) -> str:
    """Return an enumeration of which one is enough.

    >>> either(["Cantal", "Allier"])
    'Cantal ou Allier'
    """
    from babel.lists import format_list

    return format_list(words, style="or", locale=spoken())


def in_parts(blank: FormBlank) -> FormBlank:
    """Return the blank of a share, told out of so many parts; any other as it is."""
    parts = PARTS_OF_ONE.get(blank.setting, 1)
    if parts == 1:
        return blank
    value = None if blank.value is None else round(blank.value * parts, 6)
    return replace(blank, value=value, most=float(parts))


def blank_words(blank: FormBlank) -> str:
    """Return what stands in a blank, in words."""
    words = dict(blank.choices)
    match blank.value:
        case None | "" | []:
            return NONE
        case list() as values:
            if blank.kind == "numbers":
                return listed(list(map(plain, values)))
            texts = [quoted(str(words.get(one, one))) for one in values]
            return listed(texts) if blank.kind == "people" else either(texts)
        case int() | float() as number:
            return counted(int(number), "binôme") if blank.kind == "count" else plain(number)
        case value:
            word = str(words.get(value, value))
            return quoted(word) if blank.kind in ("field", "quantity") and value in words else word
