"""Differences between versions of a programme and between their trials, as texts; and the requests of the form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole, schema_problems
from mentormatch.errors import RequestError
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

# Settings that are shares, with the scale on which they are shown
PERCENT_SETTINGS = {"minimum_answered": 100, "otherwise": 100}


class ApplyEdits(JsonMessage):
    """Edits of the programme that are undone together; see ``programme.edits``."""

    action: Literal["edit"] = "edit"
    edits: Annotated[list[dict[str, Any]], Setting(min_length=1, max_length=50)]


class UndoEdit(JsonMessage):
    """Undoes the last edits."""

    action: Literal["undo"] = "undo"


class RedoEdit(JsonMessage):
    """Redoes the last undone edits."""

    action: Literal["redo"] = "redo"


class DiscardTrial(JsonMessage):
    """Discards the trial and returns to the newest version."""

    action: Literal["leave"] = "leave"


class KeepVersion(JsonMessage):
    """Keeps the trial as the next version."""

    action: Literal["keep"] = "keep"


class DiagnoseBlocked(JsonMessage):
    """Diagnoses why no pairs satisfy all rules, and searches for sufficient changes."""

    action: Literal["diagnose"] = "diagnose"


class ApplyWayOut(JsonMessage):
    """Tries one of the listed ways out, by its index from 0."""

    action: Literal["way"] = "way"
    number: Whole


class CompareVersions(JsonMessage):
    """Compares two versions by number; 0 is the trial."""

    action: Literal["compare"] = "compare"
    first: Whole
    second: Whole


class ShowForm(JsonMessage):
    """Returns the form unchanged."""

    action: Literal["look"] = "look"


type FormAction = (
    ApplyEdits
    | UndoEdit
    | RedoEdit
    | DiscardTrial
    | KeepVersion
    | DiagnoseBlocked
    | ApplyWayOut
    | CompareVersions
    | ShowForm
)
FORM_ACTIONS: TypeAdapter[FormAction] = TypeAdapter(Annotated[FormAction, Setting(discriminator="action")])


def parse_form_action(content: object) -> FormAction:
    """Parse a request. Raises RequestError, without its contents, if it is malformed."""
    try:
        return FORM_ACTIONS.validate_python(content)
    except ValidationError as error:
        message = tr("La demande n'est pas de celles que le formulaire comprend")
        raise RequestError(message, schema_problems(error)) from None


type Direction = Literal["up", "down", "same"]

NO_VALUE = "–"
MINUS_SIGN = "\u2212"
# Differences in one table that are listed
MOST_LISTED = 3
# Neutral values with a name
NEUTRAL_TEXTS: Mapping[float, str] = {
    0.0: mark("rien"),
    0.25: mark("un quart"),
    0.5: mark("la moitié"),
    1.0: mark("tout"),
}


class MeasureText(NamedTuple):
    """A figure in two trials as texts; the direction states whether it rises, not whether that is better."""

    name: str
    before: str
    now: str
    difference: str
    direction: Direction


class PartnerChangeText(NamedTuple):
    """A change for a person: event, people, and points."""

    what: str
    who: str
    points: str
    direction: Direction


class DifferenceText(NamedTuple):
    """A difference with the texts of both programmes; empty if one of them has none."""

    what: str
    before: str
    after: str


def format_rule_effect(effect: RuleEffect | None, rule: Rule, *, answered: bool) -> str:
    """Return the effect of a rule in a trial as a text."""
    if effect is None:
        return ""
    texts: list[str] = []
    if effect.sets_aside is not None:
        texts.append(
            tr("met de côté {people}", people=counted(effect.sets_aside, "personne")) if effect.sets_aside else ""
        )
    if effect.forbids:
        pairs = counted(effect.forbids, "binôme")
        shared_text = tr("écarte {pairs}, dont {alone} à elle seule", pairs=pairs, alone=plain(effect.alone or 0))
        exclusive_text = (
            tr("écarte {pairs}, à elle seule", pairs=pairs) if effect.alone else tr("écarte {pairs}", pairs=pairs)
        )
        texts.append(exclusive_text if effect.alone in (0, effect.forbids) else shared_text)
    if effect.priority is not None:
        texts.append(counted(effect.priority, "personne concernée", "personnes concernées"))
    if effect.places is not None:
        texts.append(counted(effect.places, "place en tout", "places en tout"))
    if not any(texts) and rule.bounds_sums:
        return tr("tenue par ces binômes") if answered else ""
    return listed([text for text in texts if text]) or tr("n'écarte rien")


def measures(before: Trial | None, after: Trial | None) -> Iterator[MeasureText]:
    """Yield the figures of two trials; a trial is None if it failed."""
    trials = before, after
    yield measure(tr("Binômes possibles"), [int(trial.possible.sum()) if trial else None for trial in trials], plain)
    yield measure(
        tr("Sans aucun partenaire possible"), [len(trial.without) if trial else None for trial in trials], plain
    )
    yield measure(tr("Binômes formés"), [len(trial.points) if trial else None for trial in trials], plain)
    if any(trial.first[1] for trial in trials if trial):
        yield measure(
            tr("Personnes prioritaires placées"), [trial.first[0] if trial else None for trial in trials], plain
        )
    scores = [list(trial.points.values()) if trial else [] for trial in trials]
    yield measure(tr("Total des points"), [sum(trial) if trial else None for trial in scores], points)
    yield measure(tr("Le binôme le moins bien servi"), [min(trial, default=None) for trial in scores], points)


def measure(name: str, figures: Sequence[int | None], format_value: Callable[[int], str]) -> MeasureText:
    """Return a figure of two trials as texts; an unknown figure is None."""
    before, after = figures
    words = [NO_VALUE if value is None else format_value(value) for value in figures]
    if before is None or after is None or words[0] == words[1]:
        return MeasureText(name, words[0], words[1], "=" if words[0] == words[1] else "", "same")
    return MeasureText(
        name,
        words[0],
        words[1],
        f"{'+' if after > before else MINUS_SIGN}{format_value(abs(after - before))}",
        "up" if after > before else "down",
    )


def moves(before: Trial, after: Trial, labels: Labels) -> Iterator[PartnerChangeText]:
    """Yield the changes for each mentee: new mentors first, then replaced, then lost mentors."""
    partners = [mentors_by_mentee(trial) for trial in (before, after)]
    ranked_moves: list[tuple[int, PartnerChangeText]] = []
    for mentee in dict.fromkeys((*partners[1], *partners[0])):
        mentors_before, mentors_now = (by_mentee.get(mentee, {}) for by_mentee in partners)
        lost, come = (
            list(set(old) - set(new)) for old, new in ((mentors_before, mentors_now), (mentors_now, mentors_before))
        )
        who = labels.person("mentee", mentee)
        for old, new in zip(sorted(lost), sorted(come), strict=False):
            names = " → ".join(isolate(labels.person("mentor", by_mentee)) for by_mentee in (old, new))
            amount, direction = sign_points(mentors_now[new] - mentors_before[old])
            ranked_moves.append(
                (1, PartnerChangeText(tr("change"), f"{isolate(who)}{NO_BREAK}: {names}", amount, direction))
            )
        unpaired_moves = [(0, tr("nouveau"), old, mentors_now[old]) for old in sorted(come)[len(lost) :]]
        unpaired_moves += [(2, tr("défait"), old, mentors_before[old]) for old in sorted(lost)[len(come) :]]
        for rank, event, old, score in unpaired_moves:
            ranked_moves.append(
                (
                    rank,
                    PartnerChangeText(event, f"{labels.person('mentor', old)}{NO_BREAK}– {who}", points(score), "same"),
                )
            )
    yield from (move for _, move in sorted(ranked_moves, key=lambda by_mentee: by_mentee[0]))


def mentors_by_mentee(trial: Trial) -> dict[str, dict[str, int]]:
    """Return the mentors of each mentee, with the score of the pair."""
    mentors: dict[str, dict[str, int]] = {}
    for (mentor, mentee), score in trial.points.items():
        mentors.setdefault(mentee, {})[mentor] = score
    return mentors


def sign_points(score: int) -> tuple[str, Direction]:
    """Return a signed difference in points, with its direction."""
    amount = points(abs(score))
    if amount == points(0):
        return "=", "same"
    return (f"+{amount}", "up") if score > 0 else (f"{MINUS_SIGN}{amount}", "down")


def describe_differences(before: Programme, after: Programme, *, brief: bool = False) -> Iterator[DifferenceText]:
    """Yield the differences between two programmes in heading, goals, questions, criteria and rules.

    With ``brief``, the texts of a changed criterion or rule contain only the differences.
    """
    for change in programme_differences(before, after):
        match change.part:
            case "heading":
                if before.name != after.name:
                    yield DifferenceText(tr("Nom du programme"), quoted(before.name), quoted(after.name))
                for describe in (describe_share, describe_sides):
                    if (text_before := describe(before)) != (text_after := describe(after)):
                        yield DifferenceText(tr("Qui participe"), text_before, text_after)
            case "goals":
                yield DifferenceText(tr("Objectifs"), goals_in_order(before), goals_in_order(after))
            case "fields":
                questions = [list(programme.fields.values()) for programme in (before, after)]
                fields = [
                    None if index is None else field[index] for index, field in zip(change[1:], questions, strict=True)
                ]
                yield DifferenceText(quoted(next(field.question for field in fields if field)), *question_words(fields))
            case "criteria":
                pair = extensions_of(change, before.criteria, after.criteria)
                what = first_label(pair, (before.fields, after.fields))
                yield DifferenceText(what, *criterion_words(pair, (before.fields, after.fields), brief=brief))
            case "rules":
                rules = extensions_of(change, before.rules, after.rules)
                what = first_label(rules, (before.fields, after.fields))
                yield DifferenceText(what, *rule_words(rules, (before.fields, after.fields), brief=brief))


def question_words(fields: Sequence[AnyField | None]) -> tuple[str, str]:
    """Return the texts of two versions of a question: its wording if that differs, else only the differing settings."""
    before, after = fields
    if before is None or after is None:
        before_texts, after_texts = ([] if field is None else settings_in_words(field) for field in (before, after))
        return ", ".join(before_texts), ", ".join(after_texts)
    if before.question != after.question:
        return quoted(before.question), quoted(after.question)
    texts = [settings_in_words(field, answers=before.kind == after.kind) for field in (before, after)]
    differing = [[text for text in field if text not in other_texts] for field, other_texts in (texts, texts[::-1])]
    if not any(differing):
        differing = [answers_in_words(field) for field in (before, after)]
    return ", ".join(differing[0]) or NO_VALUE, ", ".join(differing[1]) or NO_VALUE


def answers_in_words(field: AnyField) -> list[str]:
    """Return the answers that a question lists itself."""
    listed_in = [] if getattr(field, "items_of", None) else [getattr(field, setting, []) for setting in LIST_SETTINGS]
    return [quoted(answer) for texts in listed_in for answer in texts]


def settings_in_words(field: AnyField, *, answers: bool = True) -> list[str]:
    """Return kind, use, sides and other settings of a question, with or without its answers."""
    sides = tr("les deux") if field.side == "both" else tr(SIDE_LABELS[field.side])
    texts = [tr(KIND_LABELS.get(field.kind, field.kind)), tr(USE_LABELS[field.use]), sides]
    texts += answers_in_words(field) if answers else []
    texts += [tr("pour l'équipe seule")] * field.private + [tr("montrée à l'autre côté")] * field.shareable
    limit = getattr(field, "most", None)
    return texts + ([tr("{most} au plus", most=plain(limit))] if limit is not None else [])


def brief_words(difference: DifferenceText) -> str:
    """Return a difference as a phrase."""
    if not difference.before:
        return tr("ajouté : {what}", what=difference.what)
    if not difference.after:
        return tr("retiré : {what}", what=difference.what)
    return f"{about(difference.what, difference.before)} → {difference.after}"


def describe_share(programme: Programme) -> str:
    return tr("{share} de réponses au moins", share=percent(programme.heading.minimum_answered))


def describe_sides(programme: Programme) -> str:
    """Return the answers that distinguish mentors from mentees."""
    role = programme.heading.role
    return "" if role is None else f"{quoted(role.mentor)} / {quoted(role.mentee)}"


def goals_in_order(programme: Programme) -> str:
    return listed([f"{place}. {tr(GOAL_TEXTS[goal])}" for place, goal in enumerate(programme.goals.order, 1)])


def extensions_of[E: Extension](
    change: ProgrammeDifference, before: Sequence[E], after: Sequence[E]
) -> tuple[E | None, E | None]:
    return (None if change.before is None else before[change.before]), (
        None if change.after is None else after[change.after]
    )


def label_of(extension: Extension, fields: Mapping[str, AnyField]) -> str:
    """Return the name of a criterion or rule, else its sentence, or its title with its questions."""
    if extension.name:
        return extension.name
    if isinstance(extension, Rule):
        return sentence_words(make_blank_sentences(extension, fields)[0]).removesuffix(".")
    references = [reference.field for reference in extension.references()]
    questions = dict.fromkeys(fields[name].question for name in references if name in fields)
    title = tr(extension.title) if isinstance(extension, Criterion) else ""
    if not questions:
        return title
    return tr("{title} : {questions}", title=title, questions=listed([quoted(question) for question in questions]))


def first_label(pair: Sequence[Rule | Criterion | None], fields: Sequence[Mapping[str, AnyField]]) -> str:
    return next(
        label_of(extension, questions)
        for extension, questions in zip(pair, fields, strict=True)
        if extension is not None
    )


def criterion_words(
    pair: tuple[Criterion | None, Criterion | None], fields: tuple[Mapping[str, AnyField], ...], *, brief: bool
) -> tuple[str, str]:
    """Return the texts of two versions of a criterion; with ``brief``, only the differences if both exist."""
    before, after = pair
    if before is None or after is None:
        before_text, after_text = (
            "" if criterion is None else weight_words(criterion, neutral=True) for criterion in (before, after)
        )
        return before_text, after_text
    neutral = before.neutral != after.neutral
    before_text, after_text = (weight_words(criterion, neutral=neutral or not brief) for criterion in (before, after))
    pairs = [(before_text, after_text)] * (not brief or neutral or before.weight != after.weight)
    if without_weight(before) != without_weight(after):
        pairs += (
            [points_words(before, after)] if points_words(before, after)[0] else [rule_words(pair, fields, brief=True)]
        )
    return joined([text for text, _ in pairs]), joined([text for _, text in pairs])


def without_weight(criterion: Criterion) -> dict[str, Any]:
    return {name: value for name, value in to_table(criterion).items() if name not in WEIGHT_SETTINGS}


def points_words(before: Criterion, after: Criterion) -> tuple[str, str]:
    """Return up to ``MOST_LISTED`` entries of two point tables that differ; empty if there are none."""
    setting = POINTS_SETTING_BY_KIND.get(before.kind, "")
    points_by_pair = [
        {(cell.mentor, cell.mentee): cell.points for cell in getattr(criterion, setting, ())}
        for criterion in (before, after)
    ]
    pairs = [
        pair
        for pair in {**points_by_pair[0], **points_by_pair[1]}
        if points_by_pair[0].get(pair) != points_by_pair[1].get(pair)
    ][:MOST_LISTED]
    before_text, after_text = (
        listed([about(" / ".join(pair), plain(table[pair]) if pair in table else NO_VALUE) for pair in pairs])
        for table in points_by_pair
    )
    return before_text, after_text


def weight_words(criterion: Criterion, *, neutral: bool) -> str:
    """Return the weight of a criterion, and the value of a missing answer."""
    weight = points_word(criterion.weight)
    if not neutral:
        return weight
    return tr("{points}, {neutral} sans réponse", points=weight, neutral=neutral_words(criterion.neutral))


def points_word(weight: float) -> str:
    return f"{plain(weight)}{NO_BREAK}{tr_n('point', 'points', int(weight) if weight < 2 else 2)}"


def neutral_words(neutral: float) -> str:
    """Return the value of a missing answer as a text."""
    return tr(NEUTRAL_TEXTS[neutral]) if neutral in NEUTRAL_TEXTS else percent(neutral)


def rule_words(
    rules: tuple[Rule | Criterion | None, Rule | Criterion | None],
    fields: tuple[Mapping[str, AnyField], ...],
    *,
    brief: bool,
) -> tuple[str, str]:
    """Return the texts of two rules or criteria; with ``brief``, only the differing blanks if both exist."""
    sentences = [
        make_blank_sentences(rule, questions) if rule else () for rule, questions in zip(rules, fields, strict=True)
    ]
    if brief and all(sentences):
        filled = [
            [as_percent(blank) for sentence in sentences_of_version for blank in sentence.blanks]
            for sentences_of_version in sentences
        ]
        blanks = [
            {blank.setting: blank_words(blank) for blank in sentences_of_version} for sentences_of_version in filled
        ]
        changed_settings = [name for name in blanks[1] if blanks[0].get(name) != blanks[1][name]]
        if changed_settings:
            return listed([blanks[0].get(name, NO_VALUE) for name in changed_settings]), listed(
                [blanks[1][name] for name in changed_settings]
            )
    first, second = (
        " ".join(sentence_words(sentence) for sentence in sentences_of_version if sentence.stated)
        for sentences_of_version in sentences
    )
    return first, second


def sentence_words(sentence: BlankSentence) -> str:
    return "".join(piece if isinstance(piece, str) else blank_words(as_percent(piece)) for piece in sentence.pieces)


def format_listed_with_or(words: Sequence[str]) -> str:
    """Return a list joined by "or".

    >>> format_listed_with_or(["Cantal", "Allier"])
    'Cantal ou Allier'
    """
    from babel.lists import format_list

    return format_list(words, style="or", locale=spoken())


def as_percent(blank: FormBlank) -> FormBlank:
    """Return the blank of a share on its displayed scale; other blanks unchanged."""
    parts = PERCENT_SETTINGS.get(blank.setting, 1)
    if parts == 1:
        return blank
    value = None if blank.value is None else round(blank.value * parts, 6)
    return replace(blank, value=value, most=float(parts))


def blank_words(blank: FormBlank) -> str:
    """Return the content of a blank as a text."""
    words = dict(blank.choices)
    match blank.value:
        case None | "" | []:
            return NO_VALUE
        case list() as values:
            if blank.kind == "numbers":
                return listed(list(map(plain, values)))
            texts = [quoted(str(words.get(item, item))) for item in values]
            return listed(texts) if blank.kind == "people" else format_listed_with_or(texts)
        case int() | float() as number:
            return counted(int(number), "binôme") if blank.kind == "count" else plain(number)
        case value:
            word = str(words.get(value, value))
            return quoted(word) if blank.kind in ("field", "quantity") and value in words else word
