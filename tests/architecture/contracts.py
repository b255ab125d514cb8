"""Contracts in the words of the design, for import-linter (see `pyproject.toml`).

Both look at direct imports only: what an allowed module imports is that module's own contract.
"""

import sys
from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

APPS = "approvals"

#: What makes the outcome of a pure function depend on more than its arguments.
IMPURE = frozenset(
    {"asyncio", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
)


class _DirectImports(Contract):
    """Refuses direct imports; a subclass says which, as pairs of importer and imported."""

    def refused(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        """The imports that break the contract."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Called by import-linter."""
        refused = sorted(set(self.refused(graph)))
        lines = [
            f"{importer} -> {imported} (line {detail['line_number']})"
            for importer, imported in refused
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not refused, metadata={"lines": lines})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Called by import-linter."""
        for line in check.metadata["lines"]:
            output.print_error(line, bold=False)


class ImportsOnly(_DirectImports):
    """`modules` import the `allowed` packages, and of the standard library what is pure."""

    modules = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField())

    def validate(self) -> None:
        """Called by import-linter when it has replaced the fields by their values."""
        self.roots: list[str] = list(vars(self)["modules"])
        self.allowed_packages: list[str] = list(vars(self)["allowed"])

    def refused(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for root in self.roots:
            for importer in {root, *graph.find_descendants(root)}:
                for imported in graph.find_modules_directly_imported_by(importer):
                    if not self._allows(imported):
                        yield importer, imported

    def _allows(self, imported: str) -> bool:
        if any(_within(imported, package) for package in self.allowed_packages):
            return True
        top = imported.partition(".")[0]
        return top in sys.stdlib_module_names and top not in IMPURE


class ViewsAtTheEdge(_DirectImports):
    """Only addresses import views, and views reach other apps and Temporal through services only."""

    def refused(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for view in _views(graph):
            app = view.split(".")[1]
            for importer in graph.find_modules_that_directly_import(view):
                if not _belongs_to_the_edge(importer):
                    yield importer, view
            for imported in graph.find_modules_directly_imported_by(view):
                if _within(imported, "temporal_app") or _is_foreign_model(imported, app):
                    yield view, imported


def _views(graph: ImportGraph) -> list[str]:
    """The views of every app: `approvals.<app>.views`, and the modules below it."""
    return [
        module
        for app in graph.find_children(APPS)
        for module in {f"{app}.views", *_descendants(graph, f"{app}.views")}
        if module in graph.modules
    ]


def _descendants(graph: ImportGraph, module: str) -> set[str]:
    return graph.find_descendants(module) if module in graph.modules else set()


def _belongs_to_the_edge(module: str) -> bool:
    return module.endswith(".urls") or ".views" in module or _within(module, "config")


def _is_foreign_model(module: str, app: str) -> bool:
    parts = module.split(".")
    return parts[0] == APPS and parts[2:3] == ["models"] and parts[1] != app


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
