"""Packets made by hand, for raw sockets: headers and checksums."""

import ipaddress
import socket
import struct


def checksum(data: bytes) -> int:
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4_header(source: str, destination: str, protocol: int, length: int) -> bytes:
    """`length`: of the whole packet."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 1, 0x4000, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def ipv6_header(source: str, destination: str, protocol: int, length: int) -> bytes:
    """`length`: of what follows the header."""
    return struct.pack("!IHBB", 6 << 28, length, protocol, 64) + _packed(source) + _packed(destination)


def datagram(source: tuple[str, int], destination: tuple[str, int], data: bytes) -> bytes:
    """An IPv4 or IPv6 packet with a UDP datagram."""
    ports = struct.pack("!HH", source[1], destination[1])
    head = ports + struct.pack("!H", 8 + len(data))
    sum_ = l4_checksum(source[0], destination[0], socket.IPPROTO_UDP, head + bytes(2) + data) or 0xFFFF
    return _packet(source[0], destination[0], socket.IPPROTO_UDP, head + struct.pack("!H", sum_) + data)


def syn(source: tuple[str, int], destination: tuple[str, int], sequence: int = 1) -> bytes:
    """An IPv4 or IPv6 packet with a TCP segment that asks for a connection, without options."""
    head = struct.pack("!HHIIBBH", source[1], destination[1], sequence, 0, 5 << 4, 0x02, 64000)
    sum_ = l4_checksum(source[0], destination[0], socket.IPPROTO_TCP, head + bytes(4))
    return _packet(source[0], destination[0], socket.IPPROTO_TCP, head + struct.pack("!HH", sum_, 0))


def l4_checksum(source: str, destination: str, protocol: int, body: bytes) -> int:
    """`body`: from the TCP or UDP header on, with 0 for its checksum."""
    pseudo = _packed(source) + _packed(destination) + struct.pack("!II", len(body), protocol)
    return checksum(pseudo + body)


def _packet(source: str, destination: str, protocol: int, body: bytes) -> bytes:
    if ":" in source:
        return ipv6_header(source, destination, protocol, len(body)) + body
    return ipv4_header(source, destination, protocol, 20 + len(body)) + body


def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed
