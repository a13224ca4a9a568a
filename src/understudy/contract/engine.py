"""openapi-core, configured: the judge's machinery, and the only module that builds its validators.

What is ours here is what stands between the wire and openapi-core: the route that the server has matched
already instead of a search by URL, validators made once per schema instead of once per call, bodies decoded
once and strictly (see `body`), and forms read by their schema (see `forms`). Verdicts and errors are
openapi-core's own. Called by `contract` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, reduce
from inspect import signature
from operator import truediv
from typing import Any

from jsonschema_path import SchemaPath
from openapi_core.deserializing.styles import deserializers
from openapi_core.deserializing.styles.exceptions import EmptyQueryParameterValue
from openapi_core.security import providers
from openapi_core.templating.datatypes import TemplateResult
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound
from openapi_core.validation import decorators
from openapi_core.validation import validators as parts
from openapi_core.validation.request import (
    V30RequestBodyValidator,
    V30RequestParametersValidator,
    V31RequestBodyValidator,
    V31RequestParametersValidator,
)
from openapi_core.validation.request import validators as request_parts
from openapi_core.validation.request.exceptions import (
    MissingRequestBody,
    MissingRequiredRequestBody,
    ParameterValidationError,
)
from openapi_core.validation.response import (
    V30ResponseDataValidator,
    V30ResponseHeadersValidator,
    V31ResponseDataValidator,
    V31ResponseHeadersValidator,
)
from openapi_core.validation.response import validators as response_parts
from openapi_core.validation.schemas.exceptions import ValidateError
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_core.validation.schemas.validators import SchemaValidator

from understudy.contract.exchange import Request, Response
from understudy.contract.formats import FORMATS
from understudy.contract.outbound import callbacks, webhooks
from understudy.contract.pointer import Parts
from understudy.contract.readers import Casters, DecodedBodies, Styles
from understudy.contract.views import RequestView, ResponseView

PARTS: Mapping[str, Mapping[str, Any]] = {
    "3.0": {
        "parameters": V30RequestParametersValidator,
        "body": V30RequestBodyValidator,
        "data": V30ResponseDataValidator,
        "headers": V30ResponseHeadersValidator,
    },
    "3.1": {
        "parameters": V31RequestParametersValidator,
        "body": V31RequestBodyValidator,
        "data": V31ResponseDataValidator,
        "headers": V31ResponseHeadersValidator,
    },
}


class Silence:
    """Stands where openapi-core warns of what a document calls deprecated, or of what it cannot judge.

    Whoever sent the message cannot act on it, and a program that takes warnings for errors would get a wrong verdict.
    """

    @staticmethod
    def warn(*_: Any, **__: Any) -> None:
        """Say nothing."""


class Nowhere:
    """Stands where openapi-core makes an empty document for each request, in case an operation has no parameters."""

    _path = SchemaPath.from_dict({})

    @classmethod
    def from_dict(cls, _: Any) -> SchemaPath:
        """The way through it."""
        return cls._path


for _module in (deserializers, providers, parts, request_parts, response_parts):
    vars(_module)["warnings"] = Silence
vars(request_parts)["SchemaPath"] = Nowhere
# It asks for the signature of the same few functions with each error that it raises.
vars(decorators)["signature"] = cache(signature)


# How many resolved places of a document are remembered.
RESOLVED = 4_096


def _is_empty(error: Exception) -> bool:
    return isinstance(error.__cause__, EmptyQueryParameterValue)


def event_pattern(name: str) -> str:
    """What stands for a path template where an event is judged; no path begins like this."""
    return f"webhooks#{name}"


class RouteFinder:
    """openapi-core's path finder, for a request whose route is known: the template is looked up, not searched."""

    def __init__(self, spec: SchemaPath, base_url: str | None = None) -> None:
        self.base_url = base_url
        self.templates: set[str] = set()
        self.table: dict[tuple[str, str], PathOperationServer] = {}
        for template, item in (spec / "paths").str_items() if "paths" in spec else ():
            self.templates.add(template)
            for method in item.str_keys():
                self._add(method, template, item)
        data = spec.read_value()
        for sent in (*webhooks(data), *(callback.sent for callback in callbacks(data))):
            self._add(sent.method, event_pattern(sent.template), reduce(truediv, sent.place[:-1], spec))

    def _add(self, method: str, name: str, item: SchemaPath) -> None:
        self.templates.add(name)
        self.table[method, name] = PathOperationServer(
            item, item / method, None, TemplateResult(name, {}), TemplateResult("", {})
        )

    def find(self, method: str, name: str) -> PathOperationServer:
        """The operation of a method and path template."""
        try:
            return self.table[method, name]
        except KeyError:
            raise (OperationNotFound(name, method) if name in self.templates else PathNotFound(name)) from None


class CachingValidators(SchemaValidatorsFactory):
    """openapi-core's own factory, asked once per schema: the document never changes while it judges."""

    def __init__(self, stock: SchemaValidatorsFactory) -> None:
        super().__init__(stock.schema_validator_cls, stock.format_checker)
        self.stock = stock
        self.made: dict[tuple[Any, ...], SchemaValidator] = {}

    def create(self, spec: SchemaPath, schema: SchemaPath, *_: Any, **__: Any) -> SchemaValidator:
        """The validator of a schema, with `FORMATS` beside openapi-core's own."""
        try:
            return self.made[schema.parts]
        except KeyError:
            made = self.stock.create(spec, schema, extra_format_validators=FORMATS)
            return self.made.setdefault(schema.parts, made)


class MemoSchemaPath(SchemaPath):
    """openapi-core's way through the document, which asks its way once: the document never changes while it judges."""

    def __truediv__(self, key: Any) -> MemoSchemaPath:
        """The path one step down."""
        below: MemoSchemaPath = self._once(("/", key), lambda: self._below(key))
        return below

    def __contains__(self, key: Any) -> bool:
        """Whether there is a step down by this key."""
        return bool(self._once(("in", key), lambda: SchemaPath.__contains__(self, key)))

    def __getitem__(self, key: Any) -> Any:
        """The value below, or the path to it."""
        return self._once(("[]", key), lambda: SchemaPath.__getitem__(self, key))

    def read_value(self) -> Any:
        """The value here."""
        return self._once("read", lambda: SchemaPath.read_value(self))

    def _below(self, key: Any) -> MemoSchemaPath:
        """One step, whatever the key: the original makes two of one with a `#`, as openapi-core asks it at the root."""
        found: MemoSchemaPath = self._make_child_relpath(key) if self.parts else SchemaPath.__truediv__(self, key)
        return found

    def _once(self, question: Any, ask: Callable[[], Any]) -> Any:
        answers = self.__dict__.setdefault("_answers", {})
        try:
            return answers[question]
        except KeyError:
            answer = answers[question] = ask()
            return answer


class Engine:
    """openapi-core's verdicts on requests and responses of one document.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: Mapping[str, Any], version: str) -> None:
        spec = MemoSchemaPath.from_dict(dict(document), resolved_cache_maxsize=RESOLVED)
        caches: dict[int, CachingValidators] = {}
        self._parts = {}
        for name, validator in PARTS[version].items():
            stock = validator.schema_validators_factory
            cache = caches.setdefault(id(stock), CachingValidators(stock))
            casters = Casters(cache, validator.schema_casters_factory.types_caster)
            self._parts[name] = validator(
                spec,
                path_finder_cls=RouteFinder,
                schema_validators_factory=cache,
                schema_casters_factory=casters,
                style_deserializers_factory=Styles(casters, document),
                media_type_deserializers_factory=DecodedBodies(document),
            )

    def request_errors(
        self, request: Request, parameters: Mapping[tuple[str, str], Parts], *, head: bool, body: bool
    ) -> Iterator[Exception]:
        """What openapi-core finds in a request.

        Args:
            request: the request.
            parameters: place of each parameter in the document, by (in, name).
            head: whether parameters are judged.
            body: whether the body is judged.
        """
        view = RequestView(request, parameters)
        if head:
            for error in self._parts["parameters"].iter_errors(view):
                yield from self._empty(error, parameters) if _is_empty(error) else self._blank(error, parameters, view)
        if body:
            yield from (e for e in self._body_errors(view, request) if type(e) is not MissingRequestBody)

    def _body_errors(self, view: RequestView, request: Request) -> list[Exception]:
        """A required body of no byte may be a blank one; where that does not fit, it is missing."""
        errors = list(self._parts["body"].iter_errors(view))
        if request.content.is_blank and any(isinstance(error, MissingRequiredRequestBody) for error in errors):
            view.take_for_sent()
            return errors if any(True for _ in self._parts["body"].iter_errors(view)) else []
        return errors

    def _empty(
        self, error: ParameterValidationError, parameters: Mapping[tuple[str, str], Parts]
    ) -> Iterator[Exception]:
        """Judge an empty query value by its schema; openapi-core refuses it even where the schema allows it."""
        part = self._parts["parameters"]
        schema = part.spec.joinpath(*parameters[error.location, error.name], "schema")
        try:
            part.schema_validators_factory.create(part.spec, schema).validate("")
        except ValidateError as cause:
            error.__cause__ = cause
            yield error

    def _blank(
        self, error: Exception, parameters: Mapping[tuple[str, str], Parts], view: RequestView
    ) -> Iterator[Exception]:
        """A list in one text, and the text is blank: it has no items; openapi-core reads a blank one."""
        if isinstance(error, ParameterValidationError) and error.location == "query":
            texts = view.texts(error.name)
            part, place = self._parts["parameters"], parameters[error.location, error.name]
            node = part.spec.joinpath(*place).read_value()
            if texts == [""] and not node.get("explode", node.get("style", "form") == "form"):
                schema = part.spec.joinpath(*place, "schema")
                with suppress(ValidateError):
                    part.schema_validators_factory.create(part.spec, schema).validate([])
                    return
        yield error

    def response_errors(self, request: Request, response: Response, *, head: bool, body: bool) -> Iterator[Exception]:
        """What openapi-core finds in the headers (``head``) and the body (``body``) of a response."""
        asked, view = RequestView(request), ResponseView(response)
        if head:
            yield from self._parts["headers"].iter_errors(asked, view)
        if body:
            yield from self._parts["data"].iter_errors(asked, view)
