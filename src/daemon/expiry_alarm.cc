#include "daemon/expiry_alarm.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace evenkeel::daemon {
namespace {

// The smallest of the days that are not less than what is left; 0: it has expired. None: it is not time yet.
std::optional<int> stage_of(int days_left, const std::string& days) {
  if (days_left < 0) return 0;
  std::optional<int> stage;
  for (const char* at = days.data(); at < days.data() + days.size(); ++at) {
    int number = 0;
    at = std::from_chars(at, days.data() + days.size(), number).ptr;
    if (days_left <= number && (!stage || number < *stage)) stage = number;
  }
  return stage;
}

std::string sentence_of(const CertificateShelf::Deadline& deadline) {
  const auto date = to_iso8601(deadline.not_after).substr(0, 10);
  if (deadline.days_left < 0) return fmt::format("it expired on {}: clients refuse it", date);
  if (deadline.days_left == 0) return fmt::format("it expires within a day, on {}", date);
  return fmt::format("it expires in {} day{}, on {}", deadline.days_left, deadline.days_left == 1 ? "" : "s", date);
}

}  // namespace

std::vector<ExpiryAlarm::Change> ExpiryAlarm::update(const std::vector<CertificateShelf::Deadline>& deadlines,
                                                     const std::string& days) {
  std::vector<Change> changes;
  std::map<std::string, int> told;
  sentences_.clear();
  for (const auto& deadline : deadlines) {
    const auto stage = stage_of(deadline.days_left, days);
    if (!stage) continue;
    const auto sentence = sentence_of(deadline);
    const auto before = told_.find(deadline.label);
    if (before == told_.end() || *stage < before->second) changes.push_back({deadline.label, sentence, true});
    told.emplace(deadline.label, *stage);
    sentences_.emplace(deadline.label, sentence);
  }
  for (const auto& [label, stage] : told_) {
    if (!told.contains(label)) changes.push_back({label, "it is valid for longer now, or not used any more", false});
  }
  told_ = std::move(told);
  return changes;
}

}  // namespace evenkeel::daemon
