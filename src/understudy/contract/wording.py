"""Says in words what the engine found: openapi-core's and jsonschema's errors become violations.

Each error gets a pointer into the message, a pointer to the promise in the document, and one sentence for
people. Of a broken oneOf or anyOf the closest alternative is reported. Called by `contract`; it must not
decide whether anything is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from jsonschema.exceptions import ValidationError
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.validation.request.exceptions import (
    MissingRequiredParameter,
    MissingRequiredRequestBody,
    ParameterValidationError,
    RequestBodyValidationError,
)
from openapi_core.validation.response.exceptions import (
    DataValidationError,
    HeaderValidationError,
    MissingData,
    MissingRequiredHeader,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from understudy.contract import pointer
from understudy.contract.operation import schema_place
from understudy.contract.subschemas import schemas_at
from understudy.contract.violations import KEYWORDS, Side, Violation

EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Setting:
    """What is being judged, so that pointers can be made.

    Attributes:
        document: the effective document.
        operation_id: the operation.
        side: whose message.
        parameters: place of each parameter in the document, by (in, name).
        content: place of the body's ``content`` in the document; None where there is none.
        schema: place of the body's schema; None where there is none.
        headers: place of the response's ``headers``.
        security: place of what is asked for credentials.
    """

    document: Mapping[str, Any]
    operation_id: str
    side: Side
    parameters: Mapping[tuple[str, str], pointer.Parts]
    content: pointer.Parts | None
    schema: pointer.Parts | None
    headers: pointer.Parts
    security: pointer.Parts


def violations(error: Exception, setting: Setting) -> Iterator[Violation]:
    """The violations that one error of the engine stands for, usually one."""
    for kind, describe in _DESCRIBERS:
        if isinstance(error, kind):
            yield from describe(error, setting)
            return
    why = f"{type(error).__name__}: {_safe(error)}"
    if isinstance(error, RecursionError):
        why = "the schema refers back to itself before it asks for anything, or the value is nested without end"
    yield _violation(setting, "contract-unable", "", (), why)


def excerpt(value: Any) -> str:
    """A value as JSON, cut to fit a line."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, orjson.JSONEncodeError):
        text = repr(value)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def _violation(setting: Setting, code: str, where: str, schema: pointer.Parts, message: str) -> Violation:
    at = pointer.join(schema, "#") if schema else ""
    return Violation(where, code, setting.side, setting.operation_id, at, message)


def _safe(error: BaseException) -> str:
    try:
        return str(error)[:200]
    except Exception:  # noqa: BLE001 - openapi-core's own messages can raise on odd bytes
        return "(no message)"


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__


def _parameter(error: Any, setting: Setting) -> Iterator[Violation]:
    place = setting.parameters.get((error.location, error.name), ())
    where = pointer.join((error.location, error.name))
    schema = schema_place(place, pointer.walk(setting.document, place))
    what = f"the {error.location} parameter `{error.name}`"
    if isinstance(error, MissingRequiredParameter):
        yield _violation(setting, "parameter-missing", where, place, f"{what} is required and was not sent")
        return
    cause = _cause(error)
    if isinstance(cause, InvalidSchemaValue):
        for found in _schema_violations(cause, setting, where, schema):
            code = "path-malformed" if error.location == "path" else found.code
            yield Violation(found.where, code, found.side, found.operation_id, found.schema, f"{what} {found.message}")
        return
    code = "path-malformed" if error.location == "path" else "parameter-malformed"
    yield _violation(setting, code, where, schema, f"{what} cannot be read: {_safe(cause or error)}")


def _body(error: Exception, setting: Setting) -> Iterator[Violation]:
    content = setting.content or ()
    if isinstance(error, MissingRequiredRequestBody):
        yield _violation(setting, "body-missing", "/body", content, "a body is required and none was sent")
    elif isinstance(error, MissingData):
        yield _violation(
            setting, "body-missing", "/body", content, "the answer has no body and the document promises one"
        )
    elif isinstance(cause := _cause(error), MediaTypeNotFound):
        known = ", ".join(cause.availableMimetypes)
        message = f"`{cause.mimetype}` is not documented; documented are {known}"
        yield _violation(setting, "media-type-unknown", "/header/content-type", content, message)
    elif isinstance(cause, InvalidSchemaValue):
        yield from _schema_violations(cause, setting, "/body", setting.schema or content)
    else:
        yield _violation(
            setting, "body-malformed", "/body", content, f"the body cannot be read: {_safe(cause or error)}"
        )


def _header(error: Any, setting: Setting) -> Iterator[Violation]:
    place = (*setting.headers, error.name)
    where = pointer.join(("header", error.name.lower()))
    if isinstance(error, MissingRequiredHeader):
        yield _violation(setting, "header-missing", where, place, f"the header `{error.name}` is promised and missing")
        return
    cause = _cause(error)
    details = (
        [sentence(e) for e in cause.schema_errors] if isinstance(cause, InvalidSchemaValue) else [_safe(cause or error)]
    )
    yield _violation(setting, "header-malformed", where, place, f"the header `{error.name}` {'; '.join(details)}")


def _status(error: Any, setting: Setting) -> Iterator[Violation]:
    yield _violation(setting, "status-unknown", "/status", (), f"the status {error.http_status} is not documented")


_DESCRIBERS: tuple[tuple[Any, Callable[[Any, Setting], Iterator[Violation]]], ...] = (
    (ParameterValidationError, _parameter),
    ((RequestBodyValidationError, DataValidationError), _body),
    (HeaderValidationError, _header),
    (ResponseNotFound, _status),
)


def _schema_violations(
    error: InvalidSchemaValue, setting: Setting, where: str, schema: pointer.Parts
) -> Iterator[Violation]:
    for found in error.schema_errors:
        for leaf in _leaves(found):
            if not _owed_by_the_other_side(leaf, setting):
                yield _from_schema(leaf, setting, where, schema)


def _owed_by_the_other_side(error: ValidationError, setting: Setting) -> bool:
    """Whether what is required and missing is readOnly in a request, or writeOnly in an answer: nobody owes that."""
    if error.validator != "required" or not isinstance(error.schema, Mapping):
        return False
    keyword = "readOnly" if setting.side == "request" else "writeOnly"
    prop = error.schema.get("properties", {}).get(_missing(error), {})
    while isinstance(prop, Mapping) and "$ref" in prop:
        prop = pointer.find(setting.document, prop["$ref"])
    return isinstance(prop, Mapping) and prop.get(keyword) is True


def _from_schema(error: ValidationError, setting: Setting, where: str, schema: pointer.Parts) -> Violation:
    keyword = str(error.validator) if error.validator in KEYWORDS else "false"
    at = pointer.join(error.absolute_path, where)
    if _names_no_alternative(error):
        at = pointer.join((error.schema["discriminator"]["propertyName"],), at)
    if keyword == "required":
        missing = _missing(error)
        if missing is not None:
            at = pointer.join((missing,), at)
    promise = _locate(setting, schema, error)
    return _violation(setting, f"schema-{keyword}", at, promise, sentence(error))


def _names_no_alternative(error: ValidationError) -> bool:
    """Whether the discriminator is at fault: with one, openapi-core asks no alternative but the one that it names."""
    chosen = error.validator in ("oneOf", "anyOf") and not error.context and isinstance(error.instance, Mapping)
    return chosen and isinstance(error.schema, Mapping) and "discriminator" in error.schema


def _locate(setting: Setting, schema: pointer.Parts, error: ValidationError) -> pointer.Parts:
    """The place of the promise: the keyword in the very schema that was asked, or that schema where it is `false`."""
    path = list(error.absolute_schema_path)
    if error.validator is None:
        return _locate_false(schemas_at(setting.document, schema, path)) or schema
    asked = [
        (place, node) for place, node in schemas_at(setting.document, schema, path[:-1]) if isinstance(node, Mapping)
    ]
    for place, node in asked:
        if node is error.schema:
            return (*place, str(error.validator))
    return next(((*place, str(error.validator)) for place, node in asked if error.validator in node), schema)


def _locate_false(found: list[tuple[pointer.Parts, Any]]) -> pointer.Parts | None:
    """The place of a `false`; a path ends at the keyword that has it, or at the schema whose condition leads to it."""
    for place, node in found:
        if node is False or (isinstance(node, Mapping) and False in (node.get("then"), node.get("else"))):
            return place
    return found[0][0] if found else None


def _missing(error: ValidationError) -> str | None:
    present = error.instance if isinstance(error.instance, dict) else {}
    absent = [name for name in error.validator_value if name not in present and f"{name!r}" in error.message]
    return absent[0] if absent else None


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors to report for one error: of alternatives, those of the closest."""
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(next(iter(inner.schema_path), None), []).append(inner)  # none: the alternative is `false`
    closest = min(branches.values(), key=_distance)
    if _distance(closest)[0] == 0:  # no alternative is of the right kind: say so of the whole
        yield error
        return
    for inner in closest:
        yield from _leaves(inner)


def _distance(errors: list[ValidationError]) -> tuple[int, int]:
    """Sorts alternatives: one that fails at the value's own type is furthest, then by the number of errors."""
    wrong_kind = any(e.validator in ("type", "const", "enum") and not e.path for e in errors)
    return (0, len(errors)) if wrong_kind and len(errors) == 1 else (-1, len(errors))


def sentence(error: ValidationError) -> str:
    """What is wrong with a value, as the end of a sentence that begins with its name."""
    value, wanted = excerpt(error.instance), error.validator_value
    if _names_no_alternative(error):
        known = ", ".join(map(str, error.schema["discriminator"].get("mapping") or ())) or "the name of an alternative"
        said = error.instance.get(error.schema["discriminator"]["propertyName"])
        return f"is {'missing' if said is None else excerpt(said)}, and must be one of: {known}"
    word = _SENTENCES.get(str(error.validator))
    if word is not None:
        return word(value, wanted, error)
    return error.message if len(error.message) <= 2 * EXCERPT else f"{error.message[: 2 * EXCERPT]}…"


def _unlisted(error: ValidationError) -> str:
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    extra = [name for name in error.instance if name not in known] if isinstance(error.instance, dict) else []
    return ", ".join(f"`{name}`" for name in extra) or "a property"


_SENTENCES: Mapping[str, Callable[[str, Any, ValidationError], str]] = {
    "type": lambda value, wanted, _: (
        f"is {value}, and must be {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    ),
    "required": lambda _value, _wanted, error: f"lacks the required property `{_missing(error)}`",
    "enum": lambda value, wanted, _: f"is {value}, and must be one of {excerpt(wanted)}",
    "const": lambda value, wanted, _: f"is {value}, and must be {excerpt(wanted)}",
    "format": lambda value, wanted, _: f"is {value}, and must have the format {wanted}",
    "pattern": lambda value, wanted, _: f"is {value}, and must match {wanted}",
    "minLength": lambda value, wanted, _: f"is {value}, and must have at least {wanted} characters",
    "maxLength": lambda value, wanted, error: (
        f"has {len(error.instance)} characters, and must have at most {wanted}: {value}"
    ),
    "minimum": lambda value, wanted, _: f"is {value}, and must be at least {wanted}",
    "maximum": lambda value, wanted, _: f"is {value}, and must be at most {wanted}",
    "minItems": lambda _value, wanted, error: f"has {len(error.instance)} items, and must have at least {wanted}",
    "maxItems": lambda _value, wanted, error: f"has {len(error.instance)} items, and must have at most {wanted}",
    "additionalProperties": lambda _value, _wanted, error: f"has {_unlisted(error)}, which is not documented",
    "not": lambda value, _wanted, _: f"is {value}, which the schema rules out",
    "oneOf": lambda value, wanted, error: (
        f"is {value}, and must fit exactly one of {len(wanted)} alternatives"
        + ("" if error.context else "; it fits more than one")
    ),
    "anyOf": lambda value, wanted, _: f"is {value}, and must fit one of {len(wanted)} alternatives",
}
