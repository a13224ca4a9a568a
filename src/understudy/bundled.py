"""Finds the documents and fixtures that come with Understudy.

In a checkout they stand beside the source, in a wheel inside the package; an editable install
reads the checkout. Called wherever a bundled file is named.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE / "bundled" if (_PACKAGE / "bundled").is_dir() else _PACKAGE.parents[1]

SPEC = _ROOT / "spec"
FIXTURES = _ROOT / "fixtures"
