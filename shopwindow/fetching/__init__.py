"""Downloads from the public internet, within limits of time and without reaching internal hosts."""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr

if TYPE_CHECKING:
    from shopwindow.fetching.deadline import Deadline, call_with_timeout
    from shopwindow.fetching.http_client import (
        FetchError,
        HttpResponse,
        PublicHttpClient,
        parse_url,
    )
    from shopwindow.fetching.public_addresses import (
        Resolver,
        is_obfuscated_ipv4,
        is_public_ip,
        resolve_host,
    )

_HOMES = {
    "Deadline": "shopwindow.fetching.deadline",
    "call_with_timeout": "shopwindow.fetching.deadline",
    "FetchError": "shopwindow.fetching.http_client",
    "HttpResponse": "shopwindow.fetching.http_client",
    "PublicHttpClient": "shopwindow.fetching.http_client",
    "parse_url": "shopwindow.fetching.http_client",
    "Resolver": "shopwindow.fetching.public_addresses",
    "is_obfuscated_ipv4": "shopwindow.fetching.public_addresses",
    "is_public_ip": "shopwindow.fetching.public_addresses",
    "resolve_host": "shopwindow.fetching.public_addresses",
}

__all__ = [
    "Deadline",
    "FetchError",
    "HttpResponse",
    "PublicHttpClient",
    "Resolver",
    "call_with_timeout",
    "is_obfuscated_ipv4",
    "is_public_ip",
    "parse_url",
    "resolve_host",
]

__getattr__ = make_getattr(__name__, _HOMES)
