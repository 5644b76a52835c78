"""Files of answers and what staff replied -> the questions that a draft leaves open, and the programme after them."""
