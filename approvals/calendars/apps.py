from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Business calendars and their versions."""

    name = "approvals.calendars"
    label = "calendars"
    default_auto_field = "django.db.models.BigAutoField"
