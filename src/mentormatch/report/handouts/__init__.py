"""What leaves the team: one sheet a participant, and the table from which letters are made."""
