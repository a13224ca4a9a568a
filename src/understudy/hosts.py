"""Which hosts are this machine itself.

Called by whoever decides who may talk to us, and to whom we may talk. It asks no name server: a name that only
resolves to this machine is somebody else's.
"""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: ``localhost``, a name below it, or a loopback address.

    Args:
        host: a host name or an address, without port; an IPv6 address with or without brackets.
    """
    name = host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
