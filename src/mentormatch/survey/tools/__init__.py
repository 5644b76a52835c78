"""One file a survey tool: what its exports look like, and how they become one header over one row a person."""
