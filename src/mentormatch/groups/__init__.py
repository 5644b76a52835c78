"""People -> groups in which everybody may meet, on the same scores, rules and engines; mentors are not known here."""
