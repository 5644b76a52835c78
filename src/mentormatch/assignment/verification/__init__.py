"""Problem + solution -> whether the rules hold and what is proved, by code that no solver shares."""
