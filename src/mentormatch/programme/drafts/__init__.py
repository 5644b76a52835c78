"""Files of answers -> a draft of a programme, or of a mapping, for staff to confirm.

Every guess has a comment that asks for confirmation; matching itself guesses nothing.
"""
