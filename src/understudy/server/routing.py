"""Connexion on a document: it reads the paths and decides which operation a request is for.

Connexion 3.3 refuses OpenAPI 3.1, and its router answers wrong methods and trailing slashes itself, out of
the gate's sight. So it is given a specification that was validated already, one route per path template in
order of specificity, and every request reaches the application behind it, with the template, the
path parameters and the operation, if there is one. It must not answer anything itself.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy.contract.document import operations
from understudy.contract.templates import PARAMETER, Templates, specificity
from understudy.server.call import SCOPE_KEY, Part

with warnings.catch_warnings():
    # Connexion's imports announce what Starlette and jsonschema will drop one day; nobody here can act on it.
    warnings.simplefilter("ignore")
    from connexion.middleware.main import API, ConnexionMiddleware
    from connexion.middleware.routing import RoutingAPI, RoutingMiddleware, RoutingOperation
    from connexion.operations import AbstractOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification


class ValidatedSpecification(OpenAPISpecification):  # type: ignore[misc] # connexion is untyped
    """A document of any 3.x version, validated when it was loaded."""

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        """Nothing to do: `understudy.contract.document` has validated it, by the right version's rules."""


def specification(document: Mapping[str, Any]) -> ValidatedSpecification:
    """Connexion's view of a document, concrete paths before templated ones.

    Only what it routes by: Connexion copies all it is given, and resolves whatever looks like a reference.
    """
    paths: dict[str, dict[str, Any]] = {}
    for template, method, node, _ in operations(document):
        paths.setdefault(template, {})[method] = {"operationId": node["operationId"], "responses": {}}
    info = {"title": "", "version": ""}
    ordered = dict(sorted(paths.items(), key=lambda item: specificity(item[0])))
    return ValidatedSpecification({"openapi": document["openapi"], "info": info, "paths": ordered})


class TemplateRoute:
    """One path template: says which operation a method means, and passes the request on."""

    def __init__(self, template: str, part: Part, next_app: ASGIApp) -> None:
        self.template = template
        self.names = PARAMETER.findall(template)
        self.part = part
        self.next_app = next_app
        self.methods: dict[str, str] = {}

    def add(self, method: str, operation_id: str) -> None:
        """Let a method mean an operation; HEAD means what GET means."""
        self.methods[method.upper()] = operation_id
        if method == "get":
            self.methods.setdefault("HEAD", operation_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the call where it belongs, as Connexion's own router found it, then go on."""
        values = scope.get("path_params", {})
        await self.enter([str(values[f"p{index}"]) for index in range(len(self.names))], scope, receive, send)

    async def enter(self, values: Sequence[str], scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the call where it belongs, then go on."""
        params = dict(zip(self.names, values, strict=True))
        scope[SCOPE_KEY].route(self.part, self.template, params, self.methods.get(scope["method"], ""))
        await self.next_app(scope, receive, send)


class TemplateRoutingAPI(RoutingAPI):  # type: ignore[misc] # connexion is untyped
    """Connexion's registration of a document's operations, one route per path template."""

    def __init__(self, spec: Specification, *, part: Part, next_app: ASGIApp, **options: Any) -> None:
        self.part = part
        self.templates: dict[str, TemplateRoute] = {}
        super().__init__(spec, next_app=next_app, **options)
        self.router.redirect_slashes = False

    def make_operation(self, operation: AbstractOperation) -> RoutingOperation:
        """Remember which template and method the operation has."""
        made = RoutingOperation.from_operation(operation, next_app=self.next_app)
        made.template = operation.path
        return made

    @staticmethod
    def _framework_path_and_name(_operation: AbstractOperation, path: str) -> tuple[str, str]:
        """Starlette's form of a path; parameters by number, since OpenAPI lets names be anything."""
        numbers = iter(range(path.count("{")))
        framework_path = PARAMETER.sub(lambda _: f"{{p{next(numbers)}}}", path)
        return framework_path, framework_path

    def _add_operation_internal(
        self, method: str, path: str, operation: RoutingOperation, name: str | None = None
    ) -> None:
        route = self.templates.get(operation.template)
        if route is None:
            route = self.templates[operation.template] = TemplateRoute(operation.template, self.part, self.next_app)
            self.router.add_route(path, route, name=name)
        route.add(method, operation.operation_id)


class PartRouting(RoutingMiddleware):  # type: ignore[misc] # connexion is untyped
    """Connexion's routing middleware over several parts, each at its own base path.

    Connexion registers the routes, and its router tries them one after another. The same routes stand in a tree, in
    which a path is found however many there are; a test holds the two against each other.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self.router.redirect_slashes = False
        self.tree: Templates[TemplateRoute] = Templates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the route, and go on; a path without one goes on as it came."""
        found = self.tree.find(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
        else:
            await found[0].enter(found[1], scope, receive, send)

    def add_api(self, spec: Specification, base_path: str | None = None, part: Part | None = None, **_: Any) -> None:
        """Register a part's document, after those at the same base path."""
        assert part is not None  # noqa: S101 - only `Routing.add_part` calls this
        api = TemplateRoutingAPI(
            spec, part=part, next_app=self.app, base_path=base_path, resolver=Resolver(lambda _: _unused)
        )
        for route in self.router.routes:
            if route.path == api.base_path:
                route.app.default = api.router
        self.router.mount(api.base_path, app=api.router)
        for route in api.templates.values():
            self.tree.add(api.base_path + route.template, route)
        for template, bases in part.also_below.items():
            for base in bases:
                self.tree.add(base + template, api.templates[template])


class Routing(ConnexionMiddleware):  # type: ignore[misc] # connexion is untyped
    """Connexion's application over a visible stack of middlewares.

    Args:
        app: what stands behind the stack.
        stack: the middlewares, outermost first; `PartRouting` among them.
    """

    def __init__(self, app: ASGIApp, stack: Sequence[Any]) -> None:
        super().__init__(app, import_name=__name__, middlewares=list(stack))

    def add_part(self, part: Part) -> None:
        """Let Connexion route a part's operations."""
        options = self.options.replace()
        self.apis.append(
            API(
                specification(part.contract.data),
                base_path=part.base_path,
                name=part.name,
                part=part,
                **options.__dict__,
            )
        )


def base_path(document: Mapping[str, Any]) -> str:
    """Where a document's paths begin: the path of its first server."""
    path: str = ValidatedSpecification(
        {"openapi": document["openapi"], "servers": copy.deepcopy(document.get("servers", [])), "paths": {}}
    ).base_path
    return path


def _unused() -> None:
    """Connexion wants a function for every operation; ours are called by the answerer."""
