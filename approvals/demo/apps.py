from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo people, policies and requests."""

    name = "approvals.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
