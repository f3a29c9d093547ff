"""The packet tests on Debian 12's own kernel, in a virtual machine without hardware acceleration: its verifier refuses
what newer ones accept. Needs `./dev build`, and downloads the kernel's package the first time. Arguments go to the tests."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from bench.peers import only_entry, unpacked_kernel

TESTS = "build/release/tests/packet/packet"
AT_MOST_SECONDS = "1800"
INIT = """#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t tmpfs tmp /tmp
echo 1 > /proc/sys/net/core/bpf_jit_enable
echo "kernel $(busybox uname -r)"
packet $(busybox cat /arguments)
echo "exit status $?"
busybox poweroff -f
"""


def libraries(program: str) -> list[str]:
    listed = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def initial_files(root: str, arguments: list[str]) -> None:
    for name in ("bin", "proc", "sys", "tmp"):
        os.mkdir(os.path.join(root, name))
    shutil.copy("/bin/busybox", os.path.join(root, "bin"))
    shutil.copy(TESTS, os.path.join(root, "bin", "packet"))
    for library in libraries(TESTS):
        os.makedirs(root + os.path.dirname(library), exist_ok=True)
        shutil.copy(library, root + library)
    with open(os.path.join(root, "arguments"), "w", encoding="ascii") as file:
        file.write(" ".join(arguments))
    with open(os.path.join(root, "init"), "w", encoding="ascii") as file:
        file.write(INIT)
    os.chmod(os.path.join(root, "init"), 0o755)


def packed(root: str, image: str) -> None:
    names = subprocess.run(["find", "."], cwd=root, check=True, stdout=subprocess.PIPE).stdout
    with open(image, "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=names, stdout=file, check=True)


def boot(kernel: str, image: str) -> str:
    command = ["timeout", AT_MOST_SECONDS, "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max,-la57", "-m", "2560",
               "-smp", "1", "-nic", "none", "-nographic", "-monitor", "none", "-no-reboot", "-kernel", kernel, "-initrd",
               image, "-append", "console=ttyS0 panic=-1 quiet mitigations=off"]
    said = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace") as machine:
        for line in machine.stdout:
            said.append(line)
            print(line, end="", flush=True)
    return "".join(said)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="evenkeel-kernel-") as folder:
        root, image = os.path.join(folder, "root"), os.path.join(folder, "image")
        os.mkdir(root)
        initial_files(root, sys.argv[1:] or ["--gtest_brief=1"])
        packed(root, image)
        kernel = only_entry(os.path.join(unpacked_kernel(folder), "boot"), "vmlinuz")
        if not re.search(r"^exit status 0\s*$", boot(kernel, image), re.MULTILINE):
            raise SystemExit("the packet tests do not pass on Debian's kernel, or it did not get to their end; see above")


if __name__ == "__main__":
    main()
