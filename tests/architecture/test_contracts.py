"""The contracts refuse what the design forbids, and nothing else."""

import pytest
from grimp import ImportGraph
from importlinter import Contract

from tests.architecture.contracts import ImportsOnly, ViewsAtTheEdge


def graph(importer: str, imported: str) -> ImportGraph:
    """A graph of one import between modules that have their packages."""
    made = ImportGraph()
    for module in (importer, imported):
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            made.add_module(".".join(parts[:length]))
    made.add_import(importer=importer, imported=imported, line_number=7, line_contents="import")
    return made


def lines(contract: Contract, importer: str, imported: str) -> list[str]:
    found: list[str] = contract.check(graph(importer, imported), verbose=False).metadata["lines"]
    return found


@pytest.mark.parametrize("imported", ["approvals.requests.models", "django", "random", "time", "temporalio"])
def test_the_engine_may_not_import(imported: str) -> None:
    contract = ImportsOnly("", {}, {"modules": ["approvals.engine"], "allowed": ["approvals.engine"]})
    assert lines(contract, "approvals.engine.flow", imported) == [
        f"approvals.engine.flow -> {imported} (line 7)"
    ]


@pytest.mark.parametrize("imported", ["approvals.engine.state", "datetime", "collections"])
def test_the_engine_may_import(imported: str) -> None:
    contract = ImportsOnly("", {}, {"modules": ["approvals.engine"], "allowed": ["approvals.engine"]})
    assert lines(contract, "approvals.engine.flow", imported) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("approvals.inbox.services", "approvals.inbox.views"),
        ("approvals.inbox.views", "approvals.requests.models"),
        ("approvals.inbox.views.lists", "approvals.requests.models"),
        ("approvals.inbox.views", "temporal_app.client"),
    ],
)
def test_views_are_kept_at_the_edge(importer: str, imported: str) -> None:
    assert lines(ViewsAtTheEdge("", {}, {}), importer, imported) == [f"{importer} -> {imported} (line 7)"]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("approvals.inbox.urls", "approvals.inbox.views"),
        ("config.urls", "approvals.inbox.views"),
        ("approvals.inbox.views", "approvals.inbox.models"),
        ("approvals.inbox.views", "approvals.requests.services"),
        ("approvals.inbox.views.lists", "approvals.inbox.views.forms"),
    ],
)
def test_views_may_be_used_and_use(importer: str, imported: str) -> None:
    assert lines(ViewsAtTheEdge("", {}, {}), importer, imported) == []
