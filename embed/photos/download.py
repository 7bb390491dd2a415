"""Download photos from the public internet, within limits of time and size."""

from http import HTTPStatus

import httpcore

from shopwindow.fetching import (
    Deadline,
    FetchError,
    HttpResponse,
    PublicHttpClient,
    Resolver,
    parse_url,
    resolve_host,
)
from shopwindow.values.errors import PhotoError, PhotoFetchError, PhotoTooLargeError
from shopwindow.values.setting_groups import PhotoLimits

_HEADERS = {
    "User-Agent": "shopwindow",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # photos are compressed already, and the limit counts raw bytes
}


class PhotoFetcher:
    """Downloads the bytes behind an http(s) URL of a public host; call it with the URL.

    Args:
        limits: Most bytes, total seconds, redirects, and whether private addresses are allowed.
        resolver: Resolves host names.
    """

    def __init__(
        self, limits: PhotoLimits | None = None, resolver: Resolver = resolve_host
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._client = PublicHttpClient(
            resolver, allow_private_addresses=self.limits.allow_private_addresses
        )

    def __call__(self, address: str) -> bytes:
        """Download one photo.

        Args:
            address: An http(s) URL.

        Returns:
            The body of the response.

        Raises:
            PhotoFetchError: The URL is not http(s), contains credentials, leads to a private host,
                redirects too often, does not respond in time, or with another status than 200.
            PhotoTooLargeError: The body is larger than the limit; the rest was not read.
            PhotoError: One of these two.
        """
        deadline = Deadline(self.limits.fetch_timeout_s)
        target = address
        try:
            for _ in range(self.limits.max_redirects + 1):
                with self._client.get(parse_url(target), _HEADERS, deadline) as response:
                    if not response.redirect:
                        return self._read_body(response)
                    target = response.redirect
        except PhotoError:
            raise
        except FetchError as exc:
            raise PhotoFetchError(exc.address, exc.reason) from exc
        except (TimeoutError, httpcore.TimeoutException) as exc:
            reason = f"not fetched within {self.limits.fetch_timeout_s:g} s"
            raise PhotoFetchError(address, reason) from exc
        except Exception as exc:  # refused, reset, wrong certificate, not HTTP, unknown name
            raise PhotoFetchError(address, f"cannot be fetched ({exc})") from exc
        raise PhotoFetchError(address, f"more than {self.limits.max_redirects} redirects")

    def _read_body(self, response: HttpResponse) -> bytes:
        """Return the body.

        Raises:
            PhotoFetchError: The status is not 200.
            PhotoTooLargeError: It has too many bytes.
        """
        url, limit = response.url, self.limits.max_bytes
        if response.status != HTTPStatus.OK:
            raise PhotoFetchError(url, f"the server answered with status {response.status}")
        content_length = response.headers.get("content-length", "")
        if content_length.isdecimal() and int(content_length) > limit:
            reason = f"{int(content_length):,} bytes, at most {limit:,} are allowed"
            raise PhotoTooLargeError(url, reason)
        body = bytearray()
        for chunk in response.chunks:
            body += chunk
            if len(body) > limit:
                raise PhotoTooLargeError(url, f"more than the {limit:,} bytes that are allowed")
        return bytes(body)
