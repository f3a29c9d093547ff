// Negotiate, PostgreSQL, by libpq: connects to a database and wants a row for a SELECT.

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <memory>

#include "health/awaitable_probe.h"
#include "health/descriptor_wait.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

using boost::asio::awaitable;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class PostgresqlProbe final : public AwaitableProbe {
 public:
  PostgresqlProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        target_(target),
        mask_(target.check),
        wait_(tools.io) {}

 private:
  awaitable<ProbeResult> run() override {
    const SteadyTime begin = clock_.steady_now();
    begin_connecting();
    if (!co_await connect()) co_return failed("cannot log in to");
    doing_ = "logged in, no answer to the SELECT";
    const std::string query = target_.check.request.empty() ? "SELECT 1" : target_.check.request;
    // Of the extended protocol, which takes one statement only. Rows come one by one: the first is enough.
    const bool is_sent = PQsendQueryParams(connection_.get(), query.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0);
    if (!is_sent || PQsetSingleRowMode(connection_.get()) != 1) co_return failed("cannot ask");
    while (PQisBusy(connection_.get())) {
      if (!co_await wait_.wait(PQsocket(connection_.get()), Event::kRead)) co_return failed("no answer from");
      if (PQconsumeInput(connection_.get()) != 1) co_return failed("no answer from");
    }
    const Result result(PQgetResult(connection_.get()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK && PQntuples(result.get()) == 0) {
      co_return ProbeResult{Outcome::kFailure, fmt::format("no row from {} for {}", server(), excerpt(query))};
    }
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) co_return failed("SELECT refused by");
    co_return ProbeResult{Outcome::kSuccess, fmt::format("PostgreSQL row from {} in {}", server(),
                                                         milliseconds_text(clock_.steady_now() - begin))};
  }

  void begin_connecting() {
    const std::string address = target_.address.to_string(), port = std::to_string(target_.port);
    const model::HealthCheck& check = target_.check;
    const std::string& database = check.database.empty() ? check.login : check.database;
    // Not connected to, but what a certificate must be for.
    const std::string& name = check.virtual_host.empty() ? address : check.virtual_host;
    const std::array<const char*, 12> names{"hostaddr",         "host",    "port",        "user",     "password",
                                            "dbname",           "sslmode", "sslrootcert", "passfile", "gssencmode",
                                            "application_name", nullptr};
    const std::array<const char*, 12> values{
        address.c_str(),        name.c_str(),     port.c_str(), check.login.c_str(),
        check.password.c_str(), database.c_str(), tls_mode(),   authorities(),
        "/nonexistent",         "disable",        "evenkeel",   nullptr};
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  }

  // By itself TLS is used where it is offered, and nothing is looked at.
  const char* tls_mode() const {
    if (!target_.check.starttls) return "prefer";
    return target_.check.verify_certificate ? "verify-full" : "require";
  }

  // Where there are some, "require" verifies too.
  const char* authorities() const { return target_.check.verify_certificate ? kTrustedAuthorities : "/nonexistent"; }

  awaitable<bool> connect() {
    if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) co_return false;
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection_.get())) {
      if (state == PGRES_POLLING_FAILED) co_return false;
      const Event event = state == PGRES_POLLING_READING ? Event::kRead : Event::kWrite;
      if (!co_await wait_.wait(PQsocket(connection_.get()), event)) co_return false;
    }
    co_return true;
  }

  ProbeResult failed(std::string_view what) const {
    if (!connection_) return not_checked("no memory");
    std::string said = mask_.apply(PQerrorMessage(connection_.get()));
    // Where it wanted to connect to stands before it.
    constexpr std::string_view kPreamble = " failed: ";
    if (const size_t at = said.find(kPreamble); at != std::string::npos) said.erase(0, at + kPreamble.size());
    if (is_local_trouble_text(said)) return not_checked(excerpt(said));
    return {Outcome::kFailure, fmt::format("{} {}: {}", what, server(), excerpt(said))};
  }

  std::string server() const { return Endpoint{target_.address, target_.port}.to_string(); }
  void abort() override { wait_.abort(); }
  std::string timed_out() const override {
    return fmt::format("no answer from {} within {} ({})", server(), timeout_text(target_.check.timeout), doing_);
  }

  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  const Clock& clock_;
  Target target_;
  SecretMask mask_;
  DescriptorWait wait_;
  std::unique_ptr<PGconn, Finish> connection_;
  const char* doing_ = "no login";
};

}  // namespace

std::shared_ptr<Probe> make_postgresql_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<PostgresqlProbe>(tools, target);
}

}  // namespace evenkeel::health
