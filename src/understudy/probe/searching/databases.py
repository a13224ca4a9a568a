"""Where Hypothesis keeps the cases that it found, for the next run or for others who search at the same time.

A directory is Schemathesis' own setting. Redis is not: Hypothesis has a class for it, which is put into the profile
that the engine's threads start from. Called around a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import settings
from hypothesis.database import ExampleDatabase

PROFILE, BARE = "understudy", "understudy-bare"
_BARE = settings(database=None, derandomize=False)


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


@contextmanager
def using(database: str | None) -> Iterator[None]:
    """Let Hypothesis use a database within, if the URL names one; a profile of our own in any case.

    Hypothesis has profiles of its own for machines that build, which would make two runs differ by where they run.

    Errors: `DatabaseError`.
    """
    before = settings.get_current_profile_name()
    made = open_database(database) if database is not None and "://" in database else None
    settings.register_profile(PROFILE, parent=_BARE, database=made)
    settings.load_profile(PROFILE)
    try:
        yield
    finally:
        settings.load_profile(before)


def open_database(url: str) -> ExampleDatabase:
    """The database that a ``redis://`` URL names.

    Errors: `DatabaseError`.
    """
    scheme = url.partition("://")[0]
    if scheme not in ("redis", "rediss", "unix"):
        raise DatabaseError(f"{url}: {scheme} is no database that is known; give a redis:// URL or a directory")
    try:
        from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415 - an extra
        from redis import Redis, RedisError  # noqa: PLC0415
    except ImportError:
        raise DatabaseError(f"{url}: the redis package is missing; pip install 'understudy[redis]'") from None
    client = Redis.from_url(url)
    try:
        client.ping()
    except RedisError as error:
        raise DatabaseError(f"{url} cannot be reached: {error}; is it running, is the port right?") from None
    return RedisExampleDatabase(client)
