"""What the demo tells: its people, its words, and the facts it is drawn from, as YAML files."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


@lru_cache(maxsize=8)
def read_story(name: str) -> Any:
    """The content of one file of the story, by its name without the ending."""
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
