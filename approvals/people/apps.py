from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, groups, roles and absences."""

    name = "approvals.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
