from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What waits for whom."""

    name = "approvals.inbox"
    label = "inbox"
    default_auto_field = "django.db.models.BigAutoField"
