"""dnsmasq in the place of Mobility Print's DNS server: DNS-SD records of the queue, on port 53 over UDP and TCP."""

from lab import cups
from lab.host import Host

PORT = 53
SITE = "lab.test"
ZONE = f"pc-printer-discovery.{SITE}"
SERVER_NAME = f"rpc.{ZONE}"
SERVICE = f"_ipp._tcp.{ZONE}"
INSTANCE = f"{cups.QUEUE}.{SERVICE}"
WHO = f"who.{ZONE}"  # a TXT record that names the answering server
MANY = f"_printer._tcp.{ZONE}"  # more PTR records than fit into 512 bytes: the client has to ask again over TCP
MANY_COUNT = 61


def _configuration(host: Host, addresses: list[str]) -> str:
    lines = [
        "no-resolv", "no-hosts", f"port={PORT}", f"local=/{SITE}/", "edns-packet-max=4096",
        f"pid-file={host.directory}/dnsmasq.pid", "user=root",
        f"host-record={SERVER_NAME},{','.join(addresses)}",
        f"ptr-record=b._dns-sd._udp.{SITE},{ZONE}",
        f"ptr-record=lb._dns-sd._udp.{SITE},{ZONE}",
        f"ptr-record={SERVICE},{INSTANCE}",
        f"srv-host={INSTANCE},{SERVER_NAME},{cups.PORT}",
        f"txt-record={INSTANCE},txtvers=1,qtotal=1,rp=printers/{cups.QUEUE},pdl=application/octet-stream",
        f"txt-record={WHO},{host.name}",
    ]
    lines += [f"ptr-record={MANY},printer-with-a-long-name-number-{number}.{MANY}" for number in range(MANY_COUNT)]
    return "\n".join(lines) + "\n"


class Discovery:
    def __init__(self, host: Host, addresses: list[str]):
        """`addresses`: where clients are to find the queue, the virtual addresses."""
        configuration = host.directory / "dnsmasq.conf"
        configuration.write_text(_configuration(host, addresses))
        self.process = host.process("dnsmasq", ["dnsmasq", "--keep-in-foreground", f"--conf-file={configuration}"])

    def start(self) -> None:
        self.process.start()

    def wait(self) -> None:
        self.process.wait_for(PORT)
