"""A real ACME server, pebble, on one of the lab's machines, with a name server of its own (pebble-challtestsrv). It looks
at challenges at once, and forgets everything when it ends."""

import json
import signal
from pathlib import Path

from lab.authority import Authority
from lab.host import Host

_ACME, _MANAGEMENT, _DNS, _NAMES = 14000, 15000, 8053, 8055


class AcmeServer:
    def __init__(self, host: Host, directory: Path, address: str):
        """`address`: of every name that it has not been told of."""
        self._host = host
        self._directory = directory
        directory.mkdir()
        self._front = Authority(directory / "front")  # of the server's own port, not of what it issues
        own = self._front.issue(host.address, "own")
        settings = {"listenAddress": f"{host.address}:{_ACME}", "managementListenAddress": f"127.0.0.1:{_MANAGEMENT}",
                    "certificate": str(own.chain), "privateKey": str(own.key), "httpPort": 80, "tlsPort": 443,
                    "ocspResponderURL": "", "externalAccountBindingRequired": False}
        (directory / "pebble.json").write_text(json.dumps({"pebble": settings}))
        self._names = host.process("names", ["pebble-challtestsrv", "-dns01", f":{_DNS}", "-http01", "", "-https01", "",
                                             "-tlsalpn01", "", "-management", f":{_NAMES}", "-defaultIPv4", address,
                                             "-defaultIPv6", ""])
        self._pebble = host.process("pebble", ["pebble", "-config", str(directory / "pebble.json"), "-dnsserver",
                                               f"127.0.0.1:{_DNS}"], {"PEBBLE_VA_NOSLEEP": "1"})

    @property
    def url(self) -> str:
        return f"https://{self._host.address}:{_ACME}/dir"

    def start(self) -> None:
        self._names.start()
        self._names.wait_for(_NAMES)
        self._pebble.start()
        self._pebble.wait_for(_ACME, self._host.address)
        self._pebble.wait_for(_MANAGEMENT)

    def pause(self) -> None:
        """It answers nothing until resume()."""
        self._pebble.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._pebble.signal(signal.SIGCONT)

    def root(self) -> Path:
        """The certificate of the authority that issues."""
        file = self._directory / "root.pem"
        file.write_text(self._host.run(["curl", "-sS", "-f", "--insecure", f"https://127.0.0.1:{_MANAGEMENT}/roots/0"])
                        .stdout)
        return file

    def put_name(self, name: str, address: str) -> None:
        for action in ("clear-a", "add-a"):
            self._host.run(["curl", "-sS", "-f", "-d", json.dumps({"host": f"{name}.", "addresses": [address]}),
                            f"http://127.0.0.1:{_NAMES}/{action}"])

    def dns_hook(self) -> str:
        """A script for dns-01, as an operator would write it for another name server."""
        return _HOOK.format(url=f"http://{self._host.address}:{_NAMES}")

    def client(self) -> Path:
        """uacme on a machine that trusts this server."""
        file = self._directory / "uacme"
        file.write_text(_CLIENT.format(authority=self._front.certificate))
        file.chmod(0o755)
        return file


_HOOK = """#!/bin/sh
# METHOD TYPE NAME TOKEN ANSWER
[ "$1" = begin ] && action=set-txt || action=clear-txt
exec curl -sS -f -d "{{\\"host\\": \\"_acme-challenge.$3.\\", \\"value\\": \\"$5\\"}}" {url}/$action
"""
_CLIENT = """#!/bin/sh
exec unshare -m --propagation private sh -c \\
  'mount --bind {authority} /etc/ssl/certs/ca-certificates.crt && exec uacme "$@"' uacme "$@"
"""
