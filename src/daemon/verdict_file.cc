#include "daemon/verdict_file.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace evenkeel::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kModeNames{"ready", "drain", "maint"};  // as AgentMode

int64_t to_milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime time_at(const json::object& object) {
  return WallTime{} + std::chrono::milliseconds{object.at("since_ms").to_number<int64_t>()};
}

model::RealServerKey key_at(const json::object& object) {
  return {json::value_to<std::string>(object.at("virtual_service")),
          json::value_to<std::string>(object.at("real_server"))};
}

json::object to_json(const health::Status& status) {
  return {{"virtual_service", status.key.virtual_service},
          {"real_server", status.key.real_server},
          {"up", status.verdict == health::Verdict::kUp},
          {"since_ms", to_milliseconds(status.since)},
          {"reason", status.reason}};
}

// "up" is null where the path was looked at and nothing could be told.
json::object to_json(const health::PathStatus& path) {
  json::value up;
  if (path.verdict != health::Verdict::kUnknown) up = path.verdict == health::Verdict::kUp;
  return {{"virtual_service", path.key.virtual_service},
          {"real_server", path.key.real_server},
          {"up", std::move(up)},
          {"since_ms", to_milliseconds(path.since)},
          {"reason", path.reason}};
}

json::object to_json(const health::FeedbackStatus& agent) {
  return {{"virtual_service", agent.key.virtual_service},
          {"real_server", agent.key.real_server},
          {"silent", agent.contact == health::FeedbackStatus::Contact::kSilent},
          {"up", agent.said.is_up},
          {"mode", kModeNames[static_cast<size_t>(agent.said.mode)]},
          {"percent", agent.said.percent ? json::value(*agent.said.percent) : json::value()},
          {"answer", agent.answer},
          {"reason", agent.reason}};
}

health::Verdict verdict_at(const json::object& object) {
  return object.at("up").as_bool() ? health::Verdict::kUp : health::Verdict::kDown;
}

health::Status status_from_json(const json::object& object) {
  health::Status status;
  status.key = key_at(object);
  status.verdict = verdict_at(object);
  status.since = time_at(object);
  status.reason = json::value_to<std::string>(object.at("reason"));
  return status;
}

health::PathStatus path_from_json(const json::object& object) {
  health::PathStatus path;
  path.key = key_at(object);
  path.is_pending = false;
  if (!object.at("up").is_null()) path.verdict = verdict_at(object);
  path.since = time_at(object);
  path.reason = json::value_to<std::string>(object.at("reason"));
  return path;
}

health::AgentMode mode_at(const json::object& object) {
  const auto name = json::value_to<std::string>(object.at("mode"));
  const auto found = std::ranges::find(kModeNames, name);
  if (found == kModeNames.end()) throw std::invalid_argument("there is no mode " + name);
  return static_cast<health::AgentMode>(found - kModeNames.begin());
}

health::FeedbackStatus agent_from_json(const json::object& object) {
  using Contact = health::FeedbackStatus::Contact;
  health::FeedbackStatus agent;
  agent.key = key_at(object);
  agent.contact = object.at("silent").as_bool() ? Contact::kSilent : Contact::kAnswers;
  agent.said.is_up = object.at("up").as_bool();
  agent.said.mode = mode_at(object);
  if (!object.at("percent").is_null()) agent.said.percent = object.at("percent").to_number<int>();
  agent.answer = json::value_to<std::string>(object.at("answer"));
  agent.reason = json::value_to<std::string>(object.at("reason"));
  return agent;
}

// One after the other: thousands as one document would be megabytes.
template <class Value, class IsWritten>
void write_array(std::ofstream& file, const std::vector<Value>& values, IsWritten is_written) {
  char before = '[';
  for (const Value& value : values) {
    if (!is_written(value)) continue;
    file << std::exchange(before, ',') << json::serialize(to_json(value));
  }
  file << (before == '[' ? "[]" : "]");
}

}  // namespace

Result<> VerdictFile::write(const Remembered& remembered) const {
  const std::string temporary = path_ + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << R"({"verdicts":)";
    write_array(file, remembered.statuses,
                [](const auto& status) { return status.verdict != health::Verdict::kUnknown; });
    file << R"(,"paths":)";
    write_array(file, remembered.paths, [](const auto& path) { return !path.is_pending; });
    file << R"(,"feedback":)";
    write_array(file, remembered.feedback,
                [](const auto& agent) { return agent.contact != health::FeedbackStatus::Contact::kNone; });
    file << R"(,"active_tier":)" << json::serialize(json::value_from(remembered.active_tier)) << "}\n";
    if (!file.flush()) return fail(system_error("cannot write the verdicts", temporary));
  }
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) return fail(system_error("cannot rename", temporary));
  return {};
}

Result<Remembered> VerdictFile::read() const {
  std::ifstream file(path_);
  if (!file) return Remembered{};
  std::ostringstream text;
  text << file.rdbuf();
  try {
    Remembered remembered;
    const json::value document = json::parse(text.str());
    for (const auto& entry : document.at("verdicts").as_array()) {
      remembered.statuses.push_back(status_from_json(entry.as_object()));
    }
    if (const auto* paths = document.as_object().if_contains("paths")) {  // a file of 0.1.0's beginnings has none
      for (const auto& entry : paths->as_array()) remembered.paths.push_back(path_from_json(entry.as_object()));
    }
    if (const auto* agents = document.as_object().if_contains("feedback")) {
      for (const auto& entry : agents->as_array()) remembered.feedback.push_back(agent_from_json(entry.as_object()));
    }
    remembered.active_tier = json::value_to<std::map<std::string, int>>(document.at("active_tier"));
    return remembered;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kCorrupt, std::string("not what was remembered: ") + error.what(), path_);
  }
}

}  // namespace evenkeel::daemon
