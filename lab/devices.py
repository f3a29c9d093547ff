"""Load balancers whose interfaces are no cables but devices on top of them: a bridge, a macvlan."""

from lab.load_balancer import NUMBER, LoadBalancer
from lab.network import Network
from lab.topology import Topology

_NOBODY = 92  # no host has this number: a cable that needs a MAC address of its own has his


class OnDevice(LoadBalancer):
    """`join` makes the interface on top of a cable."""
    cable_number = NUMBER

    def join(self, network: Network, interface: str) -> None:
        cable = interface.replace("eth", "cable")
        network.switch.plug_in(self.namespace, cable, network.mac(self.cable_number))
        self.run(["ethtool", "-K", cable, "tx", "off"])
        self.make(network, cable, interface)
        self.namespace.configure(f"link set {cable} up")
        self.live_on(network, interface)
        network.switch.accept_xdp_frames(self.namespace)

    def make(self, network: Network, cable: str, interface: str) -> None:
        raise NotImplementedError


class OnBridge(OnDevice):
    def make(self, network: Network, cable: str, interface: str) -> None:
        self.namespace.configure(
            f"link add {interface} address {network.mac(self.number)} type bridge mcast_snooping 0 forward_delay 0",
            f"link set {cable} master {interface}")


class OnMacvlan(OnDevice):
    cable_number = _NOBODY

    def make(self, network: Network, cable: str, interface: str) -> None:
        # Or else it answers for the addresses of the device above it, with its own MAC address.
        self.namespace.set(f"ipv4/conf/{cable}/arp_ignore", 1)
        self.namespace.configure(
            f"link add link {cable} name {interface} address {network.mac(self.number)} type macvlan mode bridge")


def on(device: type[OnDevice], topology: type[Topology]) -> type[Topology]:
    """The same networks with that load balancer."""
    return type(f"{topology.__name__}{device.__name__}", (topology,), {"balancer_type": device})
