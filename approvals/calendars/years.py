"""The years for which business time is kept.

One span for every calendar, so that a saved version can carry each of its holidays and no
calculation runs for ever.
"""

FIRST_YEAR = 1970
LAST_YEAR = 2099
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
SPAN = f"from {FIRST_YEAR} to {LAST_YEAR}"
