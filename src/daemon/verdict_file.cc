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

Result<> VerdictFile::write(const std::vector<health::Status>& statuses) const {
  json::array array;
  for (const auto& status : statuses) {
    if (status.verdict != health::Verdict::kUnknown) array.push_back(to_json(status));
  }
  const std::string temporary = path_ + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << json::serialize(array) << '\n';
    if (!file.flush()) return fail(system_error("cannot write the verdicts", temporary));
  }
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) return fail(system_error("cannot rename", temporary));
  return {};
}

Result<std::vector<health::Status>> VerdictFile::read() const {
  std::ifstream file(path_);
  if (!file) return std::vector<health::Status>{};
  std::ostringstream text;
  text << file.rdbuf();
  try {
    std::vector<health::Status> statuses;
    for (const auto& entry : json::parse(text.str()).as_array()) statuses.push_back(from_json(entry.as_object()));
    return statuses;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kCorrupt, std::string("not a list of verdicts: ") + error.what(), path_);
  }
}

}  // namespace evenkeel::daemon
