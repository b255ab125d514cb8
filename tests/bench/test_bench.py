"""The bench runs from nothing and prints every line; how fast is not for a test to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import SECTIONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.servers
@pytest.mark.timeout(300)
def test_it_measures_everything_from_nothing(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(file.read_text())["figures"]
    assert list(measured) == list(SECTIONS)
    for name, title in SECTIONS.items():
        assert measured[name]
        assert title in done.stdout
        for figure in measured[name]:
            assert figure["what"] in done.stdout
    aimed = [figure for figures in measured.values() for figure in figures if figure["aim"]]
    assert {figure["what"].split(",")[0] for figure in aimed} >= {"click to rendered answer", "worker"}
    assert "aims met." in done.stdout


@pytest.mark.servers
def test_what_cannot_be_measured_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--only", "everything"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "clicks" in done.stderr
