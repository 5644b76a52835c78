"""What the page and notebooks share: the board on which staff revise pairs, and the progress of long work."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.widgets.board.session import Board as Board
    from mentormatch.widgets.board.session import people_of as people_of
    from mentormatch.widgets.board.texts import board_words as board_words
    from mentormatch.widgets.board.texts import script as script
    from mentormatch.widgets.board.texts import stylesheet as stylesheet
    from mentormatch.widgets.board.view import in_every_text as in_every_text
    from mentormatch.widgets.form.session import ProgrammeForm as ProgrammeForm
    from mentormatch.widgets.pages import text_of as text_of
    from mentormatch.widgets.panel import DeparturesPanel as DeparturesPanel
    from mentormatch.widgets.panel import FilesPanel as FilesPanel
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
