"""Views of a matching, in plain words: the results of ``matching.show``.

A notebook shows a view, and ``save`` writes it as a page. Contents come from the matching and from ``review``, in the
texts and templates of the page.
"""

from mentormatch.report.views.plan import Views

__all__ = ["Views"]
