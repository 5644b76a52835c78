"""What the staff decide: fields, criteria, rules, goals and sections, read from a file and checked whole."""
