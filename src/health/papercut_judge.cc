#include "health/papercut_judge.h"

#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string_view>

namespace evenkeel::health::papercut {
namespace {

constexpr std::array<std::string_view, 2> kPassivePage{"passive monitoring mode", "High availability activated"};

bool is_passive_page(const std::string& body) {
  for (const std::string_view words : kPassivePage) {
    if (body.find(words) != std::string::npos) return true;
  }
  return false;
}

// The attribute `status`: "OK", or an error in words.
std::optional<std::string> health_status(const std::string& body) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  const boost::json::value* status = object == nullptr ? nullptr : object->if_contains("status");
  if (status == nullptr || !status->is_string()) return std::nullopt;
  std::string text(status->get_string());
  // The description is for people, and only shown.
  for (const char* key : {"message", "comment"}) {
    const boost::json::value* more = object->if_contains(key);
    if (text != "OK" && more != nullptr && more->is_string() && !more->get_string().empty()) {
      text += ": " + std::string(more->get_string());
    }
  }
  return text;
}

}  // namespace

Opinion judge(const HttpResponse& response) {
  const int status = response.status();
  if (is_passive_page(response.body())) return {State::kPassive, ""};
  const auto said = health_status(response.body());
  if (status == 200 && said == "OK" && response.progress() == HttpResponse::Progress::kComplete) {
    return {State::kActive, ""};
  }
  if (status == 401 || status == 403) return {State::kNoAccess, "the key of the health API is not accepted"};
  if (said) return {State::kError, *said == "OK" ? "status OK, but not with HTTP 200" : *said};
  if (status == 503) return {State::kStarting, "HTTP 503"};
  return {State::kNotPapercut, response.problem()};
}

const char* to_string(State state) {
  constexpr std::array kNames{"active", "passive", "starting", "error", "no access", "no answer of the health API"};
  return kNames[static_cast<size_t>(state)];
}

}  // namespace evenkeel::health::papercut
