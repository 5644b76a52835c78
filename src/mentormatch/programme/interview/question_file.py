"""The questions of a draft -> a TOML file to fill in, with proposals; and back, the replies in it.

The table of a question has its reply as ``answer``. A question without a proposal has a comment until staff decide.
"""

from collections.abc import Iterator, Mapping, Sequence

from mentormatch.base.strict_toml import parse_tables
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import about, counted, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.drafts.entries import make_comment_text, make_toml_array, make_toml_line, quote_toml
from mentormatch.programme.drafts.mapping_draft import toml_key
from mentormatch.programme.interview.question import NUMBER_CHOICE, TEXT_CHOICE, DraftQuestion, Line, Reply

FILE_HEAD = mark("""\
# Les questions du brouillon, la plus parlante d'abord. Sous chacune, « answer » est la réponse : gardez celle qui est
# proposée, ou écrivez-en une autre. Une ligne « # answer » attend une décision : effacez « # » pour la prendre.
# Une question dont vous effacez la réponse reste ouverte.
""")


def questions_text(questions: Sequence[DraftQuestion]) -> str:
    """Return the file of some questions, with their replies or else their proposals."""
    blocks = ["\n".join(question_lines(question)) for question in questions]
    return tr(FILE_HEAD) + "".join(f"\n{block}\n" for block in blocks)


def question_lines(question: DraftQuestion) -> Iterator[str]:
    """Yield the lines of one question: its text, the possible replies with their effects, then the answer."""
    yield f"[{toml_key(question.id)}]"
    yield f"# {make_comment_text(question.text)}"
    if question.hint:
        yield f"# {make_comment_text(question.hint)}"
    for choice in question.choices:
        value = choice.value if choice.value in (NUMBER_CHOICE, TEXT_CHOICE) else quote_toml(choice.value)
        effect = f" → {make_comment_text(choice.effect)}" if choice.effect else ""
        yield f"#   {make_comment_text(about(value, choice.text))}{effect}"
    if question.columns:
        example = '{ question = "…", mentor = "…", mentee = "…" }'
        yield f"#   {tr('une autre colonne : {example}', example=example)}"
        for column, answers in question.columns.items():
            yield f"#     {make_comment_text(about(quoted(column), ', '.join(map(quoted, answers))))}"
    yield from answer_lines(question)


def answer_lines(question: DraftQuestion) -> Iterator[str]:
    """Yield the lines of the answer: the reply or the proposal, or a comment if staff must decide."""
    reply = question.proposed if question.reply is None else question.reply
    if question.form == "each":
        yield f"[{toml_key(question.id)}.answer]"
        replies: Mapping[str, str] = reply if isinstance(reply, Mapping) else {}
        yield from (
            format_line(question, text_line, replies.get(text_line.key, text_line.proposed))
            for text_line in question.lines
        )
    elif question.reply is None and (reply is None or not question.bulk):
        example = reply_text(reply) if reply is not None else ("[]" if question.form == "several" else '""')
        yield make_toml_line("# answer", example, tr("à décider"))
    else:
        yield make_toml_line("answer", reply_text(reply) if reply is not None else '""')


def reply_text(reply: Reply) -> str:
    """Return a reply as a TOML value."""
    if isinstance(reply, str):
        return quote_toml(reply)
    if isinstance(reply, Mapping):
        sides = {key: text.split("\n") for key, text in reply.items()}
        parts = (
            f"{key} = {quote_toml(texts[0]) if len(texts) == 1 else make_toml_array(texts)}"
            for key, texts in sides.items()
        )
        return f"{{ {', '.join(parts)} }}"
    return make_toml_array(reply)


def format_line(question: DraftQuestion, text_line: Line, value: str | None) -> str:
    """Return the line of one text: its reply and the number of people who gave it; a comment if there is no reply."""
    people = counted(text_line.people, "personne") if text_line.people else ""
    key = quote_toml(text_line.key)
    if NUMBER_CHOICE in question.values:
        return (
            make_toml_line(key, value, people)
            if value
            else make_toml_line(f"# {key}", '""', about(people, tr("à compléter : un nombre")))
        )
    return make_toml_line(key, quote_toml(value), people) if value else make_toml_line(f"# {key}", '""', people)


def read_replies(content: bytes, source: str) -> dict[str, object]:
    """Return the replies in a file of questions, by the id of their question.

    Raises ProgrammeError if the file is not TOML, RequestError if a table contains another key than ``answer``.
    """
    tables = parse_tables(content, source)
    problems = [
        Problem(str(name), tr("autre chose que « answer »"), "answer")
        for name, table in tables.items()
        if not isinstance(table, Mapping) or set(table) - {"answer"}
    ]
    if problems:
        raise RequestError(tr("« {source} » n'est pas un fichier de questions", source=source), problems)
    return {name: table["answer"] for name, table in tables.items() if "answer" in table}
