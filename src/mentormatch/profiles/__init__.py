"""Wishes in two steps: people read the anonymous profiles of the other side, then rank some and set some aside."""
