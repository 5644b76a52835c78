"""What kind of question several columns ask together: boxes, ranks, levels, moments of a week, names."""

from collections import Counter

from mentormatch.drafting import lexicon, words
from mentormatch.drafting.answers import closed, distinct, share
from mentormatch.drafting.guesses import SEEN, Guess, day_and_moment, week
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.scales import graded
from mentormatch.drafting.wording import plain
from mentormatch.fields.base import split
from mentormatch.fields.lists import OTHER, rank_of
from mentormatch.fields.single import NO, YES
from mentormatch.languages import mark, tr
from mentormatch.text import fold

ORDERED = mark("une grille de niveaux, du plus bas au plus haut")
UNORDERED = mark("une grille de niveaux, du plus bas au plus haut : ORDRE À VÉRIFIER, rien ne le dit")


def boxes_of(sample: Sample) -> list[str]:
    """Return the items of a question without the one under which a text is typed."""
    return [item for item in sample.items if fold(item) not in OTHER]


def ranking(sample: Sample) -> Guess | None:
    """Return that it has a column for each rank, or a rank for each option."""
    items = boxes_of(sample)
    if len(items) > 1 and all(words.rank(item) for item in items):
        options = distinct(sample.answers)
        why = tr("un classement, le premier choix d'abord ; {seen}", seen=tr(SEEN))
        return Guess("ranking", why, {"options": options}) if options and closed(sample.answers) else None
    apart = all(len(set(given)) == len(given) for row in sample.rows if (given := [cell for cell in row if cell]))
    top = max((rank_of(answer) for answer in sample.answers), default=0)
    if apart and 1 < top <= len(sample.items) and share(sample.answers, words.rank) == 1:
        return Guess("ranking", tr("un rang par option, 1 pour le premier choix"), {"options": sample.items})
    return None


def week_grid(sample: Sample) -> Guess | None:
    """Return that it has a column for each day, for each moment, or for each moment of a day."""
    named = [day_and_moment(item) for item in sample.items]
    if all(named):
        return week([pair[0] for pair in named if pair], [pair[1] for pair in named if pair])
    said = [part.strip() for answer in sample.answers for piece in split(answer, None) for part in piece.split(",")]
    if not said:
        return None
    if all(map(words.day, sample.items)) and all(plain(text) in words.MOMENT_OF for text in said):
        return week(sample.items, said)
    if all(plain(item) in words.MOMENT_OF for item in sample.items) and all(map(words.day, said)):
        return week(said, sample.items)
    return None


def ticked(sample: Sample) -> Guess | None:
    """Return that its columns are boxes to tick; what was typed beside the options has a question of its own."""
    boxes = boxes_of(sample)
    if any(fold(answer) not in YES | NO | {fold(item)} for item in boxes for answer in sample.of(item)) or not boxes:
        return None
    return Guess("choices", tr("des cases à cocher, une colonne par option"), {"options": boxes})


def levels(sample: Sample) -> Guess | None:
    """Return that each of its lines was given a level."""
    lines = boxes_of(sample)
    given = [answer for item in lines for answer in sample.of(item)]
    options = distinct([level for level, _ in Counter(given).most_common()])
    if not closed(given) or len(options) < 2:
        return None
    order = graded(options)
    return Guess("levels", tr(ORDERED if order else UNORDERED), {"items": lines, "levels": order or options})


def names_grid(sample: Sample) -> Guess | None:
    """Return that its numbered columns hold names."""
    return Guess("names", tr("un nom par colonne")) if words.says(lexicon.NAMES, sample.question) else None


GRIDS = (week_grid, ticked, ranking, levels, names_grid)
