from django.apps import AppConfig


class MigrationConfig(AppConfig):
    """Moving requests that are under way to another version of their policy."""

    name = "approvals.migration"
    label = "migration"
    default_auto_field = "django.db.models.BigAutoField"
