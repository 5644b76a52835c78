"""What the page and notebooks share: the board on which staff revise pairs, and the progress of long work."""
