"""Records what of tests/fuzz/corpus/xdp can be recorded anew: what the kernels of real hosts send to a virtual address, as
captures. Needs root; works in two network namespaces of its own, which are gone afterwards. Not of here:
print-*.pcap (record_print_services.py), and cookie-*.pcap, whole handshakes behind a SYN cookie, fragment-*.pcap and
fragments-mixed4.pcap, pieces of datagrams; these were put together as the fuzzer's mutator does it (Maker::handshake, Maker::fragments)."""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time

CLIENT, BALANCER = "ekfuzz-client", "ekfuzz-balancer"
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "xdp")
V4, V6 = "10.77.0.100", "fd77::100"
OUTGOING, ETH_P_ALL = 4, 3

SERVER = """
import socket, threading, time
def tcp(family, address, port):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port)); listener.listen()
    while True:
        connection, _ = listener.accept()
        data = connection.recv(65536); connection.sendall(data * 3)
        try:
            while connection.recv(65536): pass
        except ConnectionResetError: pass
        connection.close()
def udp(family, address, port):
    bound = socket.socket(family, socket.SOCK_DGRAM); bound.bind((address, port))
    while True:
        data, peer = bound.recvfrom(65536)
        if port == 445: time.sleep(0.05)  # its client is gone by then
        try: bound.sendto(data, peer)
        except OSError: pass
for serve in tcp, udp:
    for family, address in (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"):
        for port in range(445, 449):
            if family == socket.AF_INET6:
                address = "fd77::100"
            threading.Thread(target=serve, args=(family, address, port)).start()
print("ready", flush=True)
"""

TRAFFIC = """
import socket, sys, time
kind, family, address, port = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
if kind == "tcp":
    c = socket.create_connection((address, port)); c.sendall(b"x" * 3000); c.recv(65536); c.close()
    c = socket.create_connection((address, port)); c.sendall(b"x"); c.recv(10)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\x01\\0\\0\\0\\0\\0\\0\\0"); c.close()
else:
    c = socket.socket(family, socket.SOCK_DGRAM)
    if kind == "extension":
        for option in 54, 59:  # hop-by-hop, destination options
            c.setsockopt(socket.IPPROTO_IPV6, option, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
    c.connect((address, port)); c.send(b"y" * (3000 if kind == "fragments" else 40))
    if kind != "unreachable":
        c.recv(65536)
    c.close()
time.sleep(0.2)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def inside(namespace: str, *command: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, *command]


def build() -> None:
    for name in CLIENT, BALANCER:
        ip("netns", "add", name)
    ip("link", "add", "ekf0", "netns", CLIENT, "type", "veth", "peer", "name", "ekf1", "netns", BALANCER)
    for name, device, host4, host6 in (CLIENT, "ekf0", "10.77.1.9", "fd77::9"), (BALANCER, "ekf1", V4, V6):
        subprocess.run(inside(name, "ethtool", "-K", device, "tx", "off", "tso", "off", "gro", "off"), check=True,
                       stdout=subprocess.DEVNULL)
        ip("-n", name, "addr", "add", f"{host4}/16", "dev", device)
        ip("-n", name, "addr", "add", f"{host6}/64", "dev", device, "nodad")
        ip("-n", name, "link", "set", device, "up")
    ip("-n", CLIENT, "route", "add", f"{V4}/32", "dev", "ekf0")


def receiver() -> socket.socket:
    """A raw socket of the balancer's namespace, in this process."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{BALANCER}", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.setns(there, 0)
    try:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        opened.bind(("ekf1", 0))
        opened.setblocking(False)
    finally:
        libc.setns(here, 0)
    return opened


def capture(frames: list[bytes], accuracy: int = 0) -> bytes:
    """Accuracy of time stamps: 1 says that frames may come with partial checksums (tests/fuzz/xdp/capture_file.h)."""
    header = struct.pack("IHHIIII", 0xA1B2C3D4, 2, 4, 0, accuracy, 65535, 1)
    return header + b"".join(struct.pack("IIII", 0, 0, len(frame), len(frame)) + frame for frame in frames)


def save(name: str, frames: list[bytes]) -> None:
    with open(os.path.join(CORPUS, f"{name}.pcap"), "wb") as file:
        file.write(capture(frames))


def frames_of(name: str) -> list[bytes]:
    with open(os.path.join(CORPUS, f"{name}.pcap"), "rb") as file:
        recorded = file.read()
    frames, at = [], 24
    while at < len(recorded):
        length = struct.unpack_from("I", recorded, at + 8)[0]
        frames.append(recorded[at + 16:at + 16 + length])
        at += 16 + length
    return frames


def tag(name: str, tagged: str) -> None:
    """Not every kernel has VLAN devices: the tag is put in here."""
    save(tagged, [frame[:12] + struct.pack("!HH", 0x8100, 7) + frame[12:] for frame in frames_of(name)])


def with_partial_checksum(frame: bytes) -> bytes:
    """The sum of the pseudo-header alone, as a sender leaves it to hardware."""
    ipv6 = frame[12:14] == b"\x86\xdd"
    protocol = frame[14 + (6 if ipv6 else 9)]
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return frame
    addresses = frame[22:54] if ipv6 else frame[26:34]
    l4 = 14 + (40 if ipv6 else 4 * (frame[14] & 15))
    total = struct.unpack_from("!H", frame, 18 if ipv6 else 16)[0]
    length = total if ipv6 else total + 14 - l4
    total = sum(struct.unpack(f"!{len(addresses) // 2}H", addresses)) + protocol + length
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    at = l4 + (16 if protocol == socket.IPPROTO_TCP else 6)
    return frame[:at] + struct.pack("!H", total) + frame[at + 2:]


def leave_checksums(name: str, partial: str) -> None:
    """Here all offloads are off, so that what is recorded is whole: the checksums are taken back."""
    with open(os.path.join(CORPUS, f"{partial}.pcap"), "wb") as file:
        file.write(capture([with_partial_checksum(frame) for frame in frames_of(name)], accuracy=1))


def received(opened: socket.socket) -> list[bytes]:
    """What has come in since the last time."""
    frames = []
    while True:
        try:
            frame, address = opened.recvfrom(65536)
        except BlockingIOError:
            return frames
        if address[2] != OUTGOING:
            frames.append(frame)


def record(name: str, opened: socket.socket, *traffic: str) -> None:
    subprocess.run(inside(CLIENT, sys.executable, "-c", TRAFFIC, *traffic), check=True)
    time.sleep(0.2)
    save(name, received(opened))


def main() -> None:
    os.makedirs(CORPUS, exist_ok=True)
    server = None
    try:
        build()
        server = subprocess.Popen(inside(BALANCER, sys.executable, "-c", SERVER), stdout=subprocess.PIPE)
        server.stdout.readline()
        opened = receiver()
        for family, address, suffix in (socket.AF_INET, V4, "4"), (socket.AF_INET6, V6, "6"):
            for number, method in enumerate(("direct", "tunnel", "nat", "snat")):
                record(f"tcp{suffix}-{method}", opened, "tcp", str(int(family)), address, str(445 + number))
            record(f"udp{suffix}", opened, "udp", str(int(family)), address, "447")
            record(f"fragments{suffix}", opened, "fragments", str(int(family)), address, "448")
            record(f"icmp-error{suffix}", opened, "unreachable", str(int(family)), address, "445")
        record("extensions6", opened, "extension", str(int(socket.AF_INET6)), V6, "447")
        tag("tcp4-nat", "vlan4")
        for name in "tcp4-direct", "tcp4-tunnel", "tcp4-snat", "tcp6-nat", "udp4", "udp6":
            leave_checksums(name, f"partial-{name}")
    finally:
        if server:
            server.kill()
            server.wait()
        for name in CLIENT, BALANCER:
            subprocess.run(["ip", "netns", "del", name], check=False)


if __name__ == "__main__":
    main()
