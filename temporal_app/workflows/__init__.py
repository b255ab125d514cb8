"""Workflows: code that Temporal replays, so it looks at nothing but its own messages."""
