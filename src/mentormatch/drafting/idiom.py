"""The language that files are written in, by the small words of their questions."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from mentormatch.fields import Side
from mentormatch.languages import spoken
from mentormatch.survey.table import Table
from mentormatch.text import fold

WORDS = {
    "fr": frozenset(
        re.findall(
            r"\w+",
            "le la les des du de un une et ou en que qui quel quelle quels quelles vous votre vos je mon ma mes pour"
            " par sur avec dans est sont etes avez nom prenom courriel adresse metier telephone combien comment"
            " pourquoi oui non nombre quand souhaitez ce cette au aux plus",
        )
    ),
    "en": frozenset(
        re.findall(
            r"\w+",
            "the of an and or to in at for with your you i my is are do have what which who how when where why many"
            " would could can like name first last email phone address yes no please if any this that be about from",
        )
    ),
}
ACCENTED = re.compile(r"[éèêëàâçîïôùûœ]")


MOST_ROWS = 100
"""So many rows of a file are looked at where its headers tell nothing."""


def language_of(tables: Sequence[tuple[Table, Side | None]]) -> str:
    """Return the code of the language of some files, by their headers, else by their answers, else the one spoken."""
    headers = [header for table, _ in tables for header in table.header]
    answers = (cell for table, _ in tables for record in table.records[:MOST_ROWS] for cell in record.cells)
    return language_in(headers) or language_in(answers) or spoken()


def language_in(texts: Iterable[str]) -> str | None:
    """Return the code of the language of some texts, None where nothing tells.

    >>> language_in(["What are your topics?", "Email"]), language_in(["Quels sont vos thèmes ?", "E-mail"])
    ('en', 'fr')
    """
    counts: Counter[str] = Counter()
    for text in texts:
        said = re.findall(r"[a-z]+", fold(text))
        counts.update({code: sum(word in known for word in said) for code, known in WORDS.items()})
        counts["fr"] += bool(ACCENTED.search(text.casefold()))
    return None if counts["fr"] == counts["en"] else max(WORDS, key=lambda code: counts[code])
