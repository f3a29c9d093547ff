"""Two web servers behind a layer-7 virtual service that speaks TLS, and what its clients see."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import layer7_web
from conftest import running_small_farm
from layer7_web import VIP

from lab.authority import Authority
from lab.method import Method
from lab.small_farm import SmallFarm

WEB_TLS = 8443


class TlsFarm(SmallFarm):
    authority: Authority
    trusted: Path  # the certificate of the authority that clients trust


@contextlib.contextmanager
def running_tls_web(starts: bool = True) -> Iterator[TlsFarm]:
    """Two web servers with certificates of the lab's authority, and evenkeeld, if it starts, not configured yet."""
    with running_small_farm("tls", Method.SNAT) as farm:
        farm.authority = Authority(farm.record.directory / "authority")
        farm.trusted = farm.authority.certificate
        inside = farm.authority.issue("inside.example", "inside")
        layer7_web.start_web_servers(farm, {"--tls-port": WEB_TLS}, "--certificate", str(inside.chain))
        if starts:
            farm.balancer.start()
        yield farm


def service(**changes: object) -> dict:
    return layer7_web.service(**{"ports": "443", "tls": {"certificates": ["www"]}} | changes)


def start(farm: TlsFarm, **changes: object) -> None:
    layer7_web.start(farm, service(**changes))


def add(farm: TlsFarm, name: str, label: str = "www") -> None:
    farm.balancer.evenkeel("certificate", "add", label, "--file", str(farm.authority.issue(name, label).bundle))


def curl(farm: TlsFarm, *options: str, name: str = "www.example", path: str = "",
         check: bool = True) -> subprocess.CompletedProcess:
    return farm.client.run(["curl", "-sS", "--max-time", "5", "--cacert", str(farm.trusted),
                            "--resolve", f"{name}:443:{VIP}", *options, f"https://{name}/{path}"], check=check)


def handshake(farm: TlsFarm, *options: str) -> str:
    """All that openssl says, whether it came to a handshake or not."""
    done = farm.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{VIP}:443", "-CAfile",
                            str(farm.trusted), *options], check=False)
    return done.stdout + done.stderr


def shown(farm: TlsFarm, *options: str) -> str:
    """The subject of the certificate that a client is shown."""
    return next(line for line in handshake(farm, *options).splitlines() if line.startswith("subject="))


def fingerprint(farm: TlsFarm) -> str:
    certificate = handshake(farm)
    return farm.client.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], text_input=certificate).stdout


def workers(farm: TlsFarm) -> list[int]:
    return sorted(layer7_web.haproxy(farm)[1])


def events(farm: TlsFarm) -> list[str]:
    return [json.loads(line)["kind"] for line in farm.balancer.evenkeel("events", "--json").stdout.splitlines()]


class TlsLoad(layer7_web.Load):
    """Clients that each make one HTTPS request after the other."""

    farm: TlsFarm

    def _ask(self) -> None:
        many = [argument for _ in range(20) for argument in ("-o", "/dev/null", "https://www.example/")]
        # A connection for each request: keep-alive would hide a port that is closed for a moment.
        done = self.farm.client.run(["curl", "-sS", "-f", "-m", "20", "--http1.1", "-H", "Connection: close",
                                     "--cacert", str(self.farm.trusted), "--resolve",
                                     f"www.example:443:{VIP}", *many], check=False)
        self.answered += 20
        if done.returncode != 0:
            self.failures.append(done.stderr)
