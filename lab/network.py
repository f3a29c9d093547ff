"""An IP network on a switch of its own, and the addresses in it."""

import enum

from lab.record import Record
from lab.switch import Switch


class Family(enum.Enum):
    IPV4 = "IPv4"
    IPV6 = "IPv6"


class Network:
    def __init__(self, record: Record, number: int = 0):
        """10.77.NUMBER.0/24 and fd77:0:0:NUMBER::/64."""
        self.number = number
        self.prefix = f"10.77.{number}.0/24"
        self.prefix6 = f"fd77:0:0:{number}::/64" if number else "fd77::/64"
        self.switch = Switch(record, f"sw{number or ''}")

    def address(self, host: int) -> str:
        return f"10.77.{self.number}.{host}"

    def address6(self, host: int) -> str:
        return f"{self.prefix6.removesuffix('/64')}{host}"

    def address_in(self, family: Family, host: int) -> str:
        return self.address(host) if family is Family.IPV4 else self.address6(host)

    def mac(self, host: int) -> str:
        return f"02:00:00:00:{self.number:02d}:{host:02d}"


def bracketed(address: str) -> str:
    """As it stands before a colon and a port."""
    return f"[{address}]" if ":" in address else address
