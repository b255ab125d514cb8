"""Policies and their published versions."""
