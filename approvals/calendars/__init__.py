"""Business calendars and their versions."""
