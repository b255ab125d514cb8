"""Requests and the commands people gave."""
