"""Somebody who can sign in."""

import pytest

from approvals.people.models import Person


@pytest.fixture
def ana(db: None) -> Person:
    """Ana, with a password."""
    return Person.objects.create_user("ana", "ana@placet.example", "a secret to keep", first_name="Ana")
