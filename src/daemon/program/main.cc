// evenkeeld: the wiring. The whole system is visible here; each part knows only what its constructor is given.

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "access/accounts.h"
#include "access/replace.h"
#include "acme/account.h"
#include "api/gate.h"
#include "api/router.h"
#include "api/server.h"
#include "backup/content.h"
#include "base/clock.h"
#include "config/restore_backup.h"
#include "config/store.h"
#include "daemon/alert_sender.h"
#include "daemon/controller.h"
#include "daemon/layer4.h"
#include "daemon/options.h"
#include "daemon/own_log.h"
#include "daemon/statistics_keeper.h"
#include "daemon/version.h"
#include "daemon/web_front.h"
#include "engines/l7_haproxy/engine.h"
#include "engines/network/engine.h"
#include "engines/web_nginx/fallback.h"
#include "observed/event_log.h"
#include "observed/program_log.h"

namespace evenkeel::daemon {
namespace {

// The store as it was found: two connections (one for the worker) and what was in it, or why there is none.
struct OpenedStore {
  std::unique_ptr<config::Store> reader, writer;
  Controller::Start start;
  std::vector<observed::Notice> notices;
};

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("cannot raise the limit of open files");
}

// Of the proxy: a client's and a real server's at once, beside what else it has open.
uint64_t most_connections() {
  constexpr uint64_t kOthers = 4096;
  constexpr uint64_t kFewest = 1000;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur < 2 * kOthers ? kFewest : (limit.rlim_cur - kOthers) / 2;
}

Result<> make_directory(const std::string& path, mode_t mode) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(system_error(error.value(), "cannot create the directory", path));
  if (chmod(path.c_str(), mode) != 0) return fail(system_error("cannot set the mode", path));
  return {};
}

// nginx takes paths that do not depend on where it runs.
std::string absolute(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).string();
}

// Where evenkeel-sandbox and evenkeel-acme-hook are installed, too.
std::filesystem::path own_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

health::Scripts scripts_of(const Options& options) {
  return {absolute(options.script_directory), options.script_user, (own_directory() / "evenkeel-sandbox").string()};
}

acme::Tools acme_tools_of(const Options& options) {
  return {.client = options.acme_client,
          .hook = (own_directory() / "evenkeel-acme-hook").string(),
          .directory = absolute(options.state_directory) + "/acme",
          .scripts = scripts_of(options)};
}

std::string web_directory(const Options& options) {
  return absolute(options.state_directory) + "/web";
}

// Without an account nothing is issued by HTTP-01; all else goes on.
std::string open_acme_account(const acme::Tools& tools, std::vector<observed::Notice>& notices) {
  auto thumbprint = acme::open_account(tools.directory);
  if (thumbprint) return std::move(*thumbprint);
  spdlog::error("{}", to_string(thumbprint.error()));
  notices.push_back({"acme", to_string(thumbprint.error())});
  return {};
}

Result<Controller::Start> read_start(config::Store& store) {
  Controller::Start start;
  auto latest = store.latest();
  if (!latest) return fail(latest.error());
  if (*latest) {
    auto configuration = store.configuration((*latest)->number);
    if (!configuration) return fail(configuration.error());
    start.configuration = std::move(*configuration);
    start.revision = (*latest)->number;
  }
  auto waiting = store.confirmation();
  if (!waiting) return fail(waiting.error());
  start.confirmation = std::move(*waiting);
  auto actions = store.operator_actions();
  if (!actions) return fail(actions.error());
  start.operator_actions = std::move(*actions);
  auto certificates = store.certificates();
  if (!certificates) return fail(certificates.error());
  start.certificates = std::move(*certificates);
  return start;
}

// A change that nobody confirmed while evenkeeld was not there is not put in force again.
Result<std::optional<config::Confirmation>> take_back_unconfirmed(config::Store& store, WallTime now) {
  const auto waiting = store.confirmation();
  if (!waiting) return fail(waiting.error());
  if (!*waiting || (*waiting)->until > now) return std::nullopt;
  model::Configuration before;
  const int64_t back_to = (*waiting)->back_to;
  if (back_to != 0) {
    auto read = store.configuration(back_to);
    if (!read) return fail(read.error());
    before = std::move(*read);
  }
  const auto comment = fmt::format("revision {} taken back: nobody confirmed it in time", (*waiting)->revision);
  const auto committed = store.commit(before, "evenkeeld", comment,
                                      back_to == 0 ? std::nullopt : std::optional(back_to), (*waiting)->revision);
  if (!committed) return fail(committed.error());
  spdlog::warn("{}", comment);
  return *waiting;
}

// A damaged store is no reason to stop forwarding: what can still be read says what to go on doing.
OpenedStore open_damaged(const std::string& path, const Error& error) {
  OpenedStore opened;
  spdlog::error("{}", to_string(error));
  opened.notices.push_back({"store", to_string(error) + ". Traffic is forwarded as before; changes are refused."});
  if (auto salvaged = config::Store::salvage(path)) {
    opened.start = {std::move(salvaged->configuration), salvaged->revision.number,
                    std::move(salvaged->operator_actions), std::move(salvaged->certificates)};
  } else {
    opened.notices.push_back({"store", to_string(salvaged.error())});
  }
  return opened;
}

OpenedStore open_store(const std::string& path, const Clock& clock) {
  auto reader = config::Store::open(path, clock);
  if (!reader) return open_damaged(path, reader.error());
  auto writer = config::Store::open(path, clock);
  if (!writer) return open_damaged(path, writer.error());
  const auto expired = take_back_unconfirmed(**writer, clock.wall_now());
  if (!expired) spdlog::error("{}: it is tried again", to_string(expired.error()));
  auto start = read_start(**reader);
  if (!start) return open_damaged(path, start.error());
  start->expired = expired.value_or(std::nullopt);
  return {std::move(*reader), std::move(*writer), std::move(*start), {}};
}

Result<> restore_access(const std::string& path, const backup::Content& content) {
  auto access = access::Store::open(path);
  if (!access) return fail(access.error());
  return (*access)->together([&]() -> Result<> {
    if (auto all = access::replace_all(**access, content.users, content.tokens); !all) return fail(all.error());
    return {};
  });
}

Result<> restore_files(const Options& options, const backup::Files& files) {
  if (const auto& web = files.web_certificate) {
    const auto written = write_web_certificate(web_directory(options), {.pem = web->pem, .stored = web->stored});
    if (!written) return written;
  }
  if (files.acme_account.empty()) return {};
  return acme::write_account(acme_tools_of(options).directory, files.acme_account);
}

// A backup was restored, but evenkeeld ended before all that is not in its store was in its place.
void finish_restore(OpenedStore& store, const Options& options) {
  if (!store.writer) return;
  const auto finish = [&]() -> Result<> {
    const auto rest = store.writer->rest_of_restore();
    if (!rest) return fail(rest.error());
    if (rest->empty()) return {};
    boost::system::error_code error;
    const auto parsed = backup::parse_rest(boost::json::parse(*rest, error));
    if (!parsed) return fail(parsed.error());
    if (parsed->has_access) {
      auto restored = restore_access(options.state_directory + "/access.db", parsed->content);
      if (!restored) return restored;
    }
    if (auto restored = restore_files(options, parsed->content.files); !restored) return restored;
    spdlog::info("the rest of the restored backup is there now");
    return store.writer->finish_restore();
  };
  if (const auto finished = finish(); !finished) {
    spdlog::error("{}", to_string(finished.error()));
    store.notices.push_back({"backup", "a part of the restored backup is missing: " + to_string(finished.error())});
  }
}

// Without users nobody can come by the web; the console's socket needs none.
std::unique_ptr<access::Accounts> open_accounts(const std::string& path, const Clock& clock,
                                                std::vector<observed::Notice>& notices) {
  auto accounts = access::Accounts::open(path, clock, {});
  if (accounts) return std::move(*accounts);
  spdlog::error("{}: {}", path, to_string(accounts.error()));
  notices.push_back({"access", fmt::format("{}: {}. Nobody can sign in; to start afresh, stop evenkeeld, move the file "
                                           "away, start it and run evenkeel setup.",
                                           path, to_string(accounts.error()))});
  return nullptr;
}

int die(const Error& error) {
  spdlog::error("{}", to_string(error));
  return EXIT_FAILURE;
}

// A running evenkeeld does not have a damaged store open: it goes on until it is restarted.
int restore_store(const Options& options) {
  const auto restored = config::restore_newest_backup(options.state_directory + "/evenkeel.db");
  if (!restored) return die(restored.error());
  spdlog::info("the store is now a copy of {}{}; restart evenkeeld", restored->backup,
               restored->set_aside.empty() ? "" : ", what was there before is " + restored->set_aside);
  return EXIT_SUCCESS;
}

int run(const Options& options, const observed::ProgramLog& own_log) {
  constexpr mode_t kPrivate = 0700;
  constexpr mode_t kListable = 0755;  // the socket in it has its own mode; scripts are run as another user
  if (auto made = make_directory(options.state_directory, kPrivate); !made) return die(made.error());
  if (auto made = make_directory(options.run_directory, kListable); !made) return die(made.error());
  if (auto made = make_directory(options.script_directory, kListable); !made) return die(made.error());
  raise_descriptor_limit();

  const SystemClock clock;
  boost::asio::io_context io(1);
  boost::asio::thread_pool worker(1);
  observed::EventLog events(clock);
  observed::ProgramLog nginx_log;
  HostNames host_names(clock, {});
  AlertSender alerts(io, worker, clock, events, options.state_directory + "/alerts.json");
  engines::l7_haproxy::HaproxyEngine layer7(
      io, clock, {.paths = {.directory = options.run_directory + "/haproxy"}, .most_connections = most_connections()},
      options.state_directory + "/log/haproxy.log");
  engines::web_nginx::FallbackEngine fallback_pages(
      io, clock, {.directory = absolute(options.run_directory) + "/fallback"}, nginx_log);
  WebFront web(io, worker, clock, events, nginx_log,
               {.addresses = options.web_addresses,
                .plain_port = options.web_plain_port,
                .root = absolute(options.web_root),
                .socket = absolute(options.web_socket),
                .run_directory = absolute(options.run_directory) + "/web",
                .state_directory = web_directory(options)});
  StatisticsKeeper statistics(io, clock, options.state_directory + "/statistics.db");
  std::unique_ptr<Controller> controller;

  auto network = engines::network::NetworkEngine::open(
      io, {.state_directory = options.run_directory},
      [&](const engines::NextHop& next_hop) {
        if (controller) controller->on_next_hop(next_hop);
      },
      [&] {
        if (controller) controller->on_topology();
      });
  if (!network) return die(network.error());
  Layer4 layer4({.pin_directory = options.pin_directory,
                 .ipv4_connections = options.connections,
                 .ipv6_connections = options.connections_ipv6});

  auto store = open_store(options.state_directory + "/evenkeel.db", clock);
  finish_restore(store, options);
  const auto acme_tools = acme_tools_of(options);
  auto acme_thumbprint = open_acme_account(acme_tools, store.notices);
  const auto accounts = open_accounts(options.state_directory + "/access.db", clock, store.notices);
  controller =
      std::make_unique<Controller>(Controller::Parts{.io = io,
                                                     .worker = worker,
                                                     .clock = clock,
                                                     .reader = store.reader.get(),
                                                     .writer = store.writer.get(),
                                                     .layer4 = layer4,
                                                     .layer7 = layer7,
                                                     .fallback_pages = fallback_pages,
                                                     .network = **network,
                                                     .own_log = own_log,
                                                     .nginx_log = nginx_log,
                                                     .events = events,
                                                     .alerts = alerts,
                                                     .host_names = host_names,
                                                     .web = web,
                                                     .statistics = statistics,
                                                     .accounts = accounts.get(),
                                                     .identity_path = options.state_directory + "/backup.key",
                                                     .verdicts = VerdictFile(options.run_directory + "/verdicts.json"),
                                                     .scripts = scripts_of(options),
                                                     .acme = acme_tools,
                                                     .acme_thumbprint = std::move(acme_thumbprint),
                                                     .notices = std::move(store.notices)},
                                   std::move(store.start));
  controller->start();

  const api::Serve serve = api::serve_routes(*controller, clock, accounts.get());
  api::Server api(io, serve, {.socket_path = options.socket});
  if (auto listening = api.listen(); !listening) return die(listening.error());
  std::optional<api::Server> web_server;
  if (accounts) {
    web_server.emplace(
        io, api::behind_gate(serve, *accounts),
        api::Server::Options{.socket_path = options.web_socket, .group = options.web_group, .trusts_peers = false});
    if (auto listening = web_server->listen(); !listening) return die(listening.error());
  }

  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    spdlog::info("stopping; the data plane, HAProxy and nginx go on");
    api.stop();
    if (web_server) web_server->stop();
    controller->stop();
    alerts.stop();
    io.stop();
  });
  spdlog::info("evenkeeld {} is ready on {}", kVersion, options.socket);
  io.run();
  worker.join();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace evenkeel::daemon

int main(int argc, char** argv) {
  const auto options = evenkeel::daemon::parse_options(argc, argv);
  spdlog::set_level(spdlog::level::from_str(options.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  spdlog::flush_on(spdlog::level::info);
  if (options.restore_store) return evenkeel::daemon::restore_store(options);
  const auto own_log = std::make_shared<evenkeel::observed::ProgramLog>();
  spdlog::default_logger()->sinks().push_back(evenkeel::daemon::remember_in(own_log));
  return evenkeel::daemon::run(options, *own_log);
}
