"""HTTP requests that reach public hosts only, with one deadline for all that they do."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import httpcore
import httpx

from shopwindow.fetching.deadline import Deadline, call_with_timeout
from shopwindow.fetching.public_addresses import (
    Resolver,
    is_obfuscated_ipv4,
    is_public_ip,
    resolve_host,
)

_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """An address is refused; callers translate it to an error of their own.

    Attributes:
        address: The address, without a user name and password.
        reason: Why.
    """

    def __init__(self, address: object, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = str(address)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response whose body has not been read.

    Attributes:
        url: The address that answered.
        status: Its status.
        headers: Values by lowercase name.
        chunks: The body, as it arrives; encoded as the header Content-Encoding says.
    """

    url: httpx.URL
    status: int
    headers: Mapping[str, str]
    chunks: Iterable[bytes]

    @property
    def redirect(self) -> str:
        """The address that it redirects to; empty when it does not."""
        location = self.headers.get("location")
        if self.status not in _REDIRECT_STATUSES or location is None:
            return ""
        return str(self.url.join(location))


class PublicHttpClient:
    """Makes GET requests to public hosts.

    Addresses come from feeds and visitors, so they must not reach internal hosts (server-side
    request forgery). Each host is resolved once; every IP address found must be public, and the
    connection goes to the very address that was checked. Proxies of the environment are not used:
    they would resolve the name again. Redirects are not followed: their targets must be checked.

    Args:
        resolver: Resolves host names.
        allow_private_addresses: Also reach loopback and private networks.
    """

    def __init__(
        self, resolver: Resolver = resolve_host, *, allow_private_addresses: bool = False
    ) -> None:
        self._resolve = resolver
        self._allow_private_addresses = allow_private_addresses

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)  # 20 ms, and only https needs it

    @contextmanager
    def get(
        self, url: httpx.URL, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[HttpResponse]:
        """Make one request.

        Args:
            url: An address of `parse_url`.
            headers: Headers beside Host and Connection.
            deadline: When it must be done, its body included.

        Yields:
            The response; its body can be read within the block.

        Raises:
            FetchError: There is no such host, or one of its addresses is not public.
            TimeoutError: The deadline has passed; also httpcore.TimeoutException.
            httpcore.NetworkError: The host refuses or breaks the connection.
            httpcore.ProtocolError: It does not speak HTTP, or its body ends early.
        """
        backend = _PinnedBackend(self._resolve_public_addresses(url, deadline), deadline)
        tls = self._tls_context if url.scheme == "https" else None
        sent = [(b"Host", url.netloc), (b"Connection", b"close")]
        sent += [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=sent) as response,
        ):
            received = {
                name.lower().decode("ascii", "replace"): value.decode("utf-8", "replace")
                for name, value in response.headers
            }
            yield HttpResponse(url, response.status, received, response.iter_stream())

    def _resolve_public_addresses(self, url: httpx.URL, deadline: Deadline) -> tuple[str, ...]:
        """Resolve the host and check all its IP addresses.

        Returns:
            At least one address.

        Raises:
            FetchError: There is no such host, or one of its addresses is not public.
            OSError: The lookup took too long.
        """
        host = url.raw_host.decode("ascii")
        try:
            addresses = tuple(
                call_with_timeout(
                    deadline.remaining_s(), lambda: self._resolve(host, get_port(url))
                )
            )
        except OSError as exc:
            if isinstance(exc, TimeoutError):
                raise
            raise FetchError(url, f"no host is called {host!r}") from exc
        if not addresses:
            raise FetchError(url, f"no host is called {host!r}")
        for ip in () if self._allow_private_addresses else addresses:
            if not is_public_ip(ip):
                raise FetchError(url, f"{host!r} is the address {ip}, which is not public")
        return addresses


def parse_url(address: str) -> httpx.URL:
    """Return an http(s) address that names a host.

    Raises:
        FetchError: It is none, carries a user name or password, or hides an IP address.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as exc:
        raise FetchError(address, f"not an address ({exc})") from exc
    if url.userinfo:  # not repeated in the message, which is logged
        redacted = url.copy_with(username=None, password=None)
        raise FetchError(redacted, "the address carries a user name or password")
    if url.scheme not in {"http", "https"}:
        raise FetchError(address, f"only http and https are fetched, not {url.scheme!r}")
    if not url.host or not 0 < get_port(url) <= 65_535:
        raise FetchError(address, "the address names no host, or a port out of range")
    if is_obfuscated_ipv4(url.raw_host.decode("ascii")):
        raise FetchError(address, f"the host {url.host!r} is a number in disguise")
    return url


def get_port(url: httpx.URL) -> int:
    """Return the port of an address, that of its scheme when it names none."""
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
