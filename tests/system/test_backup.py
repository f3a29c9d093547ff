"""A backup of one appliance makes another one the same, all of it or nothing."""

import json
import threading
from pathlib import Path

from lab.commands import wait_until
from lab.small_farm import LABEL, SmallFarm, service

PASSPHRASE = "correct horse battery staple"
SECRET = "KEY-4711"


def fill(farm: SmallFarm) -> None:
    """Configuration, a certificate, an operator's action, users, a token."""
    api = farm.balancer.api
    for target, body in (
            ("/api/v1/certificates/self-signed", {"label": "www", "names": ["www.example"], "days": 30}),
            (f"/api/v1/virtual-services/{LABEL}/real-servers/RS2/drain", {"reason": "toner"}),
            ("/api/v1/users", {"name": "ann", "role": "administrator", "password": "a long way to tipperary"}),
            ("/api/v1/tokens", {"label": "ci", "role": "viewer"})):
        status, answer = api.request("POST", target, body)
        assert status == 200, answer


def everything(farm: SmallFarm) -> dict:
    api = farm.balancer.api
    return {
        "configuration": api.get("/api/v1/configuration?secrets=plain")["configuration"],
        "certificates": [(one["label"], one["fingerprint"]) for one in api.get("/api/v1/certificates")["certificates"]],
        "users": api.get("/api/v1/users"),
        "tokens": [(one["label"], one["role"]) for one in api.get("/api/v1/tokens")["tokens"]],
        "drained": api.real_server(LABEL, "RS2")["operator_action"]["reason"],
    }


def backup(farm: SmallFarm) -> Path:
    secret = farm.record.directory / "passphrase"
    secret.write_text(PASSPHRASE)
    file = farm.record.directory / "lb.backup"
    farm.balancer.evenkeel("backup", str(file), "--passphrase-file", str(secret))
    return file


def restore(farm: SmallFarm, file: Path, *options: str, check: bool = True):
    return farm.balancer.evenkeel("restore", str(file), "--passphrase-file", str(farm.record.directory / "passphrase"),
                                  *options, check=check)


def start_afresh(farm: SmallFarm) -> None:
    assert farm.balancer.stop() == 0
    farm.balancer.state_directory.rename(farm.record.directory / "state before")
    farm.balancer.start()


def test_an_empty_appliance_becomes_the_same(small: SmallFarm) -> None:
    check = {"type": "negotiate", "protocol": "http", "request": f"/?Authorization={SECRET}", "interval": 1}
    small.start_balancer_without_waiting({"virtual_services": [service(), service("Other", ports="7001", health_check=check)]})
    fill(small)
    before = everything(small)
    file = backup(small)
    assert SECRET not in file.read_text() and "PRIVATE KEY" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "made by this appliance" in restore(small, file, "--dry-run").stdout

    start_afresh(small)
    planned = restore(small, file, "--dry-run")
    assert "another appliance" in planned.stdout
    assert "+ certificate www" in planned.stdout and "+ user ann" in planned.stdout
    assert small.balancer.api.get("/api/v1/certificates")["certificates"] == []
    assert "Revision 1 is in force" in restore(small, file).stdout
    assert everything(small) == before
    small.balancer.kill()
    small.balancer.start()
    assert everything(small) == before
    wait_until(lambda: set(small.ask_many(4)) == {"rs1"}, "the real server that is not drained to answer", 30)
    audit = json.dumps(small.balancer.api.get("/api/v1/audit"))
    assert "/api/v1/restore" in audit and PASSPHRASE not in audit


def test_what_is_wrong_changes_nothing(balanced: SmallFarm) -> None:
    fill(balanced)
    file = backup(balanced)
    before = everything(balanced), balanced.balancer.api.status()["revision"]
    text = file.read_text()
    (balanced.record.directory / "passphrase").write_text("another passphrase")
    refused = restore(balanced, file, check=False)
    assert refused.returncode == 1 and "the passphrase is wrong" in refused.stderr
    (balanced.record.directory / "passphrase").write_text(PASSPHRASE)
    document = json.loads(text)
    for damage, words in (({"host": "else"}, "changed or cut short"), ({"version": 9}, "version 9"),
                          ({"content": document["content"][:100]}, "changed or cut short")):
        file.write_text(json.dumps(document | damage))
        refused = restore(balanced, file, check=False)
        assert refused.returncode == 1 and words in refused.stderr, refused.stderr
    file.write_text(text[:1000])
    assert "no JSON" in restore(balanced, file, check=False).stderr
    assert (everything(balanced), balanced.balancer.api.status()["revision"]) == before


def test_what_the_backup_does_not_have_goes(balanced: SmallFarm) -> None:
    fill(balanced)
    file = backup(balanced)
    before = everything(balanced)
    api = balanced.balancer.api
    api.request("POST", "/api/v1/certificates/self-signed", {"label": "later", "names": ["b.example"], "days": 30})
    api.request("POST", "/api/v1/users", {"name": "bob", "role": "viewer", "password": "a long way to timbuktu"})
    api.request("DELETE", "/api/v1/certificates/www")
    balanced.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--weight", "7")
    balanced.balancer.evenkeel("real-server", "online", LABEL, "RS2")
    restore(balanced, file)
    assert everything(balanced) == before


def test_killed_in_the_middle_it_is_all_or_nothing(balanced: SmallFarm) -> None:
    fill(balanced)
    file = backup(balanced)
    backed_up = everything(balanced)
    api = balanced.balancer.api
    log = balanced.balancer.state_directory / "evenkeel.db-wal"
    for number in range(3):
        name = f"later{number}"
        api.request("POST", "/api/v1/users", {"name": name, "role": "viewer", "password": "a long way to timbuktu"})
        api.request("POST", "/api/v1/certificates/self-signed", {"label": name, "names": ["b.example"], "days": 30})
        balanced.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--weight", str(number + 1))
        before = everything(balanced)
        written = log.stat().st_mtime_ns
        restoring = threading.Thread(target=restore, args=(balanced, file), kwargs={"check": False})
        restoring.start()
        wait_until(lambda: log.stat().st_mtime_ns != written, "the restore to be written", 30, interval=0)
        balanced.balancer.kill()
        restoring.join()
        balanced.balancer.start()
        assert everything(balanced) in (before, backed_up)
