"""A programme, and files in other words -> a draft of its mapping, and the programme file with the mapping.

Mappings and decisions of staff are written into the file with all its comments, order and spacing; a new mapping comes
last.
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
from mentormatch.programme.drafts.entries import make_comment_text, make_field_id, make_toml_line, quote_toml
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.identity import ROLE_REASON, find_identity_reason, missing_identity
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion, find_host_and_newcomer, find_named_sides
from mentormatch.programme.drafts.samples import QuestionSample, Tables, find_questions, languages_of
from mentormatch.programme.drafts.uses import DECIDED_REASON
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.programme.tables import parse_document
from mentormatch.survey.headers import claims_by_field, is_ignored, locate_columns, separate_questions, split_part
from mentormatch.survey.plan import AnswerMapping, IntakePlan, answers_of, has_item, target, understands
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import OTHER

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


MAPPING_COMMENT = mark("""\
# Correspondance proposée entre ce fichier et le programme : relisez chaque ligne, corrigez, complétez celles qui
# commencent par « # " », puis collez le tout à la fin du programme. Une ligne effacée ne change rien.
""")
INCOMPLETE_REASON = mark("à compléter, ou à laisser : cette colonne n'est pas utilisée")


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """A text of a file, the name in the programme that it may mean, and the reason.

    ``name`` is None if no name is similar, and empty if staff decided that the text has no meaning.
    """

    text: str
    name: str | None
    why: str


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """The proposals for texts of the files that differ from the programme.

    ``questions`` are headers, ``options`` answers by field; ``missing`` are needed fields without a column. ``typed``
    has, by field, the number of answers given once and similar to no option: they stay as typed. ``absent`` are lines
    to add to a programme that identifies no people or sides.
    """

    questions: tuple[MappingProposal, ...]
    options: Mapping[str, tuple[MappingProposal, ...]]
    missing: tuple[str, ...]
    typed: Mapping[str, int]
    absent: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is proposed or missing; answers of ``typed`` may remain that are not understood."""
        return not (self.questions or self.options or self.missing or self.absent)


@dataclass(frozen=True, slots=True)
class MappingDecisions:
    """The decisions of staff on the columns of some files.

    ``questions`` maps the folded text of a question to its field, empty for none; ``options`` maps, by field, a text to
    its option, empty if it stays as typed.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NO_DECISIONS = MappingDecisions()


def propose_mapping(programme: Programme, tables: Tables, decisions: MappingDecisions = NO_DECISIONS) -> MappingDraft:
    """Return a mapping of the headers and answers that the programme does not understand.

    Decisions take precedence. Each header is mapped to at most one field, by similar words, or by answers that are its
    options. Words for roles and codes are those of the languages of the files.
    """
    with words_of(words_read(languages_of(tables))):
        return propose_in_words(programme, tables, decisions)


def propose_in_words(programme: Programme, tables: Tables, decisions: MappingDecisions) -> MappingDraft:
    """Return a mapping by the vocabularies in use."""
    per_side = all(side is not None for _, side in tables)
    plan = make_intake_plan(programme, per_side=per_side)
    tables = [(separate_questions(table, plan), side) for table, side in tables]
    decided = {fold(proposal.text): proposal for proposal in find_decided_questions(tables, decisions, plan)}
    plan = plan_with(plan, decided.values(), decisions.options)
    questions = {
        fold(proposal.text): proposal for table, side in tables for proposal in find_header_proposals(table, side, plan)
    }
    wider = plan_with(plan, questions.values(), {})
    counts = count_unknown_options(tables, wider)
    for name, texts in decisions.options.items():
        decided_texts = {fold(text) for text in texts}
        undecided = {text: n for text, n in counts.get(name, {}).items() if fold(text) not in decided_texts}
        counts[name] = Counter(undecided)
    options = {name: tuple(find_option_proposals(name, texts, plan)) for name, texts in counts.items()}
    with_decisions = {
        name: (*find_decided_options(decisions, name, plan), *proposals) for name, proposals in options.items()
    }
    typed = {name: len(texts) - len(options[name]) for name, texts in counts.items() if len(texts) > len(options[name])}
    samples = [sample for table, side in tables for sample in find_questions(table, side)]
    identity_lines = missing_identity([table for table, _ in tables], samples, wider, apart=per_side)
    return MappingDraft(
        (*decided.values(), *questions.values()),
        {name: proposals for name, proposals in with_decisions.items() if proposals},
        tuple(describe_missing_fields(tables, wider)),
        typed,
        tuple(identity_lines),
    )


def plan_with(
    plan: IntakePlan, questions: Iterable[MappingProposal], options: Mapping[str, Mapping[str, str]]
) -> IntakePlan:
    """Return a plan with these headers and texts mapped."""
    targets = {fold(proposal.text): target(proposal.name) for proposal in questions if proposal.name is not None}
    answers = {name: dict(texts) for name, texts in plan.mapping.answers.items()}
    for name, texts in options.items():
        answers.setdefault(name, {}).update({fold(text): option for text, option in texts.items() if option})
    return replace(plan, mapping=AnswerMapping({**plan.mapping.headers, **targets}, answers))


def find_decided_questions(tables: Tables, decisions: MappingDecisions, plan: IntakePlan) -> Iterator[MappingProposal]:
    for table, side in tables:
        for sample in find_questions(table, side):
            name = decisions.questions.get(fold(sample.question))
            if name is not None and (name == "" or name in plan.fields):
                yield from make_header_proposals(sample, name, tr(DECIDED_REASON), plan.fields)


def find_decided_options(decisions: MappingDecisions, name: str, plan: IntakePlan) -> Iterator[MappingProposal]:
    """Yield the decisions on the answers to a field; texts that stay as typed need no line."""
    field = plan.fields.get(name)
    for text, option in decisions.options.get(name, {}).items():
        if option and field is not None:
            yield MappingProposal(text, option, tr(DECIDED_REASON))


def make_header_proposals(
    sample: QuestionSample, name: str | None, why: str, fields: Mapping[str, AnyField]
) -> Iterator[MappingProposal]:
    """Yield the lines that map a question to a field: one if all headers begin with it, else one per header."""
    if all(fold((split_part(header) or (header, ""))[0]) == fold(sample.question) for header in sample.headers):
        yield MappingProposal(sample.question, name, why)
        return
    for header, item in zip(sample.headers, sample.items or ("",) * len(sample.headers), strict=False):
        field_item = find_item(fields[name], item) if name and item else ""
        if field_item is None:
            yield MappingProposal(header, None, tr(INCOMPLETE_REASON))
        else:
            yield MappingProposal(header, f"{name} [{field_item}]" if field_item else name, why)


def find_item(field: AnyField, item: str) -> str | None:
    """Return the item of a field that an item of a file may be; None if none is similar."""
    if has_item(field, item):
        return item
    match = closest(item, answers_of(field))
    return match.name if match else None


def find_header_proposals(table: TextTable, side: Side | None, plan: IntakePlan) -> Iterator[MappingProposal]:
    """Yield each question of a file without a field, and the field that it may be."""
    claims = claims_by_field(table.header, plan)
    claimed = {column for claim in claims.values() for column in (*claim.whole, *(column for _, column in claim.items))}
    free = {table.header[column] for column in range(len(table.header)) if column not in claimed | table.own}
    free = {header for header in free if not is_ignored(header, plan)}
    questions = [sample for sample in find_questions(table, side) if free.intersection(sample.headers)]
    fields = {
        name: field
        for name, field in plan.fields.items()
        if name not in claims and field.use != "forbidden" and (side is None or field.asks(side))
    }
    fields_by_index = pair_with_fields(questions, fields, plan)
    for index, sample in enumerate(questions):
        name, why = fields_by_index.get(index, (None, tr(INCOMPLETE_REASON)))
        yield from (
            make_header_proposals(sample, name, why, plan.fields)
            if name
            else (MappingProposal(sample.question, None, why),)
        )


def pair_with_fields(
    questions: Sequence[QuestionSample], fields: Mapping[str, AnyField], plan: IntakePlan
) -> dict[int, tuple[str, str]]:
    """Return, by index of the question, its likely field and the reason; a field is used once, most likely first."""
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
        for identity, evidence in ((find_identity_reason(sample, name, plan), share_understood(sample, fields[name])),)
        if identity or max(by_words[row][column], evidence) >= MIN_LIKENESS
    ]
    fields_by_row: dict[int, tuple[str, str]] = {}
    for _, row, name, likeness, identity in sorted(rated, reverse=True):
        if -row not in fields_by_row and name not in {field for field, _ in fields_by_row.values()}:
            question = fields[name].question
            if likeness >= MIN_LIKENESS:
                shown = decimal(likeness, 2)
                reason = tr("« {question} » : ressemblance {likeness}", question=question, likeness=shown)
            elif identity:
                reason = tr("« {question} » ? {why}", question=question, why=identity)
            else:
                reason = tr("« {question} » : les réponses sont les siennes", question=question)
            fields_by_row[-row] = (name, reason)
    return fields_by_row


def share_understood(sample: QuestionSample, field: AnyField) -> float:
    """Return the share of distinct answers and items that a field lists.

    0 for a single text, for a field without options or of yes or no, and for items if the field has one answer.
    """
    has_one_answer = isinstance(field, Choice | Scale)
    if not answers_of(field) or isinstance(field, YesNo) or (has_one_answer and sample.items):
        return 0.0
    texts = {fold(answer) for answer in (*sample.answers, *sample.items)}
    known_count = sum(not list(find_unknown_texts(field, text)) for text in texts)
    return known_count / len(texts) if len(texts) > 1 else 0.0


def count_unknown_options(tables: Tables, plan: IntakePlan) -> dict[str, Counter[str]]:
    """Return, by field that is compared or a consent, the count of each answer that is not understood."""
    counts: dict[str, Counter[str]] = {}
    spelled: dict[str, str] = {}
    for table, side in tables:
        places_by_field, _ = locate_columns(table, plan, side)
        for name, place in places_by_field.items():
            if plan.fields[name].use in ("match", "consent"):
                answers = (place.answer(record.cells) for record in table.records)
                texts = [text for answer in answers for text in find_unknown_texts(plan.fields[name], answer)]
                for text in texts:
                    counts.setdefault(name, Counter())[spelled.setdefault(fold(text), text)] += 1
    return counts


def find_option_proposals(name: str, texts: Counter[str], plan: IntakePlan) -> Iterator[MappingProposal]:
    """Yield the texts that may be options: similar to one, a word for a side, or given more than once."""
    field = plan.fields[name]
    sides = find_side_answers(name, texts, plan)
    for text, count in texts.items():
        match = closest(text, answers_of(field))
        count_text = counted(count, "réponse")
        if text in sides:
            yield MappingProposal(text, sides[text], f"{tr(ROLE_REASON)}, {count_text}")
        elif match:
            why = tr("ressemblance {likeness}, {given}", likeness=decimal(match.likeness, 2), given=count_text)
            yield MappingProposal(text, match.name, why)
        elif count > 1:
            yield MappingProposal(text, None, tr("à compléter, ou à laisser telle quelle : {given}", given=count_text))


def find_side_answers(name: str, texts: Counter[str], plan: IntakePlan) -> dict[str, str]:
    """Map each text for a side, in the question on roles, to the answer of the programme."""
    if plan.roles is None or name != plan.roles.field:
        return {}
    answers = list(texts)
    side_answers = (
        words.get_role_answers(answers)
        or find_named_sides(answers)
        or (find_host_and_newcomer(answers) if len(answers) == 2 else None)
    )
    return dict(zip(side_answers, (plan.roles.mentor, plan.roles.mentee), strict=True)) if side_answers else {}


def describe_missing_fields(tables: Tables, plan: IntakePlan) -> Iterator[str]:
    for name, header in find_unanswered_fields(tables, plan).items():
        message = (
            mark("« {question} » ({name}) ; la colonne la plus proche : « {near} »")
            if header
            else mark("« {question} » ({name})")
        )
        yield tr(message, question=plan.fields[name].question, name=name, near=header)


def find_unanswered_fields(tables: Tables, plan: IntakePlan) -> dict[str, str]:
    """Map each needed field without a column to the most similar header; empty if none is similar."""
    headers: dict[str, str] = {}
    for name in sorted(plan.required_fields):
        without = [
            table
            for table, side in tables
            if (side is None or plan.fields[name].asks(side)) and name not in locate_columns(table, plan, side)[0]
        ]
        if without:
            claims = [column for claim in claims_by_field(without[0].header, plan).values() for column in claim.whole]
            free = [text for at, text in enumerate(without[0].header) if at not in claims]
            match = closest(plan.fields[name].question, free, least=0.3)
            headers[name] = match.name if match else ""
    return headers


def mapping_text(proposal: MappingDraft, programme: Programme) -> str:
    """Return a proposal as the part ``mapping`` of a programme file, with the mapping that the programme has."""
    mapping = programme.mapping
    lines = [
        tr(MAPPING_COMMENT),
        "[mapping.questions]",
        *(make_toml_line(quote_toml(text), quote_toml(name)) for text, name in mapping.questions.items()),
    ]
    lines += [mapping_line(proposed) for proposed in proposal.questions]
    lines += [tr("# Aucune colonne pour {missing}", missing=make_comment_text(missing)) for missing in proposal.missing]
    lines += [f"# {text_line}" for text in proposal.absent for text_line in text.splitlines()]
    for name in dict.fromkeys([*mapping.options, *proposal.options, *proposal.typed]):
        lines += ["", f"[mapping.options.{toml_key(name)}]  # {make_comment_text(programme.fields[name].question)}"]
        lines += [
            make_toml_line(quote_toml(text), quote_toml(option))
            for text, option in mapping.options.get(name, {}).items()
        ]
        lines += [mapping_line(proposed) for proposed in proposal.options.get(name, ())]
        lines += describe_typed_answers(proposal.typed.get(name, 0))
        has_open_lines = name in proposal.typed or any(
            proposed.name is None for proposed in proposal.options.get(name, ())
        )
        lines += make_options_lines(programme.fields[name]) if has_open_lines else []
    return "\n".join(lines) + "\n"


def mapping_line(proposal: MappingProposal) -> str:
    """Return a line of a mapping, as a comment if staff must complete it."""
    is_open = proposal.name is None
    return make_toml_line(
        f"# {quote_toml(proposal.text)}" if is_open else quote_toml(proposal.text),
        quote_toml(proposal.name or ""),
        proposal.why,
    )


def describe_typed_answers(count: int) -> list[str]:
    """Return the comment on the number of typed answers; empty if there are none."""
    sentence = tr_n(
        "# {told}, donnée une seule fois et loin de toute option : laissée comme tapée (« Autre » ?)",
        "# {told}, données une seule fois et loin de toute option : laissées comme tapées (« Autre » ?)",
        count,
        told=counted(count, "autre réponse", "autres réponses"),
    )
    return [sentence] if count else []


def make_options_lines(field: AnyField) -> list[str]:
    """Return the comment with up to 20 options of a question."""
    options = [tr("« {text} »", text=option) for option in answers_of(field)[:20]]
    return [tr("# Options : {options}", options=make_comment_text(listed(options)))]


def toml_key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else quote_toml(name)


def find_unknown_texts(field: AnyField, answer: Answer) -> Iterator[str]:
    """Yield each text in ``answer`` that is not an option; questions without options accept every text."""
    if isinstance(answer, Mapping):
        for item, text in answer.items():
            if fold(item) != fold(OTHER):
                yield from () if has_item(field, item) else (item,)
                yield from find_unknown_in_item(field, text)
    elif isinstance(field, Levels):
        yield from (part for cell in field.cells(answer) for part in cell if not understands(field, part))
    elif answers_of(field):
        yield from find_unknown_in_cell(field, answer)


def find_unknown_in_item(field: AnyField, text: str) -> Iterator[str]:
    """Yield the unknown texts in the cell of one item: a level, a moment, or an option at a rank; ticks are known."""
    if fold(text) in {"", *YES, *NO}:
        return
    if isinstance(field, Slots):
        pieces = (piece.strip() for part in split(text, field.joiner) for piece in part.split(","))
        yield from (piece for piece in pieces if piece and not understands(field, piece))
    elif isinstance(field, Levels) or (isinstance(field, Ranking) and not rank_of(text)):
        yield from () if understands(field, text) else (text.strip(),)


def find_unknown_in_cell(field: AnyField, text: str) -> Iterator[str]:
    """Yield the unknown texts in a cell with one answer, or with several."""
    if not isinstance(field, Choices | Ranking | Slots):
        yield from () if not text.strip() or understands(field, text) else (text.strip(),)
        return
    for piece in split(text, field.joiner):
        options, remaining = take_options(answers_of(field), fold(piece))
        if remaining:
            yield piece if not options else remaining


def add_mapping(path: Path, text: str) -> None:
    """Append a mapping to a programme file; the present content does not change, except empty lines at its end.

    Raises OutputError if the programme has a mapping, ProgrammeError if the result is invalid.
    """
    if has_mapping(Programme.load(path)):
        advice = tr("écrivez ailleurs (-o), et collez à la main")
        problem = Problem("mapping", tr("le programme en a déjà une"), advice=advice)
        raise OutputError(tr("Rien n'a été ajouté à {file}", file=path.name), [problem])
    after = append_text(path.read_bytes(), text)
    Programme.parse(after, path.name)
    write_whole(path, after)


def has_mapping(programme: Programme) -> bool:
    return bool(programme.mapping.questions or programme.mapping.options)


def append_text(content: bytes, text: str) -> bytes:
    return content.rstrip() + b"\n\n" + text.encode("utf-8")


def with_mapping(content: bytes, proposal: MappingDraft) -> bytes:
    """Return the file of a programme with all mappings of a proposal; unchanged if there are none.

    If the programme has no mapping, the text of ``mapping_text`` is appended. Raises ProgrammeError for an invalid
    file.
    """
    programme = Programme.parse(content)
    if not any(proposed.name is not None for proposed in chain(proposal.questions, *proposal.options.values())):
        return content
    if not has_mapping(programme):
        return append_text(content, mapping_text(proposal, programme))
    document = parse_toml(content)
    mapping = document["mapping"]
    add_proposals(mapping, ("questions",), proposal.questions)
    for name, proposals in proposal.options.items():
        add_proposals(mapping, ("options", name), proposals)
    return dump_toml(document)


def postpone_questions(content: bytes, names: Iterable[str]) -> bytes:
    """Return the file of a programme in which these questions are asked later.

    Criteria and rules on them stay; a question of another use, such as a consent or a key, becomes one for staff only.
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
    """Return the file of a programme with the question ``key`` as the key, and ``role`` as the question on sides.

    The programme must not have the ones that are given.
    """
    import tomlkit

    document = parse_toml(content)
    fields: Any = document.setdefault("fields", tomlkit.table())
    if key:
        name = make_field_id(key, set(fields))
        fields[name] = make_toml_table(question=key, kind="text", use="key")
    if role:
        name = make_field_id("role", set(fields))
        fields[name] = make_toml_table(question=role.sample.question, kind="choice", options=role.options)
        entry = tomlkit.inline_table()
        entry.update({"field": name, "mentor": role.mentor, "mentee": role.mentee})
        heading: Any = document["programme"]
        heading["role"] = entry
    return dump_toml(document)


def make_toml_table(**settings: object) -> Any:
    import tomlkit

    new_table = tomlkit.table()
    new_table.update(settings)
    return new_table


def add_proposals(mapping: Any, path: tuple[str, ...], proposals: Iterable[MappingProposal]) -> None:
    """Add the named texts to a table of a mapping, which is created if it does not exist."""
    import tomlkit

    with_names = [proposed for proposed in proposals if proposed.name is not None]
    for key in path if with_names else ():
        if key not in mapping:
            mapping[key] = tomlkit.table()
        mapping = mapping[key]
    for proposed in with_names:
        entry = tomlkit.item(proposed.name)
        mapping[proposed.text] = entry.comment(make_comment_text(proposed.why))


def parse_toml(content: bytes) -> "TOMLDocument":
    return parse_document(content.decode("utf-8-sig"))


def dump_toml(document: Mapping[str, Any]) -> bytes:
    import tomlkit

    return tomlkit.dumps(document).encode("utf-8")
