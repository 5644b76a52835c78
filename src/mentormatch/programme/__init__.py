"""What the staff decide: fields, criteria, rules, goals and sections, read from a file and checked whole."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["edits", "sections"])
