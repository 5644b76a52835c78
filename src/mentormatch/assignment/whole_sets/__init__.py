"""Rules on the hours of one person each: whole sets of partners are chosen instead of pairs."""
