"""Packages are entered through their faces, which export what is pinned; no import cycles."""

import ast
import graphlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PINNED = Path(__file__).with_name("public_names.txt")
PACKAGES = ("embed", "index", "search", "shopwindow")

STRANGERS = (
    "embed", "index", "search", "shopwindow.values", "shopwindow.eventlog", "shopwindow.ranking",
    "shopwindow.personalization", "shopwindow.evaluation", "shopwindow.fetching",
    "shopwindow.serving.web", "shopwindow.serving.cli",
)  # fmt: skip
"""Packages whose modules are their own business: others import from a face."""

FACES = (
    *STRANGERS, "index.catalog", "index.store", "index.text", "search.rules", "search.audit",
    "shopwindow.values.errors", "shopwindow.values.config", "shopwindow.eventlog.analytics",
)  # fmt: skip

ENTERED_BY_NAME = {
    "shopwindow.values.exchange_rates",
    "shopwindow.version",
    "shopwindow.values.settings",  # loads pydantic-settings, which most processes do without
    "shopwindow.values.setting_groups",  # loads pydantic
    "shopwindow.values.display_formats",  # loads locale data
    "shopwindow.values.lexicon",  # these three read files
    "shopwindow.values.synonyms",
    "shopwindow.values.stored_names",
}


@cache
def modules() -> Mapping[str, Path]:
    """Return the files of all modules by dotted name."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


@cache
def imports(module: str) -> tuple[tuple[str, str, int], ...]:
    """Return the module, name and line of each import of ours, those in functions too."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    return tuple(
        (node.module, alias.name, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node not in for_types
        for alias in node.names
        if node.module.split(".")[0] in PACKAGES
    )


def owner(module: str) -> str:
    """Return the package of strangers that a module belongs to; empty for none."""
    return next((p for p in STRANGERS if module == p or module.startswith(f"{p}.")), "")


@cache
def exports(module: str) -> frozenset[str]:
    """Return the names in the `__all__` of a module; none where it has no such list."""
    for node in ast.parse(modules()[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def past_faces() -> Iterator[str]:
    """Yield each import that goes past the face of another package."""
    for module in modules():
        for target, name, line in imports(module):
            deep = f"{target}.{name}" if f"{target}.{name}" in modules() else target
            is_entered = deep in FACES or deep in ENTERED_BY_NAME or target in ENTERED_BY_NAME
            is_exported = target in FACES and name in exports(target)  # even beside such a module
            if owner(deep) not in {"", owner(module)} and not (is_entered or is_exported):
                yield f"{module}:{line}: from {target} import {name}"


def test_packages_are_entered_through_their_faces() -> None:
    assert list(past_faces()) == []


def test_no_import_goes_in_a_circle() -> None:
    graph = {
        module: {
            deep if (deep := f"{target}.{name}") in modules() else target
            for target, name, _ in imports(module)
        }
        - {module}
        for module in modules()
    }
    assert list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError


def pinned() -> Mapping[str, list[str]]:
    """Return the exported names of each face."""
    lines = PINNED.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {package: names.split() for package, names in pairs}


@pytest.mark.parametrize("package", ["shopwindow", *FACES])
def test_exported_names_are_pinned_and_there(package: str) -> None:
    face = import_module(package)
    assert sorted(face.__all__) == pinned()[package]
    assert all(hasattr(face, name) for name in face.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()
