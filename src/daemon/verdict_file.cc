#include "daemon/verdict_file.h"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace evenkeel::daemon {
namespace {

namespace json = boost::json;

json::object to_json(const health::Status& status) {
  return {{"virtual_service", status.key.virtual_service},
          {"real_server", status.key.real_server},
          {"up", status.verdict == health::Verdict::kUp},
          {"since_ms", std::chrono::duration_cast<std::chrono::milliseconds>(status.since.time_since_epoch()).count()},
          {"reason", status.reason}};
}

health::Status from_json(const json::object& object) {
  health::Status status;
  status.key = {json::value_to<std::string>(object.at("virtual_service")),
                json::value_to<std::string>(object.at("real_server"))};
  status.verdict = object.at("up").as_bool() ? health::Verdict::kUp : health::Verdict::kDown;
  status.since = WallTime{} + std::chrono::milliseconds{object.at("since_ms").to_number<int64_t>()};
  status.reason = json::value_to<std::string>(object.at("reason"));
  return status;
}

}  // namespace

Result<> VerdictFile::write(const Remembered& remembered) const {
  json::array verdicts;
  for (const auto& status : remembered.statuses) {
    if (status.verdict != health::Verdict::kUnknown) verdicts.push_back(to_json(status));
  }
  const json::object document{{"verdicts", std::move(verdicts)},
                              {"active_tier", json::value_from(remembered.active_tier)}};
  const std::string temporary = path_ + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << json::serialize(document) << '\n';
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
      remembered.statuses.push_back(from_json(entry.as_object()));
    }
    remembered.active_tier = json::value_to<std::map<std::string, int>>(document.at("active_tier"));
    return remembered;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kCorrupt, std::string("not what was remembered: ") + error.what(), path_);
  }
}

}  // namespace evenkeel::daemon
