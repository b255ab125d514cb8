"""Where a message points to."""

import uuid

from django.conf import settings


def request_url(request: uuid.UUID) -> str:
    """The address of a request's page, whole, as it stands in a mail."""
    return f"{settings.PUBLIC_URL}/requests/{request}/"
