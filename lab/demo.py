"""The demo: real print jobs through a load balancer, with servers that fail on the way."""

import argparse
import os
import shlex
import signal
import sys
import time

from lab import discovery, guide, namespaces
from lab import farm as lab_farm
from lab.commands import LabError
from lab.farm import Farm, Options
from lab.method import Method
from lab.network import Family, bracketed
from lab.record import DEFAULT_PREFIX, Lock, Record
from lab.screen import Screen
from lab.story import Story
from lab.web_interface import USER, WebInterface


def show_logs(farm: Farm, screen: Screen) -> None:
    """The ends of the logs, where the reason may be."""
    for log in sorted(farm.record.directory.glob("*/log/*.log")):
        text = log.read_text(errors="replace").splitlines()[-12:]
        if text:
            screen.heading(f"--- {log}")
            screen.plain("\n".join(text))


def show_web_interface(web: WebInterface, screen: Screen) -> None:
    screen.step("The web interface, for a browser on this machine:")
    screen.command(web.open_door())
    screen.note(f"user {USER}, password {web.password} (made for this demo, shown only here)")
    screen.note("the browser warns of its certificate: compare the fingerprint with that of: evenkeel web status")


def show_around(farm: Farm, screen: Screen) -> None:
    names = farm.record.prefix
    client = f"{bracketed(farm.client.address_in(farm.family))}:40000"
    screen.step("It goes on running. Look around:")
    asking = [["status"], ["events", "--follow"]]
    if farm.method is not Method.LAYER7:
        asking.append(["explain", guide.PRINT_SERVICE, client])
    for arguments in asking:
        screen.command(shlex.join(farm.balancer.command_line(*arguments)))
    screen.command(f"ip netns exec {names}cli smbclient //{farm.printing}/printer -N -c 'print /etc/services'")
    screen.command(f"ip netns exec {names}cli curl -i http://{bracketed(farm.applications)}:9191/")
    screen.command(f"ip netns exec {names}cli dig @{farm.printing} {discovery.SERVICE} PTR")
    screen.command(f"ls -l {farm.print_servers[0].tray.directory} {farm.print_servers[1].tray.directory}")
    screen.note(f"logs: {farm.record.directory}/*/log/")
    screen.note("remove it all: sudo ./dev demo --down")


def play(options: argparse.Namespace, screen: Screen) -> int:
    method, family = Method(options.method), Family.IPV6 if options.ipv6 else Family.IPV4
    screen.heading(f"Evenkeel: a PaperCut farm behind a load balancer ({method.title}, {family.value})")
    keep = False
    try:
        farm = Farm(options.prefix, Options(), method, family)
        try:
            story = Story(farm, screen, options.jobs)
            held = story.run()
        except LabError as error:
            screen.bad(str(error))
            held = False
        if not held:
            show_logs(farm, screen)
        keep = not options.once
        if keep:
            show_around(farm, screen)
            if held:
                show_web_interface(story.web, screen)
        screen.heading("\nEverything held." if held else "\nNot everything held: see the crosses above.")
        return 0 if held else 1
    except KeyboardInterrupt:
        keep = False
        screen.bad("interrupted: removing everything")
        return 130
    finally:
        if not keep:
            ignore_interruptions()
            lab_farm.remove(options.prefix)


def ignore_interruptions() -> None:
    """Somebody who presses Ctrl-C twice wants it to be over, not half removed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def take_down(prefix: str, screen: Screen) -> int:
    lab_farm.remove(prefix)
    left = namespaces.leftovers(prefix)
    for thing in left:
        screen.bad(f"still there: {thing}")
    if not left:
        screen.good("nothing of the demo is left")
    return 1 if left else 0


def refuse_second(prefix: str, screen: Screen) -> int:
    since = time.strftime("%H:%M:%S", time.localtime(Record(prefix).contents().get("created", 0)))
    screen.bad(f"a demo is running already, since {since} (namespaces {prefix}*)")
    screen.note("remove it first: sudo ./dev demo --down")
    return 1


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="remove everything at the end")
    parser.add_argument("--down", action="store_true", help="remove the demo that is running")
    parser.add_argument("--jobs", type=int, default=12, metavar="N", help="print jobs in each round (default: 12)")
    parser.add_argument("--method", choices=[method.value for method in Method], default=Method.DR.value,
                        help="forwarding method, or layer7 (default: dr)")
    parser.add_argument("--ipv6", action="store_true", help="IPv6 virtual services and real servers")
    parser.add_argument("--prefix", default=DEFAULT_PREFIX, help="how the names of the network namespaces begin")
    options = parser.parse_args()
    if not 1 <= options.jobs <= 1000:
        parser.error("--jobs: write a number from 1 to 1000")
    return options


def main() -> int:
    options = parse_options()
    screen = Screen()
    if os.geteuid() != 0:
        screen.bad("the demo makes network namespaces: run it as root")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Lock(options.prefix):
            if options.down:
                return take_down(options.prefix, screen)
            if Record(options.prefix).exists():
                return refuse_second(options.prefix, screen)
            return play(options, screen)
    except LabError as error:
        screen.bad(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
