"""Tests of `make run`: the servers and processes on one machine."""
