#pragma once
// The last verdicts of the health engine, kept across a restart of evenkeeld (not across a reboot), so that no service
// flaps while the first probes run. Lives in the run directory.

#include <string>
#include <vector>

#include "base/result.h"
#include "health/monitor.h"

namespace evenkeel::daemon {

class VerdictFile {
 public:
  explicit VerdictFile(std::string path) : path_(std::move(path)) {}

  // Replaces the file as a whole.
  Result<> write(const std::vector<health::Status>& statuses) const;
  // A missing file is an empty list; a damaged one is kCorrupt.
  Result<std::vector<health::Status>> read() const;

 private:
  std::string path_;
};

}  // namespace evenkeel::daemon
