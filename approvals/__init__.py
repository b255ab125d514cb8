"""The approval side of Placet: one small Django app for each capability, and the engine."""
