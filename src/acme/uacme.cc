#include "acme/uacme.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <optional>

#include "acme/words.h"
#include "base/blocking.h"
#include "base/state_file.h"
#include "certificates/issue.h"
#include "health/child.h"

namespace evenkeel::acme {
namespace {

namespace asio = boost::asio;
using certificates::AcmeRecord;
using certificates::Bundle;
using certificates::Challenge;

constexpr std::chrono::minutes kLongest{15};  // a name server may take its time with a record
constexpr size_t kMostOutput = 64 << 10;

struct Wanted {
  std::string key, request;
};

// Nothing is left of what was interrupted. Blocks.
Result<Wanted> prepare(const AcmeRecord& record, const std::string& directory, const std::string& file) {
  std::error_code ignored;
  std::filesystem::remove_all(directory + "/work", ignored);
  auto key = certificates::make_key(*certificates::key_kind(record.key));
  if (!key) return fail(key.error());
  auto request = certificates::make_request(*key, {.names = record.names});
  if (!request) return fail(request.error());
  if (auto written = write_state_file(file, *request); !written) return fail(written.error());
  return Wanted{std::move(*key), std::move(*request)};
}

}  // namespace

// What may outlive us in a suspended coroutine.
struct Uacme::Running {
  explicit Running(asio::io_context& io) : output(io), deadline(io) {}

  void end() {
    if (child) child->kill();
    boost::system::error_code ignored;
    output.close(ignored);
    deadline.cancel();
  }

  std::optional<health::Child> child;
  asio::posix::stream_descriptor output;
  asio::steady_timer deadline;
  bool is_late = false;
};

Uacme::Uacme(asio::io_context& io, Tools tools)
    : io_(io), tools_(std::move(tools)), work_(fmt::format("{}/work/{}", tools_.directory, getpid())) {}

Uacme::~Uacme() {
  stop();
  worker_.join();
}

void Uacme::stop() {
  if (running_) running_->end();
}

asio::awaitable<Result<Bundle>> Uacme::issue(AcmeRecord record) {
  auto wanted = co_await run_blocking(worker_, [&] { return prepare(record, tools_.directory, request()); });
  if (!wanted) co_return fail(wanted.error());
  if (auto made = co_await make_account(record); !made) co_return fail(made.error());
  if (auto asked = co_await ask_for_certificate(record); !asked) co_return fail(asked.error());
  const auto chain = read_state_file(answer());
  if (chain.empty()) co_return fail(ErrorCode::kUnavailable, "uacme has left no certificate");
  co_return certificates::read_pem(chain + wanted->key, "", "");
}

asio::awaitable<Result<>> Uacme::make_account(const AcmeRecord& record) {
  std::vector<std::string> arguments{"--yes", "new"};
  if (!record.email.empty()) arguments.push_back(record.email);
  arguments.insert(arguments.begin(), {"--acme-url", record.directory});
  const auto failure = co_await run(std::move(arguments), environment_for(record));
  if (!failure) co_return fail(failure.error());
  if (failure->empty() || has_account(*failure)) co_return Result<>{};
  co_return fail(ErrorCode::kUnavailable, failure_words(*failure));
}

asio::awaitable<Result<>> Uacme::ask_for_certificate(const AcmeRecord& record) {
  const auto failure = co_await run(
      {"--acme-url", record.directory, "--force", "--never-create", "--hook", tools_.hook, "issue", request()},
      environment_for(record));
  if (!failure) co_return fail(failure.error());
  if (failure->empty()) co_return Result<>{};
  co_return fail(ErrorCode::kUnavailable, failure_words(*failure));
}

// What it said when it failed; empty: it succeeded.
asio::awaitable<Result<std::string>> Uacme::run(std::vector<std::string> arguments,
                                                std::vector<std::string> environment) {
  std::vector<std::string> command{tools_.client, "--confdir", tools_.directory};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto started = co_await health::Child::start(io_, worker_, std::move(command), std::move(environment));
  if (!started) co_return fail(started.error());
  const auto running = std::make_shared<Running>(io_);
  running_ = running;
  running->child.emplace(std::move(started->child));
  running->output.assign(started->pipes.output.release());
  running->deadline.expires_after(kLongest);
  running->deadline.async_wait([running](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    running->is_late = true;
    running->end();
  });
  std::string said;
  std::array<char, 4096> buffer;
  for (boost::system::error_code error; !error;) {
    const size_t size = co_await running->output.async_read_some(asio::buffer(buffer),
                                                                 asio::redirect_error(asio::use_awaitable, error));
    said.append(buffer.data(), std::min(size, kMostOutput - said.size()));
  }
  const int status = co_await running->child->wait();
  running->deadline.cancel();
  if (running->is_late) co_return fail(ErrorCode::kTimeout, "the ACME server or the hook took more than 15 minutes");
  if (status == 0) co_return std::string();
  co_return said.empty() ? "uacme failed" : said;
}

std::vector<std::string> Uacme::environment_for(const AcmeRecord& record) const {
  return {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
          "HOME=/tmp",
          "TMPDIR=/tmp",
          "LANG=C.UTF-8",
          std::string("EVENKEEL_ACME_CHALLENGE=") + certificates::to_string(record.challenge),
          "EVENKEEL_ACME_SANDBOX=" + tools_.scripts.sandbox,
          "EVENKEEL_ACME_USER=" + tools_.scripts.user,
          "EVENKEEL_ACME_DIRECTORY=" + tools_.scripts.directory,
          "EVENKEEL_ACME_SCRIPT=" + record.hook};
}

}  // namespace evenkeel::acme
