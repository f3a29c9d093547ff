"""The client: what people's machines do. One method is one action with a real program (HTTP: a plain socket)."""

import http.client
import time
from dataclasses import dataclass
from pathlib import Path

from lab import cups, discovery, samba
from lab.host import Host
from lab.network import Network, bracketed
from lab.record import Record


@dataclass(frozen=True)
class Outcome:
    ok: bool
    seconds: float
    output: str


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    server: str  # the lab's name of who answered; empty if it does not say
    headers: dict[str, str]
    body: str


class Client(Host):
    def __init__(self, record: Record, network: Network):
        super().__init__(record, network, "cli", 10)
        self._home = self.directory / "home"
        self._home.mkdir()
        (self._home / "smb.conf").write_text("[global]\n   disable netbios = yes\n   name resolve order = host\n")

    def print_smb(self, address: str, job: Path, timeout: float = 60.0) -> Outcome:
        return self._attempt(["smbclient", f"//{address}/{samba.SHARE}", "--no-pass",
                              f"--configfile={self._home / 'smb.conf'}", "--command", f'print "{job}"'], timeout)

    def print_ipp(self, address: str, job: Path, timeout: float = 60.0, secure: bool = False) -> Outcome:
        """On 9163, or with TLS on 9164."""
        uri = f"ipps://{bracketed(address)}:{cups.TLS_PORT}" if secure else f"ipp://{bracketed(address)}:{cups.PORT}"
        test = self._home / "print-job.test"
        if not test.exists():
            test.write_text(_PRINT_JOB)
        return self._attempt(["ipptool", "-T", "30", "-t", "-d", f"title={job.name}", "-f", str(job),
                              f"{uri}/printers/{cups.QUEUE}", str(test)], timeout)

    def print_lp(self, address: str, job: Path, timeout: float = 60.0) -> Outcome:
        return self._attempt(["lp", "-h", f"{bracketed(address)}:{cups.PORT}", "-d", cups.QUEUE, "-t", job.name,
                              str(job)], timeout)

    def dig(self, address: str, name: str, kind: str, *options: str) -> Outcome:
        """The answer's records, one a line; no answer is a failure."""
        done = self._attempt(["dig", f"@{address}", "-p", str(discovery.PORT), "+short", "+tries=1", "+time=2",
                              *options, name, kind], 30.0)
        return Outcome(done.ok and bool(done.output.strip()), done.seconds, done.output)

    def get(self, address: str, port: int, path: str, headers: dict[str, str] | None = None,
            timeout: float = 5.0) -> HttpAnswer:
        """One HTTP request on a connection of its own; raises OSError as sockets do."""
        connection = http.client.HTTPConnection(address, port, timeout=timeout)
        connection.sock = self.namespace.connect(address, port, timeout)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            found = dict(answer.getheaders())
            body = answer.read().decode(errors="replace")
            return HttpAnswer(answer.status, found.get("X-Lab-Server", ""), found, body)
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def ping(self, address: str) -> bool:
        return self.run(["ping", "-c", "1", "-W", "1", address], check=False).returncode == 0

    def _attempt(self, argv: list[str], timeout: float) -> Outcome:
        started = time.monotonic()
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self._home), "LANG": "C.UTF-8"}
        done = self.run(["timeout", str(timeout), *argv], check=False, timeout=timeout + 5.0, environment=environment)
        return Outcome(done.returncode == 0, time.monotonic() - started, done.stdout + done.stderr)


_PRINT_JOB = """{
  NAME "Print one file"
  OPERATION Print-Job
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR name requesting-user-name lab
  ATTR name job-name $title
  ATTR mimeMediaType document-format application/octet-stream
  FILE $filename
  STATUS successful-ok
}
"""
