"""Scores of pairs: criteria, and the table of scores that they make together."""

import lazy_loader

from mentormatch.aliases import moved_names

_import, __dir__, __all__ = lazy_loader.attach(__name__, ["criteria"])
__getattr__ = moved_names(
    __name__,
    {
        "Block": "mentormatch.scoring.criterion:Block",
        "defined": "mentormatch.scoring.criterion:defined",
    },
    _import,
)
