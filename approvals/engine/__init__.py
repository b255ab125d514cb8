"""The rules: a pure function without clock, database or network."""
