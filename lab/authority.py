"""A certificate authority for tests: its certificates are real ones, made by openssl."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from lab.commands import run
from lab.host import Host
from lab.process import Process

OCSP_PORT = 2560
_FAR_AWAY, _NOW = "491231235959Z", "260101000000Z"  # as the index writes times
_responders = itertools.count(1)  # each has a log of its own
_EXTENSIONS = """[leaf]
basicConstraints=CA:FALSE
subjectAltName={names}
authorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign,digitalSignature
"""


@dataclass
class Issued:
    certificate: Path
    key: Path
    chain: Path  # certificate, issuer and key
    bundle: Path  # the same out of order

    @property
    def fingerprint(self) -> str:
        return run(["openssl", "x509", "-in", str(self.certificate), "-noout", "-fingerprint",
                    "-sha256"]).stdout.strip().partition("=")[2]


def _alternative(name: str) -> str:
    return f"IP:{name}" if name[0].isdigit() else f"DNS:{name}"


class Authority:
    def __init__(self, directory: Path, name: str = "Lab authority"):
        self.directory = directory
        directory.mkdir(parents=True)
        self.certificate = directory / "ca.pem"
        self.key = directory / "ca.key"
        self._serial = 0
        self._index = directory / "index.txt"  # as `openssl ca` writes it: what the responder knows
        self._index.touch()
        (directory / "index.txt.attr").write_text("unique_subject = no\n")
        extensions = self._extensions("DNS:unused")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", self.key, "-out", directory / "ca.csr", "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", directory / "ca.csr", "-key", self.key, "-days", "30",
                      "-extfile", extensions, "-extensions", "authority", "-out", self.certificate)

    def issue(self, name: str, file: str, days: int = 20) -> Issued:
        """For a host name or an address. `file`: what its files are called."""
        key, request = self.directory / f"{file}.key", self.directory / f"{file}.csr"
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                      "-out", request, "-subj", f"/CN={name}")
        certificate = self.sign(request, name, file, days)
        chain, bundle = self.directory / f"{file}.chain.pem", self.directory / f"{file}.bundle.pem"
        chain.write_text(certificate.read_text() + self.certificate.read_text() + key.read_text())
        bundle.write_text(key.read_text() + self.certificate.read_text() + certificate.read_text())
        return Issued(certificate, key, chain, bundle)

    def sign(self, request: Path, name: str, file: str, days: int = 20) -> Path:
        self._serial += 1
        certificate = self.directory / f"{file}.crt"
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-set_serial",
                      str(self._serial), "-days", str(days), "-extfile", self._extensions(_alternative(name)),
                      "-extensions", "leaf", "-out", certificate)
        with self._index.open("a") as index:
            index.write(f"V\t{_FAR_AWAY}\t\t{self._serial:02X}\tunknown\t/CN={name}\n")
        return certificate

    def revoke(self, serial: int) -> None:
        """The one that was issued as that number, from 1. For responders that start afterwards."""
        lines = self._index.read_text().splitlines(keepends=True)
        fields = lines[serial - 1].split("\t")
        fields[0], fields[2] = "R", _NOW
        lines[serial - 1] = "\t".join(fields)
        self._index.write_text("".join(lines))

    def start_responder(self, host: Host, minutes: int = 60) -> Process:
        """Says at OCSP_PORT of that machine's loopback which certificates are good; an answer holds that long."""
        responder = host.process(f"ocsp{next(_responders)}", ["openssl", "ocsp", "-index", str(self._index), "-port", str(OCSP_PORT),
                                          "-rsigner", str(self.certificate), "-rkey", str(self.key), "-CA",
                                          str(self.certificate), "-nmin", str(minutes)])
        responder.start()
        # Not by a connection: one that asks nothing is one that it waits for ever after.
        responder.wait_while_running(lambda: "waiting for OCSP client connections" in responder.tail(), "it to listen")
        return responder

    def _extensions(self, names: str) -> Path:
        file = self.directory / "extensions.cnf"
        file.write_text(_EXTENSIONS.format(names=names, port=OCSP_PORT))
        return file

    @staticmethod
    def _openssl(*arguments: object) -> None:
        run(["openssl", *(str(argument) for argument in arguments)])
