"""What a question is taken for: a kind, its settings, its use, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mentormatch.drafting import words
from mentormatch.drafting.answers import distinct
from mentormatch.drafting.wording import plain
from mentormatch.fields import Use
from mentormatch.languages import mark, tr

SEEN = mark("options vues dans les réponses, à compléter")
MOST_WORDS = 8
"""Of a day and a moment."""
IN_ORDER = mark("réponses dans l'ordre, de la plus basse à la plus haute")
NO_ORDER = mark("une échelle, de la plus basse à la plus haute : ORDRE À VÉRIFIER, rien ne le dit")


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind of question with its settings, its use, and why it was taken for that."""

    kind: str
    why: str
    settings: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    use: Use = "match"


def day_and_moment(text: str) -> tuple[str, str] | None:
    """Return the day and the moment in ``lundi matin``, None where a text is something else."""
    parts = text.split()
    if len(parts) > MOST_WORDS:
        return None
    cuts = ((" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts)))
    return next((cut for cut in cuts if plain(cut[0]) in words.DAY_OF and plain(cut[1]) in words.MOMENT_OF), None)


def week(days: Sequence[str], moments: Sequence[str]) -> Guess | None:
    """Return these moments of these days, in the order of the week and of the day."""
    settings = {
        "days": sorted(distinct(days), key=lambda text: words.DAY_OF.get(plain(text), 0)),
        "moments": sorted(distinct(moments), key=lambda text: words.MOMENT_OF.get(plain(text), 0)),
    }
    return Guess("slots", tr("des moments de la semaine"), settings) if all(settings.values()) else None
