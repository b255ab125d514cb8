from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what happened."""

    name = "approvals.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
