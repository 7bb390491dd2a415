"""Photos from addresses on the public internet, within limits of time and size."""

import ssl
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus

import httpcore
import httpx

from embed.deadline import Deadline, call_with_timeout
from embed.photos.public_addresses import Resolver, is_obfuscated_ipv4, is_public_ip, resolve_host
from shopwindow.values.errors import PhotoError, PhotoFetchError, PhotoTooLargeError
from shopwindow.values.settings import PhotoLimits

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = (
    (b"User-Agent", b"shopwindow"),
    (b"Accept", b"image/*"),
    (b"Accept-Encoding", b"identity"),  # photos are packed already, and bytes count as they come
    (b"Connection", b"close"),
)


class PhotoFetcher:
    """Fetches the bytes behind an http(s) address; call it with the address.

    An address comes from a feed or a visitor, so it must not reach what only this machine can
    reach. Each host, of redirects too, is looked up once; every address found must be public,
    and the connection goes to the very address that was checked. Proxies of the environment are
    not used: they would look the name up again.

    Args:
        limits: Most bytes, seconds for everything together, redirects, and whether private
            addresses are allowed.
        resolver: Looks host names up.
    """

    def __init__(
        self, limits: PhotoLimits | None = None, resolver: Resolver = resolve_host
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._resolve = resolver

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)  # 20 ms, and only https needs it

    def __call__(self, address: str) -> bytes:
        """Fetch one photo.

        Returns:
            The body of the answer, not decoded.

        Raises:
            PhotoFetchError: The address is not http(s), carries a password, leads to a private
                host, redirects too often, does not answer in time, or answers with another
                status than 200.
            PhotoTooLargeError: The body is larger than the limit; the rest was not fetched.
            PhotoError: One of these two.
        """
        url = _parse(address)
        deadline = Deadline(self.limits.fetch_timeout_s)
        try:
            for _ in range(self.limits.max_redirects + 1):
                body, target = self._ask(url, deadline)
                if target is None:
                    return body
                url = _parse(target)
        except PhotoError:
            raise
        except (TimeoutError, httpcore.TimeoutException) as exc:
            reason = f"not fetched within {self.limits.fetch_timeout_s:g} s"
            raise PhotoFetchError(address, reason) from exc
        except Exception as exc:  # refused, reset, wrong certificate, not HTTP, unknown name
            raise PhotoFetchError(address, f"cannot be fetched ({exc})") from exc
        raise PhotoFetchError(address, f"more than {self.limits.max_redirects} redirects")

    def _ask(self, url: httpx.URL, deadline: Deadline) -> tuple[bytes, str | None]:
        """Make one request.

        Returns:
            The body, or where the answer redirects to.

        Raises:
            PhotoFetchError: The status is not 200.
        """
        backend = _CheckedBackend(self._addresses_of(url, deadline), deadline)
        tls = self._tls if url.scheme == "https" else None
        headers = [(b"Host", url.netloc), *_HEADERS]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers) as response,
        ):
            found = {name.lower(): value for name, value in response.headers}
            location = found.get(b"location")
            if response.status in _REDIRECTS and location is not None:
                return b"", str(url.join(location.decode("utf-8", "replace")))
            if response.status != HTTPStatus.OK:
                raise PhotoFetchError(url, f"the server answered with status {response.status}")
            return self._body(url, found.get(b"content-length", b""), response), None

    def _body(self, url: httpx.URL, announced: bytes, response: httpcore.Response) -> bytes:
        limit = self.limits.max_bytes
        if announced.isdigit() and int(announced) > limit:
            reason = f"{int(announced):,} bytes, at most {limit:,} are allowed"
            raise PhotoTooLargeError(url, reason)
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > limit:
                raise PhotoTooLargeError(url, f"more than the {limit:,} bytes that are allowed")
        return bytes(body)

    def _addresses_of(self, url: httpx.URL, deadline: Deadline) -> tuple[str, ...]:
        """Look the host up and check everything that was found.

        Returns:
            At least one address.

        Raises:
            PhotoFetchError: There is no such host, or one of its addresses is not public.
            OSError: The look-up took too long.
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
        for found in () if self.limits.allow_private_addresses else addresses:
            if not is_public_ip(found):
                raise PhotoFetchError(url, f"{host!r} is the address {found}, which is not public")
        return addresses


def _parse(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as exc:
        raise PhotoFetchError(address, f"not an address ({exc})") from exc
    if url.userinfo:  # not repeated in the message: it goes to logs
        bare = url.copy_with(username=None, password=None)
        raise PhotoFetchError(bare, "the address carries a user name or password")
    if url.scheme not in {"http", "https"}:
        raise PhotoFetchError(address, f"only http and https are fetched, not {url.scheme!r}")
    if not url.host or not 0 < _port(url) <= 65_535:
        raise PhotoFetchError(address, "the address names no host, or a port out of range")
    if is_obfuscated_ipv4(url.raw_host.decode("ascii")):
        raise PhotoFetchError(address, f"the host {url.host!r} is a number in disguise")
    return url


def _port(url: httpx.URL) -> int:
    usual = 443 if url.scheme == "https" else 80
    return usual if url.port is None else url.port


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, whatever the host's name leads to by now.

    httpcore still sends the name in the Host header and in TLS, and checks the certificate by it.
    """

    def __init__(self, addresses: tuple[str, ...], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

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
            ConnectError: None of them answers.
        """
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses:
            try:
                left = self._deadline.remaining_s()
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except httpcore.ConnectError as exc:
                error = exc
        raise error


class _TimedStream(httpcore.NetworkStream):
    """A stream each of whose steps takes at most what is left of the whole time.

    httpx's own limits are for each step alone: a server that sends a byte now and then would keep
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
        left = self._deadline.remaining_s()
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
