"""Tests of the project around the apps: settings, health, outage, logs."""
