from django.apps import AppConfig


class ReplayConfig(AppConfig):
    """Histories of other systems, run through the rules."""

    name = "approvals.replay"
    label = "replay"
