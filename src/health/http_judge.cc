#include "health/http_judge.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "health/reason.h"
#include "health/status_ranges.h"

namespace evenkeel::health {
namespace {

// Enough that eighty printable bytes are left after masking.
constexpr size_t kMaskedBytes = 4096;

// Masked before it is shortened: half a key is still half a key.
std::string shown(const HttpExpectation& expected, std::string_view bytes) {
  return excerpt(expected.mask.apply(bytes.substr(0, kMaskedBytes)));
}

std::string address_of(const Target& target) {
  return Endpoint{target.address, target.port}.to_string();
}

std::string with_body(const HttpExpectation& expected, std::string sentence, const HttpResponse& response) {
  const std::string body = shown(expected, response.body());
  return body.empty() ? sentence : fmt::format("{}: {}", sentence, body);
}

ProbeResult judge_broken(const HttpExpectation& expected, const HttpResponse& response) {
  const std::string server = address_of(expected.target);
  if (response.status() != 0) {
    return {Outcome::kFailure,
            fmt::format("HTTP {} from {}, but the answer is broken: {}", response.status(), server, response.problem()),
            "protocol"};
  }
  if (response.beginning().empty()) {
    return {Outcome::kFailure, fmt::format("no HTTP answer from {}: {}", server, response.problem()), "protocol"};
  }
  return {
      Outcome::kFailure,
      fmt::format("no HTTP answer from {}: {}: {}", server, response.problem(), shown(expected, response.beginning())),
      "protocol"};
}

ProbeResult judge_status(const HttpExpectation& expected, const HttpResponse& response) {
  std::string sentence =
      fmt::format("HTTP {} where {} is allowed", response.status(), expected.target.check.allowed_status);
  if (!response.location().empty()) {
    const char* what = expected.target.check.follow_redirects ? "another server or too many" : "not followed";
    sentence += fmt::format(" (redirect to {}, {})", shown(expected, response.location()), what);
  }
  return {Outcome::kFailure, with_body(expected, std::move(sentence), response), "allowed_status"};
}

// Empty: the value at the check's pointer is what it must be.
std::string object_to_json(const HttpExpectation& expected, const HttpResponse& response) {
  const model::HealthCheck& check = expected.target.check;
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(response.body(), error);
  if (error) return fmt::format("the body is no JSON ({})", error.message());
  const boost::json::value* value = body.find_pointer(check.json_pointer, error);
  if (value == nullptr) return fmt::format("the JSON body has nothing at {}", check.json_pointer);
  const std::string text = value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
  if (text == check.json_equals) return {};
  return fmt::format("{} is {} where {} is expected", check.json_pointer, shown(expected, text), check.json_equals);
}

}  // namespace

ProbeResult judge(const HttpExpectation& expected, const HttpResponse& response, std::chrono::nanoseconds duration) {
  const model::HealthCheck& check = expected.target.check;
  const auto allowed = StatusRanges::parse(check.allowed_status);
  if (!allowed) return not_checked(allowed.error().message);

  // A wrong status says more than the way in which the rest of the answer is broken.
  if (response.status() != 0 && !allowed->contains(response.status())) return judge_status(expected, response);
  if (response.progress() == HttpResponse::Progress::kBroken) return judge_broken(expected, response);
  std::string matched;
  if (expected.body != nullptr) {
    const std::string pattern = shown(expected, check.response_expected);
    if (!re2::RE2::PartialMatch(response.body(), *expected.body)) {
      return {Outcome::kFailure, with_body(expected, fmt::format("body does not match \"{}\"", pattern), response),
              "response_expected"};
    }
    matched = fmt::format(", body matches \"{}\"", pattern);
  }
  if (!check.json_pointer.empty()) {
    const std::string objection = object_to_json(expected, response);
    if (!objection.empty()) return {Outcome::kFailure, with_body(expected, objection, response), "json_pointer"};
    matched += fmt::format(", {} is {}", check.json_pointer, shown(expected, check.json_equals));
  }
  return {Outcome::kSuccess,
          fmt::format("HTTP {} from {} in {}{}", response.status(), address_of(expected.target),
                      milliseconds_text(duration), matched),
          expected.body == nullptr ? "allowed_status" : "response_expected"};
}

}  // namespace evenkeel::health
