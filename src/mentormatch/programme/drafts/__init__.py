"""A file of answers -> a first programme, or a first mapping: proposals for people to confirm, never used as such.

Everything that is guessed stands beside a comment that says so; a matching never guesses.
"""
