"""What tests of migrations may ask for."""

import pytest

from tests import engine_in_process
from tests.console.desk import Desk, open_desk
from tests.pages.office import open_office

engine = engine_in_process.engine


@pytest.fixture
def desk(db: None, engine: engine_in_process.EngineInProcess) -> Desk:
    """An office in which Max administers and owns the policy of trips: Bo and Cy check, then finance signs."""
    return open_desk(open_office(engine))
