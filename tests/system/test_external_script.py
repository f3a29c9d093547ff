"""Scripts of the administrator's own as health checks."""

import os
from pathlib import Path

from lab.commands import LabError, wait_until
from lab.small_farm import LABEL, SmallFarm, service

_TELLER = """#!/bin/sh
# Is it the real server that is asked for, and may this script do what it should not?
cat /etc/shadow 2>/dev/null
exec 2>&1
echo "$1 $2 $3 $4"
python3 - "$3" "$4" <<'END'
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 1) as own:
    own.sendall(b"hello\\n")
    print(own.makefile().readline(), end="")
END
"""


def write(directory: Path, name: str, text: str, mode: int = 0o755) -> None:
    file = directory / name
    file.write_text(text)
    file.chmod(mode)


def check(script: str, **fields: object) -> dict:
    return {"type": "external_script", "script": script, "interval": 1, "timeout": 3, "failure_count": 1} | fields


def wait_for_reason(farm: SmallFarm, server: str, words: str) -> dict:
    def found() -> bool:
        seen = farm.balancer.api.real_server(LABEL, server)
        if words in seen["reason"]:
            return True
        raise LabError(f"{server} is {seen['state']}: {seen['reason']}")
    wait_until(found, f"{server} of {LABEL} to say \"{words}\"", 15.0, 0.1)
    return farm.balancer.api.real_server(LABEL, server)


def test_a_script_decides_and_is_explained(small: SmallFarm) -> None:
    balancer = small.balancer
    checks = balancer.state_directory / "checks"
    small.start_balancer_without_waiting({"virtual_services": [service(health_check=check("teller.sh"))]})
    missing = wait_for_reason(small, "RS1", f"there is no script {checks}/teller.sh")
    assert missing["state"] == "unknown", "that says nothing about the real server"

    write(checks, "teller.sh", _TELLER)
    small.wait_until_up()
    assert small.ask_many(4).count("rs1") == 2
    report = balancer.api.get(f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health")
    success = next(probe["evidence"] for probe in report["probes"] if probe["outcome"] == "success")
    assert success["answer"].startswith("10.77.0.110 7000 10.77.0.21 7000\n{\"server\": \"rs1\"")
    assert success["request"] == f"{checks}/teller.sh 10.77.0.110 7000 10.77.0.21 7000"
    assert report["repeat_with"] == success["request"]

    small.servers[0].kill_all()
    down = wait_for_reason(small, "RS1", "teller.sh ended with 1 where 0 is up")
    assert down["state"] == "down"
    assert "ConnectionRefusedError" in balancer.evenkeel("real-server", "explain", LABEL, "RS1").stdout
    assert set(small.ask_many(4)) == {"rs2"}


def test_a_script_that_hangs_is_killed_and_another_user_may_be_named(small: SmallFarm) -> None:
    balancer = small.balancer
    scripts = balancer.directory / "scripts"
    scripts.mkdir()
    write(scripts, "hang.sh", "#!/bin/sh\ntrap '' TERM\nid -un\nsetsid sleep 4716.5 &\nsleep 4716.5\n")
    write(scripts, "fine.sh", "#!/bin/sh\nid -un\n")
    balancer.start("--script-directory", str(scripts), "--script-user", "daemon")
    small.apply({"virtual_services": [service(health_check=check("hang.sh", timeout=0.5))]})
    down = wait_for_reason(small, "RS1", "hang.sh had not ended after 500 ms and was killed; it had said: daemon")
    assert down["state"] == "down"
    said = balancer.evenkeel("real-server", "test", LABEL, "RS1", "--script", "fine.sh").stdout
    assert said.startswith("success: fine.sh ended with 0")

    small.apply({"virtual_services": [service(health_check=check("fine.sh"))]})
    small.wait_until_up()
    wait_until(lambda: not _running("sleep\x004716.5"), "everything that the script started to be gone", 5.0)


def test_what_no_script_can_be_called_is_refused(small: SmallFarm) -> None:
    small.balancer.start()
    for name in ("../evenkeeld", "/bin/true", ".hidden", "a b", ""):
        refused = small.apply({"virtual_services": [service(health_check=check(name))]}, check=False)
        assert refused.returncode == 1 and "health_check.script" in refused.stderr


def test_evenkeeld_that_is_killed_takes_its_scripts_along(small: SmallFarm) -> None:
    balancer = small.balancer
    small.start_balancer_without_waiting({"virtual_services": [service(health_check=check("wait.sh", timeout=60))]})
    write(balancer.state_directory / "checks", "wait.sh", "#!/bin/sh\nsleep 4717.5\n")
    wait_until(lambda: _running("sleep\x004717.5"), "the script to run", 15.0)
    balancer.kill()
    wait_until(lambda: not _running("sleep\x004717.5"), "the script to be gone", 5.0)


def _running(words: str) -> bool:
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and words in Path("/proc", entry, "cmdline").read_text(errors="replace"):
                return True
        except OSError:
            continue  # it has ended meanwhile
    return False
