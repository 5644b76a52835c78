"""Matching -> what staff open: workbook, CSV file, page, and what a notebook shows.

A report computes nothing of its own: all that it holds comes from the tables of the matching, so that every document
says the same.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["pictures"])
