"""TLS to a deployment: which certificates are trusted, and what is wrong with one that is not.

Called by whoever opens a connection to a deployment, so that all commands trust the same. Trusted are the system's
authorities and those that come with certifi; where ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` is set, what it
names instead. It must not know what is asked.
"""

from __future__ import annotations

import os
import ssl

import certifi

EXPIRED, NOT_YET, WRONG_HOST, WRONG_ADDRESS = 10, 9, 62, 64
"""OpenSSL's numbers of what can be wrong with a certificate."""
OWN = ("SSL_CERT_FILE", "SSL_CERT_DIR")
ANYWAY = "or use --insecure if you know it"


def context(*, verify: bool) -> ssl.SSLContext:
    """How connections are made safe.

    Args:
        verify: whether the certificate must be good.
    """
    made = ssl.create_default_context()
    if not verify:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    elif not any(os.environ.get(name) for name in OWN):
        made.load_verify_locations(certifi.where())
    return made


def failure(error: BaseException) -> str:
    """What is wrong with TLS, and what to do; empty where an error, and whatever caused it, is none of TLS."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    if isinstance(seen, ssl.SSLCertVerificationError):
        return _certificate(seen)
    if isinstance(seen, ssl.SSLError):
        return f"TLS failed ({seen.reason or seen}); does it speak TLS there, or is it http:// instead?"
    return ""


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in (WRONG_HOST, WRONG_ADDRESS):
        said = error.verify_message.rstrip(".")
        return f"its certificate is for another host ({said}); use a host name that it is for, {ANYWAY}"
    if error.verify_code == EXPIRED:
        return f"its certificate has expired; renew it, {ANYWAY}"
    if error.verify_code == NOT_YET:
        return f"its certificate is not valid yet; check the clocks on both sides, {ANYWAY}"
    return (
        f"its certificate is not trusted ({error.verify_message}); if an authority of your own signed it, name its "
        f"certificate in SSL_CERT_FILE, {ANYWAY}"
    )
