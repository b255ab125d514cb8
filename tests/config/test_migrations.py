"""The migrations and the models say the same."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    """`makemigrations --check` ends the process where a model has changed without one."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
