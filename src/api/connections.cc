#include <fmt/format.h>

#include "api/handlers.h"
#include "api/reply.h"
#include "model/names.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr int64_t kDefaultLimit = 1000;
constexpr int64_t kMaximumLimit = 100'000;

Result<observed::ConnectionFilter> parse_filter(const Query& query) {
  observed::ConnectionFilter filter{query.text("virtual_service"), query.text("real_server"), query.text("state"),
                                    std::nullopt, 0};
  if (const std::string* const client = query.find("client")) {
    const auto address = IpAddress::parse(*client);
    if (!address) return fail(address.error());
    filter.client = *address;
  }
  const auto limit = query.integer("limit", 1, kMaximumLimit);
  if (!limit) return fail(limit.error());
  filter.limit = static_cast<size_t>(limit->value_or(kDefaultLimit));
  return filter;
}

Result<observed::ExplainQuery> parse_explain(const Query& query) {
  observed::ExplainQuery question;
  question.virtual_service = query.text("virtual_service");
  if (question.virtual_service.empty()) return fail(ErrorCode::kInvalidArgument, "virtual_service is required");
  const auto client = Endpoint::parse(query.text("client"));
  if (!client) return fail(ErrorCode::kInvalidArgument, "client: " + client.error().message);
  question.client = *client;
  const auto port = query.integer("port", 1, 65535);
  if (!port) return fail(port.error());
  if (*port) question.port = static_cast<uint16_t>(**port);
  if (const std::string* const name = query.find("protocol")) {
    question.protocol = model::from_string<model::Protocol>(*name);
    if (!question.protocol || question.protocol == model::Protocol::kTcpUdp) {
      return fail(ErrorCode::kInvalidArgument, "protocol must be tcp or udp");
    }
  }
  return question;
}

}  // namespace

Answer get_connections(Call& call) {
  auto filter = parse_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  const size_t limit = filter->limit;
  filter->limit = limit + 1;  // one more than shown tells whether there are more
  auto connections = co_await call.context.control.connections(*filter);
  if (!connections) co_return refuse(connections.error());
  const bool is_truncated = connections->size() > limit;
  if (is_truncated) connections->resize(limit);
  co_return co_await reply_with_list(
      {{"truncated", is_truncated}}, "connections", *connections,
      [](const observed::Connection& connection) { return observed::to_json(connection); });
}

Answer get_explanation(Call& call) {
  const auto question = parse_explain(call.query);
  if (!question) co_return refuse(question.error());
  const auto explanation = call.context.control.explain(*question);
  if (!explanation) co_return refuse(explanation.error());
  co_return reply(observed::to_json(*explanation));
}

}  // namespace evenkeel::api
