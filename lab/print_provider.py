"""Stand-in for PaperCut's Print Provider: reports every printed job to the Application Server, and keeps trying while
there is no active one. A job is reported once the server has taken it; the server knows a job again by its id."""

import argparse
import contextlib
import http.client
import time
import xmlrpc.client
from pathlib import Path

RPC_PATH = "/rpc/api/xmlrpc"


def report(application_server: str, server: str, job: Path) -> bool:
    """Whether the Application Server, HOST:PORT or [HOST]:PORT, took it."""
    _, protocol, title = job.name.split("~", 2)
    facts = {"id": f"{server}/{job.name}", "server": server, "protocol": protocol, "title": title,
             "bytes": str(job.stat().st_size)}
    body = xmlrpc.client.dumps((facts,), "job.printed").encode()
    connection = http.client.HTTPConnection(application_server, timeout=2.0)
    with contextlib.closing(connection):
        try:
            connection.request("POST", RPC_PATH, body, {"Content-Type": "text/xml"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="this print server's name")
    parser.add_argument("--jobs", required=True, type=Path, help="the folder in which printed jobs appear")
    parser.add_argument("--application-server", required=True, metavar="HOST:PORT")
    arguments = parser.parse_args()
    reported: set[str] = set()
    while True:
        for job in sorted(arguments.jobs.iterdir()):
            if job.name in reported:
                continue
            if not report(arguments.application_server, arguments.server, job):
                break  # nobody is active: the others would only wait as well
            reported.add(job.name)
        time.sleep(0.25)


if __name__ == "__main__":
    main()
