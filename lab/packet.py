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
    length = 8 + len(data)
    ports = struct.pack("!HH", source[1], destination[1])
    pseudo = _packed(source[0]) + _packed(destination[0]) + struct.pack("!II", length, socket.IPPROTO_UDP)
    sum_ = checksum(pseudo + ports + struct.pack("!HH", length, 0) + data) or 0xFFFF
    body = ports + struct.pack("!HH", length, sum_) + data
    if ":" in source[0]:
        return ipv6_header(source[0], destination[0], socket.IPPROTO_UDP, length) + body
    return ipv4_header(source[0], destination[0], socket.IPPROTO_UDP, 20 + length) + body


def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed
