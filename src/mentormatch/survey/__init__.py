"""From a file of answers to people: reading (bytes to text), tools (text to answers), intake (answers to people)."""
