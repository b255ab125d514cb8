"""Moving requests that are under way to another version of their policy."""
