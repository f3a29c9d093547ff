"""The disk is full, or what is on it is damaged."""

import os
from pathlib import Path

import pytest

from lab.commands import run
from lab.small_farm import LABEL, SmallFarm

MEGABYTE = 1024 * 1024


def revision(farm: SmallFarm) -> int:
    return farm.balancer.api.status()["revision"]


def change(farm: SmallFarm, weight: int):
    return farm.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--weight", str(weight), check=False)


@pytest.fixture
def on_small_disk(small: SmallFarm) -> SmallFarm:
    """evenkeeld's state is on a disk of four megabytes."""
    directory = small.balancer.state_directory
    directory.mkdir()
    run(["mount", "-t", "tmpfs", "-o", f"size={4 * MEGABYTE}", "tmpfs", str(directory)])
    small.start_balancer()
    return small


def fill(directory: Path) -> Path:
    rubbish = directory / "rubbish"
    with open(rubbish, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass  # now it is full
    return rubbish


def test_a_full_disk_at_commit_leaves_the_old_revision_in_force(on_small_disk: SmallFarm) -> None:
    farm = on_small_disk
    before = revision(farm)
    rubbish = fill(farm.balancer.state_directory)
    refused = [change(farm, weight) for weight in range(1, 20)]
    assert any(done.returncode == 1 and done.stderr for done in refused), "the disk was not full enough"
    kept = revision(farm)
    weight = farm.balancer.api.real_server(LABEL, "RS1")["weight"]
    assert kept == before + sum(done.returncode == 0 for done in refused)
    assert set(farm.ask_many(10)) <= {"rs1", "rs2"}
    farm.balancer.kill()
    rubbish.unlink()
    farm.balancer.start()
    assert (revision(farm), farm.balancer.api.real_server(LABEL, "RS1")["weight"]) == (kept, weight)
    assert change(farm, 77).returncode == 0
    assert revision(farm) == kept + 1


def test_an_operator_action_that_cannot_be_kept_is_an_error(on_small_disk: SmallFarm) -> None:
    farm = on_small_disk
    fill(farm.balancer.state_directory)
    done = [farm.balancer.evenkeel("real-server", verb, LABEL, "RS1", "--reason", "x" * 500, check=False)
            for verb in ("drain", "halt") * 10]
    assert any(one.returncode == 1 and one.stderr for one in done), "the disk was not full enough"
    assert farm.balancer.is_answering()


@pytest.mark.parametrize("damage", ["overwritten", "cut short", "not a database"])
def test_a_damaged_database_at_start(balanced: SmallFarm, damage: str) -> None:
    """Says so, goes on forwarding, refuses changes, and names the backup to restore."""
    assert change(balanced, 90).returncode == 0
    assert balanced.balancer.stop() == 0
    harm(balanced.balancer.state_directory / "evenkeel.db", damage)
    assert set(balanced.ask_many(6)) <= {"rs1", "rs2"}
    balanced.balancer.start()
    status = balanced.balancer.api.status()
    assert status["read_only"]
    assert any("backup" in notice["message"] for notice in status["notices"]), status["notices"]
    assert "backup" in balanced.balancer.evenkeel("status").stdout
    assert set(balanced.ask_many(20)) == {"rs1", "rs2"}
    refused = change(balanced, 80)
    assert refused.returncode == 1 and "backup" in refused.stderr
    assert balanced.balancer.is_answering()


def test_a_damaged_database_goes_back_to_its_newest_backup(balanced: SmallFarm) -> None:
    assert change(balanced, 90).returncode == 0
    kept = revision(balanced)
    assert balanced.balancer.stop() == 0
    restore = [*balanced.balancer.daemon_arguments(), "--restore-store"]
    assert run(restore, check=False).returncode == 1, "it was sound"
    harm(balanced.balancer.state_directory / "evenkeel.db", "not a database")
    balanced.balancer.start()
    assert "--restore-store" in balanced.balancer.evenkeel("status").stdout
    assert run(restore, check=False).returncode == 0
    assert balanced.balancer.stop() == 0
    balanced.balancer.start()
    assert not balanced.balancer.api.status()["read_only"]
    assert (revision(balanced), balanced.balancer.api.real_server(LABEL, "RS1")["weight"]) == (kept, 90)
    assert change(balanced, 80).returncode == 0
    assert (balanced.balancer.state_directory / "evenkeel.db.damaged").exists()


def harm(database: Path, damage: str) -> None:
    size = database.stat().st_size
    with open(database, "r+b") as file:
        if damage == "overwritten":
            file.seek(1024)
            file.write(os.urandom(size - 1024))
        elif damage == "cut short":
            file.truncate(size // 2)
        else:
            file.write(b"this is no database")
