from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """Requests and the commands people gave."""

    name = "approvals.requests"
    label = "requests"
    default_auto_field = "django.db.models.BigAutoField"
