from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail, out and in."""

    name = "approvals.mail"
    label = "mail"
    default_auto_field = "django.db.models.BigAutoField"
