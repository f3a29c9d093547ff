#pragma once
// The last verdicts of the health engine, what agents have said, and the tiers in force, kept across a restart of
// evenkeeld (not across a reboot), so that no service flaps while the first probes run. Lives in the run directory.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "health/feedback_monitor.h"
#include "health/monitor.h"
#include "health/path_verdict.h"

namespace evenkeel::daemon {

struct Remembered {
  std::vector<health::Status> statuses;
  std::map<std::string, int> active_tier = {};  // by label of the virtual service: what took over stays
  std::vector<health::PathStatus> paths = {};
  std::vector<health::FeedbackStatus> feedback = {};  // a drained server stays so until its agent is asked again
};

class VerdictFile {
 public:
  explicit VerdictFile(std::string path) : path_(std::move(path)) {}

  // Replaces the file as a whole.
  Result<> write(const Remembered& remembered) const;
  // A missing file is nothing remembered; a damaged one is kCorrupt.
  Result<Remembered> read() const;

 private:
  std::string path_;
};

}  // namespace evenkeel::daemon
