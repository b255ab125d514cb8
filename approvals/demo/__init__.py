"""Demo people, policies and requests."""
