from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Policies and their published versions."""

    name = "approvals.policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"
