#include "api/body.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/change.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr size_t kMostBytes = 1024;  // of one text

}  // namespace

Body::Body(const Request& request) {
  if (request.body.empty()) return;
  auto parsed = parse_body(request);
  if (!parsed) {
    problems_ = std::move(parsed.error().problems);
  } else if (auto* const object = parsed->if_object()) {
    members_ = std::move(*object);
  } else {
    problems_.push_back({"$", "the body must be an object", ""});
  }
}

const json::value* Body::find(std::string_view name) {
  asked_.emplace(name);
  return members_.if_contains(name);
}

void Body::refuse(std::string_view name, std::string message, std::string hint) {
  problems_.push_back({fmt::format("$.{}", name), std::move(message), std::move(hint)});
}

bool Body::is_null(std::string_view name) {
  const json::value* const value = find(name);
  return value != nullptr && value->is_null();
}

std::string Body::text(std::string_view name) {
  const size_t before = problems_.size();
  auto value = optional_text(name);
  if (!value && problems_.size() == before) refuse(name, fmt::format("{} is missing", name));
  return value.value_or("");
}

std::optional<std::string> Body::optional_text(std::string_view name) {
  const json::value* const value = find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) {
    refuse(name, fmt::format("{} must be a text", name));
  } else if (value->get_string().size() > kMostBytes) {
    refuse(name, fmt::format("{} has more than {} bytes", name, kMostBytes));
  } else {
    return std::string(value->get_string());
  }
  return std::nullopt;
}

std::optional<int64_t> Body::optional_integer(std::string_view name, int64_t low, int64_t high) {
  const json::value* const value = find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const int64_t* const number = value->if_int64();
  if (number != nullptr && *number >= low && *number <= high) return *number;
  refuse(name, fmt::format("{} must be a whole number from {} to {}", name, low, high));
  return std::nullopt;
}

std::optional<Response> Body::refusal() {
  for (const auto& [name, value] : members_) {
    if (asked_.contains(std::string_view(name))) continue;
    refuse(name, "there is no such field here", fmt::format("known are: {}", fmt::join(asked_, ", ")));
  }
  if (problems_.empty()) return std::nullopt;
  return api::refuse(Error{ErrorCode::kInvalidArgument, problems_.front().message, {}, 0}, problems_);
}

}  // namespace evenkeel::api
