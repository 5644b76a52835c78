"""Translation, phrases and the comparison of texts, in each supported language."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.languages.phrases import NO_BREAK as NO_BREAK
    from mentormatch.languages.phrases import counted as counted
    from mentormatch.languages.phrases import day as day
    from mentormatch.languages.phrases import listed as listed
    from mentormatch.languages.phrases import percent as percent
    from mentormatch.languages.phrases import plain as plain
    from mentormatch.languages.phrases import points as points
    from mentormatch.languages.phrases import quoted as quoted
    from mentormatch.languages.phrases import thousands as thousands
    from mentormatch.languages.text_keys import canonical as canonical
    from mentormatch.languages.text_keys import flags as flags
    from mentormatch.languages.text_keys import fold as fold
    from mentormatch.languages.translation import FRENCH as FRENCH
    from mentormatch.languages.translation import LANGUAGES as LANGUAGES
    from mentormatch.languages.translation import language as language
    from mentormatch.languages.translation import mark as mark
    from mentormatch.languages.translation import spoken as spoken
    from mentormatch.languages.translation import tr as tr
    from mentormatch.languages.translation import tr_n as tr_n
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
