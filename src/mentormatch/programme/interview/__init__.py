"""Files of answers and replies of staff -> the questions that a draft leaves open, and the programme after them."""
