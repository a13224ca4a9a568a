"""Connexion's router is the router of record: the tree that stands in for it picks the same route with the same values."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from documents import document, operation
from understudy.bundled import SPEC
from understudy.contract.contract import Contract
from understudy.contract.document import Document, load
from understudy.contract.templates import PARAMETER
from understudy.effective import PROFILES, REFUSALS, document_of
from understudy.server.app import CONTROL
from understudy.server.call import SCOPE_KEY, Call, Part
from understudy.server.routing import PartRouting, RoutingMiddleware, base_path, specification
from understudy.services.service import discover

# Segments that overlap in every way: literal, parameter, both in one; by different names.
SEGMENTS = ("a", "b", "a.b", "{x}", "{y}", "{x}.b", "{y}.b", "a{x}", "{x}-{y}", "{x}.{y}", "ключ", "a+b", "{пара-метр}")
TEXTS = (
    "a",
    "b",
    "a.b",
    "a.b.b",
    "ab",
    "x",
    "",
    "a-b",
    "a-b-c",
    "-",
    ".b",
    "a.",
    "ключ",
    "a+b",
    "A",
    "{x}",
    "a b",
    "%2F",
)

templates = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
paths = st.lists(st.sampled_from(TEXTS), max_size=4).map(lambda parts: "/" + "/".join(parts))


async def _end(_scope: Any, _receive: Any, _send: Any) -> None:
    """The application behind the router: what was found stands in the call."""


async def _nothing(*_: Any) -> Any:
    """Nobody listens."""


class Routes:
    """The routes of a document, found by the tree and by Connexion's own router."""

    def __init__(self, made: Document) -> None:
        self.templates = list(made.data["paths"])
        base = base_path(made.data)
        self.part = Part("test", Contract(made), None, base)  # type: ignore[arg-type] # routing asks nobody
        self.routing = PartRouting(_end)
        self.routing.add_api(specification(made.data), base_path=base, part=self.part)

    def by_tree(self, path: str, method: str) -> tuple[Any, ...]:
        """Template, parameters and operation as the tree finds them."""
        return self._found(PartRouting.__call__, path, method)

    def by_connexion(self, path: str, method: str) -> tuple[Any, ...]:
        """The same as Connexion's own router finds them, one route after another."""
        return self._found(RoutingMiddleware.__call__, path, method)

    def _found(self, route: Any, path: str, method: str) -> tuple[Any, ...]:
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
        call = scope[SCOPE_KEY] = Call(scope, b"", self.part)
        asyncio.run(route(self.routing, scope, _nothing, _nothing))
        return call.request.path_pattern, call.request.path_params, call.operation_id


def made_of(folder: Path, names: list[str]) -> Routes:
    """The routes of these path templates, in this order."""
    items = {}
    for name in names:
        parameters = [
            {"name": found, "in": "path", "required": True, "schema": {}} for found in PARAMETER.findall(name)
        ]
        items[name] = {"parameters": parameters, "get": operation(f"get {name}")}
    path = folder / "document.json"
    path.write_text(json.dumps(document(items)))
    return Routes(load(path))


def numbered(names: list[str]) -> list[str]:
    """The templates with their parameters called by their number in the segment and the segment's in the path."""
    return ["/".join(_numbered(part, place) for place, part in enumerate(name.split("/"))) for name in names]


def _numbered(segment: str, place: int) -> str:
    numbers = iter(range(2))
    return PARAMETER.sub(lambda _: f"{{{place}_{next(numbers)}}}", segment)


def allowed(names: list[str]) -> list[str]:
    """The templates that one document may have: no parameter twice in one, no two that differ in names alone."""
    shapes: dict[str, str] = {}
    for name in names:
        parameters = PARAMETER.findall(name)
        if len(set(parameters)) == len(parameters):
            shapes.setdefault(PARAMETER.sub("{}", name), name)
    return list(shapes.values())


BUNDLED = {
    "control": lambda: load(SPEC / CONTROL, voice=SPEC / REFUSALS),
    **{
        f"{name} {profile}": lambda name=name, profile=profile: document_of(name, profile)[0]
        for name in discover()
        for profile in PROFILES
    },
}


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_every_bundled_path_is_found_alike(name: str) -> None:
    """Every path of every bundled document, whole, with odd values, longer, shorter and bent, is found alike."""
    routes = Routes(BUNDLED[name]())
    found = set()
    for template in routes.templates:
        for value in ("1", "a.b", "demo-inbox", "ä b", "contacts", "a/b", ""):
            whole = routes.part.base_path + PARAMETER.sub(lambda _, value=value: value, template)
            for path in (whole, whole + "/", whole + "/x", whole[:-1], whole.upper(), "/x" + whole):
                for method in ("GET", "POST", "HEAD", "TRACE"):
                    winner = routes.by_tree(path, method)
                    assert winner == routes.by_connexion(path, method), (path, method)
                    found.add(winner[0])
    assert found == {None, *routes.templates}


def assert_found_alike(folder: Path, names: list[str], asked: list[str]) -> None:
    routes = made_of(folder, names)
    fitting = [PARAMETER.sub("a", template) for template in routes.templates]
    for path in (*asked, *fitting):
        assert routes.by_tree(path, "GET") == routes.by_connexion(path, "GET"), path
    assert all(routes.by_tree(path, "GET")[0] for path in fitting)


many = settings(max_examples=300, deadline=None, derandomize=True, database=None)


@many
@given(names=st.lists(templates, max_size=12).map(numbered).map(allowed), asked=st.lists(paths, max_size=20))
@example(names=["/{1}.b", "/{1}.b/a", "/a.{2}/{1}"], asked=["/a.b", "/a.b/a"])
@example(names=["/{1}/a", "/a/{2}", "/a/b"], asked=["/a/a", "/a/b", "/b/a", "/b/b"])
def test_overlapping_paths_are_found_alike(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], asked: list[str]
) -> None:
    """However templates overlap, and in whatever order they are documented, both find the same one."""
    assert_found_alike(tmp_path_factory.mktemp("routes"), names, asked)


@many
@given(names=st.lists(templates, max_size=12).map(allowed), asked=st.lists(paths, max_size=20))
@example(names=["/{y}/b", "/{x}/{z}"], asked=["/a/b"])
@example(names=["/{y}.b/a", "/{x}.b/{z}"], asked=["/a.b/a"])
def test_the_names_of_parameters_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], asked: list[str]
) -> None:
    """What parameters are called has no say in which of the overlapping templates wins."""
    assert_found_alike(tmp_path_factory.mktemp("routes"), names, asked)


def test_a_line_feed_is_part_of_a_path(tmp_path: Path) -> None:
    """The one difference: Connexion's router drops or stumbles over line feeds, the tree takes them as they come."""
    routes = made_of(tmp_path, ["/pets/{id}", "/pets/mine"])
    assert routes.by_tree("/pets/mine\n", "GET")[:2] == ("/pets/{id}", {"id": "mine\n"})
    assert routes.by_tree("/pets/a\nb", "GET")[:2] == ("/pets/{id}", {"id": "a\nb"})
    assert routes.by_connexion("/pets/a\nb", "GET")[0] is None
