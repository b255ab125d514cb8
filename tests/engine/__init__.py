"""The rules: examples of each, and state machines that look for the ones nobody thought of."""
