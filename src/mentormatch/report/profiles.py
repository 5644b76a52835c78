"""Anonymous profiles and the short form, as files: a page for each side to read, a form for each side to fill in."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import write_generation
from mentormatch.explanation.tables import SIDE_WORDS, sheet
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.translation import language, mark, tr, tr_n
from mentormatch.profiles import CODE, REFUSALS, WISHES, Profiles, WishQuestions
from mentormatch.report.book import Book, BookColumn
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.texts import render_template

OF: Mapping[Side, str] = {"mentor": "mentors", "mentee": "mentorees"}
"""How the files of each side are called."""
SECRET = "profils-qui-est-qui.csv"
SHOWN: Mapping[Side, str] = {
    "mentor": mark("Profils des mentor·es : {count}. Réponses montrées : {answers}."),
    "mentee": mark("Profils des mentoré·es : {count}. Réponses montrées : {answers}."),
}
WITHHELD: Mapping[Side, str] = {
    "mentor": mark("Sans accord pour être montrés : {count} mentor·es."),
    "mentee": mark("Sans accord pour être montrés : {count} mentoré·es."),
}
KICKERS: Mapping[Side, str] = {
    "mentor": mark("Profils anonymes des mentoré·es"),
    "mentee": mark("Profils anonymes des mentor·es"),
}
"""What stands above the profiles that each side reads: those of the other."""
ASKS: Mapping[tuple[bool, bool], str] = {
    (True, True): mark(
        "{what} : classez {codes} au plus, celui que vous préférez d'abord ; vous pouvez en écarter {refused}, sans"
        " donner de raison."
    ),
    (True, False): mark("{what} : classez {codes} au plus, celui que vous préférez d'abord."),
    (False, True): mark("{what} ; vous pouvez en écarter {refused}, sans donner de raison."),
    (False, False): mark("{what}."),
}
"""How the form is filled in, by whether choices are asked for, and refusals."""


def write_profiles(profiles: Profiles, folder: str | PathLike[str], *, replace: bool = False) -> tuple[Path, ...]:
    """Write the profiles that each side reads, its form, the questions to paste, and who is who; return the files.

    Everybody may be sent the page and the form of the other side; who is who is for staff, and its file for its owner
    alone. Raises OutputError where a file cannot be written, or somebody wrote in one that is there and it is not to be
    ``replaced``.
    """
    where = Path(folder)
    with language(profiles.programme.heading.language, unless_asked=True):
        files = {
            name: content for side in sides_with_questions(profiles) for name, content in for_readers(profiles, side)
        }
        with write_generation(where, "profiles", replace=replace) as draft:
            for name, content in files.items():
                draft.put(name, content)
            draft.put(SECRET, who_is_who(profiles), private=True)
    return tuple(where / name for name in (*files, SECRET))


def sides_with_questions(profiles: Profiles) -> list[Side]:
    """Return the sides that are asked for wishes or refusals."""
    return [side for side in SIDES if profiles.asked[side].wishes or profiles.asked[side].refusals]


def for_readers(profiles: Profiles, side: Side) -> Iterator[tuple[str, bytes]]:
    """Yield the files for the people of one side: the profiles of the other, the form twice, the questions.

    Where each reads a list of their own, there is a page for each reader, with their code in its name.
    """
    name = f"profils-pour-les-{OF[side]}"
    pages = {name: None} if profiles.lists is None else {f"{name}-{code}": code for code in readers(profiles, side)}
    for page, reader in pages.items():
        shown = profiles.shown[ACROSS[side]] if reader is None else profiles.read_by(side, reader)
        text = render_template("profiles.html", profiles=profiles, side=side, shown=shown, reader=reader, words=PAGE)
        yield f"{page}.html", text.encode("utf-8")
    yield f"{name}-formulaire.xlsx", form_book(profiles, side)
    yield (
        f"{name}-formulaire.csv",
        to_csv(sheet([(head, head) for head in headings(profiles, side)], blank(profiles, side))),
    )
    yield f"{name}-questions.txt", questions(profiles, side).encode("utf-8")


def readers(profiles: Profiles, side: Side) -> list[str]:
    """Return the codes of the people of one side who have something to read."""
    codes = sorted(code for at, code in profiles.keys if at == side)
    return [code for code in codes if profiles.lists is None or profiles.read_by(side, code)]


def lead(questions: WishQuestions) -> str:
    """Return what a reader is asked to do."""
    what = tr(
        "Chaque profil porte un code, et ce que la personne a accepté de montrer. Lisez, puis remplissez le court"
        " formulaire"
    )
    message = ASKS[bool(questions.choices), bool(questions.refused)]
    return tr(message, what=what, codes=counted(questions.choices, "code"), refused=questions.refused)


PAGE = {"lead": lead, "KICKERS": KICKERS}
"""What the template of a page says by itself."""


def headings(profiles: Profiles, side: Side) -> list[str]:
    """Return the columns of the form of one side."""
    questions = profiles.asked[side]
    wishes = [f"{tr(WISHES)} [{rank}]" for rank in range(1, questions.choices + 1)]
    return [tr(CODE), *wishes, *(f"{tr(REFUSALS)} [{rank}]" for rank in range(1, questions.refused + 1))]


def blank(profiles: Profiles, side: Side) -> list[tuple[str, ...]]:
    """Return the rows of the form: a code each, and the rest to fill in."""
    empty = ("",) * (len(headings(profiles, side)) - 1)
    return [(code, *empty) for code in readers(profiles, side)]


def form_book(profiles: Profiles, side: Side) -> bytes:
    """Return the form as a workbook, in which each choice is taken from a list of codes: that of its reader."""
    from xlsxwriter.utility import xl_range_abs

    book = Book(tr("Souhaits après lecture des profils"))
    columns = [BookColumn(head, 16, "strong" if head == tr(CODE) else "own") for head in headings(profiles, side)]
    rows, kept = blank(profiles, side), list[tuple[str, ...]]()
    if profiles.lists is None:
        heads, kept = [tr("Codes des profils")], [(one.code,) for one in profiles.shown[ACROSS[side]]]
        choices = [(xl_range_abs(1, 0, len(kept), 0), 1, len(rows))] if kept and rows else []
    else:
        own = [[one.code for one in profiles.read_by(side, reader)] for reader, *_ in rows]
        longest = max(map(len, own), default=0)
        heads = [tr(CODE), *map(str, range(1, longest + 1))]
        kept = [(row[0], *codes, *[""] * (longest - len(codes))) for row, codes in zip(rows, own, strict=True)]
        choices = [(xl_range_abs(at, 1, at, len(codes)), at, at) for at, codes in enumerate(own, 1)]
    page = book.table(tr("Souhaits"), columns, rows)
    book.table(tr("Codes"), [BookColumn(head, 20) for head in heads], kept).sheet.protect()
    for cells, first, last in choices if len(columns) > 1 else ():
        rule = {"validate": "list", "source": f"={tr('Codes')}!{cells}", "error_title": tr("Code inconnu")}
        page.sheet.data_validation(first, 1, last, len(columns) - 1, rule)
    return book.content()


def questions(profiles: Profiles, side: Side) -> str:
    """Return the questions of the form as texts to paste into a survey tool."""
    questions = profiles.asked[side]
    codes = "\n".join(f"  {one.code}" for one in profiles.shown[ACROSS[side]])
    parts = [f"{tr(CODE)}\n{tr('(texte court, obligatoire)')}"]
    if questions.wishes:
        how = tr("(classement, {most} au plus, facultatif) Options :", most=questions.choices)
        parts.append(f"{tr(WISHES)}\n{how}\n{codes}")
    if questions.refusals:
        how = tr("(plusieurs choix, {most} au plus, facultatif, sans raison) Options :", most=questions.refused)
        parts.append(f"{tr(REFUSALS)}\n{how}\n{codes}")
    return "\n\n".join(parts) + "\n"


def who_is_who(profiles: Profiles) -> bytes:
    """Return the code of each person, for staff alone."""
    columns = [("side", tr("Côté")), ("code", tr("Code des profils")), ("key", tr("Identifiant"))]
    return to_csv(sheet(columns, ((tr(SIDE_WORDS[side]), code, key) for (side, code), key in profiles.keys.items())))


def profile_notes(profiles: Profiles) -> Iterator[str]:
    """Yield what staff should know before they send anything."""
    for side in SIDES:
        shown = listed(
            [
                question.question
                for question in profiles.programme.fields.values()
                if question.shareable and question.asks(side)
            ]
        )
        yield tr(SHOWN[side], count=len(profiles.shown[side]), answers=shown or tr("aucune"))
        if profiles.withheld[side]:
            yield tr(WITHHELD[side], count=profiles.withheld[side])
    if profiles.lists is not None:
        pages = sum(len(readers(profiles, side)) for side in sides_with_questions(profiles))
        yield tr_n("{count} page, pour une personne.", "{count} pages, une par personne.", pages, count=pages)
    if profiles.programme.profiles.consent is None:
        yield tr("Le programme ne demande à personne son accord pour que son profil soit montré ([profiles] consent).")
