"""From a file of answers to people: reading (bytes to text), tools (text to answers), intake (answers to people)."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.survey.intake import take_apart as take_apart
    from mentormatch.survey.intake import take_in as take_in
    from mentormatch.survey.privacy import Pseudonyms as Pseudonyms
    from mentormatch.survey.privacy import forgotten_beside as forgotten_beside
    from mentormatch.survey.privacy import read_forgotten as read_forgotten
    from mentormatch.survey.privacy import remember_to_forget as remember_to_forget
    from mentormatch.survey.privacy import secret_beside as secret_beside
    from mentormatch.survey.sheets import text_of_value as text_of_value
    from mentormatch.survey.sheets import write_sheet as write_sheet
    from mentormatch.survey.table import MAX_CELL_CHARACTERS as MAX_CELL_CHARACTERS
    from mentormatch.survey.table import Record as Record
    from mentormatch.survey.table import Rows as Rows
    from mentormatch.survey.table import SentMoment as SentMoment
    from mentormatch.survey.table import TextTable as TextTable
    from mentormatch.survey.table import gather as gather
    from mentormatch.survey.table import tabulate as tabulate
    from mentormatch.survey.table_reader import Reader as Reader
    from mentormatch.survey.table_reader import TableSource as TableSource
    from mentormatch.survey.table_reader import read_rows as read_rows
    from mentormatch.survey.table_reader import read_stream as read_stream
    from mentormatch.survey.table_reader import read_table as read_table
    from mentormatch.survey.table_reader import rows_in as rows_in
    from mentormatch.survey.text_decoder import decode as decode
    from mentormatch.survey.tool import Tool as Tool
    from mentormatch.survey.tool import ToolPage as ToolPage
    from mentormatch.survey.tool import rows_below as rows_below
    from mentormatch.survey.tool import sort_by_tool as sort_by_tool
    from mentormatch.survey.tool import tools_by_kind as tools_by_kind
    from mentormatch.survey.tool import with_submissions as with_submissions
    from mentormatch.survey.tool import without_columns as without_columns
    from mentormatch.survey.tools.google import Google as Google
    from mentormatch.survey.values import ValueColumn as ValueColumn
    from mentormatch.survey.values import cell_of as cell_of
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
