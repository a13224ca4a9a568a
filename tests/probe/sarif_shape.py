"""The part of SARIF 2.1.0 that we write, as a JSON Schema: its properties, their types, what is required, the enums."""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
LINE = {"type": "integer", "minimum": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}


def shape(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def listed(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


MESSAGE = shape("text", text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = shape(
    "id", id=TEXT, name=TEXT, shortDescription=MESSAGE, help=MESSAGE, defaultConfiguration=shape("", level=LEVEL)
)
DRIVER = shape(
    "name",
    name=TEXT,
    version=TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=listed(RULE, uniqueItems=True),
)
LOCATION = shape(
    "",
    physicalLocation=shape(
        "artifactLocation",
        artifactLocation=shape("uri", uri={"type": "string", "format": "uri-reference"}),
        region=shape("startLine", startLine=LINE),
    ),
    logicalLocations=listed(shape("", name=TEXT, fullyQualifiedName=TEXT, kind=TEXT), uniqueItems=True),
)
RESULT = shape(
    "message",
    ruleId=TEXT,
    ruleIndex=COUNT,
    level=LEVEL,
    message=MESSAGE,
    locations=listed(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    occurrenceCount=LINE,
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    suppressions=listed(shape("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT), uniqueItems=True),
    properties={"type": "object"},
)
INVOCATION = shape(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    startTimeUtc=MOMENT,
    endTimeUtc=MOMENT,
    toolExecutionNotifications=listed(shape("message", level=LEVEL, message=MESSAGE)),
)
RUN = shape(
    "tool",
    tool=shape("driver", driver=DRIVER),
    invocations=listed(INVOCATION),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=listed(RESULT),
    properties={"type": "object"},
)
SARIF = shape("version runs", **{"$schema": TEXT}, version={"const": "2.1.0"}, runs=listed(RUN, minItems=1))
