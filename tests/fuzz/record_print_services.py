"""Records print-*.pcap of tests/fuzz/corpus/xdp anew: what real clients (smbclient, ipptool, dig) send to a print
server with Samba, CUPS and dnsmasq. The lab's print server has the virtual address itself, which is the fuzzed farm's;
ports that the farm does not have are changed for those of its forwarding methods. Needs root, and starts with
python3 -m tests.fuzz.record_print_services"""

import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from lab import cups, discovery, samba
from lab.client import Client, Outcome
from lab.farm import PRINTING, PRINTING6, Farm
from lab.packet import l4_checksum
from tests.fuzz.record_corpus import ETH_P_ALL, received, save

PREFIX = "ekrec"
DIRECT, TUNNEL, NAT, SNAT = range(445, 449)
PORT_IN_FARM = {samba.PORT: DIRECT, discovery.PORT: TUNNEL, cups.PORT: NAT, cups.TLS_PORT: SNAT}


def for_farm(frame: bytes) -> bytes:
    """With the farm's destination port, and without the name of this kernel, which CUPS' client tells."""
    ipv6 = frame[12:14] == b"\x86\xdd"
    family, ends = (socket.AF_INET6, (22, 38, 54)) if ipv6 else (socket.AF_INET, (26, 30, 34))
    protocol, l4 = frame[20 if ipv6 else 23], ends[2]
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return frame
    release = os.uname().release.encode()
    body = bytearray(frame[l4:].replace(release, b"x" * len(release)))
    port, checksum = 2, 16 if protocol == socket.IPPROTO_TCP else 6
    struct.pack_into("!H", body, port, PORT_IN_FARM[struct.unpack_from("!H", body, port)[0]])
    struct.pack_into("!H", body, checksum, 0)
    source, destination = (socket.inet_ntop(family, frame[ends[i]:ends[i + 1]]) for i in range(2))
    struct.pack_into("!H", body, checksum, l4_checksum(source, destination, protocol, bytes(body)))
    return frame[:l4] + bytes(body)


def is_for_virtual_address(frame: bytes) -> bool:
    return socket.inet_aton(PRINTING) == frame[30:34] or socket.inet_pton(socket.AF_INET6, PRINTING6) == frame[38:54]


def record(name: str, tap: socket.socket, act: Callable[[], Outcome]) -> None:
    outcome = act()
    assert outcome.ok, outcome.output
    save(name, [for_farm(frame) for frame in received(tap) if is_for_virtual_address(frame)])


def print_all(client: Client, tap: socket.socket, address: str, suffix: str, job: Path) -> None:
    record(f"print-smb{suffix}", tap, lambda: client.print_smb(address, job))
    record(f"print-ipp{suffix}", tap, lambda: client.print_ipp(address, job))
    if suffix == "4":  # CUPS' client sends the IPv6 address as its TLS server name, and CUPS' server refuses that
        record("print-ipps4", tap, lambda: client.print_ipp(address, job, secure=True))
    record(f"print-dns{suffix}", tap, lambda: client.dig(address, discovery.INSTANCE, "SRV"))
    record(f"print-dns-tcp{suffix}", tap, lambda: client.dig(address, discovery.MANY, "PTR"))


def main() -> None:
    farm = Farm(PREFIX)
    try:
        server = farm.print_servers[0]
        for part in server.samba, server.cups, server.discovery:
            part.start()
            part.wait()
        farm.client.run(["ethtool", "-K", "eth0", "tso", "off", "gso", "off"])
        farm.client.namespace.configure(f"route add {PRINTING}/32 via {server.address}",
                                        f"route add {PRINTING6}/128 via {server.address6}")
        job = farm.client.directory / "job"
        job.write_bytes(os.urandom(3000))
        tap = server.namespace.open_socket(socket.AF_PACKET, socket.SOCK_RAW, protocol=socket.htons(ETH_P_ALL))
        tap.setblocking(False)
        for address, suffix in (PRINTING, "4"), (PRINTING6, "6"):
            print_all(farm.client, tap, address, suffix, job)
    finally:
        farm.remove()


if __name__ == "__main__":
    main()
