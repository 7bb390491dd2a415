"""Which IP addresses photos and feeds may be downloaded from: public ones only."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host name and port; raises OSError where there are none."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED_NETWORKS = (
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible, long out of use
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # NAT64 inside one network, RFC 8215
    ipaddress.IPv6Network("2001::/32"),  # Teredo
    ipaddress.IPv6Network("fec0::/10"),  # site-local, RFC 3879
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


def resolve_host(host: str, port: int) -> tuple[str, ...]:
    """Return the IP addresses that the system resolves a host name to, unique, in its order.

    Raises:
        OSError: The name is unknown.
    """
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in entries))


def is_obfuscated_ipv4(host: str) -> bool:
    """Return whether a host is an IPv4 address in a form that only some programs read as one.

    `2130706433`, `0x7f.1` and `127.1` all lead to 127.0.0.1 in one program and to a name in
    another, which is used to bypass checks. Source: WHATWG URL, "ends in a number checker".

    Args:
        host: A host name, or an IP address without brackets.

    Returns:
        False for names, and for IPv4 addresses of four plain decimal numbers.
    """
    last_label = host.rstrip(".").rpartition(".")[2]
    if not _NUMBER.fullmatch(last_label):
        return False
    try:
        IPv4Address(host)
    except ValueError:
        return True
    return False


def is_public_ip(address: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    Loopback, private, link-local (cloud metadata among them), multicast, reserved and unspecified
    addresses do not, nor IPv6 addresses that embed one of these IPv4 addresses.

    Raises:
        ValueError: It is not an IP address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv6Address):
        if any(ip in network for network in _REFUSED_NETWORKS):
            return False
        embedded_ipv4 = _extract_ipv4(ip)
        if embedded_ipv4 is not None:
            return _is_public(embedded_ipv4)
    return _is_public(ip)


def _extract_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
