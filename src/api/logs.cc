// What programs say of themselves: what is remembered, and what comes. HAProxy's log of requests is in proxy_log.cc.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "api/handlers.h"
#include "api/polled_stream.h"
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

class LogStream final : public PolledStream {
 public:
  LogStream(asio::any_io_executor executor, const observed::ProgramLog& log, std::string contains, uint64_t after)
      : PolledStream(std::move(executor)), log_(log), contains_(std::move(contains)), after_(after) {}

 private:
  asio::awaitable<Result<std::string>> look() override {
    std::string text;
    if (log_.last_id() == after_) co_return text;
    const auto page = log_.after(after_, contains_, kMostLines);
    after_ = page.last_id;
    for (const auto& line : page.lines) {
      text += fmt::format("event: line\ndata: {}\n\n", json::serialize(observed::to_json(line)));
    }
    co_return text;
  }

  const observed::ProgramLog& log_;
  std::string contains_;
  uint64_t after_;
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
