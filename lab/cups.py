"""CUPS in the place of PaperCut Mobility Print: the same ports and printer paths, a queue whose backend keeps jobs."""

from pathlib import Path

from lab.arrivals import Tray
from lab.host import Host

PORT = 9163
TLS_PORT = 9164
QUEUE = "LabQueue"

_CUPSD = """Port {port}
SSLPort {tls_port}
ServerAlias *
LogLevel warn
Browsing No
DefaultAuthType Basic
WebInterface No
# An accepted job is on the disk at once, so that it is printed after a crash and a restart.
DirtyCleanInterval 0
SyncOnClose Yes
PreserveJobHistory No
PreserveJobFiles No
MaxJobs 0
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""

_FILES = """ServerRoot {home}
ServerBin {home}/bin
CacheDir {home}/cache
StateDir {home}/state
RequestRoot {home}/spool
TempDir {home}/tmp
ServerKeychain {home}/ssl
CreateSelfSignedCerts yes
AccessLog {home}/access_log
ErrorLog {home}/error_log
PageLog {home}/page_log
SystemGroup root
"""

_PRINTERS = """<Printer {queue}>
Info The lab's queue
DeviceURI savejob:/
State Idle
Accepting Yes
Shared Yes
JobSheets none none
OpPolicy default
ErrorPolicy abort-job
</Printer>
"""

# CUPS hands a raw job's spool file over by name (argument 6); without one the job is on standard input.
_BACKEND = """#!/bin/sh
[ $# -eq 0 ] && { echo 'direct savejob "Unknown" "Keeps every job"'; exit 0; }
copy=$(mktemp -p %s) || exit 1
cat ${6:+"$6"} > "$copy" || exit 1
exec %s "$copy" ipp "$3"
"""


class Cups:
    def __init__(self, host: Host, tray: Tray):
        home = host.directory / "cups"
        for name in ("", "bin", "cache", "state", "spool", "tmp", "ssl"):
            (home / name).mkdir()
        self.spool = home / "spool"  # jobs that are being received or passed on
        _provide_programs(home / "bin", _BACKEND % (home / "tmp", tray.save_job))
        (home / "cupsd.conf").write_text(_CUPSD.format(port=PORT, tls_port=TLS_PORT))
        (home / "cups-files.conf").write_text(_FILES.format(home=home))
        (home / "printers.conf").write_text(_PRINTERS.format(queue=QUEUE))
        self.process = host.process("cupsd", ["cupsd", "-f", "-c", str(home / "cupsd.conf"),
                                              "-s", str(home / "cups-files.conf")])

    def start(self) -> None:
        self.process.start()

    def wait(self) -> None:
        self.process.wait_for(PORT)
        self.process.wait_for(TLS_PORT)


def _provide_programs(directory: Path, backend: str) -> None:
    """CUPS' own helper programs, and one backend: ours."""
    for name in ("cgi-bin", "daemon", "driver", "filter", "monitor", "notifier"):
        (directory / name).symlink_to(Path("/usr/lib/cups", name))
    (directory / "backend").mkdir()
    program = directory / "backend" / "savejob"
    program.write_text(backend)
    program.chmod(0o700)  # CUPS runs a backend as root only if nobody else may run it
