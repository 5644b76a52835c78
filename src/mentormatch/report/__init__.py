"""Matching -> what staff open: workbook, CSV file, page, and what a notebook shows.

A report computes nothing of its own: all that it holds comes from the tables of the matching, so that every document
says the same.
"""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.report.book import clip as clip
    from mentormatch.report.comparison import shifts as shifts
    from mentormatch.report.exporters.data_files import to_csv as to_csv
    from mentormatch.report.exporters.workbook import WorkbookExporter as WorkbookExporter
    from mentormatch.report.folder import content_of as content_of
    from mentormatch.report.followup import year_json as year_json
    from mentormatch.report.followup import year_page as year_page
    from mentormatch.report.followup import year_summary as year_summary
    from mentormatch.report.followup import year_workbook as year_workbook
    from mentormatch.report.handouts import common_text as common_text
    from mentormatch.report.handouts import contact_sheet as contact_sheet
    from mentormatch.report.handouts import contacts_book as contacts_book
    from mentormatch.report.handouts import letters_book as letters_book
    from mentormatch.report.handouts import make_handouts as make_handouts
    from mentormatch.report.handouts import person_sheet as person_sheet
    from mentormatch.report.handouts import write_contacts as write_contacts
    from mentormatch.report.pictures.picture import LinearScale as LinearScale
    from mentormatch.report.pictures.picture import Picture as Picture
    from mentormatch.report.pictures.picture import pictures_by_kind as pictures_by_kind
    from mentormatch.report.pictures.timeline import Timeline as Timeline
    from mentormatch.report.profiles import for_readers as for_readers
    from mentormatch.report.profiles import form_book as form_book
    from mentormatch.report.profiles import write_profiles as write_profiles
    from mentormatch.report.sessions import TITLES as TITLES
    from mentormatch.report.sessions import WRITERS as WRITERS
    from mentormatch.report.sessions import SessionDocuments as SessionDocuments
    from mentormatch.report.sessions import session_page as session_page
    from mentormatch.report.sessions import session_workbook as session_workbook
    from mentormatch.report.texts import environment as environment
    from mentormatch.report.texts import render_template as render_template
    from mentormatch.report.texts import spaced as spaced
    from mentormatch.report.texts import visible as visible
    from mentormatch.report.view import FEW as FEW
    from mentormatch.report.view import PROPOSAL as PROPOSAL
    from mentormatch.report.views.pairs import EvaluationPiece as EvaluationPiece
    from mentormatch.report.views.pairs import RepairPiece as RepairPiece
    from mentormatch.report.views.piece import Piece as Piece
    from mentormatch.report.views.piece import ViewNames as ViewNames
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
