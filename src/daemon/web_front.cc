#include "daemon/web_front.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <climits>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/blocking.h"
#include "base/state_file.h"
#include "engines/web_nginx/frame.h"

namespace evenkeel::daemon {
namespace asio = boost::asio;
namespace web = engines::web_nginx;
namespace {

constexpr const char* kObject = "engine/web_nginx/front";
constexpr std::chrono::hours kRenewalEvery{1};
constexpr std::chrono::days kRenewedBefore{30};
constexpr std::chrono::seconds kRetryAfter{5};

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::optional<IpAddress> address_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    std::array<uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, bytes.size());
    return IpAddress::from_ipv4(bytes);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  std::array<uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, bytes.size());
  return IpAddress::from_ipv6(bytes);
}

// The machine's own, as they are now.
std::vector<IpAddress> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  std::vector<IpAddress> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const auto address = address_of(entry->ifa_addr);
    if (address && !address->is_link_local()) addresses.push_back(*address);
  }
  return addresses;
}

bool is_due(const web::Certificate& certificate, WallTime now) {
  return certificate.is_generated && certificate.not_after - now < kRenewedBefore;
}

observed::WebCertificate to_observed(const web::Certificate& certificate) {
  return {.subject = certificate.subject,
          .issuer = certificate.issuer,
          .names = certificate.names,
          .not_before = certificate.not_before,
          .not_after = certificate.not_after,
          .fingerprint = certificate.fingerprint,
          .is_generated = certificate.is_generated};
}

api::ChangeRefused refusal(const web::PairProblem& problem) {
  const bool is_key = problem.where == web::PairProblem::Where::kKey;
  Error error{
      ErrorCode::kInvalidArgument, fmt::format("the {}: {}", is_key ? "key" : "certificate", problem.message), {}, 0};
  return {std::move(error), {{is_key ? "$.key" : "$.certificate", problem.message, problem.hint}}};
}

}  // namespace

WebFront::WebFront(asio::io_context& io, asio::thread_pool& worker, const Clock& clock, observed::EventLog& events,
                   observed::ProgramLog& messages, Options options)
    : io_(io),
      worker_(worker),
      clock_(clock),
      events_(events),
      options_(std::move(options)),
      nginx_(io, clock, "nginx-web", {.directory = options_.run_directory}, messages),
      renewal_(io),
      retry_(io) {}

void WebFront::start() {
  listen();
  if (options_.addresses.empty()) return nginx_.serve({});
  asio::co_spawn(io_, prepare(), asio::detached);
  arm_renewal();
}

void WebFront::stop() {
  if (std::exchange(stopped_, true)) return;
  nginx_.stop();
  renewal_.cancel();
  retry_.cancel();
}

void WebFront::listen() {
  nginx_.listen({
      .settled =
          [this](const Result<>& done) {
            reason_ = done ? "" : to_string(done.error());
            if (!done) {
              spdlog::error("{}: {}", kObject, reason_);
              arm_retry();
            }
          },
      .changed =
          [this](web::Way way, std::chrono::milliseconds took) {
            if (way == web::Way::kEnd) return spdlog::info("the web interface is off");
            const bool is_start = way == web::Way::kStart;
            const auto message = fmt::format("nginx of the web interface was {} in {} ms",
                                             is_start ? "started" : "reloaded", took.count());
            spdlog::info("{}", message);
            events_.append(is_start ? observed::EventKind::kNginxStarted : observed::EventKind::kNginxReloaded, kObject,
                           message);
          },
      .ended =
          [this] {
            constexpr const char* kMessage = "nginx of the web interface has ended, and is started again";
            spdlog::error("{}", kMessage);
            events_.append(observed::EventKind::kNginxEnded, kObject, kMessage);
          },
  });
}

// Everything that nginx needs to find.
asio::awaitable<void> WebFront::prepare() {
  const WallTime now = clock_.wall_now();
  const auto ready = co_await run_blocking(worker_, [this, now]() -> Result<Certificate> {
    if (auto made = make_site(); !made) return fail(made.error());
    auto pem = read_or_make_certificate(now);
    if (!pem) return fail(pem.error());
    return web::describe(*pem);
  });
  if (stopped_) co_return;
  if (!ready) co_return fail_with(ready.error());
  certificate_ = *ready;
  serve();
}

// The pages stand below the path that browsers ask for.
Result<> WebFront::make_site() const {
  constexpr mode_t kPassable = 0711;
  if (auto quoted = web::quoted_path(options_.root); !quoted) return fail(quoted.error());
  if (auto quoted = web::quoted_path(options_.socket); !quoted) return fail(quoted.error());
  std::error_code error;
  std::filesystem::create_directories(site(), error);
  if (!error) std::filesystem::remove(site() + "/lbadmin", error);
  if (!error) std::filesystem::create_directory_symlink(options_.root, site() + "/lbadmin", error);
  if (error) return fail(system_error(error.value(), "cannot make the directory of the pages", site()));
  for (const auto& directory : {options_.run_directory, site()}) {
    if (::chmod(directory.c_str(), kPassable) != 0) return fail(system_error("cannot set the mode", directory));
  }
  return {};
}

// One that a person gave is never replaced; one of our own is before it expires.
Result<std::string> WebFront::read_or_make_certificate(WallTime now) const {
  const std::string stored = read_state_file(certificate_file());
  if (!stored.empty()) {
    const auto certificate = web::describe(stored);
    if (certificate && !is_due(*certificate, now)) return stored;
  }
  auto made = web::generate({host_name(), own_addresses()}, now);
  if (!made) return made;
  constexpr mode_t kPrivate = 0700;
  std::error_code error;
  std::filesystem::create_directories(options_.state_directory, error);
  if (error || ::chmod(options_.state_directory.c_str(), kPrivate) != 0) {
    return fail(system_error("cannot create the directory", options_.state_directory));
  }
  if (auto written = write_state_file(certificate_file(), *made); !written) return fail(written.error());
  return made;
}

void WebFront::serve() {
  nginx_.serve({.http = web::render_front({.addresses = options_.addresses,
                                           .plain_port = options_.plain_port,
                                           .site = site(),
                                           .certificate = certificate_file(),
                                           .fingerprint = certificate_->fingerprint,
                                           .upstream = options_.socket}),
                .files = {}});
}

void WebFront::fail_with(const Error& error) {
  reason_ = to_string(error);
  spdlog::error("{}: {}", kObject, reason_);
}

observed::WebStatus WebFront::status() const {
  observed::WebStatus status;
  status.is_on = !options_.addresses.empty();
  status.is_serving = status.is_on && nginx_.is_running();
  status.reason = reason_;
  if (!status.is_on) status.reason = "evenkeeld was started without --web-address";
  for (const auto& address : options_.addresses) status.addresses.push_back(address.to_string());
  if (certificate_) status.certificate = to_observed(*certificate_);
  return status;
}

std::vector<observed::Notice> WebFront::notices() const {
  if (reason_.empty()) return {};
  return {{kObject, "the web interface: " + reason_}};
}

asio::awaitable<api::Changed<observed::WebStatus>> WebFront::replace_certificate(std::string certificate,
                                                                                 std::string key, std::string author) {
  const auto refuse = [](ErrorCode code, std::string message) {
    return std::unexpected(api::ChangeRefused{{code, std::move(message), {}, 0}, {}});
  };
  if (options_.addresses.empty()) {
    co_return refuse(ErrorCode::kUnavailable, "there is no web interface: evenkeeld was started without --web-address");
  }
  if (std::exchange(is_replacing_, true))
    co_return refuse(ErrorCode::kConflict, "another one is just being put in force");
  const std::shared_ptr<void> done(nullptr, [this](void*) { is_replacing_ = false; });
  auto pem = web::join(certificate, key, clock_.wall_now());
  if (!pem) co_return std::unexpected(refusal(pem.error()));
  if (auto replaced = co_await put_in_force(std::move(*pem)); !replaced) {
    co_return std::unexpected(api::ChangeRefused{replaced.error(), {}});
  }
  const auto message =
      fmt::format("{} replaced the web interface's certificate: {}", author, certificate_->fingerprint);
  spdlog::info("{}", message);
  events_.append(observed::EventKind::kWebCertificateReplaced, kObject, message);
  co_return status();
}

// What nginx does not take is taken back.
asio::awaitable<Result<>> WebFront::put_in_force(std::string pem) {
  const auto described = web::describe(pem);
  if (!described) co_return fail(described.error());
  const auto write = [this](const std::string& text) { return write_state_file(certificate_file(), text); };
  const std::string before = read_state_file(certificate_file());
  if (auto written = co_await run_blocking(worker_, [&] { return write(pem); }); !written) co_return written;
  const auto certificate_before = std::exchange(certificate_, *described);
  serve();
  constexpr std::chrono::seconds kLongest{25};
  co_await nginx_.settled(kLongest);
  if (reason_.empty()) co_return Result<>{};
  const std::string words = reason_;
  (void)co_await run_blocking(worker_, [&] { return write(before); });
  certificate_ = certificate_before;
  if (certificate_) serve();
  co_return fail(ErrorCode::kInvalidArgument, words);
}

void WebFront::arm_retry() {
  retry_.expires_after(kRetryAfter);
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_ && certificate_ && !is_replacing_) serve();
  });
}

void WebFront::arm_renewal() {
  renewal_.expires_after(kRenewalEvery);
  renewal_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    const bool has_failed = !certificate_;
    if (has_failed || is_due(*certificate_, clock_.wall_now())) asio::co_spawn(io_, prepare(), asio::detached);
    arm_renewal();
  });
}

}  // namespace evenkeel::daemon
