"""The deployment guide's three virtual services, as the commands an operator types: chapters 10.1 to 10.3 in direct
routing, 11.1 to 11.3 in SNAT; for NAT and tunnel the same; 12.1 to 12.3 at layer 7."""

from lab.farm import Farm
from lab.method import Method

APPLICATION_SERVICE = "Papercut_WUI"
PRINT_SERVICE = "Print_Provider"
MOBILITY_SERVICE = "MobilityPrint"
HEALTH_REQUEST = "/api/health/application-server/status?disk-threshold-mb=1&Authorization="

# The guide leaves the answer's body open. A passive server may answer 200 with a page of its own, which the status
# alone would take for health.
HEALTHY_BODY = r'"status"\s*:\s*"OK"'

# The guide names no rhythm. Short, so that nobody has to wait for the demo; one check lasts a few milliseconds.
RHYTHM = ["--check-interval", "2", "--check-timeout", "1", "--check-failure-count", "2"]


def commands(farm: Farm, rhythm: list[str] | None = None) -> list[list[str]]:
    """Arguments of `evenkeel`, one list for every command. `rhythm`: options of every health check."""
    pace = RHYTHM if rhythm is None else rhythm
    if farm.method is Method.LAYER7:
        return _layer7_commands(farm, pace)
    app1, app2 = farm.application_servers
    ps1, ps2 = farm.print_servers
    method = ["--forwarding-method", farm.method.configured]
    return [
        ["virtual-service", "add", APPLICATION_SERVICE, "--address", farm.applications,
         "--ports", "9191,9192,9193", "--protocol", "tcp", *method, "--no-persistence", "--check-type", "negotiate",
         "--check-request", HEALTH_REQUEST + farm.key, "--check-response-expected", HEALTHY_BODY, "--check-insist",
         *pace],
        ["real-server", "add", APPLICATION_SERVICE, "App_Svr1", "--address", app1.address_in(farm.family)],
        ["real-server", "add", APPLICATION_SERVICE, "App_Svr2", "--address", app2.address_in(farm.family)],
        ["virtual-service", "add", PRINT_SERVICE, "--address", farm.printing, "--ports", "445", "--protocol", "tcp",
         *method, "--no-persistence", *pace],
        ["real-server", "add", PRINT_SERVICE, "PS1", "--address", ps1.address_in(farm.family)],
        ["real-server", "add", PRINT_SERVICE, "PS2", "--address", ps2.address_in(farm.family)],
        ["virtual-service", "duplicate", PRINT_SERVICE, MOBILITY_SERVICE, "--ports", "53,9163,9164",
         "--protocol", "tcp_udp", "--check-port", "9163"],
    ]


def _layer7_commands(farm: Farm, pace: list[str]) -> list[list[str]]:
    """Chapter 12. Its Mobility Print has no UDP: layer 7 has none."""
    app1, app2 = farm.application_servers
    ps1, ps2 = farm.print_servers
    return [
        ["layer7-service", "add", APPLICATION_SERVICE, "--address", farm.applications, "--ports", "9191,9192,9193",
         "--mode", "tcp", "--persistence", "none", "--check-type", "negotiate", "--check-request",
         HEALTH_REQUEST + farm.key, "--check-response-expected", HEALTHY_BODY, *pace],
        ["layer7-server", "add", APPLICATION_SERVICE, "App_Svr1", "--address", app1.address_in(farm.family)],
        ["layer7-server", "add", APPLICATION_SERVICE, "App_Svr2", "--address", app2.address_in(farm.family)],
        ["layer7-service", "add", PRINT_SERVICE, "--address", farm.printing, "--ports", "445", "--mode", "tcp",
         "--persistence", "none", *pace],
        ["layer7-server", "add", PRINT_SERVICE, "PS1", "--address", ps1.address_in(farm.family)],
        ["layer7-server", "add", PRINT_SERVICE, "PS2", "--address", ps2.address_in(farm.family)],
        ["layer7-service", "duplicate", PRINT_SERVICE, MOBILITY_SERVICE, "--ports", "53,9163,9164", "--mode", "tcp",
         "--check-port", "9163"],
    ]


def configure(farm: Farm, rhythm: list[str] | None = None) -> None:
    for arguments in commands(farm, rhythm):
        farm.balancer.evenkeel(*arguments)


def wait_until_green(farm: Farm, timeout: float = 30.0) -> None:
    """Everything up that should be: the passive Application Server's check fails by design."""
    for label in ("PS1", "PS2"):
        for service in (PRINT_SERVICE, MOBILITY_SERVICE):
            farm.balancer.wait_for_state(service, label, "up", timeout=timeout)
    for host, label in zip(farm.application_servers, ("App_Svr1", "App_Svr2"), strict=True):
        farm.balancer.wait_for_state(APPLICATION_SERVICE, label, "up" if host.role() == "active" else "down",
                                     timeout=timeout)
