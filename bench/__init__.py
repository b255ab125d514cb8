"""What Placet costs: our own path beside bare Temporal, in one run on one server.

`python -m bench` (that is `make bench`) starts everything from nothing in a temporary directory, measures,
and stops it again. Only ratios within one run can be compared between machines.
"""
