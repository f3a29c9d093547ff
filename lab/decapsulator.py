"""Puts decapsulate.bpf.c on an interface, and tells it which addresses are the host's own."""

import ipaddress
import json

from lab import build
from lab.commands import run
from lab.namespaces import Namespace


def attach(namespace: Namespace, interface: str, address: str, address6: str) -> None:
    namespace.configure(f"link set dev {interface} xdpdrv obj {build.bpf_object('decapsulate')} sec xdp")
    own = ipaddress.ip_address(address).packed + ipaddress.ip_address(address6).packed
    run(["bpftool", "map", "update", "id", str(_only_map(namespace, interface)), "key", "hex", *["00"] * 4,
         "value", "hex", *(f"{byte:02x}" for byte in own)])


def _only_map(namespace: Namespace, interface: str) -> int:
    link, = json.loads(run(["ip", "-n", namespace.name, "-j", "link", "show", "dev", interface]).stdout)
    program = json.loads(run(["bpftool", "-j", "prog", "show", "id", str(link["xdp"]["prog"]["id"])]).stdout)
    only, = program["map_ids"]
    return only
