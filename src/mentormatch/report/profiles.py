"""Anonymous profiles and the short form, as files: a page for each side to read, a form for each side to fill in."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from mentormatch.fields import Side
from mentormatch.files import write_whole
from mentormatch.french import listed
from mentormatch.profiles.asked import ACROSS, SIDES
from mentormatch.profiles.choices import CODE, REFUSALS, WISHES
from mentormatch.profiles.sheets import Profiles
from mentormatch.report.book import Book, Column
from mentormatch.report.exporters.delimited import delimited
from mentormatch.report.templating import rendered
from mentormatch.tables import SIDES as WORDS
from mentormatch.tables import sheet

OF: Mapping[Side, str] = {"mentor": "mentors", "mentee": "mentorees"}
"""How the files of each side are called."""


def write_profiles(profiles: Profiles, folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Write the profiles that each side reads, its form, the questions to paste, and who is who; return the files.

    Everybody may be sent the page and the form of the other side; who is who is for staff, and its file for its owner
    alone. Raises OutputError where a file cannot be written.
    """
    where, written = Path(folder), []
    for side in SIDES:
        if profiles.asked[side].wishes or profiles.asked[side].refusals:
            for name, content in for_readers(profiles, side):
                write_whole(where / name, content)
                written.append(where / name)
    secret = where / "profils-qui-est-qui.csv"
    write_whole(secret, who_is_who(profiles), private=True)
    return (*written, secret)


def for_readers(profiles: Profiles, side: Side) -> Iterator[tuple[str, bytes]]:
    """Yield the files for the people of one side: the profiles of the other, the form twice, the questions."""
    name = f"profils-pour-les-{OF[side]}"
    page = rendered("profiles.html", profiles=profiles, side=side, shown=profiles.shown[ACROSS[side]], words=WORDS)
    yield f"{name}.html", page.encode("utf-8")
    yield f"{name}-formulaire.xlsx", form_book(profiles, side)
    yield (
        f"{name}-formulaire.csv",
        delimited(sheet([(head, head) for head in headings(profiles, side)], blank(profiles, side))),
    )
    yield f"{name}-questions.txt", questions(profiles, side).encode("utf-8")


def headings(profiles: Profiles, side: Side) -> list[str]:
    """Return the columns of the form of one side."""
    asked = profiles.asked[side]
    wishes = [f"{WISHES} [{rank}]" for rank in range(1, asked.choices + 1)]
    return [CODE, *wishes, *(f"{REFUSALS} [{rank}]" for rank in range(1, asked.refused + 1))]


def blank(profiles: Profiles, side: Side) -> list[tuple[str, ...]]:
    """Return the rows of the form: a code each, and the rest to fill in."""
    empty = ("",) * (len(headings(profiles, side)) - 1)
    return [(code, *empty) for code in sorted(code for at, code in profiles.keys if at == side)]


def form_book(profiles: Profiles, side: Side) -> bytes:
    """Return the form as a workbook, in which each choice is taken from a list of codes."""
    book = Book("Souhaits après lecture des profils")
    columns = [Column(head, 16, "strong" if head == CODE else "own") for head in headings(profiles, side)]
    rows = blank(profiles, side)
    page = book.table("Souhaits", columns, rows)
    codes = book.table(
        "Codes", [Column("Codes des profils", 20)], [(one.code,) for one in profiles.shown[ACROSS[side]]]
    )
    last = len(profiles.shown[ACROSS[side]]) + 1
    if rows and last > 1:
        rule = {"validate": "list", "source": f"=Codes!$A$2:$A${last}", "error_title": "Code inconnu"}
        page.sheet.data_validation(1, 1, len(rows), len(columns) - 1, rule)
    codes.sheet.protect()
    return book.content()


def questions(profiles: Profiles, side: Side) -> str:
    """Return the questions of the form as texts to paste into a survey tool."""
    asked = profiles.asked[side]
    codes = "\n".join(f"  {one.code}" for one in profiles.shown[ACROSS[side]])
    parts = [f"{CODE}\n(texte court, obligatoire)"]
    if asked.wishes:
        parts.append(f"{WISHES}\n(classement, {asked.choices} au plus, facultatif) Options :\n{codes}")
    if asked.refusals:
        parts.append(
            f"{REFUSALS}\n(plusieurs choix, {asked.refused} au plus, facultatif, sans raison) Options :\n{codes}"
        )
    return "\n\n".join(parts) + "\n"


def who_is_who(profiles: Profiles) -> bytes:
    """Return the code of each person, for staff alone."""
    columns = [("side", "Côté"), ("code", "Code des profils"), ("key", "Identifiant")]
    return delimited(sheet(columns, ((WORDS[side], code, key) for (side, code), key in profiles.keys.items())))


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
        yield f"Profils des {WORDS[side]}s : {len(profiles.shown[side])}. Réponses montrées : {shown or 'aucune'}."
        if profiles.withheld[side]:
            yield f"Sans accord pour être montrés : {profiles.withheld[side]} {WORDS[side]}s."
    if profiles.programme.profiles.consent is None:
        yield "Le programme ne demande à personne son accord pour que son profil soit montré ([profiles] consent)."
