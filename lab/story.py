"""The demo's story, step by step, and whether each step held."""

import contextlib
import shlex
import threading
import time

from lab import discovery, guide
from lab.application_host import ApplicationHost
from lab.commands import LabError, wait_until
from lab.farm import Farm
from lab.host import Host
from lab.method import Method
from lab.network import Family
from lab.print_server import PrintServer
from lab.printing import PROTOCOLS, Job, Printing
from lab.screen import Screen
from lab.watch import Watch
from lab.web_interface import WebInterface

SMALL = 60_000        # bytes, of the first jobs
BIG = 12_000_000      # bytes, of the jobs during which a server dies: long enough to be in the middle of some
LOGIN = "Login"       # on the page of an active Application Server


class Story:
    def __init__(self, farm: Farm, screen: Screen, jobs: int):
        self.farm = farm
        self.screen = screen
        self.count = jobs
        self.held = True
        self.printing = Printing(farm)
        self.web = WebInterface(farm.balancer)
        self.done: list[Job] = []
        self.spooled: list[Job] = []  # accepted by a server that died before it had printed them

    def run(self) -> bool:
        """The story, step by step. Whether everything held."""
        self.start_farm()
        self.start_evenkeeld()
        self.configure()
        self.print_jobs()
        self.look_up()
        self.lose_a_print_server()
        self.bring_it_back()
        self.fail_over(200, next_passive_status=503)
        self.fail_over(503, next_passive_status=200)
        self.account()
        return self.held

    def start_farm(self) -> None:
        self.screen.step("The farm: network namespaces, a switch, real print servers")
        started = time.monotonic()
        self.farm.start()
        for server in self.farm.print_servers:
            self.screen.good(f"{server.name}  {self._address_of(server)}  "
                             "Samba on 445, CUPS on 9163 and 9164, dnsmasq on 53")
        for server in self.farm.application_servers:
            self.screen.good(f"{server.name} {self._address_of(server)}  "
                             f"Application Server (stand-in), {server.role()}")
        self.screen.good(f"client {self._address_of(self.farm.client)}, "
                         f"load balancer {self._address_of(self.farm.balancer)}, "
                         f"all up after {time.monotonic() - started:.1f} s")

    def start_evenkeeld(self) -> None:
        self.screen.step("evenkeeld, the load balancer's control plane")
        self.farm.balancer.start(*self.web.arguments())
        self.web.set_up()
        self.screen.good(f"its API answers; {self.farm.balancer.resident_kilobytes() / 1024:.0f} MB of memory")

    def configure(self) -> None:
        self.screen.step(f"The deployment guide's three virtual services: {self.farm.method.title}, "
                         f"{self.farm.family.value}")
        self.screen.note(self.farm.method.way)
        for arguments in guide.commands(self.farm):
            shown = shlex.join(["evenkeel", *arguments]).replace(self.farm.key, "KEY")
            self.screen.command(shown)
            self.farm.balancer.evenkeel(*arguments)
        self.screen.moving("waiting for the health checks")
        guide.wait_until_green(self.farm)
        self.screen.good("every server that should be up is up; the passive Application Server is down by design")
        self.status()

    def print_jobs(self) -> None:
        kinds = "SMB, IPP and IPP over TLS" if "ipps" in PROTOCOLS[self.farm.family] else "SMB and IPP"
        self.screen.step(f"{self.count} print jobs to {self.farm.printing}: {kinds}, four people at once")
        jobs = self.printing.make_jobs(self.count, lambda index: SMALL * (1 + index))
        self._print(jobs)
        self._table(jobs)
        self._expect(all(job.ok and not job.failures for job in jobs),
                     "every job arrived whole (SHA-256) at the first attempt",
                     "a job is missing, or needed a second attempt")
        self._expect(_servers(jobs) == {"ps1", "ps2"}, "both print servers took their share",
                     f"only {', '.join(_servers(jobs)) or 'nobody'} took jobs")
        self.status()

    def look_up(self) -> None:
        transports = {"UDP": "+notcp", "TCP": "+tcp"}
        if self.farm.method is Method.LAYER7:
            del transports["UDP"]  # layer 7 has none
        self.screen.step("Finding the printer: DNS-SD look-ups through the load balancer, over "
                         + " and ".join(transports))
        address = self.farm.printing
        for transport, option in transports.items():
            for name, kind, wanted in ((discovery.SERVICE, "PTR", discovery.INSTANCE),
                                       (discovery.INSTANCE, "SRV", f"9163 {discovery.SERVER_NAME}"),
                                       (discovery.INSTANCE, "TXT", "rp=printers/"),
                                       (discovery.SERVER_NAME, self._address_record(), address)):
                found = self.farm.client.dig(address, name, kind, option)
                answer = found.output.strip()
                self._expect(found.ok and wanted.lower() in answer.lower(), f"{transport}  {kind:4} {answer}",
                             f"{transport}  {kind:4} {name}: {answer or 'no answer'}")
        option = next(iter(transports.values()))
        answered = {self.farm.client.dig(address, discovery.WHO, "TXT", option).output.strip().strip('"')
                    for _ in range(8)}
        self.screen.note(f"eight more questions were answered by {' and '.join(sorted(answered))}")

    def lose_a_print_server(self) -> None:
        victim = self.farm.print_servers[0]
        self.screen.step(f"{victim.name} dies in the middle of printing (kill -9 of everything on it)")
        # Enough for each server to have one printed and another in its hands.
        jobs = self.printing.make_jobs(max(8, self.count), lambda index: BIG)
        killer = threading.Thread(target=self._kill_in_mid_printing, args=(victim,), daemon=True)
        killer.start()
        self._print(jobs)
        killer.join()
        self._table(jobs)
        self._explain_retries(jobs, victim.name)
        self._expect(not victim.samba.process.is_running(), f"{victim.name} died while jobs were being printed",
                     f"{victim.name} was never in the middle of a job, so it was not stopped")
        self._expect(all(job.printed for job in jobs), "everybody could print in the end", "somebody gave up printing")
        self.spooled = [job for job in jobs if job.printed and not job.arrived]
        if self.spooled:
            self.screen.note(f"{victim.name} had accepted but not yet printed: "
                             + ", ".join(f"job {job.number}" for job in self.spooled))
        for service in (guide.PRINT_SERVICE, guide.MOBILITY_SERVICE):
            self.farm.balancer.wait_for_state(service, "PS1", "down")
        self.status()

    def bring_it_back(self) -> None:
        server = self.farm.print_servers[0]
        self.screen.step(f"{server.name} starts again")
        server.start()
        server.wait()
        guide.wait_until_green(self.farm)
        self.printing.look_for(self.spooled)
        self._expect(all(job.ok for job in self.done), "every job of the last round has arrived whole",
                     "a job was lost")
        # Small ones may end before the next begins: then the server without connections that died gets them all.
        jobs = self.printing.make_jobs(max(4, self.count // 2), lambda index: BIG)
        self._print(jobs)
        self._table(jobs)
        self._expect(all(job.ok and not job.failures for job in jobs), "every job arrived whole at the first attempt",
                     "a job is missing, or needed a second attempt")
        self._expect(server.name in _servers(jobs), f"{server.name} takes jobs again", f"{server.name} gets no jobs")
        self.status()

    def fail_over(self, passive_status: int, next_passive_status: int) -> None:
        """The active one dies, and the passive one, whose passive page has `passive_status`, takes over. The dead one
        comes back as a passive server with the other status, for the next round."""
        active, passive = self._pair()
        self.screen.step(f"Application Server {active.name} dies, {passive.name} takes over "
                         f"(while passive it answered everything with {passive_status})")
        with Watch(self.farm.client, self.farm.applications, 9191, "/user", LOGIN) as watch:
            wait_until(lambda: watch.last_server() == active.name, f"the login page from {active.name}")
            active.kill_all()
            self.screen.good(f"{active.name} is dead")
            self.screen.moving(f"waiting for {passive.name}")
            wait_until(lambda: watch.last_server() == passive.name, f"the login page from {passive.name}", timeout=40.0)
        outage = watch.longest_outage()
        self._expect(outage is not None and (outage.before, outage.after) == (active.name, passive.name),
                     f"nobody could log in for {outage.seconds:.1f} s; {self._own_share():.1f} s of that is the "
                     "Application Servers' own take-over" if outage else "",
                     "the login page did not move from one server to the other")
        active.set_passive_status(next_passive_status)
        active.start()
        active.wait()
        guide.wait_until_green(self.farm)
        self._expect(active.role() == "passive", f"{active.name} is back, and passive: nobody fails back by himself",
                     f"{active.name} is {active.role()}")
        self.status()

    def account(self) -> None:
        self.screen.step("The books")
        arrived = sum(len(tray.arrivals()) for tray in self.farm.trays)
        whole = sum(job.ok for job in self.done)
        twice = sum(len(job.arrived) - 1 for job in self.done if job.ok)
        self._expect(whole == len(self.done), f"{whole} of {len(self.done)} jobs arrived whole",
                     f"only {whole} of {len(self.done)} jobs arrived whole")
        cut_off = arrived - whole - twice
        if twice or cut_off:
            self.screen.note(f"printed twice because the answer was lost: {twice}; cut off in the middle: {cut_off}")
        self.screen.moving("waiting for the Print Providers' reports")
        self._expect(self._is_logged(arrived),
                     f"the Application Servers have logged all {arrived} that came out of a printer",
                     f"the Application Servers have logged {len(self.farm.database.jobs())} of {arrived}")

    def status(self) -> None:
        self.screen.command("evenkeel status")
        self.screen.run(self.farm.balancer.command_line("status"))

    def _print(self, jobs: list[Job]) -> None:
        self.printing.print_all(jobs, lambda done: self.screen.moving(f"{done} of {len(jobs)} jobs printed"))
        self.done += jobs

    def _kill_in_mid_printing(self, victim: PrintServer) -> None:
        """Once it has printed one job of the round and has the next one in its hands."""
        before = len(victim.tray.arrivals())
        with contextlib.suppress(LabError):
            wait_until(lambda: len(victim.tray.arrivals()) > before and victim.is_printing(), "", timeout=15.0)
            victim.kill_all()

    def _table(self, jobs: list[Job]) -> None:
        self.screen.table(("job", "protocol", "server", "bytes", "seconds", "attempts", "SHA-256", "ok"), [
            (job.number, job.protocol, " ".join(arrival.server for arrival in job.arrived) or "-", job.size,
             round(job.seconds, 2), len(job.failures) + job.printed, job.sha256[:12], "yes" if job.ok else "NO")
            for job in jobs])

    def _explain_retries(self, jobs: list[Job], victim: str) -> None:
        retried = [job for job in jobs if job.failures]
        if retried:
            self.screen.note(f"{len(retried)} in flight to {victim}, or sent to it before the check noticed; "
                             "their senders saw an error and printed again:")
        for job in retried:
            messages = job.failures[0].output.strip().splitlines() or ["the connection broke, without a message"]
            self.screen.note(f"job {job.number}: {messages[-1].strip()}")

    def _pair(self) -> tuple[ApplicationHost, ApplicationHost]:
        active, passive = self.farm.active(), self.farm.passive()
        if active is None or passive is None:
            raise LabError("there should be an active and a passive Application Server: "
                           + ", ".join(f"{server.name} is {server.role()}" for server in self.farm.application_servers))
        return active, passive

    def _address_of(self, host: Host) -> str:
        return host.address_in(self.farm.family)

    def _address_record(self) -> str:
        return "A" if self.farm.family is Family.IPV4 else "AAAA"

    def _own_share(self) -> float:
        return self.farm.options.patience + self.farm.options.take_over_time

    def _is_logged(self, count: int) -> bool:
        try:
            wait_until(lambda: len(self.farm.database.jobs()) == count, "the job log", timeout=10.0)
            return True
        except LabError:
            return False

    def _expect(self, holds: bool, good: str, bad: str) -> None:
        if holds:
            self.screen.good(good)
        else:
            self.screen.bad(bad)
            self.held = False


def _servers(jobs: list[Job]) -> set[str]:
    return {arrival.server for job in jobs for arrival in job.arrived}
