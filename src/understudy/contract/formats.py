"""The text formats that openapi-core does not know, knows too loosely or stumbles over, by JSON Schema's definitions.

Given to openapi-core as further format validators, and to the accept plan as the same functions. A format is asked
of texts only; anything else is `type`'s business.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import re
import warnings
from collections.abc import Callable
from typing import Any

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[^\"\\\x00-\x1f]|\\.)+\""
)
# RFC 3986's characters: unreserved, reserved, and whole percent escapes.
_URI_CHARACTERS = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_URI_CHARACTERS}")
_URI_REFERENCE = re.compile(_URI_CHARACTERS)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
LONGEST_HOSTNAME = 253
LONGEST_LOCAL = 64


def is_uri(text: str) -> bool:
    """An absolute URI with a scheme (RFC 3986)."""
    return _URI.fullmatch(text) is not None and text.count("#") <= 1


def is_uri_reference(text: str) -> bool:
    """A URI, or a reference relative to one."""
    return _URI_REFERENCE.fullmatch(text) is not None and text.count("#") <= 1


def is_hostname(text: str) -> bool:
    """A host name (RFC 1123): labels of letters, digits and inner dashes."""
    return len(text) <= LONGEST_HOSTNAME and _HOSTNAME.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """An address (RFC 5321): a local part, one @, a host name or an address literal."""
    local, at, domain = text.rpartition("@")
    if not at or len(local) > LONGEST_LOCAL or _LOCAL.fullmatch(local) is None:
        return False
    if domain.startswith("[") and domain.endswith("]"):
        literal = domain[1:-1]
        return is_ipv6(literal[5:]) if literal.lower().startswith("ipv6:") else is_ipv4(literal)
    return is_hostname(domain)


def is_date(text: str) -> bool:
    """A full date (RFC 3339) that exists."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_ipv4(text: str) -> bool:
    """Four decimal numbers, without leading zeros."""
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False


def is_ipv6(text: str) -> bool:
    """An IPv6 address, without a zone."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def is_byte(text: str) -> bool:
    """Base64 (RFC 4648), padded."""
    try:
        base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    return True


def is_regex(text: str) -> bool:
    """A pattern that can be compiled; what it means is not asked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _of_text(check: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or check(value)


def is_uuid(text: str) -> bool:
    """A UUID in its usual form (RFC 9562), in either case."""
    return _UUID.fullmatch(text) is not None


FORMATS: dict[str, Callable[[Any], bool]] = {
    "byte": _of_text(is_byte),
    "date": _of_text(is_date),
    "email": _of_text(is_email),
    "hostname": _of_text(is_hostname),
    "ipv4": _of_text(is_ipv4),
    "ipv6": _of_text(is_ipv6),
    "regex": _of_text(is_regex),
    "uri": _of_text(is_uri),
    "uri-reference": _of_text(is_uri_reference),
    "uuid": _of_text(is_uuid),
}
