"""Anonymous profiles as files: per side a page to read, and a short form to fill in."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import write_generation
from mentormatch.explanation.tables import SIDE_WORDS, sheet
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.translation import language, mark, tr, tr_n
from mentormatch.profiles import CODE_QUESTION, REFUSALS_QUESTION, WISHES_QUESTION, Profiles, WishQuestions
from mentormatch.report.book import BookColumn, WorkbookWriter
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.texts import render_template

WHO_IS_WHO_FILENAME = "profils-qui-est-qui.csv"
PROFILE_COUNTS: Mapping[Side, str] = {
    "mentor": mark("Profils des mentor·es : {count}. Réponses montrées : {answers}."),
    "mentee": mark("Profils des mentoré·es : {count}. Réponses montrées : {answers}."),
}
WITHHELD_COUNTS: Mapping[Side, str] = {
    "mentor": mark("Sans accord pour être montrés : {count} mentor·es."),
    "mentee": mark("Sans accord pour être montrés : {count} mentoré·es."),
}
# The heading per reader side; its profiles are of the other side.
PAGE_HEADINGS: Mapping[Side, str] = {
    "mentor": mark("Profils anonymes des mentoré·es"),
    "mentee": mark("Profils anonymes des mentor·es"),
}
# Keys: whether the form has choices, whether it has refusals
INSTRUCTIONS: Mapping[tuple[bool, bool], str] = {
    (True, True): mark(
        "{what} : classez {codes} au plus, celui que vous préférez d'abord ; vous pouvez en écarter {refused}, sans"
        " donner de raison."
    ),
    (True, False): mark("{what} : classez {codes} au plus, celui que vous préférez d'abord."),
    (False, True): mark("{what} ; vous pouvez en écarter {refused}, sans donner de raison."),
    (False, False): mark("{what}."),
}


def write_profiles(profiles: Profiles, folder: str | PathLike[str], *, replace: bool = False) -> tuple[Path, ...]:
    """Write the profiles and the form of each side, the questions to paste, and the table of codes; return the files.

    The page and form for a side may be sent to everyone on it; a page with the code of a reader in its name, only to
    this reader. The table of codes is for staff, readable for its owner alone. Raises OutputError if a file cannot be
    written, or if an existing file was edited and ``replace`` is false.
    """
    target = Path(folder)
    with language(profiles.programme.heading.language, unless_asked=True):
        files = {
            name: content for side in sides_with_questions(profiles) for name, content in for_readers(profiles, side)
        }
        with write_generation(target, "profiles", replace=replace) as draft:
            for name, content in files.items():
                draft.put(name, content)
            draft.put(WHO_IS_WHO_FILENAME, who_is_who(profiles), private=True)
    return tuple(target / name for name in (*files, WHO_IS_WHO_FILENAME))


def sides_with_questions(profiles: Profiles) -> list[Side]:
    return [side for side in SIDES if profiles.asked[side].wishes or profiles.asked[side].refusals]


def for_readers(profiles: Profiles, side: Side) -> Iterator[tuple[str, bytes]]:
    """Yield the files for the people of one side: profiles of the other side, the form in two formats, the questions.

    If each person reads an individual list, there is a page per reader, with the code of the reader in its name.
    """
    name = "profils-pour-les-mentors" if side == "mentor" else "profils-pour-les-mentorees"
    pages = {name: None} if profiles.lists is None else {f"{name}-{code}": code for code in readers(profiles, side)}
    for page, reader in pages.items():
        profiles_to_read = profiles.shown[ACROSS[side]] if reader is None else profiles.read_by(side, reader)
        text = render_template(
            "profiles.html",
            profiles=profiles,
            side=side,
            shown=profiles_to_read,
            reader=reader,
            words={"lead": format_reader_instructions, "KICKERS": PAGE_HEADINGS},
        )
        yield f"{page}.html", text.encode("utf-8")
    yield f"{name}-formulaire.xlsx", form_book(profiles, side)
    yield (
        f"{name}-formulaire.csv",
        to_csv(sheet([(head, head) for head in headings(profiles, side)], make_form_rows(profiles, side))),
    )
    yield f"{name}-questions.txt", format_form_questions(profiles, side).encode("utf-8")


def readers(profiles: Profiles, side: Side) -> list[str]:
    """Return the codes of the people of one side; with individual lists, only of people with a profile to read."""
    codes = sorted(code for key_side, code in profiles.keys if key_side == side)
    return [code for code in codes if profiles.lists is None or profiles.read_by(side, code)]


def format_reader_instructions(questions: WishQuestions) -> str:
    """Return the instructions for a reader."""
    introduction = tr(
        "Chaque profil porte un code, et ce que la personne a accepté de montrer. Lisez, puis remplissez le court"
        " formulaire"
    )
    message = INSTRUCTIONS[bool(questions.choices), bool(questions.refused)]
    return tr(message, what=introduction, codes=counted(questions.choices, "code"), refused=questions.refused)


def headings(profiles: Profiles, side: Side) -> list[str]:
    questions = profiles.asked[side]
    wishes = [f"{tr(WISHES_QUESTION)} [{rank}]" for rank in range(1, questions.choices + 1)]
    return [
        tr(CODE_QUESTION),
        *wishes,
        *(f"{tr(REFUSALS_QUESTION)} [{rank}]" for rank in range(1, questions.refused + 1)),
    ]


def make_form_rows(profiles: Profiles, side: Side) -> list[tuple[str, ...]]:
    """Return the rows of the form: a code, then empty cells."""
    empty = ("",) * (len(headings(profiles, side)) - 1)
    return [(code, *empty) for code in readers(profiles, side)]


def form_book(profiles: Profiles, side: Side) -> bytes:
    """Return the form as a workbook; each choice is selected from the codes that its reader may choose."""
    from xlsxwriter.utility import xl_range_abs

    book = WorkbookWriter(tr("Souhaits après lecture des profils"))
    columns = [
        BookColumn(head, 16, "strong" if head == tr(CODE_QUESTION) else "own") for head in headings(profiles, side)
    ]
    rows, code_rows = make_form_rows(profiles, side), list[tuple[str, ...]]()
    if profiles.lists is None:
        heads, code_rows = [tr("Codes des profils")], [(profile.code,) for profile in profiles.shown[ACROSS[side]]]
        choices = [(xl_range_abs(1, 0, len(code_rows), 0), 1, len(rows))] if code_rows and rows else []
    else:
        codes_by_reader = [[profile.code for profile in profiles.read_by(side, reader)] for reader, *_ in rows]
        longest = max(map(len, codes_by_reader), default=0)
        heads = [tr(CODE_QUESTION), *map(str, range(1, longest + 1))]
        code_rows = [
            (row[0], *codes, *[""] * (longest - len(codes))) for row, codes in zip(rows, codes_by_reader, strict=True)
        ]
        choices = [
            (xl_range_abs(number, 1, number, len(codes)), number, number)
            for number, codes in enumerate(codes_by_reader, 1)
        ]
    page = book.table(tr("Souhaits"), columns, rows)
    book.table(tr("Codes"), [BookColumn(head, 20) for head in heads], code_rows).sheet.protect()
    for cells, first, last in choices if len(columns) > 1 else ():
        rule = {"validate": "list", "source": f"={tr('Codes')}!{cells}", "error_title": tr("Code inconnu")}
        page.sheet.data_validation(first, 1, last, len(columns) - 1, rule)
    return book.content()


def format_form_questions(profiles: Profiles, side: Side) -> str:
    """Return the questions of the form as texts to paste into a survey tool."""
    questions = profiles.asked[side]
    codes = "\n".join(f"  {profile.code}" for profile in profiles.shown[ACROSS[side]])
    parts = [f"{tr(CODE_QUESTION)}\n{tr('(texte court, obligatoire)')}"]
    if questions.wishes:
        instruction = tr("(classement, {most} au plus, facultatif) Options :", most=questions.choices)
        parts.append(f"{tr(WISHES_QUESTION)}\n{instruction}\n{codes}")
    if questions.refusals:
        instruction = tr("(plusieurs choix, {most} au plus, facultatif, sans raison) Options :", most=questions.refused)
        parts.append(f"{tr(REFUSALS_QUESTION)}\n{instruction}\n{codes}")
    return "\n\n".join(parts) + "\n"


def who_is_who(profiles: Profiles) -> bytes:
    """Return the table of codes and keys, for staff only."""
    columns = [("side", tr("Côté")), ("code", tr("Code des profils")), ("key", tr("Identifiant"))]
    return to_csv(sheet(columns, ((tr(SIDE_WORDS[side]), code, key) for (side, code), key in profiles.keys.items())))


def profile_notes(profiles: Profiles) -> Iterator[str]:
    """Yield notes for staff before they send the profiles."""
    for side in SIDES:
        questions = listed(
            [
                question.question
                for question in profiles.programme.fields.values()
                if question.shareable and question.asks(side)
            ]
        )
        yield tr(PROFILE_COUNTS[side], count=len(profiles.shown[side]), answers=questions or tr("aucune"))
        if profiles.withheld[side]:
            yield tr(WITHHELD_COUNTS[side], count=profiles.withheld[side])
    if profiles.lists is not None:
        pages = sum(len(readers(profiles, side)) for side in sides_with_questions(profiles))
        yield tr_n("{count} page, pour une personne.", "{count} pages, une par personne.", pages, count=pages)
    if profiles.programme.profiles.consent is None:
        yield tr("Le programme ne demande à personne son accord pour que son profil soit montré ([profiles] consent).")
