"""Groups, turns, topics and dates: the other programmes, on the same engine."""
