"""The words by which people answer that there is nobody to name."""

from functools import lru_cache

from mentormatch.languages.text_keys import fold

NOBODY = frozenset({"aucun", "aucune", "neant", "rien", "non", "personne", "-", "/", "ras", "sans objet", "none", "no"})


@lru_cache(maxsize=50_000)
def is_nobody(name: str) -> bool:
    """Say whether a text says that there is nobody to name; the same ones come again and again."""
    return fold(name) in NOBODY
