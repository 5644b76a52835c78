"""Why, and why not: what each score is made of, and why somebody has no partner."""
