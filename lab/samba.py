"""Samba with a printer share on 445. Every directory is private to the instance, and its paths are short: Samba puts
Unix sockets below them."""

from lab.arrivals import Tray
from lab.host import Host

PORT = 445
SHARE = "printer"

_CONFIGURATION = """[global]
   netbios name = {name}
   workgroup = LAB
   server role = standalone server
   map to guest = bad user
   guest account = nobody
   disable netbios = yes
   smb ports = {port}
   server multi channel support = no
   private dir = {home}/private
   lock directory = {home}/lock
   state directory = {home}/state
   cache directory = {home}/cache
   pid directory = {home}/pid
   ncalrpc dir = {home}/ncalrpc
   log file = {home}/log/log.%m
   load printers = no
   printcap name = /dev/null
   printing = bsd
[{share}]
   path = {home}/spool
   printable = yes
   guest ok = yes
   print command = {save_job} %s smb %J
   lpq command = /bin/true
   lprm command = /bin/true
"""


class Samba:
    def __init__(self, host: Host, tray: Tray):
        home = host.directory / "smb"
        for name in ("", "private", "lock", "state", "cache", "pid", "ncalrpc", "log", "spool"):
            (home / name).mkdir()
        self.spool = home / "spool"  # jobs that are being received
        self.spool.chmod(0o1777)
        configuration = home / "smb.conf"
        configuration.write_text(_CONFIGURATION.format(name=host.name.upper(), port=PORT, home=home, share=SHARE,
                                                       save_job=tray.save_job))
        # --no-process-group, because the session of its own that Process gives it has one already.
        self.process = host.process("smbd", ["smbd", "--foreground", "--no-process-group",
                                             f"--configfile={configuration}"])

    def start(self) -> None:
        self.process.start()

    def wait(self) -> None:
        self.process.wait_for(PORT)
