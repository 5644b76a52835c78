"""Documents of a matching for staff: workbook, CSV files, pages, and notebook fragments.

A report computes nothing: all contents come from the tables of the matching, so that documents agree.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["pictures"])
