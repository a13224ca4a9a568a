"""Values that break one promise and keep the others, as far as construction can tell: the table of keywords.

Called by `assemble`. What is proposed here is dropped unless the contract finds just one promise broken. Where one is
hard to break alone, several values are proposed, and those marked `spare` are left out once one has done it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from understudy.probe.cases import wrong_choices, wrong_parts, wrong_values
from understudy.probe.cases.making import Maker
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site


def breaks(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values that break what a site's schema says."""
    for keyword, propose in BREAKS.items():
        if keyword in site.schema:
            yield from propose(maker, site)


BREAKS: Mapping[str, Propose] = {
    "type": wrong_values.other_types,
    "enum": wrong_values.unlisted,
    "const": wrong_values.other_constant,
    "format": wrong_values.off_format,
    "pattern": wrong_values.off_pattern,
    "required": wrong_parts.missing,
    "properties": wrong_parts.forbidden,
    "additionalProperties": wrong_parts.further("additionalProperties"),
    "unevaluatedProperties": wrong_parts.further("unevaluatedProperties"),
    "patternProperties": wrong_parts.forbidden_names,
    "propertyNames": wrong_parts.odd_names,
    "dependentRequired": wrong_parts.unmet_needs,
    "uniqueItems": wrong_parts.repeated,
    "items": wrong_parts.further_items("items"),
    "unevaluatedItems": wrong_parts.further_items("unevaluatedItems"),
    "contains": wrong_parts.without_contained,
    "oneOf": wrong_choices.no_alternative("oneOf"),
    "anyOf": wrong_choices.no_alternative("anyOf"),
    "not": wrong_choices.ruled_out,
    "if": wrong_choices.forbidden_way,
    "discriminator": wrong_choices.unknown_tags,
}
