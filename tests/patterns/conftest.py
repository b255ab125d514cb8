"""What the patterns that look people up are shown with."""

import pytest

from tests import engine_in_process
from tests.pages.office import Office, open_office

engine = engine_in_process.engine


@pytest.fixture
def office(db: None, engine: engine_in_process.EngineInProcess) -> Office:
    """A small office."""
    return open_office(engine)
