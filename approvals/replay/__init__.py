"""Histories of other systems, run through the rules: would they have ended as they did?"""
