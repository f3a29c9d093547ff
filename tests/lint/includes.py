"""A module may include only the modules in the DEPENDS list of its evenkeel_module() call, and what those depend on."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
MODULE = re.compile(r"evenkeel_module\(\s*(\w+)([^)]*)\)")
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)


def dependencies_of(arguments: str) -> set[str]:
    words = arguments.split()
    result, keyword = set(), ""
    for word in words:
        if word in ("DEPENDS", "LIBRARIES"):
            keyword = word
        elif keyword == "DEPENDS":
            result.add(word)
    return result


def read_modules() -> dict[Path, tuple[str, set[str]]]:
    """Folder -> (name, its direct dependencies)."""
    modules = {}
    for file in SOURCE.rglob("CMakeLists.txt"):
        for name, arguments in MODULE.findall(file.read_text()):
            modules[file.parent] = (name, dependencies_of(arguments))
    return modules


def folder_of(file: Path, modules: dict) -> Path | None:
    return next((parent for parent in file.parents if parent in modules), None)


def allowed(name: str, direct: dict[str, set[str]]) -> set[str]:
    seen, todo = {name}, [name]
    while todo:
        for dependency in direct[todo.pop()] - seen:
            seen.add(dependency)
            todo.append(dependency)
    return seen


def main() -> int:
    modules = read_modules()
    direct = dict(modules.values())
    failures = 0
    for file in sorted(SOURCE.rglob("*.h")) + sorted(SOURCE.rglob("*.cc")):
        folder = folder_of(file, modules)
        if folder is None:
            print(f"{file.relative_to(ROOT)}: belongs to no evenkeel_module()")
            failures += 1
            continue
        name = modules[folder][0]
        for include in INCLUDE.findall(file.read_text()):
            target = SOURCE / include
            other = folder_of(target, modules) if target.exists() else None
            if other is not None and modules[other][0] not in allowed(name, direct):
                print(f"{file.relative_to(ROOT)}: includes {include}, but {name} does not depend on {modules[other][0]}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
