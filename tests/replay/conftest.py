"""A small process to replay: holidays, as docs/replay.md tells it, so that what is written there works."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "replay.md"


@dataclass(frozen=True)
class Files:
    """A log, a policy and a mapping, as files."""

    log: Path
    policy: Path
    map: Path

    def arguments(self) -> list[str]:
        """For `replay_log`."""
        return [str(self.log), "--policy", str(self.policy), "--map", str(self.map)]

    def change(self, file: Path, old: str, new: str) -> None:
        """Write something else into a file."""
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def rows(self, *rows: str) -> None:
        """Put other rows below the log's heading."""
        heading = self.log.read_text("utf-8").splitlines()[0]
        self.log.write_text("\n".join([heading, *rows]) + "\n", "utf-8")


@pytest.fixture
def holidays(tmp_path: Path) -> Files:
    """The files of the document's example."""
    text = DOCUMENT.read_text("utf-8")
    log, policy, mapping = (block[1] for block in re.finditer(r"```(?:csv|yaml)\n(.*?)```", text, re.DOTALL))
    files = Files(tmp_path / "holidays.csv", tmp_path / "holidays.yaml", tmp_path / "holidays-map.yaml")
    files.log.write_text(log, "utf-8")
    files.policy.write_text(policy, "utf-8")
    files.map.write_text(mapping, "utf-8")
    return files
