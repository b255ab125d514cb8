"""Whether the figures can be measured, and how they are written."""
