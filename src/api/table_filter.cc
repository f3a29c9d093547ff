#include "api/table_filter.h"

#include <cctype>

namespace evenkeel::api {
namespace {

constexpr int64_t kDefaultLimit = 1000;
constexpr int64_t kMaximumLimit = 100'000'000;  // more than any table holds

// As a person may write it: "established", "tcp".
std::string upper_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

Result<observed::ConnectionFilter> parse_table_filter(const Query& query) {
  observed::ConnectionFilter filter;
  filter.virtual_service = query.text("virtual_service");
  filter.real_server = query.text("real_server");
  filter.state = upper_case(query.text("state"));
  filter.protocol = upper_case(query.text("protocol"));
  if (!filter.protocol.empty() && filter.protocol != "TCP" && filter.protocol != "UDP") {
    return fail(ErrorCode::kInvalidArgument, "protocol must be tcp or udp");
  }
  if (const std::string* const client = query.find("client")) {
    const auto network = IpPrefix::parse(*client);
    if (!network) return fail(ErrorCode::kInvalidArgument, "client: " + network.error().message);
    filter.client = *network;
  }
  return filter;
}

Result<Layers> parse_layers(const Query& query) {
  const std::string layer = query.text("layer");
  if (layer.empty()) return Layers::kBoth;
  if (layer == "4") return Layers::kLayer4;
  if (layer == "7") return Layers::kLayer7;
  return fail(ErrorCode::kInvalidArgument, "layer must be 4 or 7");
}

Result<size_t> parse_row_limit(const Query& query) {
  const auto limit = query.integer("limit", 1, kMaximumLimit);
  if (!limit) return fail(limit.error());
  return static_cast<size_t>(limit->value_or(kDefaultLimit));
}

}  // namespace evenkeel::api
