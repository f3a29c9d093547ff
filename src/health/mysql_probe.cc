// Negotiate, MySQL and MariaDB, by libmariadb's functions that do not block: logs in and wants a row for a SELECT.

#include <fmt/format.h>
#include <mysql.h>
#include <sys/socket.h>

#include <memory>

#include "health/awaitable_probe.h"
#include "health/descriptor_wait.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

using boost::asio::awaitable;

constexpr size_t kLargestPacket = size_t{1024} * 1024;

class MysqlProbe final : public AwaitableProbe {
 public:
  MysqlProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        target_(target),
        mask_(target.check),
        address_(target.address.to_string()),
        query_(target.check.request.empty() ? "SELECT 1" : target.check.request),
        wait_(tools.io) {}

 private:
  awaitable<ProbeResult> run() override {
    const SteadyTime begin = clock_.steady_now();
    if (!prepare()) co_return not_checked("no memory");
    if (!co_await connect()) co_return failed("cannot log in to");
    doing_ = "logged in, no answer to the SELECT";
    if (!co_await ask()) co_return failed("SELECT refused by");
    MYSQL_RES* const result = mysql_use_result(connection_.get());
    if (result == nullptr) co_return failed("no rows from");
    MYSQL_ROW row = nullptr;
    int status = mysql_fetch_row_start(&row, result);
    while (status != 0 && co_await wait_for(status)) status = mysql_fetch_row_cont(&row, result, status);
    // The rest of the rows is not read: the connection is cut.
    cut();
    const bool has_row = status == 0 && row != nullptr;
    ProbeResult answer = has_row ? succeeded(begin) : without_row(status);
    mysql_free_result(result);
    co_return answer;
  }

  bool prepare() {
    connection_.reset(mysql_init(nullptr));
    if (!connection_) return false;
    const unsigned off = 0;
    mysql_options(connection_.get(), MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(connection_.get(), MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(connection_.get(), MYSQL_OPT_MAX_ALLOWED_PACKET, &kLargestPacket);
    if (target_.check.starttls) insist_on_tls();
    return true;
  }

  void insist_on_tls() {
    const my_bool on = 1, is_verified = target_.check.verify_certificate ? 1 : 0;
    mysql_options(connection_.get(), MYSQL_OPT_SSL_ENFORCE, &on);
    mysql_options(connection_.get(), MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_verified);
    if (is_verified != 0) mysql_options(connection_.get(), MYSQL_OPT_SSL_CA, kTrustedAuthorities);
  }

  awaitable<bool> connect() {
    const model::HealthCheck& check = target_.check;
    MYSQL* done = nullptr;
    int status = mysql_real_connect_start(
        &done, connection_.get(), address_.c_str(), check.login.c_str(), check.password.c_str(),
        check.database.empty() ? nullptr : check.database.c_str(), target_.port, nullptr, 0);
    while (status != 0 && co_await wait_for(status)) {
      status = mysql_real_connect_cont(&done, connection_.get(), status);
    }
    co_return status == 0 && done != nullptr;
  }

  awaitable<bool> ask() {
    int error = 1;
    int status = mysql_real_query_start(&error, connection_.get(), query_.data(), query_.size());
    while (status != 0 && co_await wait_for(status)) status = mysql_real_query_cont(&error, connection_.get(), status);
    co_return status == 0 && error == 0;
  }

  // The event that has come, in place of those that were waited for.
  awaitable<bool> wait_for(int& status) {
    const bool is_write = (status & MYSQL_WAIT_WRITE) != 0;
    const bool has_come = co_await wait_.wait(static_cast<int>(mysql_get_socket(connection_.get())),
                                              is_write ? Event::kWrite : Event::kRead);
    if (has_come) status = is_write ? MYSQL_WAIT_WRITE : MYSQL_WAIT_READ;
    co_return has_come;
  }

  ProbeResult succeeded(SteadyTime begin) const {
    return {Outcome::kSuccess,
            fmt::format("MySQL row from {} in {}", server(), milliseconds_text(clock_.steady_now() - begin))};
  }

  ProbeResult without_row(int status) const {
    if (status != 0 || mysql_errno(connection_.get()) != 0) return failed("no row from");
    return {Outcome::kFailure, fmt::format("no row from {} for {}", server(), excerpt(query_))};
  }

  ProbeResult failed(std::string_view what) const {
    const std::string said = mask_.apply(mysql_error(connection_.get()));
    if (is_local_trouble_text(said)) return not_checked(excerpt(said));
    return {Outcome::kFailure, fmt::format("{} {}: {}", what, server(), excerpt(said))};
  }

  // So that nothing that the library does afterwards can wait for the server.
  void cut() {
    const auto socket = connection_ ? mysql_get_socket(connection_.get()) : -1;
    if (static_cast<int>(socket) >= 0) ::shutdown(static_cast<int>(socket), SHUT_RDWR);
  }

  std::string server() const { return Endpoint{target_.address, target_.port}.to_string(); }
  void abort() override {
    wait_.abort();
    cut();
  }
  std::string timed_out() const override {
    return fmt::format("no answer from {} within {} ({})", server(), timeout_text(target_.check.timeout), doing_);
  }

  struct Close {
    void operator()(MYSQL* connection) const { mysql_close(connection); }
  };

  const Clock& clock_;
  Target target_;
  SecretMask mask_;
  std::string address_, query_;
  DescriptorWait wait_;
  std::unique_ptr<MYSQL, Close> connection_;
  const char* doing_ = "no login";
};

}  // namespace

std::shared_ptr<Probe> make_mysql_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<MysqlProbe>(tools, target);
}

}  // namespace evenkeel::health
