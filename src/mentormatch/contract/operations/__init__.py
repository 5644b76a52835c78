"""Operations, those of one subject in one file: what is sent, what is answered, and the work between."""
