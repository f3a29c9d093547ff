#pragma once
// evenkeeld's command line.

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"

namespace evenkeel::daemon {

struct Options {
  std::string state_directory = "/var/lib/evenkeel";   // what must survive a reboot: the store and its backups
  std::string run_directory = "/run/evenkeel";         // what must survive a restart: verdicts, our addresses
  std::string socket;                                  // of the API; empty: RUN_DIRECTORY/api.sock
  std::string web_socket;                              // where evenkeeld answers the web; empty: RUN_DIRECTORY/web.sock
  std::string web_group = "www-data";                  // whose members may connect to that
  std::string pin_directory = "/sys/fs/bpf/evenkeel";  // the data plane's maps and links
  std::string script_directory;                // of external checks and hooks for ACME; empty: STATE_DIRECTORY/checks
  std::string script_user = "nobody";          // who they run as
  std::string acme_client = "/usr/bin/uacme";  // asks ACME servers for certificates
  std::vector<Endpoint> web_addresses;         // of the web interface; none: it is off
  uint16_t web_plain_port = 0;                 // redirects to HTTPS; 0: none
  std::string web_root = "/usr/share/evenkeel/web";  // its pages
  uint64_t connections = 1 << 20;                    // IPv4; when the maps are created
  uint64_t connections_ipv6 = 1 << 18;
  std::string log_level = "info";
  bool restore_store = false;  // in place of starting: goes back to the newest good backup of a damaged store
};

// Exits the process for --help and --version, and with status 2 for a wrong command line: for main() only.
Options parse_options(int argc, char** argv);

}  // namespace evenkeel::daemon
