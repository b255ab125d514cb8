"""Placet on one machine: the servers it needs, and its own processes, under one supervisor.

`python -m config.local` (that is `make run`) tells the story from top to bottom in `__main__`.
"""
