"""Download a feed to a file: complete, or not at all."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import httpcore

from index.catalog.sources.feed_address import FeedAddress
from shopwindow.fetching import (
    Deadline,
    FetchError,
    HttpResponse,
    PublicHttpClient,
    Resolver,
    parse_url,
    resolve_host,
)
from shopwindow.values.errors import FeedFetchError
from shopwindow.values.setting_groups import FeedLimits

_RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 524})
_MAX_RETRY_AFTER_S = 300.0
_FIRST_PAUSE_S = 1.0
_READABLE_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip"})
_HEADERS = {"User-Agent": "shopwindow", "Accept": "*/*", "Accept-Encoding": "gzip, identity"}
_ADVICE = {
    401: "the server wants a login; give it in the address: https://USER:PASSWORD@host/feed.xml",
    403: "the server refuses access; check the login or the key in the address, and whether the "
    "shop admits this machine's address",
    404: "there is no feed at this address; copy it anew from where the shop exports its feeds",
    410: "the feed was removed; copy its address anew from where the shop exports its feeds",
    407: "a proxy wants a login; proxies are not used, give the feed's own address",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A complete download.

    Attributes:
        digest: SHA-256 of the bytes.
        etag: The server's name of the version; empty for none.
        last_modified: When the server says that it was changed; empty for none.
        charset: The encoding that the server names; often wrong.
    """

    digest: str
    etag: str
    last_modified: str
    charset: str


class _Retry(Exception):  # noqa: N818 -- no error yet: the next attempt may succeed
    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s


class FeedDownloader:
    """Downloads feeds from public hosts, within limits; tries again where that may help.

    Args:
        limits: Most bytes, seconds, redirects and attempts.
        resolver: Resolves host names.
        sleep: Waits between two attempts.
    """

    def __init__(
        self,
        limits: FeedLimits | None = None,
        resolver: Resolver = resolve_host,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits if limits is not None else FeedLimits()
        self._sleep = sleep
        self._client = PublicHttpClient(
            resolver, allow_private_addresses=self._limits.allow_private_addresses
        )

    def download(
        self, address: FeedAddress, path: Path, etag: str = "", last_modified: str = ""
    ) -> Download | None:
        """Download a feed, unless the server says that it has not changed.

        Args:
            address: The feed.
            path: Where to write it, as received. It is complete when this returns.
            etag: The version that is known; empty for none.
            last_modified: When that version was changed; empty for none.

        Returns:
            What was downloaded; None when the known version is the current one.

        Raises:
            FeedFetchError: The feed cannot be had, or not completely; the message says what to do.
        """
        headers = dict(_HEADERS)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        deadline = Deadline(self._limits.fetch_timeout_s)
        for attempt in range(1, self._limits.max_attempts + 1):
            try:
                return self._attempt(address, path, headers, deadline)
            except _Retry as exc:
                doubled_s = _FIRST_PAUSE_S * 2 ** (attempt - 1)
                pause_s = doubled_s if exc.after_s is None else exc.after_s
                self._check_pause(address, exc, attempt, pause_s)
                self._sleep(pause_s)
        raise FeedFetchError(address.shown, "no attempt is allowed")

    def _check_pause(
        self, address: FeedAddress, cause: _Retry, attempt: int, pause_s: float
    ) -> None:
        """Give up after the last attempt, or when the server wants a long pause.

        Raises:
            FeedFetchError: There is no further attempt.
        """
        if pause_s > _MAX_RETRY_AFTER_S:
            reason = f"{cause.reason}; it asks to wait {pause_s:,.0f} s, try again then"
        elif attempt >= self._limits.max_attempts:
            reason = f"{cause.reason}, in {attempt} attempts; try again later"
        else:
            return
        raise FeedFetchError(address.shown, reason) from cause

    def _attempt(
        self, address: FeedAddress, path: Path, headers: Mapping[str, str], deadline: Deadline
    ) -> Download | None:
        """Follow redirects to the feed.

        Returns:
            What was downloaded; None when it has not changed.

        Raises:
            FeedFetchError: Another attempt would not help.
            _Retry: It may.
        """
        target = address.url
        try:
            for _ in range(self._limits.max_redirects + 1):
                sent = {**headers, **_build_login(address, target)}
                with self._client.get(parse_url(target), sent, deadline) as response:
                    if not response.redirect:
                        return self._receive(address, response, path)
                    target = response.redirect
        except FetchError as exc:
            raise FeedFetchError(address.shown, exc.reason) from exc
        except FeedFetchError:
            raise
        except (TimeoutError, httpcore.TimeoutException) as exc:
            limit_s = self._limits.fetch_timeout_s
            variable = "SHOPWINDOW_FEED__FETCH_TIMEOUT_S"
            reason = f"not downloaded within {limit_s:g} s; {variable} sets the limit"
            raise FeedFetchError(address.shown, reason) from exc
        except (httpcore.NetworkError, httpcore.ProtocolError) as exc:
            raise _Retry(f"the connection broke ({exc})") from exc
        except OSError as exc:
            raise FeedFetchError(address.shown, f"it cannot be stored: {exc}") from exc
        limit = self._limits.max_redirects
        raise FeedFetchError(address.shown, f"more than {limit} redirects")

    def _receive(self, address: FeedAddress, response: HttpResponse, path: Path) -> Download | None:
        """Write the body of a good response.

        Returns:
            What was downloaded; None when it has not changed.

        Raises:
            FeedFetchError: The status, the encoding or the size is not what it should be.
            _Retry: The server is busy, or the body is incomplete.
        """
        status, headers = response.status, response.headers
        if status == HTTPStatus.NOT_MODIFIED:
            return None
        if status in _RETRYABLE_STATUSES:
            after_s = _parse_retry_after(headers.get("retry-after", ""))
            raise _Retry(f"the server answers with status {status}", after_s)
        if status != HTTPStatus.OK:
            advice = _ADVICE.get(status, "200 was expected")
            raise FeedFetchError(address.shown, f"status {status}: {advice}")
        encoding = headers.get("content-encoding", "").strip().casefold()
        if encoding not in _READABLE_ENCODINGS:
            raise FeedFetchError(address.shown, f"gzip was asked for, it is sent as {encoding!r}")
        digest = self._write_body(address, response, path)
        return Download(
            digest,
            headers.get("etag", ""),
            headers.get("last-modified", ""),
            _parse_charset(headers.get("content-type", "")),
        )

    def _write_body(self, address: FeedAddress, response: HttpResponse, path: Path) -> str:
        """Write the body as it arrives.

        Returns:
            Its SHA-256.

        Raises:
            FeedFetchError: It is larger than the limit, or cannot be written.
            _Retry: It ends before the length that the server announced.
        """
        limit, n_bytes, sha256 = self._limits.max_bytes, 0, hashlib.sha256()
        announced = response.headers.get("content-length", "").strip()
        expected = int(announced) if announced.isdecimal() else None
        if expected is not None and expected > limit:
            raise FeedFetchError(address.shown, _format_too_large(f"{expected:,} bytes", limit))
        with path.open("wb") as file:
            for chunk in response.chunks:
                n_bytes += len(chunk)
                if n_bytes > limit:
                    raise FeedFetchError(address.shown, _format_too_large("larger", limit))
                sha256.update(chunk)
                file.write(chunk)
        if expected is not None and n_bytes != expected:
            raise _Retry(f"only {n_bytes:,} of {expected:,} bytes arrived")
        return sha256.hexdigest()


def _build_login(address: FeedAddress, target: str) -> dict[str, str]:
    is_same = FeedAddress(target).origin == address.origin
    return {"Authorization": address.authorization} if address.authorization and is_same else {}


def _format_too_large(found: str, limit: int) -> str:
    return (
        f"{found}, at most {limit:,} bytes are allowed; SHOPWINDOW_FEED__MAX_BYTES sets the limit"
    )


def _parse_retry_after(text: str) -> float | None:
    """Return the seconds of a Retry-After header; None without a usable one. Source: RFC 9110."""
    text = text.strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _parse_charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset("") or ""
