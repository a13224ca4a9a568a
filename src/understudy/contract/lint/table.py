"""Which objection hinders serving, and what becomes of the others: the one table, asked from the top.

Whatever no row knows hinders. Called by `mending`, which does what a row says. A row never changes anything itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from understudy.contract.lint.objection import NOTHING, Objection

Treatment = Literal["keep", "leave-out", "read-as", "refuse"]

# Where a document tells people something that nobody serves by.
PROSE_AT_THE_TOP = frozenset({"info", "tags", "externalDocs"})
PROSE = frozenset({"contact", "example", "examples", "externalDocs", "license", "links", "xml"})

UNKNOWN_FIELD = frozenset({"additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames"})


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of a kind of objection.

    Attributes:
        about: what kind, for people.
        holds: whether an objection is of that kind.
        treatment: ``keep``: served as it stands; ``leave-out``: the value is left out of what is served; ``read-as``:
            it is read as what was evidently meant; ``refuse``: it hinders.
        remedy: what to do, or what is done.
    """

    about: str
    holds: Callable[[Objection], bool]
    treatment: Treatment
    remedy: str


def _rule(*names: str) -> Callable[[Objection], bool]:
    return lambda objection: objection.rule in names and objection.schema is None


def _missing(*fields: str) -> Callable[[Objection], bool]:
    return lambda objection: objection.rule == "required" and objection.subject in fields


def _bad_path(objection: Objection) -> bool:
    return (
        objection.place == ("paths",)
        and objection.rule in UNKNOWN_FIELD
        and any(not name.startswith(("/", "x-")) for name in objection.subject or ())
    )


def _at_field(*fields: str) -> Callable[[Objection], bool]:
    return lambda objection: bool(objection.place) and objection.place[-1] in fields


def _prose(objection: Objection) -> bool:
    return objection.place[:1] in {(name,) for name in PROSE_AT_THE_TOP} or not PROSE.isdisjoint(objection.place)


def _nothing(objection: Objection) -> bool:
    """Nothing, where a key stands; in the place of an item it is not clear what was meant."""
    *above, key = objection.place or ("",)
    return objection.subject == NOTHING and (not str(key).isdigit() or above[-1:] == ["responses"])


def _unknown_status(objection: Objection) -> bool:
    return objection.place[-1:] == ("responses",) and objection.rule in UNKNOWN_FIELD


TABLE: tuple[Row, ...] = (
    Row("a reference to nowhere", _rule("reference"), "refuse", "name something that is in the document"),
    Row("a dialect that nobody knows", _rule("dialect"), "refuse", "leave `jsonSchemaDialect` out"),
    Row("a path without a slash", _bad_path, "refuse", "let every path begin with `/`"),
    Row("an expression", lambda o: o.rule == "expression", "leave-out", "it is left out, so any text fits"),
    Row("a discriminator", lambda o: o.rule == "discriminator", "leave-out", "it is left out, so the schemas decide"),
    Row("tags that no value has", lambda o: o.rule == "tags", "read-as", "those values are read as its tags"),
    Row(
        "a list with something twice", lambda o: o.rule == "uniqueItems", "read-as", "it is read as standing there once"
    ),
    Row(
        "an exclusive bound as OpenAPI 3.0 writes it",
        lambda o: o.schema is not None and _at_field("exclusiveMinimum", "exclusiveMaximum")(o),
        "read-as",
        "it is read as OpenAPI 3.0 has it",
    ),
    Row(
        "an unknown keyword in a schema",
        lambda o: o.schema is not None and o.rule in UNKNOWN_FIELD,
        "keep",
        "nothing is judged by it",
    ),
    Row("a faulty schema", lambda o: o.schema is not None, "leave-out", "it is left out, so anything fits"),
    Row("a key without a value", _nothing, "read-as", "it is read as empty"),
    Row("an operationId used twice", _rule("operation-id-twice"), "read-as", "this one is called by method and path"),
    Row("a parameter twice", _rule("parameter-twice"), "leave-out", "the first one counts"),
    Row("a path parameter nobody declares", _rule("parameter-undeclared"), "read-as", "it is read as any text"),
    Row("a path parameter of no path", _rule("parameter-nowhere"), "leave-out", "it is left out"),
    Row("no answers", _rule("no-responses"), "read-as", "it is read as answering anything"),
    Row("a path parameter that may be missing", _missing("required"), "read-as", "it is read as required"),
    Row("no schema", _missing("schema", "content"), "read-as", "it is read as any value"),
    Row("no info", _missing("info", "title", "version"), "read-as", "the file's name stands for it"),
    Row("no paths", _missing("paths", "webhooks", "components"), "read-as", "it is read as having none"),
    Row(
        "where tokens come from",
        _missing("authorizationUrl", "tokenUrl", "scopes", "openIdConnectUrl"),
        "keep",
        "nobody here asks for one",
    ),
    Row("no words", _missing("description", "summary"), "keep", "nobody serves by it"),
    Row("an unknown status", _unknown_status, "leave-out", "it is left out, since no status is called that"),
    Row("an unknown field", _rule(*UNKNOWN_FIELD), "keep", "nobody reads it"),
    Row("a server", lambda o: o.place[:1] == ("servers",), "read-as", "the paths are read as beginning at the root"),
    Row("prose", _prose, "keep", "nobody serves by it"),
    Row("anything else", lambda _: True, "refuse", "correct it, or change it by an overlay"),
)


def row_of(objection: Objection, rows: tuple[Row, ...] = TABLE) -> Row:
    """What becomes of an objection."""
    return next(row for row in rows if row.holds(objection))
