"""What the tests of mail may ask for."""

import pytest

from temporal_app import client
from tests.mail.desk import Desk


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Ana's request, which asks Bo; signals reach the engine at once."""
    made = Desk()
    monkeypatch.setattr(client, "signal", made.signal)
    return made
