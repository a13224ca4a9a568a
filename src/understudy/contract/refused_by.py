"""Which broken promises a document leaves to the product, which refuses what breaks them in its own words.

What carries the mark may be a schema, a body or a security scheme. Called by `contract`; it must not judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.violations import Violation

MARK = "x-refused-by"
PRODUCT = "product"


class RefusedBy:
    """Answers for one document; it never changes while it judges, so that each promise is looked up once.

    Args:
        document: the effective document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._known: dict[tuple[bool, str], bool] = {}

    def product(self, violation: Violation) -> bool:
        """Whether the product itself refuses what breaks this promise.

        The mark stands beside the broken keyword, on what it belongs to, or on the first security scheme asked for.
        """
        key = (violation.code == "security-missing", violation.schema)
        if key not in self._known:
            self._known[key] = self._scheme(violation.schema) if key[0] else self._place(violation.schema)
        return self._known[key]

    def _scheme(self, place: str) -> bool:
        schemes = self.document.get("components", {}).get("securitySchemes", {})
        first = next((name for names in pointer.find(self.document, place) for name in names), "")
        return bool(schemes.get(first, {}).get(MARK) == PRODUCT)

    def _place(self, place: str) -> bool:
        for at in (place, place.rpartition("/")[0]):
            try:
                node = pointer.find(self.document, at)
            except KeyError:
                continue
            if isinstance(node, Mapping) and node.get(MARK) == PRODUCT:
                return True
        return False
