from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """What admins do."""

    name = "approvals.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
