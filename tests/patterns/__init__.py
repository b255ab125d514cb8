"""The workflow resource patterns that Placet has, one test each; `docs/patterns.md` is their table."""
