"""The page for programme staff: one desk a session, from the survey to the documents, and nothing on any disk."""
