"""What a name promises: an `email` looks like one, `created_at` is a time, a `price` has cents.

Two tables, for texts and for numbers, from the last words of a property's name to what makes a value.
Called by `text` and `quantities`; data and its lookup, no schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import TypeVar
from uuid import UUID

FIRST = ("Ada", "Ben", "Chidi", "Dana", "Emil", "Farah", "Grace", "Hiro", "Ines", "Jonas", "Kaya", "Lena", "Malik")
LAST = ("Abebe", "Berg", "Castillo", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Lind")
COMPANIES = ("Northwind", "Bluebird", "Copperfield", "Lighthouse", "Maple", "Orchard", "Riverside", "Summit")
COMPANY_KINDS = ("Ltd", "GmbH", "Inc", "Labs", "Studio", "Partners")
STREETS = ("Station Road", "Mill Lane", "Harbour Street", "Garden Avenue", "Castle Hill", "Lake View")
CITIES = ("Lisbon", "Nairobi", "Osaka", "Toronto", "Vienna", "Lima", "Oslo", "Pune")
STATES = ("Bavaria", "Ontario", "Oregon", "Kerala", "Tuscany", "Victoria")
COUNTRIES = {"DE": "Germany", "PT": "Portugal", "KE": "Kenya", "JP": "Japan", "CA": "Canada", "PE": "Peru"}
CURRENCIES = ("EUR", "USD", "GBP", "JPY", "INR", "CAD")
LANGUAGES = ("en", "de", "pt", "ja", "fr", "es")
LOCALES = ("en-GB", "de-DE", "pt-PT", "ja-JP", "fr-FR", "es-PE")
ZONES = ("Europe/Berlin", "Africa/Nairobi", "Asia/Tokyo", "America/Toronto", "America/Lima", "UTC")
COLOURS = ("red", "amber", "green", "teal", "navy", "violet")
WORDS = (
    "alder", "beacon", "canyon", "delta", "ember", "fjord", "grove", "harbor", "island", "juniper",
    "kestrel", "lagoon", "meadow", "nectar", "opal", "pebble", "quartz", "ridge", "saffron", "tundra",
)  # fmt: skip
THINGS = ("desk lamp", "travel mug", "notebook", "rain jacket", "headphones", "backpack", "tea pot", "field guide")
FILES = {"report.pdf": "application/pdf", "photo.jpg": "image/jpeg", "notes.txt": "text/plain", "data.csv": "text/csv"}

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=730)

Text = Callable[[Random], str]
Number = Callable[[Random], float]
Maker = TypeVar("Maker")


def moment(random: Random) -> datetime:
    """A time in whole seconds, within two years that never change."""
    return EPOCH + timedelta(seconds=random.randrange(int(SPAN.total_seconds())))


def stamp(random: Random) -> str:
    """A time as RFC 3339 writes it."""
    return moment(random).isoformat().replace("+00:00", "Z")


def uuid(random: Random) -> str:
    """A UUID, version 4."""
    return str(UUID(int=random.getrandbits(128), version=4))


def token(random: Random, length: int = 24) -> str:
    """Letters and digits, as keys and secrets are made of."""
    return "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", k=length))


def hexadecimal(random: Random, length: int = 40) -> str:
    """Hexadecimal digits."""
    return f"{random.getrandbits(4 * length):0{length}x}"


def slug(random: Random) -> str:
    """Two words and a dash."""
    return "-".join(random.sample(WORDS, 2))


def phrase(random: Random, least: int = 2, most: int = 4) -> str:
    """A few words with a capital at the front."""
    return " ".join(random.sample(WORDS, random.randint(least, most))).capitalize()


def sentence(random: Random) -> str:
    """A few words that end with a full stop."""
    return phrase(random, 5, 9) + "."


def person(random: Random) -> str:
    """First and last name."""
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def domain(random: Random) -> str:
    """A host under a name that belongs to nobody (RFC 2606)."""
    return f"{random.choice(WORDS)}.example.com"


def email(random: Random) -> str:
    """An address at a domain that belongs to nobody."""
    return f"{random.choice(FIRST)}.{random.choice(LAST)}@example.com".lower()


def url(random: Random) -> str:
    """An address on the web that leads nowhere."""
    return f"https://example.com/{random.choice(WORDS)}/{random.choice(WORDS)}"


def phone(random: Random) -> str:
    """A telephone number in E.164, out of the block that is kept for fiction."""
    return f"+1202555{random.randint(100, 199):04d}"


def address(random: Random) -> str:
    """A street and a house number."""
    return f"{random.randint(1, 180)} {random.choice(STREETS)}"


def ipv4(random: Random) -> str:
    """An address out of the block that is kept for documentation."""
    return f"192.0.2.{random.randint(1, 254)}"


def ipv6(random: Random) -> str:
    """An address out of the block that is kept for documentation."""
    return f"2001:db8::{random.randint(1, 0xFFFF):x}"


def _of(values: Sequence[str]) -> Text:
    return lambda random: random.choice(values)


def _image(random: Random) -> str:
    return f"https://example.com/images/{random.choice(WORDS)}.png"


def _login(random: Random) -> str:
    return f"{random.choice(FIRST).lower()}{random.randint(1, 99)}"


def _company(random: Random) -> str:
    return f"{random.choice(COMPANIES)} {random.choice(COMPANY_KINDS)}"


def _table(*rows: tuple[str, Maker]) -> dict[str, Maker]:
    """A table out of rows: names in one string, and what makes their values."""
    return {name: maker for named, maker in rows for name in named.split()}


# Names are the last words of a property's name, joined; the longest that is found wins.
TEXTS: Mapping[str, Text] = _table(
    ("email mail email_address e_mail", email),
    ("first_name given_name forename", _of(FIRST)),
    ("last_name family_name surname", _of(LAST)),
    ("full_name display_name user_name contact_name customer_name owner_name agent_name person_name", person),
    ("account_holder holder_name member_name author author_name assignee_name sender_name", person),
    ("username login nickname screen_name handle", _login),
    ("name title subject headline label", phrase),
    ("company company_name organization organisation organization_name legal_name", _company),
    ("vendor supplier merchant_name account_name", _company),
    ("product product_name item_name", lambda random: random.choice(THINGS).capitalize()),
    ("description summary content body text message comment note notes bio about details reason", sentence),
    ("phone phone_number mobile mobile_number telephone telephone_number fax", phone),
    ("url uri link href website homepage endpoint callback", url),
    ("avatar avatar_url image image_url photo photo_url picture thumbnail thumb_url logo logo_url icon_url", _image),
    ("domain domain_name host hostname", domain),
    ("street street_address address address_line address1 line1", address),
    ("city town location", _of(CITIES)),
    ("state region province county", _of(STATES)),
    ("country country_name", _of(tuple(COUNTRIES.values()))),
    ("country_code nationality", _of(tuple(COUNTRIES))),
    ("zip zip_code zipcode postal_code postcode", lambda random: str(random.randint(10_000, 99_999))),
    ("currency currency_code", _of(CURRENCIES)),
    ("language lang language_code", _of(LANGUAGES)),
    ("locale", _of(LOCALES)),
    ("timezone time_zone", _of(ZONES)),
    ("color colour", _of(COLOURS)),
    ("price amount total subtotal cost balance fee", lambda random: f"{random.randint(100, 25_000) / 100:.2f}"),
    ("id identifier uuid guid", uuid),
    ("token secret key api_key cursor password nonce", token),
    ("hash sha digest checksum fingerprint signature etag", hexadecimal),
    ("slug", slug),
    ("path", lambda random: "/" + "/".join(random.sample(WORDS, 2))),
    ("code", lambda random: token(random, 6).upper()),
    ("reference", lambda random: token(random, 10).upper()),
    ("sku", lambda random: f"SKU-{random.randint(1_000, 9_999)}"),
    ("tag keyword", _of(WORDS)),
    ("version", lambda random: ".".join(str(random.randint(0, 9)) for _ in range(3))),
    ("filename file_name", _of(tuple(FILES))),
    ("mime_type content_type media_type", _of(tuple(FILES.values()))),
    ("user_agent", lambda random: f"Mozilla/5.0 (compatible; Example/{random.randint(1, 20)}.0)"),
    ("ip ip_address", ipv4),
    ("iban", lambda random: f"DE{random.randint(10, 99)}{random.randrange(10**18):018d}"),
    ("created updated timestamp datetime date_time expires at", stamp),
    ("date birthday birth_date dob day on", lambda random: moment(random).date().isoformat()),
    ("time", lambda random: moment(random).time().isoformat()),
    ("gender", _of(("female", "male", "other"))),
    ("status", _of(("active", "pending", "closed"))),
)

NUMBERS: Mapping[str, Number] = _table(
    ("price amount total subtotal cost balance fee", lambda random: random.randint(100, 25_000) / 100),
    ("tax salary discount", lambda random: random.randint(100, 25_000) / 100),
    ("quantity qty count stock", lambda random: random.randint(1, 20)),
    ("age", lambda random: random.randint(18, 80)),
    ("year", lambda random: random.randint(2020, 2025)),
    ("month", lambda random: random.randint(1, 12)),
    ("day", lambda random: random.randint(1, 28)),
    ("hour", lambda random: random.randint(0, 23)),
    ("minute", lambda random: random.randint(0, 59)),
    ("page", lambda _: 1),
    ("per_page page_size limit", lambda _: 20),
    ("offset", lambda _: 0),
    ("latitude lat", lambda random: round(random.uniform(-60, 70), 6)),
    ("longitude lng lon long", lambda random: round(random.uniform(-180, 180), 6)),
    ("percent percentage progress", lambda random: random.randint(0, 100)),
    ("rating stars score", lambda random: random.randint(1, 5)),
    ("width height", lambda random: random.choice((320, 640, 800, 1080, 1920))),
    ("size bytes file_size", lambda random: random.randint(1_000, 5_000_000)),
    ("duration", lambda random: random.randint(1, 3_600)),
    ("port", lambda random: random.choice((80, 443, 8080))),
    ("status_code", lambda _: 200),
    ("created updated timestamp expires date time at", lambda random: int(moment(random).timestamp())),
)

# "name" alone says little; whose name it is stands in the name of the object around it.
OWNERS: Mapping[str, str] = _table(
    ("user contact customer person author agent member owner employee sender assignee", "person_name"),
    ("patient driver guest student teacher", "person_name"),
    ("company organization organisation vendor merchant supplier account", "company_name"),
    ("product item article", "product_name"),
    ("country", "country_name"),
    ("city", "city"),
    ("state", "state"),
    ("language", "language"),
    ("currency", "currency"),
    ("file attachment", "file_name"),
    ("tag", "tag"),
)


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, however it joins them: ``shippingZIPCode`` has three."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    return tuple(word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word)


@lru_cache(maxsize=8192)
def singular(name: str) -> str:
    """The name of one of the things that a name in the plural stands for."""
    for plural, single in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if name.lower().endswith(plural) and not name.lower().endswith(("ss", "us")):
            return name[: -len(plural)] + single
    return name


def text(name: str, owner: str, random: Random) -> str | None:
    """Text as a name promises it; None where it promises nothing.

    Args:
        name: the property's name.
        owner: the name of the object that has it.
        random: where choices come from.
    """
    maker = _text_maker(name, owner)
    return maker(random) if maker else None


def number(name: str, random: Random, *, whole: bool) -> int | float | None:
    """A number as a name promises it; None where it promises nothing."""
    maker = _lookup(NUMBERS, words(name))
    if maker is None:
        return None
    value = maker(random)
    return int(value) if whole else value


@lru_cache(maxsize=8192)
def _text_maker(name: str, owner: str) -> Text | None:
    parts = words(name)
    around = words(singular(owner)) if parts == ("name",) else ()
    if around and around[-1] in OWNERS:
        return TEXTS[OWNERS[around[-1]]]
    return _lookup(TEXTS, parts)


def _lookup(table: Mapping[str, Maker], parts: tuple[str, ...]) -> Maker | None:
    for length in (3, 2, 1):
        if len(parts) >= length and (found := table.get("_".join(parts[-length:]))) is not None:
            return found
    return None
