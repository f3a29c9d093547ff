"""Weights that the real servers' own agents say."""

from collections import Counter

import pytest
from conversations import assert_is_reset

from lab import feedback_agent
from lab.commands import LabError, wait_until
from lab.small_farm import LABEL, Conversation, SmallFarm, service

ROUND_ROBIN = {"scheduler": "weighted_round_robin"}


class Agents:
    """One on each real server; `say` changes what it answers from then on."""

    def __init__(self, farm: SmallFarm):
        self._farm = farm
        self.files = [server.directory / "agent" for server in farm.servers]
        self.processes = []
        for server, file in zip(farm.servers, self.files):
            file.write_text("up 100%\n")
            self.processes.append(server.module("feedback_agent", ["--file", str(file)]))

    def start(self) -> None:
        for process in self.processes:
            process.start()
            process.wait_for(feedback_agent.PORT)
            process.wait_for(feedback_agent.PAGE_PORT)

    def say(self, number: int, words: str) -> None:
        """In one step, so that nobody reads half of it."""
        draft = self.files[number].with_suffix(".new")
        draft.write_text(words)
        draft.rename(self.files[number])

    def wait_for(self, state: str, percent: int | None) -> dict:
        """Until that is known of the first server."""
        def found() -> bool:
            seen = self._farm.balancer.api.real_server(LABEL, "RS1")["feedback"]
            if (seen["state"], seen["percent"]) == (state, percent):
                return True
            raise LabError(f"the agent of RS1 is {seen}")
        wait_until(found, f"the agent of RS1 to be {state} with {percent} %", 15.0, 0.05)
        return self._farm.balancer.api.real_server(LABEL, "RS1")


@pytest.fixture
def agents(small: SmallFarm) -> Agents:
    made = Agents(small)
    made.start()
    return made


def shares(farm: SmallFarm, count: int = 50) -> Counter:
    return Counter(farm.ask_many(count))


@pytest.mark.parametrize("feedback", [
    {"method": "agent"}, {"method": "http", "port": feedback_agent.PAGE_PORT, "request": "/load"}], ids=["agent", "http"])
def test_connections_shift_with_what_the_agent_says(small: SmallFarm, agents: Agents, feedback: dict) -> None:
    small.start_balancer({"virtual_services": [service(feedback=feedback, **ROUND_ROBIN)]})
    agents.wait_for("ready", 100)
    assert shares(small) == {"rs1": 25, "rs2": 25}

    agents.say(0, "up ready 25%\n")
    seen = agents.wait_for("ready", 25)
    assert (seen["state"], seen["weight"], seen["effective_weight"]) == ("up", 100, 25)
    assert seen["feedback"]["answer"] == "up ready 25%"
    assert shares(small) == {"rs1": 10, "rs2": 40}
    shown = small.balancer.evenkeel("status").stdout
    assert "25/100" in shown and "its agent says: up ready 25%" in shown

    agents.say(0, "0%\n")
    assert agents.wait_for("ready", 0)["state"] == "drained"
    assert shares(small, 10) == {"rs2": 10}


def test_drain_keeps_connections_and_down_is_as_a_failed_check(small: SmallFarm, agents: Agents) -> None:
    small.start_balancer({"virtual_services": [service(feedback={"method": "agent"}, on_failure="reset", **ROUND_ROBIN)]})
    agents.wait_for("ready", 100)
    held = [Conversation(small.client) for _ in range(2)]
    try:
        mine = next(one for one in held if one.ask()["server"] == "rs1")
        with small.balancer.api.follow() as events:
            agents.say(0, "drain\n")
            assert agents.wait_for("drain", 100)["state"] == "drained"
            assert "says \"drain\"" in events.wait_for("feedback_changed", "RS1").message
        assert shares(small, 10) == {"rs2": 10}
        assert mine.ask()["server"] == "rs1", "what is established goes on"

        agents.say(0, "DOWN # out of paper\n")
        seen = agents.wait_for("down", 100)
        assert seen["state"] == "down" and "out of paper" in seen["reason"]
        assert seen["server_check"]["state"] == "up", "its check has not failed"
        assert_is_reset(mine)

        agents.say(0, "up ready 50%\n")
        assert agents.wait_for("ready", 50)["state"] == "up"
        assert shares(small, 30) == {"rs1": 10, "rs2": 20}
    finally:
        for one in held:
            one.close()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_lets_nobody_in_whom_an_agent_keeps_out(small: SmallFarm, agents: Agents, end: str) -> None:
    small.start_balancer({"virtual_services": [service(feedback={"method": "agent"}, **ROUND_ROBIN)]})
    agents.wait_for("ready", 100)
    agents.say(0, "drain 30%\n")
    agents.wait_for("drain", 30)
    agents.say(0, "30%\n")  # "drain" is not said again: what is not mentioned stays as it was
    memory = small.balancer.run_directory / "verdicts.json"
    wait_until(lambda: '"drain"' in memory.read_text(), "the word to be written down")
    getattr(small.balancer, end)()
    small.balancer.start()
    assert small.balancer.api.real_server(LABEL, "RS1")["state"] == "drained"
    assert shares(small, 10) == {"rs2": 10}
    assert agents.wait_for("drain", 30)["state"] == "drained"


def test_a_silent_agent_leaves_the_configured_weight_and_is_told_of(small: SmallFarm, agents: Agents) -> None:
    agents.say(0, "10%\n")
    small.start_balancer({"virtual_services": [service(feedback={"method": "agent"}, **ROUND_ROBIN)]})
    agents.wait_for("ready", 10)
    with small.balancer.api.follow() as events:
        agents.processes[0].kill()
        silent = agents.wait_for("silent", None)
        told = events.wait_for("feedback_changed", "RS1").message
    assert (silent["state"], silent["effective_weight"]) == ("up", 100)
    assert "its feedback agent is silent, so its weight is the configured one" in told
    assert "agent is silent" in small.balancer.evenkeel("status").stdout
    assert shares(small, 20) == {"rs1": 10, "rs2": 10}
