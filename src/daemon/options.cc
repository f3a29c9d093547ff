#include "daemon/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "daemon/version.h"

namespace evenkeel::daemon {
namespace {

Endpoint parse_web_address(const std::string& text) {
  constexpr uint16_t kPort = 9443;
  if (const auto address = IpAddress::parse(text)) return {*address, kPort};
  const auto endpoint = Endpoint::parse(text);
  if (endpoint && endpoint->port != 0) return *endpoint;
  throw CLI::ValidationError("--web-address", text + " is neither ADDRESS nor ADDRESS:PORT ([ADDRESS]:PORT for IPv6)");
}

}  // namespace

Options parse_options(int argc, char** argv) {
  constexpr uint64_t kFewestConnections = 1024;
  constexpr uint64_t kMostConnections = 1ULL << 27;
  Options options;
  CLI::App app{"evenkeeld: the control plane of the Evenkeel load balancer"};
  app.set_version_flag("--version", std::string("evenkeeld ") + kVersion);
  app.add_option("--state-directory", options.state_directory, "store of revisions and its backups")
      ->capture_default_str();
  app.add_option("--run-directory", options.run_directory, "what must survive a restart, not a reboot")
      ->capture_default_str();
  app.add_option("--socket", options.socket, "Unix socket of the API (default: RUN-DIRECTORY/api.sock)");
  app.add_option("--web-group", options.web_group, "the web server's group, which may connect to it")
      ->capture_default_str();
  app.add_option("--pin-directory", options.pin_directory, "bpffs directory of the data plane")->capture_default_str();
  app.add_option("--script-directory", options.script_directory,
                 "scripts of external checks and hooks for ACME (default: STATE-DIRECTORY/checks)");
  app.add_option("--script-user", options.script_user, "the unprivileged user that they run as")->capture_default_str();
  app.add_option("--acme-client", options.acme_client, "uacme, which asks ACME servers for certificates")
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--web-address",
         [&options](const std::vector<std::string>& texts) {
           for (const auto& text : texts) options.web_addresses.push_back(parse_web_address(text));
         },
         "where the web interface is served: ADDRESS, or ADDRESS:PORT (default: nowhere; port 9443)")
      ->type_name("ADDRESS");
  app.add_option("--web-plain-port", options.web_plain_port,
                 "port of the same addresses that sends browsers from HTTP to HTTPS, such as 9080 (default: none)")
      ->check(CLI::Range(1, 65535));
  app.add_option("--web-root", options.web_root, "the web interface's pages")->capture_default_str();
  app.add_option("--web-socket", options.web_socket,
                 "Unix socket of the API for the web interface (default: RUN-DIRECTORY/web.sock)");
  app.add_option("--connections", options.connections, "size of the IPv4 connection table, when it is created")
      ->check(CLI::Range(kFewestConnections, kMostConnections))
      ->capture_default_str();
  app.add_option("--connections-ipv6", options.connections_ipv6, "size of the IPv6 connection table")
      ->check(CLI::Range(kFewestConnections, kMostConnections))
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "how much to say")
      ->check(CLI::IsMember({"debug", "info", "warn", "err"}))
      ->capture_default_str();
  app.add_flag("--restore-store", options.restore_store,
               "go back to the newest good backup of a damaged store, and end; restart evenkeeld afterwards");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int kUsage = 2;
    std::exit(app.exit(error) == 0 ? EXIT_SUCCESS : kUsage);
  }
  if (options.script_directory.empty()) options.script_directory = options.state_directory + "/checks";
  if (options.web_socket.empty()) options.web_socket = options.run_directory + "/web.sock";
  if (options.socket.empty()) options.socket = options.run_directory + "/api.sock";
  return options;
}

}  // namespace evenkeel::daemon
