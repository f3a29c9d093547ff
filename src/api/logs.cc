// What programs say of themselves: what is remembered, and what comes. HAProxy's log of requests is in proxy_log.cc.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>

#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int64_t kDefaultLimit = 200;
constexpr int64_t kMostLines = 1000;

Result<const observed::ProgramLog*> find_log(const Call& call) {
  const std::string& name = call.capture("name");
  const auto logs = call.context.control.logs();
  const auto found = std::ranges::find(logs, name, &observed::NamedLog::name);
  if (found != logs.end()) return found->log;
  std::string names;
  for (const auto& log : logs) names += (names.empty() ? "" : ", ") + log.name;
  return fail(ErrorCode::kNotFound, fmt::format("there is no log {}: there are {}", name, names));
}

// Looks for new lines some times a second: who writes a log never waits for its readers.
class LogStream final : public Stream {
 public:
  LogStream(asio::any_io_executor executor, const observed::ProgramLog& log, std::string contains, uint64_t after)
      : timer_(std::move(executor)), log_(log), contains_(std::move(contains)), after_(after) {}

  asio::awaitable<std::string> next() override {
    constexpr std::chrono::milliseconds kLook{250};
    constexpr int kLooksOfSilence = 60;
    if (!std::exchange(has_begun_, true)) co_return ": the log\n\n";
    for (int i = 0; i < kLooksOfSilence; ++i) {
      if (std::string text = take(); !text.empty()) co_return text;
      timer_.expires_after(kLook);
      boost::system::error_code woken;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (woken) co_return std::string();
    }
    co_return ": keep-alive\n\n";
  }

 private:
  std::string take() {
    std::string text;
    if (log_.last_id() == after_) return text;
    const auto page = log_.after(after_, contains_, kMostLines);
    after_ = page.last_id;
    for (const auto& line : page.lines) {
      text += fmt::format("event: line\ndata: {}\n\n", json::serialize(observed::to_json(line)));
    }
    return text;
  }

  asio::steady_timer timer_;
  const observed::ProgramLog& log_;
  std::string contains_;
  uint64_t after_;
  bool has_begun_ = false;
};

}  // namespace

Answer get_logs(Call& call) {
  json::array logs;
  for (const auto& log : call.context.control.logs()) {
    logs.push_back(json::object{{"name", log.name}, {"title", log.title}});
  }
  co_return reply(logs);
}

Answer get_log(Call& call) {
  const auto log = find_log(call);
  if (!log) co_return refuse(log.error());
  const auto limit = call.query.integer("limit", 1, kMostLines);
  if (!limit) co_return refuse(limit.error());
  const auto page = (*log)->after(0, call.query.text("contains"), static_cast<size_t>(limit->value_or(kDefaultLimit)));
  const json::object head{{"name", call.capture("name")}, {"more", page.more}};
  co_return co_await reply_with_list(head, "lines", page.lines,
                                     [](const observed::LogLine& line) { return observed::to_json(line); });
}

Answer follow_log(Call& call) {
  const auto log = find_log(call);
  if (!log) co_return refuse(log.error());
  Response response;
  response.content_type = "text/event-stream";
  response.stream = std::make_shared<LogStream>(co_await asio::this_coro::executor, **log, call.query.text("contains"),
                                                (*log)->last_id());
  co_return response;
}

}  // namespace evenkeel::api
