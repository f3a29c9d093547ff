// HAProxy's log: what is remembered, and what comes.

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <limits>

#include "api/handlers.h"
#include "api/polled_stream.h"
#include "api/reply.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int64_t kDefaultLimit = 100;
constexpr int64_t kMostLines = 5000;  // as many as are remembered

// "503", or "5xx" for all of its hundred.
Result<> parse_status(const std::string& text, observed::ProxyLogFilter& filter) {
  if (text.empty()) return {};
  const bool is_class = text.size() == 3 && text.ends_with("xx");
  const auto status = parse_integer("status", is_class ? text.substr(0, 1) + "00" : text, 100, 599);
  if (!status) return fail(ErrorCode::kInvalidArgument, "status must be a number such as 503, or a class such as 5xx");
  constexpr int kClass = 99;
  filter.status_from = static_cast<int>(*status);
  filter.status_to = *filter.status_from + (is_class ? kClass : 0);
  return {};
}

Result<observed::ProxyLogFilter> parse_filter(const Query& query) {
  observed::ProxyLogFilter filter;
  filter.virtual_service = query.text("virtual_service");
  filter.real_server = query.text("real_server");
  if (auto parsed = parse_status(query.text("status"), filter); !parsed) return fail(parsed.error());
  if (const std::string* const client = query.find("client")) {
    const auto network = IpPrefix::parse(*client);
    if (!network) return fail(ErrorCode::kInvalidArgument, "client: " + network.error().message);
    filter.client = *network;
  }
  return filter;
}

// A busy proxy writes thousands of lines a second, and none of them may cost the control loop.
class LogStream final : public PolledStream {
 public:
  LogStream(asio::any_io_executor executor, Control& control, observed::ProxyLogFilter filter, uint64_t after)
      : PolledStream(std::move(executor)), control_(control), filter_(std::move(filter)), after_(after) {}

 private:
  asio::awaitable<Result<std::string>> look() override {
    const auto page = co_await control_.proxy_log(filter_, after_, kMostLines);
    if (!page) co_return fail(page.error());
    after_ = page->last_id;
    std::string text;
    for (const auto& entry : page->entries) {
      text += fmt::format("id: {}\nevent: line\ndata: {}\n\n", entry.id, json::serialize(observed::to_json(entry)));
    }
    co_return text;
  }

  Control& control_;
  observed::ProxyLogFilter filter_;
  uint64_t after_;
};

}  // namespace

Answer get_proxy_log(Call& call) {
  const auto filter = parse_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  const auto limit = call.query.integer("limit", 1, kMostLines);
  if (!limit) co_return refuse(limit.error());
  const auto page =
      co_await call.context.control.proxy_log(*filter, 0, static_cast<size_t>(limit->value_or(kDefaultLimit)));
  if (!page) co_return refuse(page.error());
  co_return co_await reply_with_list(json::object{{"last_id", page->last_id}}, "lines", page->entries,
                                     [](const observed::ProxyLogEntry& entry) { return observed::to_json(entry); });
}

Answer follow_proxy_log(Call& call) {
  const auto filter = parse_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  Control& control = call.context.control;
  uint64_t after = 0;
  if (const auto& last = call.request.last_event_id; last && !last->empty()) {
    const auto id = parse_integer("Last-Event-ID", *last, 0, std::numeric_limits<int64_t>::max());
    if (!id) co_return refuse(id.error());
    after = static_cast<uint64_t>(*id);
  } else {
    const auto page = co_await control.proxy_log(*filter, std::numeric_limits<uint64_t>::max(), 1);
    if (!page) co_return refuse(page.error());
    after = page->last_id;
  }
  Response response;
  response.content_type = "text/event-stream";
  response.stream = std::make_shared<LogStream>(co_await asio::this_coro::executor, control, *filter, after);
  co_return response;
}

}  // namespace evenkeel::api
