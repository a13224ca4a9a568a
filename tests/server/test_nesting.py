"""Nesting names as Rack does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.server.nesting import nest


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[b]", "1"), ("a[c][d]", "2")], {"a": {"b": "1", "c": {"d": "2"}}}),
        ([("a[][n]", "1"), ("a[][v]", "2"), ("a[][n]", "3")], {"a": [{"n": "1", "v": "2"}, {"n": "3"}]}),
        ([("a[", "1"), ("[b]", "2"), ("a]", "3")], {"a[": "1", "[b]": "2", "a]": "3"}),
        ([("a", "1"), ("a[b]", "2")], {"a": "1", "a[b]": "2"}),
    ],
)
def test_brackets_nest(pairs: list[tuple[str, str]], expected: object) -> None:
    """Objects, arrays and arrays of objects are spelled by brackets; what does not fit stays flat."""
    assert nest(pairs) == expected


@given(st.lists(st.tuples(st.text("ab[]"), st.text())))
def test_no_name_makes_it_fail(pairs: list[tuple[str, str]]) -> None:
    """Whatever the names, every last value can be found."""
    assert isinstance(nest(pairs), dict)
