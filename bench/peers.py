"""What a packet costs here and in others' load balancers: nftables, nftlb and routing on this machine's kernel, in
nanoseconds, and IPVS beside them on Debian's kernel in a virtual machine that counts instructions. Both are net of a program that only
drops. Real times see cache misses, but also what this machine does besides; instructions see neither."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
BUILT = os.path.join(HERE, "..", "build", "release", "bench", "peers", "bench_peers_loader")
KERNEL = "linux-image-cloud-amd64"
FLOOR = "drop"
ON_HOST = ["drop", "xdptx", "xdpredir", "xdpredirrt", "route", "nft-dsr", "nft-dnat", "nftlb-dsr", "nftlb-snatrt", "ek-dr", "ek-nat", "ek-snat",
           "ek-snatrt"]
IN_GUEST = ["drop", "xdptx", "xdpredir", "xdpredirrt", "route", "nft-dsr", "nftlb-snatrt", "ipvs-dr", "ipvs-nat", "ipvs-fullnat", "ek-dr", "ek-nat",
            "ek-snat", "ek-snatrt"]
# Ours, the peer, and at most which part of its cost.
GOALS = [("ek-dr", "ipvs-dr", 8), ("ek-nat", "ipvs-nat", 8), ("ek-snat", "ipvs-fullnat", 10),
         ("ek-snatrt", "nftlb-snatrt", 10), ("ek-dr", "nft-dsr", 7)]
ROUND = re.compile(r"^R (\d+) (\S+) (.*)")


def run(*command: str, **options) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def prepare(folder: str) -> None:
    for name in ("lab.sh", "guest.sh"):
        shutil.copy(os.path.join(PEERS, name), folder)
    shutil.copy(BUILT, folder)
    run("clang-19", "-O2", "-g", "-target", "bpf", f"-I/usr/include/{os.uname().machine}-linux-gnu", "-DFLOWS=(1<<17)",
        "-c", os.path.join(PEERS, "peers.bpf.c"), "-o", os.path.join(folder, "peers.bpf.o"))
    run("clang-19", "-O2", "-w", os.path.join(PEERS, "generate.c"), "-o", os.path.join(folder, "generate"), "-lbpf")


def parse(output: str) -> dict[str, dict[int, float]]:
    """Processor nanoseconds (in the guest: instructions) per delivered packet, by configuration and round."""
    costs: dict[str, dict[int, float]] = defaultdict(dict)
    for line in output.splitlines():
        match = ROUND.match(line.strip().replace("\r", ""))
        if not match:
            continue
        values = dict(field.split("=") for field in match[3].split() if "=" in field)
        if float(values.get("delivered", 0)) > 0:
            costs[match[2]][int(match[1])] = float(values["cpu_ns"])
    return costs


def on_host(folder: str, rounds: int) -> dict[str, dict[int, float]]:
    script = f". ./lab.sh; progs; ROUNDS={rounds} SECS=.6 WARM=.2 rounds {' '.join(ON_HOST)}; down"
    return parse(run("bash", "-c", script, cwd=folder, env=os.environ | {"L": folder}))


def unpacked_kernel(folder: str) -> str:
    package = re.search(r"Depends: (linux-image\S+)", run("apt-cache", "depends", KERNEL))[1]
    kept = os.path.join(tempfile.gettempdir(), "evenkeel-peers", package)
    if not os.path.exists(os.path.join(kept, "boot")):
        run("apt-get", "download", package, cwd=folder, stderr=subprocess.DEVNULL)
        archive = next(name for name in os.listdir(folder) if name.startswith(package) and name.endswith(".deb"))
        os.makedirs(kept, exist_ok=True)
        run("dpkg", "-x", os.path.join(folder, archive), kept)
    return kept


def only_entry(folder: str, prefix: str = "") -> str:
    return os.path.join(folder, next(name for name in os.listdir(folder) if name.startswith(prefix)))


def in_guest(folder: str) -> dict[str, dict[int, float]]:
    kernel = unpacked_kernel(folder)
    image = os.path.join(folder, "guest.img")
    with open(os.path.join(folder, "configurations"), "w", encoding="ascii") as file:
        file.write(" ".join(IN_GUEST))
    names = ("lab.sh", "generate", "peers.bpf.o", "bench_peers_loader", "configurations")
    run("bash", os.path.join(PEERS, "image.sh"), only_entry(os.path.join(kernel, "lib", "modules")), image,
        os.path.join(folder, "guest.sh"), *[os.path.join(folder, name) for name in names],
        env=os.environ | {"D": folder})
    for _ in range(2):  # the emulator hangs once in a while
        command = ["timeout", "1200", "qemu-system-x86_64", "-accel", "tcg,thread=single,tb-size=512", "-cpu",
                   "max,-la57,-erms,-fsrm", "-m", "2560", "-smp", "1", "-nic", "none", "-nographic", "-monitor", "none",
                   "-no-reboot", "-icount", "shift=0,sleep=off",
                   "-kernel", only_entry(os.path.join(kernel, "boot"), "vmlinuz"), "-initrd", image, "-append",
                   "console=ttyS0 panic=-1 quiet mitigations=off tsc=reliable init_on_alloc=0"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace",
                              check=False)
        if "PL-DONE" in done.stdout:
            return parse(done.stdout)
    raise SystemExit("peers: the virtual machine did not get to its end; its last words:\n" + done.stdout[-2000:])


def complete(costs: dict[str, dict[int, float]], wanted: list[str]) -> dict[str, dict[int, float]]:
    missing = [name for name in wanted if name not in costs]
    if missing:
        raise SystemExit(f"peers: no figures of {', '.join(missing)}: it did not load, or nothing was delivered; what the "
                         "verifier says is seen with ./dev test kernel")
    return costs


def net_of_floor(costs: dict[str, dict[int, float]]) -> dict[str, float]:
    floor = costs[FLOOR]
    return {name: statistics.median(cost - floor[number] for number, cost in rounds.items() if number in floor)
            for name, rounds in costs.items() if name != FLOOR}


def goals(net: dict[str, float]) -> list[dict]:
    return [{"ours": ours, "peer": peer, "part": net[ours] / net[peer], "at_most": 1 / part,
             "met": net[ours] * part <= net[peer]}
            for ours, peer, part in GOALS if ours in net and peer in net]


def show(title: str, unit: str, net: dict[str, float]) -> None:
    print(f"{title}: {unit} per packet above a program that drops")
    for name, cost in net.items():
        print(f"  {name:14} {cost:9.0f}   {cost / net['route']:6.2f} of routing")
    for goal in goals(net):
        print(f"  {goal['ours']} is 1/{1 / goal['part']:.1f} of {goal['peer']}; goal 1/{1 / goal['at_most']:.0f}: "
              f"{'yes' if goal['met'] else 'NO'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds on this machine (default 5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evenkeel-peers-") as folder:
        prepare(folder)
        host = net_of_floor(complete(on_host(folder, options.rounds), ON_HOST))
        guest = net_of_floor(complete(in_guest(folder), IN_GUEST))
    if options.json:
        json.dump({"bench": "peers", "host": host, "guest": guest, "goals": goals(guest)}, sys.stdout)
        print()
        return
    show("this kernel", "processor nanoseconds", host)
    show("Debian's kernel, emulated", "instructions", guest)


if __name__ == "__main__":
    main()
