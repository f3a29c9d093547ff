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

observed::WebCertificate to_observed(const web::Certificate& certificate, const std::string& stored) {
  return {.subject = certificate.subject,
          .issuer = certificate.issuer,
          .names = certificate.names,
          .not_before = certificate.not_before,
          .not_after = certificate.not_after,
          .fingerprint = certificate.fingerprint,
          .is_generated = certificate.is_generated,
          .stored = stored};
}

api::ChangeRefused refusal(const web::PairProblem& problem) {
  const bool is_key = problem.where == web::PairProblem::Where::kKey;
  Error error{
      ErrorCode::kInvalidArgument, fmt::format("the {}: {}", is_key ? "key" : "certificate", problem.message), {}, 0};
  return {std::move(error), {{is_key ? "$.key" : "$.certificate", problem.message, problem.hint}}};
}

api::ChangeRefused there_is_none() {
  return {{ErrorCode::kUnavailable, "there is no web interface: evenkeeld was started without --web-address", {}, 0},
          {}};
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

void WebFront::start(FindStored find_stored, std::string acme_thumbprint) {
  find_stored_ = std::move(find_stored);
  acme_thumbprint_ = std::move(acme_thumbprint);
  stored_ = read_web_certificate(options_.state_directory).stored;
  listen();
  if (!is_on()) return nginx_.serve({});
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

// What was begun before it ends: file and nginx belong together.
asio::awaitable<std::shared_ptr<void>> WebFront::turn() {
  constexpr std::chrono::milliseconds kLook{20};
  asio::steady_timer timer(io_);
  while (is_busy_ && !stopped_) {
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable);
  }
  is_busy_ = true;
  co_return std::shared_ptr<void>(nullptr, [this](void*) { is_busy_ = false; });
}

// Everything that nginx needs to find.
asio::awaitable<void> WebFront::prepare() {
  const auto own = co_await turn();
  const WallTime now = clock_.wall_now();
  const auto stored = stored_.empty() ? std::nullopt : find_stored_(stored_);
  const auto ready = co_await run_blocking(worker_, [&]() -> Result<Prepared> {
    if (auto made = make_site(); !made) return fail(made.error());
    return prepare_files(stored, now);
  });
  if (stopped_) co_return;
  if (!ready) co_return fail_with(ready.error());
  certificate_ = ready->certificate;
  serve();
  if (ready->is_new) tell(fmt::format("the web interface follows the certificate {}", stored_));
  note_trouble(ready->trouble);
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

// One that a person gave is never replaced but by what it has become; one of our own is before it expires.
Result<WebFront::Prepared> WebFront::prepare_files(const std::optional<desired::Certificate>& stored,
                                                   WallTime now) const {
  auto file = read_web_certificate(options_.state_directory);
  Prepared prepared;
  if (!file.stored.empty()) {
    auto pem = pem_of_stored(file.stored, stored, now);
    if (!pem) prepared.trouble = pem.error();
    prepared.is_new = pem && *pem != file.pem;
    if (pem) file.pem = std::move(*pem);
  }
  auto certificate = web::describe(file.pem);
  const bool is_made = !certificate || is_due(*certificate, now);
  if (is_made) {
    auto made = web::generate({host_name(), own_addresses()}, now);
    if (!made) return fail(made.error());
    file.pem = std::move(*made);
    certificate = web::describe(file.pem);
    if (!certificate) return fail(certificate.error());
  }
  prepared.certificate = std::move(*certificate);
  if (!is_made && !prepared.is_new) return prepared;
  if (auto written = write(file); !written) return fail(written.error());
  return prepared;
}

Result<> WebFront::write(const WebCertificateFile& file) const {
  return write_web_certificate(options_.state_directory, file);
}

void WebFront::serve() {
  nginx_.serve({.http = web::render_front({.addresses = options_.addresses,
                                           .plain_port = options_.plain_port,
                                           .site = site(),
                                           .certificate = certificate_file(),
                                           .fingerprints = certificate_->fingerprints,
                                           .upstream = options_.socket,
                                           .acme_thumbprint = acme_thumbprint_}),
                .files = {}});
}

void WebFront::fail_with(const Error& error) {
  reason_ = to_string(error);
  spdlog::error("{}: {}", kObject, reason_);
}

// Told once, until it is another trouble or over.
void WebFront::note_trouble(const std::string& trouble) {
  if (std::exchange(trouble_, trouble) == trouble) return;
  if (trouble.empty()) {
    constexpr const char* kMessage = "the web interface has the certificate that it is to have";
    spdlog::info("{}", kMessage);
    events_.append(observed::EventKind::kWebCertificateRecovered, kObject, kMessage);
    return;
  }
  spdlog::warn("{}: {}", kObject, trouble);
  events_.append(observed::EventKind::kWebCertificateFailed, kObject, trouble);
}

void WebFront::tell(const std::string& sentence) {
  const auto message = fmt::format("{}: {}", sentence, certificate_->fingerprint);
  spdlog::info("{}", message);
  events_.append(observed::EventKind::kWebCertificateReplaced, kObject, message);
}

observed::WebStatus WebFront::status() const {
  observed::WebStatus status;
  status.is_on = is_on();
  status.is_serving = status.is_on && nginx_.is_running();
  status.reason = reason_.empty() ? trouble_ : reason_;
  if (!status.is_on) status.reason = "evenkeeld was started without --web-address";
  for (const auto& address : options_.addresses) status.addresses.push_back(address.to_string());
  if (certificate_) status.certificate = to_observed(*certificate_, stored_);
  return status;
}

std::vector<observed::Notice> WebFront::notices() const {
  std::vector<observed::Notice> notices;
  for (const auto& words : {reason_, trouble_}) {
    if (!words.empty()) notices.push_back({kObject, "the web interface: " + words});
  }
  return notices;
}

asio::awaitable<api::Changed<observed::WebStatus>> WebFront::replace_certificate(std::string certificate,
                                                                                 std::string key, std::string author) {
  if (!is_on()) co_return std::unexpected(there_is_none());
  auto pem = web::join(certificate, key, clock_.wall_now());
  if (!pem) co_return std::unexpected(refusal(pem.error()));
  co_return co_await adopt({.pem = std::move(*pem), .stored = {}}, std::move(author));
}

asio::awaitable<api::Changed<observed::WebStatus>> WebFront::use_stored(std::string label, std::string author) {
  if (!is_on()) co_return std::unexpected(there_is_none());
  auto pem = pem_of_stored(label, find_stored_(label), clock_.wall_now());
  if (!pem) {
    co_return std::unexpected(
        api::ChangeRefused{{ErrorCode::kInvalidArgument, pem.error(), {}, 0}, {{"$.stored", pem.error(), {}}}});
  }
  co_return co_await adopt({.pem = std::move(*pem), .stored = std::move(label)}, std::move(author));
}

asio::awaitable<api::Changed<observed::WebStatus>> WebFront::adopt(WebCertificateFile file, std::string author) {
  const auto own = co_await turn();
  if (auto done = co_await put_in_force(std::move(file)); !done) {
    co_return std::unexpected(api::ChangeRefused{done.error(), {}});
  }
  tell(stored_.empty() ? fmt::format("{} replaced the web interface's certificate", author)
                       : fmt::format("{} has the web interface use the certificate {}", author, stored_));
  note_trouble({});
  co_return status();
}

WebCertificateFile WebFront::kept() const {
  auto file = read_web_certificate(options_.state_directory);
  const auto certificate = web::describe(file.pem);
  const bool is_own = certificate && certificate->is_generated && file.stored.empty();
  return is_own ? WebCertificateFile{} : file;
}

asio::awaitable<Result<>> WebFront::restore(WebCertificateFile file) {
  const auto own = co_await turn();
  if (is_on()) co_return co_await put_in_force(std::move(file));
  co_return co_await run_blocking(worker_, [&] { return write(file); });
}

void WebFront::answer_acme(std::string thumbprint) {
  acme_thumbprint_ = std::move(thumbprint);
  if (is_on() && certificate_ && !is_busy_) serve();
}

asio::awaitable<void> WebFront::follow() {
  if (stored_certificate().empty()) co_return;
  const auto own = co_await turn();
  auto pem = pem_of_stored(stored_, find_stored_(stored_), clock_.wall_now());
  if (stopped_ || !pem) co_return note_trouble(pem ? trouble_ : pem.error());
  if (*pem != read_web_certificate(options_.state_directory).pem) {
    if (auto done = co_await put_in_force({.pem = std::move(*pem), .stored = stored_}); !done) {
      co_return note_trouble(fmt::format("the certificate {} will not do: {}", stored_, to_string(done.error())));
    }
    tell(fmt::format("the web interface follows the certificate {}", stored_));
  }
  note_trouble({});
}

// What nginx does not take is taken back.
asio::awaitable<Result<>> WebFront::put_in_force(WebCertificateFile file) {
  const auto described = web::describe(file.pem);
  if (!described) co_return fail(described.error());
  const auto before = read_web_certificate(options_.state_directory);
  if (auto written = co_await run_blocking(worker_, [&] { return write(file); }); !written) co_return written;
  const auto certificate_before = std::exchange(certificate_, *described);
  stored_ = file.stored;
  serve();
  constexpr std::chrono::seconds kLongest{25};
  co_await nginx_.settled(kLongest);
  if (reason_.empty()) co_return Result<>{};
  const std::string words = reason_;
  (void)co_await run_blocking(worker_, [&] { return write(before); });
  certificate_ = certificate_before;
  stored_ = before.stored;
  if (certificate_) serve();
  co_return fail(ErrorCode::kInvalidArgument, words);
}

void WebFront::arm_retry() {
  retry_.expires_after(kRetryAfter);
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_ && certificate_ && !is_busy_) serve();
  });
}

void WebFront::arm_renewal() {
  renewal_.expires_after(kRenewalEvery);
  renewal_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    const bool has_failed = !certificate_;
    const bool is_to_prepare = has_failed || is_due(*certificate_, clock_.wall_now());
    asio::co_spawn(io_, is_to_prepare ? prepare() : follow(), asio::detached);
    arm_renewal();
  });
}

}  // namespace evenkeel::daemon
