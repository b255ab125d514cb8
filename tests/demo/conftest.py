"""The demo, made once for all tests that only look at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from approvals.demo import seeding
from approvals.demo.models import Seeding
from temporal_app import client
from temporal_app.messages import ApprovalInput

NOW = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)
"""A Wednesday afternoon."""


@dataclass
class Made:
    """What became of making the demo."""

    seeding: Seeding
    said: list[str] = field(default_factory=list)
    started: list[ApprovalInput] = field(default_factory=list)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Made]:
    """The whole demo as of `NOW`, with an engine that only notes what it is to start."""
    with django_db_blocker.unblock(), transaction.atomic():
        of_now = Seeding.objects.create(seed=seeding.SEED, started_at=NOW)
        made = Made(of_now)
        with patch.object(client, "start", made.started.append):
            made.seeding = seeding.seed(made.said.append)
        yield made
        transaction.set_rollback(True)
