"""Programme files: fields, criteria, rules, goals and sections, parsed, checked as a whole, and edited."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["edits", "sections"])
