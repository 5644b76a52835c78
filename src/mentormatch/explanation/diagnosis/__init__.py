"""Why a programme has no solution, or cannot place everybody, and the smallest changes that would."""
