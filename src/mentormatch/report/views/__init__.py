"""A matching looked at from one side at a time, in plain words: what ``matching.show`` returns.

Each view is a plain object: a notebook shows it, ``save`` writes it as a page. It computes nothing: what it says comes
from the matching and from ``review``, in the words and templates of the page.
"""

from mentormatch.report.views.plan import Views

__all__ = ["Views"]
