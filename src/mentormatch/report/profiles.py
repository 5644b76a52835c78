"""Anonymous profiles and the short form, as files: a page for each side to read, a form for each side to fill in."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from mentormatch.base.generation import generation
from mentormatch.explanation.tables import SIDES as WORDS
from mentormatch.explanation.tables import sheet
from mentormatch.fields import Side
from mentormatch.languages import language, mark, tr
from mentormatch.languages.phrases import counted, listed
from mentormatch.profiles.choices import CODE, REFUSALS, WISHES
from mentormatch.profiles.sheets import ACROSS, SIDES, Profiles, WishQuestions
from mentormatch.report.book import Book, BookColumn
from mentormatch.report.exporters.delimited import delimited
from mentormatch.report.page_templates import rendered

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
    where, sides = (
        Path(folder),
        [side for side in SIDES if profiles.asked[side].wishes or profiles.asked[side].refusals],
    )
    with language(profiles.programme.heading.language, unless_asked=True):
        files = {name: content for side in sides for name, content in for_readers(profiles, side)}
        with generation(where, "profiles", replace=replace) as draft:
            for name, content in files.items():
                draft.put(name, content)
            draft.put(SECRET, who_is_who(profiles), private=True)
    return tuple(where / name for name in (*files, SECRET))


def for_readers(profiles: Profiles, side: Side) -> Iterator[tuple[str, bytes]]:
    """Yield the files for the people of one side: the profiles of the other, the form twice, the questions."""
    name = f"profils-pour-les-{OF[side]}"
    page = rendered("profiles.html", profiles=profiles, side=side, shown=profiles.shown[ACROSS[side]], words=PAGE)
    yield f"{name}.html", page.encode("utf-8")
    yield f"{name}-formulaire.xlsx", form_book(profiles, side)
    yield (
        f"{name}-formulaire.csv",
        delimited(sheet([(head, head) for head in headings(profiles, side)], blank(profiles, side))),
    )
    yield f"{name}-questions.txt", questions(profiles, side).encode("utf-8")


def lead(asked: WishQuestions) -> str:
    """Return what a reader is asked to do."""
    what = tr(
        "Chaque profil porte un code, et ce que la personne a accepté de montrer. Lisez, puis remplissez le court"
        " formulaire"
    )
    message = ASKS[bool(asked.choices), bool(asked.refused)]
    return tr(message, what=what, codes=counted(asked.choices, "code"), refused=asked.refused)


PAGE = {"lead": lead, "KICKERS": KICKERS}
"""What the template of a page says by itself."""


def headings(profiles: Profiles, side: Side) -> list[str]:
    """Return the columns of the form of one side."""
    asked = profiles.asked[side]
    wishes = [f"{tr(WISHES)} [{rank}]" for rank in range(1, asked.choices + 1)]
    return [tr(CODE), *wishes, *(f"{tr(REFUSALS)} [{rank}]" for rank in range(1, asked.refused + 1))]


def blank(profiles: Profiles, side: Side) -> list[tuple[str, ...]]:
    """Return the rows of the form: a code each, and the rest to fill in."""
    empty = ("",) * (len(headings(profiles, side)) - 1)
    return [(code, *empty) for code in sorted(code for at, code in profiles.keys if at == side)]


def form_book(profiles: Profiles, side: Side) -> bytes:
    """Return the form as a workbook, in which each choice is taken from a list of codes."""
    book = Book(tr("Souhaits après lecture des profils"))
    columns = [BookColumn(head, 16, "strong" if head == tr(CODE) else "own") for head in headings(profiles, side)]
    rows = blank(profiles, side)
    page = book.table(tr("Souhaits"), columns, rows)
    codes = book.table(
        tr("Codes"), [BookColumn(tr("Codes des profils"), 20)], [(one.code,) for one in profiles.shown[ACROSS[side]]]
    )
    last = len(profiles.shown[ACROSS[side]]) + 1
    if rows and last > 1:
        rule = {"validate": "list", "source": f"={tr('Codes')}!$A$2:$A${last}", "error_title": tr("Code inconnu")}
        page.sheet.data_validation(1, 1, len(rows), len(columns) - 1, rule)
    codes.sheet.protect()
    return book.content()


def questions(profiles: Profiles, side: Side) -> str:
    """Return the questions of the form as texts to paste into a survey tool."""
    asked = profiles.asked[side]
    codes = "\n".join(f"  {one.code}" for one in profiles.shown[ACROSS[side]])
    parts = [f"{tr(CODE)}\n{tr('(texte court, obligatoire)')}"]
    if asked.wishes:
        how = tr("(classement, {most} au plus, facultatif) Options :", most=asked.choices)
        parts.append(f"{tr(WISHES)}\n{how}\n{codes}")
    if asked.refusals:
        how = tr("(plusieurs choix, {most} au plus, facultatif, sans raison) Options :", most=asked.refused)
        parts.append(f"{tr(REFUSALS)}\n{how}\n{codes}")
    return "\n\n".join(parts) + "\n"


def who_is_who(profiles: Profiles) -> bytes:
    """Return the code of each person, for staff alone."""
    columns = [("side", tr("Côté")), ("code", tr("Code des profils")), ("key", tr("Identifiant"))]
    return delimited(sheet(columns, ((tr(WORDS[side]), code, key) for (side, code), key in profiles.keys.items())))


def told(profiles: Profiles) -> Iterator[str]:
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
    if profiles.programme.profiles.consent is None:
        yield tr("Le programme ne demande à personne son accord pour que son profil soit montré ([profiles] consent).")
