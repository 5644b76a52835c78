"""A programme and answers in other words -> a mapping: which header and which answer stand for which of its own.

The file of a programme, with what people said of the columns of their answers; the rest stays as it is.

Comments, order and spacing too: what is added stands in its place, and a mapping that is new at the end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError, Problem
from mentormatch.fields import Answer, AnyField, Choice, Choices, Levels, Ranking, Scale, Side, Slots, YesNo
from mentormatch.fields.base import split
from mentormatch.fields.lists import rank_of, take_options
from mentormatch.fields.single_answers import NO, YES
from mentormatch.languages.phrases import counted, decimal, listed
from mentormatch.languages.similarity import MIN_LIKENESS, closest, likenesses
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.entries import identifier, line, plain, quote_toml
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.identity import TELLS, missing_identity, why_identity
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion, answers_that_name, taking_and_taken
from mentormatch.programme.drafts.samples import QuestionSample, Tables, find_questions, languages_of
from mentormatch.programme.drafts.uses import STATED
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.programme.tables import parse_document
from mentormatch.survey.headers import claims_by_field, is_ignored, locate_columns, separate_questions, split_part
from mentormatch.survey.plan import AnswerMapping, IntakePlan, answers_of, has_item, target, understands
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import OTHER

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


HEAD = mark("""\
# Correspondance proposée entre ce fichier et le programme : relisez chaque ligne, corrigez, complétez celles qui
# commencent par « # " », puis collez le tout à la fin du programme. Une ligne effacée ne change rien.
""")
MOST_OPTIONS = 20
TO_FILL = mark("à compléter, ou à laisser : cette colonne n'est pas utilisée")
LIKE = mark("« {question} » : ressemblance {likeness}")
ANSWERED = mark("« {question} » : les réponses sont les siennes")
CALLED = mark("« {question} » ? {why}")
ALONE = mark("« {question} » ({name})")
CLOSEST = mark("« {question} » ({name}) ; la colonne la plus proche : « {near} »")
FAR = 0.3
"""A header is named as the closest from that likeness on."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A text of a file and the name of the programme that it may stand for, with why.

    ``name`` is None where nothing is near, and empty where somebody said that it stands for nothing.
    """

    text: str
    name: str | None
    why: str


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """What the files call otherwise: ``questions``, and ``options`` by field; ``missing`` are fields nobody found.

    ``typed`` counts, for each field, the answers given once and near to no option: typed beside them, they stay so.
    ``absent`` are lines to add to a programme that tells neither people nor sides apart.
    """

    questions: tuple[Counterpart, ...]
    options: Mapping[str, tuple[Counterpart, ...]]
    missing: tuple[str, ...]
    typed: Mapping[str, int]
    absent: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the programme finds all that it asks for, and understands every answer."""
        return not (self.questions or self.options or self.missing or self.absent)


@dataclass(frozen=True, slots=True)
class StatedMapping:
    """What people said of the columns of some files.

    ``questions`` are the field that each question answers, by its words as ``fold`` returns them, empty where it
    answers none; ``options``, by field, the option that each text is, empty where it stays as typed.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NOTHING_STATED = StatedMapping()


def propose(programme: Programme, tables: Tables, stated: StatedMapping = NOTHING_STATED) -> MappingDraft:
    """Return a mapping for what the programme does not find in these answers as they are.

    What was ``stated`` goes before all. Headers go to fields by their likeness, each once at most, or, for options, by
    the answers below them. The words that tell roles and codes are those of the languages of the files.
    """
    with words_of(words_read(languages_of(tables))):
        return propose_in_words(programme, tables, stated)


def propose_in_words(programme: Programme, tables: Tables, stated: StatedMapping) -> MappingDraft:
    """Return a mapping by the words of the languages in use."""
    apart = all(side is not None for _, side in tables)
    plan = make_intake_plan(programme, per_side=apart)
    tables = [(separate_questions(table, plan), side) for table, side in tables]
    said = {fold(found.text): found for found in find_stated_questions(tables, stated, plan)}
    plan = plan_with(plan, said.values(), stated.options)
    questions = {fold(found.text): found for table, side in tables for found in header_counterparts(table, side, plan)}
    wider = plan_with(plan, questions.values(), {})
    counts = unknown_options(tables, wider)
    for name, texts in stated.options.items():
        done = {fold(text) for text in texts}
        counts[name] = Counter({text: times for text, times in counts.get(name, {}).items() if fold(text) not in done})
    options = {name: tuple(option_counterparts(name, texts, plan)) for name, texts in counts.items()}
    kept = {name: (*find_stated_options(stated, name, plan), *found) for name, found in options.items()}
    typed = {name: len(texts) - len(options[name]) for name, texts in counts.items() if len(texts) > len(options[name])}
    sampled = [sample for table, side in tables for sample in find_questions(table, side)]
    lacking = missing_identity([table for table, _ in tables], sampled, wider, apart=apart)
    return MappingDraft(
        (*said.values(), *questions.values()),
        {name: found for name, found in kept.items() if found},
        tuple(missing_fields(tables, wider)),
        typed,
        tuple(lacking),
    )


def plan_with(
    plan: IntakePlan, questions: Iterable[Counterpart], options: Mapping[str, Mapping[str, str]]
) -> IntakePlan:
    """Return a plan by which these headers and texts stand for what they are said to."""
    named = {fold(found.text): target(found.name) for found in questions if found.name is not None}
    answers = {name: dict(texts) for name, texts in plan.mapping.answers.items()}
    for name, texts in options.items():
        answers.setdefault(name, {}).update({fold(text): said for text, said in texts.items() if said})
    return replace(plan, mapping=AnswerMapping({**plan.mapping.headers, **named}, answers))


def find_stated_questions(tables: Tables, stated: StatedMapping, plan: IntakePlan) -> Iterator[Counterpart]:
    """Yield what people said of the questions of these files."""
    for table, side in tables:
        for sample in find_questions(table, side):
            name = stated.questions.get(fold(sample.question))
            if name is not None and (name == "" or name in plan.fields):
                yield from counterparts(sample, name, tr(STATED), plan.fields)


def find_stated_options(stated: StatedMapping, name: str, plan: IntakePlan) -> Iterator[Counterpart]:
    """Yield what people said of the answers to a field; what stays as typed needs no word."""
    known = plan.fields.get(name)
    for text, said in stated.options.get(name, {}).items():
        if said and known is not None:
            yield Counterpart(text, said, tr(STATED))


def counterparts(
    sample: QuestionSample, name: str | None, why: str, fields: Mapping[str, AnyField]
) -> Iterator[Counterpart]:
    """Yield what maps a question to a field: its words where all its columns bear them, else each of its headers."""
    if all(fold((split_part(header) or (header, ""))[0]) == fold(sample.question) for header in sample.headers):
        yield Counterpart(sample.question, name, why)
        return
    for header, item in zip(sample.headers, sample.items or ("",) * len(sample.headers), strict=False):
        known = item_of(fields[name], item) if name and item else ""
        if known is None:
            yield Counterpart(header, None, tr(TO_FILL))
        else:
            yield Counterpart(header, f"{name} [{known}]" if known else name, why)


def item_of(field: AnyField, item: str) -> str | None:
    """Return the item of a field that a column of a file may be, None where it has none like it."""
    if has_item(field, item):
        return item
    near = closest(item, answers_of(field))
    return near.name if near else None


def header_counterparts(table: TextTable, side: Side | None, plan: IntakePlan) -> Iterator[Counterpart]:
    """Yield each question of a file that no field answers to, with the field that it may be."""
    claims = claims_by_field(table.header, plan)
    taken = {at for claim in claims.values() for at in (*claim.whole, *(column for _, column in claim.items))}
    free = {table.header[column] for column in range(len(table.header)) if column not in taken | table.own}
    free = {header for header in free if not is_ignored(header, plan)}
    questions = [sample for sample in find_questions(table, side) if free.intersection(sample.headers)]
    fields = {
        name: field
        for name, field in plan.fields.items()
        if name not in claims and field.use != "forbidden" and (side is None or field.asks(side))
    }
    chosen = pair_with_fields(questions, fields, plan)
    for place, sample in enumerate(questions):
        name, why = chosen.get(place, (None, tr(TO_FILL)))
        yield from counterparts(sample, name, why, plan.fields) if name else (Counterpart(sample.question, None, why),)


def pair_with_fields(
    questions: Sequence[QuestionSample], fields: Mapping[str, AnyField], plan: IntakePlan
) -> dict[int, tuple[str, str]]:
    """Return the field that each question may be, the likest first, and why; no field twice."""
    names = list(fields)
    by_words = likenesses([sample.question for sample in questions], [fields[name].question for name in names])
    rated = [
        (
            max(by_words[row][column], evidence, MIN_LIKENESS * bool(identity)),
            -row,
            name,
            by_words[row][column],
            identity * (evidence < MIN_LIKENESS),
        )
        for row, sample in enumerate(questions)
        for column, name in enumerate(names)
        for identity, evidence in ((why_identity(sample, name, plan), share_understood(sample, fields[name])),)
        if identity or max(by_words[row][column], evidence) >= MIN_LIKENESS
    ]
    chosen: dict[int, tuple[str, str]] = {}
    for _, row, name, likeness, identity in sorted(rated, reverse=True):
        if -row not in chosen and name not in {field for field, _ in chosen.values()}:
            why = LIKE if likeness >= MIN_LIKENESS else CALLED if identity else ANSWERED
            said = tr(why, question=fields[name].question, likeness=decimal(likeness, 2), why=identity)
            chosen[-row] = (name, said)
    return chosen


def share_understood(sample: QuestionSample, field: AnyField) -> float:
    """Return the share of different answers that are options of a question, 0 where it has none or they are few."""
    single = isinstance(field, Choice | Scale)
    if not answers_of(field) or isinstance(field, YesNo) or (single and sample.items):
        return 0.0
    texts = {fold(answer) for answer in (*sample.answers, *sample.items)}
    known = sum(not list(unknown_texts(field, text)) for text in texts)
    return known / len(texts) if len(texts) > 1 else 0.0


def unknown_options(tables: Tables, plan: IntakePlan) -> dict[str, Counter[str]]:
    """Return how often each text stands in the answers to a question that does not understand it."""
    counts: dict[str, Counter[str]] = {}
    spelled: dict[str, str] = {}
    for table, side in tables:
        found, _ = locate_columns(table, plan, side)
        for name, place in found.items():
            if plan.fields[name].use in ("match", "consent"):
                answers = (place.answer(record.cells) for record in table.records)
                texts = [text for answer in answers for text in unknown_texts(plan.fields[name], answer)]
                for text in texts:
                    counts.setdefault(name, Counter())[spelled.setdefault(fold(text), text)] += 1
    return counts


def option_counterparts(name: str, texts: Counter[str], plan: IntakePlan) -> Iterator[Counterpart]:
    """Yield the texts that may be options: near to one, what says a side, or given more than once."""
    field = plan.fields[name]
    sides = sides_said(name, texts, plan)
    for text, times in texts.items():
        near = closest(text, answers_of(field))
        given = counted(times, "réponse")
        if text in sides:
            yield Counterpart(text, sides[text], f"{tr(TELLS)}, {given}")
        elif near:
            why = tr("ressemblance {likeness}, {given}", likeness=decimal(near.likeness, 2), given=given)
            yield Counterpart(text, near.name, why)
        elif times > 1:
            yield Counterpart(text, None, tr("à compléter, ou à laisser telle quelle : {given}", given=given))


def sides_said(name: str, texts: Counter[str], plan: IntakePlan) -> dict[str, str]:
    """Return the answer of the programme for each text that says mentor or mentee, in the question of the role."""
    if plan.roles is None or name != plan.roles.field:
        return {}
    given = list(texts)
    found = (
        words.get_role_answers(given)
        or answers_that_name(given)
        or (taking_and_taken(given) if len(given) == 2 else None)
    )
    return dict(zip(found, (plan.roles.mentor, plan.roles.mentee), strict=True)) if found else {}


def missing_fields(tables: Tables, plan: IntakePlan) -> Iterator[str]:
    """Yield the fields that criteria and rules need and no column answers, with their words and the closest header."""
    for name, near in find_unanswered_fields(tables, plan).items():
        said = CLOSEST if near else ALONE
        yield tr(said, question=plan.fields[name].question, name=name, near=near)


def find_unanswered_fields(tables: Tables, plan: IntakePlan) -> dict[str, str]:
    """Return the closest header, empty for none, by the field that is needed and that no column answers."""
    found: dict[str, str] = {}
    for name in sorted(plan.required_fields):
        without = [
            table
            for table, side in tables
            if (side is None or plan.fields[name].asks(side)) and name not in locate_columns(table, plan, side)[0]
        ]
        if without:
            claims = [column for claim in claims_by_field(without[0].header, plan).values() for column in claim.whole]
            free = [text for at, text in enumerate(without[0].header) if at not in claims]
            near = closest(plan.fields[name].question, free, least=FAR)
            found[name] = near.name if near else ""
    return found


def mapping_text(proposal: MappingDraft, known: Programme) -> str:
    """Return a proposal as the part ``mapping`` of a programme file, with what that part holds already."""
    said = known.mapping
    lines = [
        tr(HEAD),
        "[mapping.questions]",
        *(line(quote_toml(text), quote_toml(name)) for text, name in said.questions.items()),
    ]
    lines += [mapping_line(found) for found in proposal.questions]
    lines += [tr("# Aucune colonne pour {missing}", missing=plain(missing)) for missing in proposal.missing]
    lines += [f"# {each}" for text in proposal.absent for each in text.splitlines()]
    for name in dict.fromkeys([*said.options, *proposal.options, *proposal.typed]):
        lines += ["", f"[mapping.options.{toml_key(name)}]  # {plain(known.fields[name].question)}"]
        lines += [line(quote_toml(text), quote_toml(option)) for text, option in said.options.get(name, {}).items()]
        lines += [mapping_line(found) for found in proposal.options.get(name, ())]
        lines += describe_typed_answers(proposal.typed.get(name, 0))
        open_ends = name in proposal.typed or any(found.name is None for found in proposal.options.get(name, ()))
        lines += options_line(known.fields[name]) if open_ends else []
    return "\n".join(lines) + "\n"


def mapping_line(found: Counterpart) -> str:
    """Return one line of a mapping; a comment where it is to be filled in."""
    open_end = found.name is None
    return line(
        f"# {quote_toml(found.text)}" if open_end else quote_toml(found.text), quote_toml(found.name or ""), found.why
    )


def describe_typed_answers(count: int) -> list[str]:
    """Return that answers were typed beside the options, which they stay."""
    sentence = tr_n(
        "# {told}, donnée une seule fois et loin de toute option : laissée comme tapée (« Autre » ?)",
        "# {told}, données une seule fois et loin de toute option : laissées comme tapées (« Autre » ?)",
        count,
        told=counted(count, "autre réponse", "autres réponses"),
    )
    return [sentence] if count else []


def options_line(field: AnyField) -> list[str]:
    """Return the options of a question, for whoever fills in the lines above."""
    options = [tr("« {text} »", text=option) for option in answers_of(field)[:MOST_OPTIONS]]
    return [tr("# Options : {options}", options=plain(listed(options)))]


def toml_key(name: str) -> str:
    """Return the id of a field as a key of TOML."""
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else quote_toml(name)


def unknown_texts(field: AnyField, answer: Answer) -> Iterator[str]:
    """Yield each text in ``answer`` that is no option of a question which has some; what it may say freely is known."""
    if isinstance(answer, Mapping):
        for item, text in answer.items():
            if fold(item) != fold(OTHER):
                yield from () if has_item(field, item) else (item,)
                yield from in_part(field, text)
    elif isinstance(field, Levels):
        yield from (part for cell in field.cells(answer) for part in cell if not understands(field, part))
    elif answers_of(field):
        yield from in_cell(field, answer)


def in_part(field: AnyField, text: str) -> Iterator[str]:
    """Yield what is unknown in the cell of one item: a level, a moment, an option in its rank; a tick is known."""
    if fold(text) in {"", *YES, *NO}:
        return
    if isinstance(field, Slots):
        pieces = (piece.strip() for part in split(text, field.joiner) for piece in part.split(","))
        yield from (piece for piece in pieces if piece and not understands(field, piece))
    elif isinstance(field, Levels) or (isinstance(field, Ranking) and not rank_of(text)):
        yield from () if understands(field, text) else (text.strip(),)


def in_cell(field: AnyField, text: str) -> Iterator[str]:
    """Yield what is unknown in a cell with one answer, or with several."""
    if not isinstance(field, Choices | Ranking | Slots):
        yield from () if not text.strip() or understands(field, text) else (text.strip(),)
        return
    for piece in split(text, field.joiner):
        found, rest = take_options(answers_of(field), fold(piece))
        if rest:
            yield piece if not found else rest


def add_mapping(path: Path, text: str) -> None:
    """Add a mapping to the end of a programme file, the rest of which stays as it is, byte for byte.

    Raises OutputError where the programme has a mapping already, ProgrammeError where this one does not fit it.
    """
    if has_mapping(Programme.load(path)):
        advice = tr("écrivez ailleurs (-o), et collez à la main")
        found = Problem("mapping", tr("le programme en a déjà une"), advice=advice)
        raise OutputError(tr("Rien n'a été ajouté à {file}", file=path.name), [found])
    after = append_text(path.read_bytes(), text)
    Programme.parse(after, path.name)
    write_whole(path, after)


def has_mapping(programme: Programme) -> bool:
    """Say whether a programme maps headers or answers."""
    return bool(programme.mapping.questions or programme.mapping.options)


def append_text(content: bytes, text: str) -> bytes:
    """Return a file with more text behind it."""
    return content.rstrip() + b"\n\n" + text.encode("utf-8")


def with_mapping(content: bytes, proposal: MappingDraft) -> bytes:
    """Return the file of a programme with all that a proposal maps, as it is where that is nothing.

    Where the programme has no mapping yet it ends with the text that ``mapping_text`` gives. Raises ProgrammeError
    where it is no programme.
    """
    known = Programme.parse(content)
    if not any(one.name is not None for one in chain(proposal.questions, *proposal.options.values())):
        return content
    if not has_mapping(known):
        return append_text(content, mapping_text(proposal, known))
    document = parse_toml(content)
    mapping = document["mapping"]
    put(mapping, ("questions",), proposal.questions)
    for name, found in proposal.options.items():
        put(mapping, ("options", name), found)
    return dump_toml(document)


def ask_later(content: bytes, names: Iterable[str]) -> bytes:
    """Return the file of a programme by which nobody was asked these questions yet.

    Criteria and rules that look at them stay; a question by which people agree is read by staff alone from then on.
    """
    document = parse_toml(content)
    fields: Any = document["fields"]
    for name in names:
        field = fields[name]
        if field.get("use", "match") == "match":
            field["later"] = True
        else:
            field["use"] = "display"
    return dump_toml(document)


def with_identity(content: bytes, key: str = "", role: RoleQuestion | None = None) -> bytes:
    """Return the file of a programme by which the question ``key`` tells people apart, and ``role`` the sides.

    Each is added where there is one; the programme is to have none of its own.
    """
    import tomlkit

    document = parse_toml(content)
    fields: Any = document.setdefault("fields", tomlkit.table())
    if key:
        name = identifier(key, set(fields))
        fields[name] = table(question=key, kind="text", use="key")
    if role:
        name = identifier("role", set(fields))
        fields[name] = table(question=role.sample.question, kind="choice", options=role.options)
        entry = tomlkit.inline_table()
        entry.update({"field": name, "mentor": role.mentor, "mentee": role.mentee})
        heading: Any = document["programme"]
        heading["role"] = entry
    return dump_toml(document)


def table(**settings: object) -> Any:
    """Return a table of TOML."""
    import tomlkit

    made = tomlkit.table()
    made.update(settings)
    return made


def put(mapping: Any, path: tuple[str, ...], found: Iterable[Counterpart]) -> None:
    """Put what is named into a table of a mapping, which is made where it is not there."""
    import tomlkit

    named = [one for one in found if one.name is not None]
    for key in path if named else ():
        if key not in mapping:
            mapping[key] = tomlkit.table()
        mapping = mapping[key]
    for one in named:
        entry = tomlkit.item(one.name)
        mapping[one.text] = entry.comment(plain(one.why))


def parse_toml(content: bytes) -> "TOMLDocument":
    """Return a file of TOML with all that it holds."""
    return parse_document(content.decode("utf-8-sig"))


def dump_toml(document: Mapping[str, Any]) -> bytes:
    """Return a file of TOML."""
    import tomlkit

    return tomlkit.dumps(document).encode("utf-8")
