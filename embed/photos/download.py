"""Download photos from the public internet, within limits of time and size."""

import ssl
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus

import httpcore
import httpx

from embed.deadline import Deadline, call_with_timeout
from embed.photos.public_addresses import Resolver, is_obfuscated_ipv4, is_public_ip, resolve_host
from shopwindow.values.errors import PhotoError, PhotoFetchError, PhotoTooLargeError
from shopwindow.values.setting_groups import PhotoLimits

_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_HEADERS = (
    (b"User-Agent", b"shopwindow"),
    (b"Accept", b"image/*"),
    (
        b"Accept-Encoding",
        b"identity",
    ),  # photos are compressed already, and the limit counts raw bytes
    (b"Connection", b"close"),
)


class PhotoFetcher:
    """Downloads the bytes behind an http(s) URL; call it with the URL.

    URLs come from feeds and visitors, so they must not reach internal hosts (server-side request
    forgery). Each host, of redirects too, is resolved once; every IP address found must be public,
    and the connection goes to the very address that was checked. Proxies of the environment are
    not used: they would resolve the name again.

    Args:
        limits: Most bytes, total seconds, redirects, and whether private addresses are allowed.
        resolver: Resolves host names.
    """

    def __init__(
        self, limits: PhotoLimits | None = None, resolver: Resolver = resolve_host
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._resolve = resolver

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)  # 20 ms, and only https needs it

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
        url = _parse_url(address)
        deadline = Deadline(self.limits.fetch_timeout_s)
        try:
            for _ in range(self.limits.max_redirects + 1):
                body, redirect = self._request(url, deadline)
                if redirect is None:
                    return body
                url = _parse_url(redirect)
        except PhotoError:
            raise
        except (TimeoutError, httpcore.TimeoutException) as exc:
            reason = f"not fetched within {self.limits.fetch_timeout_s:g} s"
            raise PhotoFetchError(address, reason) from exc
        except Exception as exc:  # refused, reset, wrong certificate, not HTTP, unknown name
            raise PhotoFetchError(address, f"cannot be fetched ({exc})") from exc
        raise PhotoFetchError(address, f"more than {self.limits.max_redirects} redirects")

    def _request(self, url: httpx.URL, deadline: Deadline) -> tuple[bytes, str | None]:
        """Make one request.

        Returns:
            The body, and None; for a redirect an empty body and its target.

        Raises:
            PhotoFetchError: The status is not 200.
        """
        backend = _PinnedBackend(self._resolve_public_addresses(url, deadline), deadline)
        tls = self._tls_context if url.scheme == "https" else None
        headers = [(b"Host", url.netloc), *_HEADERS]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers) as response,
        ):
            response_headers = {name.lower(): value for name, value in response.headers}
            location = response_headers.get(b"location")
            if response.status in _REDIRECT_STATUSES and location is not None:
                return b"", str(url.join(location.decode("utf-8", "replace")))
            if response.status != HTTPStatus.OK:
                raise PhotoFetchError(url, f"the server answered with status {response.status}")
            content_length = response_headers.get(b"content-length", b"")
            return self._read_body(url, content_length, response), None

    def _read_body(
        self, url: httpx.URL, content_length: bytes, response: httpcore.Response
    ) -> bytes:
        limit = self.limits.max_bytes
        if content_length.isdigit() and int(content_length) > limit:
            reason = f"{int(content_length):,} bytes, at most {limit:,} are allowed"
            raise PhotoTooLargeError(url, reason)
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > limit:
                raise PhotoTooLargeError(url, f"more than the {limit:,} bytes that are allowed")
        return bytes(body)

    def _resolve_public_addresses(self, url: httpx.URL, deadline: Deadline) -> tuple[str, ...]:
        """Resolve the host and check all its IP addresses.

        Returns:
            At least one address.

        Raises:
            PhotoFetchError: There is no such host, or one of its addresses is not public.
            OSError: The lookup took too long.
        """
        host = url.raw_host.decode("ascii")
        try:
            addresses = tuple(
                call_with_timeout(deadline.remaining_s(), lambda: self._resolve(host, _port(url)))
            )
        except OSError as exc:
            if isinstance(exc, TimeoutError):
                raise
            raise PhotoFetchError(url, f"no host is called {host!r}") from exc
        if not addresses:
            raise PhotoFetchError(url, f"no host is called {host!r}")
        for ip in () if self.limits.allow_private_addresses else addresses:
            if not is_public_ip(ip):
                raise PhotoFetchError(url, f"{host!r} is the address {ip}, which is not public")
        return addresses


def _parse_url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as exc:
        raise PhotoFetchError(address, f"not an address ({exc})") from exc
    if url.userinfo:  # not repeated in the message, which is logged
        redacted = url.copy_with(username=None, password=None)
        raise PhotoFetchError(redacted, "the address carries a user name or password")
    if url.scheme not in {"http", "https"}:
        raise PhotoFetchError(address, f"only http and https are fetched, not {url.scheme!r}")
    if not url.host or not 0 < _port(url) <= 65_535:
        raise PhotoFetchError(address, "the address names no host, or a port out of range")
    if is_obfuscated_ipv4(url.raw_host.decode("ascii")):
        raise PhotoFetchError(address, f"the host {url.host!r} is a number in disguise")
    return url


def _port(url: httpx.URL) -> int:
    default = 443 if url.scheme == "https" else 80
    return default if url.port is None else url.port


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to IP addresses that were checked, whatever the host name resolves to by now.

    httpcore still sends the name in the Host header and in TLS, and checks the certificate by it.
    """

    def __init__(self, addresses: tuple[str, ...], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers.

        Returns:
            A stream under the same deadline.

        Raises:
            ConnectError: None of them accepts the connection.
        """
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses:
            try:
                timeout_s = self._deadline.remaining_s()
                stream = self._backend.connect_tcp(
                    address, port, timeout_s, local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except httpcore.ConnectError as exc:
                error = exc
        raise error


class _TimedStream(httpcore.NetworkStream):
    """A stream with one deadline for all its operations.

    httpcore's own timeouts are per operation: a server that sends a byte now and then would block
    a worker for hours.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.remaining_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout_s = self._deadline.remaining_s()
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout_s)
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
