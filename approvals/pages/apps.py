from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The frame around every page."""

    name = "approvals.pages"
    label = "pages"
