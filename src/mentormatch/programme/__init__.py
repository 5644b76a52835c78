"""What the staff decide: fields, criteria, rules, goals and sections, read from a file and checked whole."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.programme.blanks import BLANK as BLANK
    from mentormatch.programme.blanks import Beginning as Beginning
    from mentormatch.programme.blanks import BlankSentence as BlankSentence
    from mentormatch.programme.blanks import BlankSource as BlankSource
    from mentormatch.programme.blanks import FormBlank as FormBlank
    from mentormatch.programme.blanks import sentences_of as sentences_of
    from mentormatch.programme.edits import AdditionEdit as AdditionEdit
    from mentormatch.programme.edits import GoalEdit as GoalEdit
    from mentormatch.programme.edits import ProgrammeEdit as ProgrammeEdit
    from mentormatch.programme.edits import RemovalEdit as RemovalEdit
    from mentormatch.programme.edits import SettingsEdit as SettingsEdit
    from mentormatch.programme.edits import WeightEdit as WeightEdit
    from mentormatch.programme.edits import WeightsEdit as WeightsEdit
    from mentormatch.programme.edits import read_edit as read_edit
    from mentormatch.programme.enrolment import plan_of as plan_of
    from mentormatch.programme.enrolment import read_tables as read_tables
    from mentormatch.programme.question_edits import TABLES as TABLES
    from mentormatch.programme.references import SPECIAL as SPECIAL
    from mentormatch.programme.sections import Facilitation as Facilitation
    from mentormatch.programme.sections import FurtherSheet as FurtherSheet
    from mentormatch.programme.tables import table_of as table_of
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
