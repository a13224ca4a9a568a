"""The violation, one broken promise, and the one table of codes.

Every part that judges or reports uses these; a code that is not in `CODES` cannot be raised. A schema
keyword that is broken has the code ``schema-`` and the keyword's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["request", "response", "event"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a kind of violation means.

    Attributes:
        title: what broke, in a few words.
        status: the HTTP status with which the gate refuses a request for it; 0 if it is reported and not refused.
        remedy: what to do, said to whoever sent the message.
    """

    title: str
    status: int
    remedy: str


_CHANGE_VALUE = "Send a value that the schema allows, or widen the schema in an overlay if real servers take it."

CODES: dict[str, Code] = {
    "operation-unknown": Code(
        "No operation at this path",
        404,
        "Use one of the document's paths; the nearest are listed in the message.",
    ),
    "method-unknown": Code(
        "No operation for this method", 405, "Use a method that the document lists for this path (see Allow)."
    ),
    "event-unknown": Code(
        "No event of this name", 500, "Send one of the document's events, or document this one under `webhooks`."
    ),
    "query-undeclared": Code(
        "A query parameter is not documented", 0, "Leave the parameter out, or document it in an overlay."
    ),
    "parameter-missing": Code("A required parameter is missing", 422, "Send the parameter."),
    "parameter-malformed": Code(
        "A parameter cannot be read as its type", 422, "Send the parameter in the documented type and style."
    ),
    "path-malformed": Code(
        "A path parameter cannot be read as its type",
        404,
        "Put a value of the documented type into the path.",
    ),
    "security-missing": Code(
        "No credentials that the document asks for", 401, "Send the credentials named by the security scheme."
    ),
    "media-type-malformed": Code(
        "The Content-Type header cannot be read",
        400,
        "Send a media type such as application/json; charset=utf-8.",
    ),
    "media-type-unknown": Code(
        "The media type is not documented",
        415,
        "Send one of the documented media types, or document this one.",
    ),
    "charset-unknown": Code("The text is not UTF-8", 415, "Encode text as UTF-8 and say so, or say nothing."),
    "body-missing": Code("A body is promised and missing", 422, "Send the body."),
    "body-undocumented": Code("A body is sent where none is documented", 422, "Send no body, or document it."),
    "body-malformed": Code("The body cannot be parsed", 400, "Send a well-formed body of the announced media type."),
    "body-encoding": Code("The body is not valid UTF-8", 400, "Encode the body as UTF-8."),
    "body-number": Code(
        "A number that JSON does not have",
        400,
        "NaN and Infinity are not JSON; leave the key out or send null.",
    ),
    "body-duplicate-key": Code("A key stands twice in one object", 400, "Send every key once."),
    "body-too-deep": Code("The body is nested too deeply", 400, "Flatten the body."),
    "body-too-large": Code("The body is too large", 413, "Send a smaller body."),
    "sandbox-malformed": Code(
        "The sandbox's name is no name", 400, "Name a sandbox with 1 to 64 letters, digits, dots, dashes, underscores."
    ),
    "content-length-wrong": Code(
        "Content-Length is not the length of the body", 400, "Let the HTTP library count the bytes."
    ),
    "header-name-malformed": Code("A header's name is no name", 400, "Use letters, digits and dashes in header names."),
    "status-unknown": Code(
        "The status is not documented",
        500,
        "Answer with a documented status, or document this one in an overlay.",
    ),
    "header-missing": Code("A promised response header is missing", 500, "Send the header."),
    "header-malformed": Code("A response header breaks its schema", 500, "Send the header as documented."),
    "answer-missing": Code("No answer came", 500, "Answer every request, whole and in time."),
    "answer-too-large": Code("The answer has no end", 500, "Answer with less, or in pages."),
    "law-broken": Code(
        "A law that no document can say",
        500,
        "Do what the scenario or the property tells; it is named as the promise.",
    ),
    "forbidden-accepted": Code(
        "What the document forbids is accepted", 0, "Refuse it, or allow it in the document or an overlay."
    ),
    "allowed-refused": Code(
        "What the document allows is refused", 0, "Accept it, or rule it out in the document or an overlay."
    ),
    "contract-unable": Code(
        "The contract could not judge the message", 422, "Report this message: it shows a gap in the judge."
    ),
}

# The JSON Schema keywords that can be broken, with what to do about it.
KEYWORDS: dict[str, str] = {
    "type": "Send the documented type; null only where the schema lists it.",
    "required": "Send the missing property.",
    "enum": "Send one of the listed values; if a real server sends this one, list it in an overlay.",
    "const": "Send exactly the documented value.",
    "format": "Send the value in the documented format.",
    "pattern": "Send text that matches the pattern.",
    "minLength": "Send a longer text.",
    "maxLength": "Send a shorter text.",
    "minimum": "Send a greater number.",
    "maximum": "Send a smaller number.",
    "exclusiveMinimum": "Send a greater number.",
    "exclusiveMaximum": "Send a smaller number.",
    "multipleOf": "Send a multiple of the documented step.",
    "minItems": "Send more items.",
    "maxItems": "Send fewer items.",
    "uniqueItems": "Send every item once.",
    "contains": "Send an array that holds the documented item.",
    "minContains": "Send an array that holds more of the documented items.",
    "maxContains": "Send an array that holds fewer of the documented items.",
    "prefixItems": "Send the documented items at the head of the array.",
    "items": "Send only documented items.",
    "minProperties": "Send more properties.",
    "maxProperties": "Send fewer properties.",
    "additionalProperties": "Remove the property, or document it in an overlay.",
    "unevaluatedProperties": "Remove the property, or document it in an overlay.",
    "unevaluatedItems": "Remove the items, or document them in an overlay.",
    "propertyNames": "Rename the property.",
    "patternProperties": "Rename or remove the property.",
    "dependentRequired": "Send the property that the other one needs.",
    "dependentSchemas": "Send what the other property needs.",
    "oneOf": "Send a value that fits exactly one of the alternatives.",
    "anyOf": "Send a value that fits one of the alternatives.",
    "allOf": _CHANGE_VALUE,
    "not": "Send a value that the schema does not rule out.",
    "if": _CHANGE_VALUE,
    "discriminator": "Send a discriminator value that names one of the alternatives.",
    "nullable": "Send the documented type.",
    "readOnly": "Leave out what only the server may send.",
    "writeOnly": "Leave out what only the client may send.",
    "false": "Leave the value out: nothing is allowed here.",
}
CODES |= {
    f"schema-{keyword}": Code(f"The schema's `{keyword}` is broken", 422, KEYWORDS[keyword]) for keyword in KEYWORDS
}


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One broken promise.

    Attributes:
        where: JSON pointer into the message, seen as ``{path, query, header, cookie, status, body}``.
        code: a key of `CODES`.
        side: whose message: ``request``, ``response`` or ``event``.
        operation_id: the operation, or an empty string where none was found.
        schema: JSON pointer into the effective document: the promise.
        message: what broke, for people.
    """

    where: str
    code: str
    side: Side
    operation_id: str
    schema: str
    message: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code!r} is not in the table of violation codes")

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return CODES[self.code].remedy

    @property
    def status(self) -> int:
        """The HTTP status with which the gate refuses a request for it; 0 if it is reported and not refused."""
        return CODES[self.code].status

    @property
    def of_body(self) -> bool:
        """Whether it speaks of the message's body."""
        return self.where.startswith("/body") or self.code == "content-length-wrong"

    def as_json(self) -> dict[str, Any]:
        """The violation as JSON data, remedy included."""
        return {
            "where": self.where,
            "code": self.code,
            "side": self.side,
            "operation_id": self.operation_id,
            "schema": self.schema,
            "message": self.message,
            "remedy": self.remedy,
        }
