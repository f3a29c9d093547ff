#include "health/composition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/check_kind.h"
#include "model/names.h"

namespace evenkeel::health {
namespace {

constexpr int kMostQuoted = 3;

int needed(int required, size_t checks) {
  const auto all = static_cast<int>(checks);
  return required <= 0 || required > all ? all : required;
}

const char* are(int count) {
  return count == 1 ? "is" : "are";
}

// What the checks with this verdict say.
std::string quoted(std::span<const CheckInWords> checks, Verdict verdict) {
  std::string text;
  int count = 0;
  for (const CheckInWords& check : checks) {
    if (check.verdict != verdict || ++count > kMostQuoted) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", check.name,
                        check.reason.empty() ? "not checked yet" : check.reason);
  }
  if (count > kMostQuoted) text += fmt::format("; and {} more", count - kMostQuoted);
  return text;
}

}  // namespace

std::string name_of(const model::HealthCheck& check, uint16_t port) {
  using model::HealthCheckType;
  if (check.type == HealthCheckType::kFollow) return fmt::format("follow {}", check.follow);
  if (check.type == HealthCheckType::kAlwaysOn) return "always on";
  if (check.type == HealthCheckType::kAlwaysOff) return "always off";
  if (check.type == HealthCheckType::kPing) return "ping";
  const char* kind =
      check.type == HealthCheckType::kNegotiate ? model::to_string(check.protocol) : model::to_string(check.type);
  return fmt::format("{} on port {}", kind, port);
}

CheckInWords all_ports(std::span<const CheckInWords> ports) {
  for (const Verdict verdict : {Verdict::kDown, Verdict::kUnknown, Verdict::kUp}) {
    const auto decides = std::ranges::find(ports, verdict, &CheckInWords::verdict);
    if (decides != ports.end()) return *decides;
  }
  return {};
}

Verdict at_least(int required, std::span<const CheckInWords> checks) {
  const auto up = std::ranges::count(checks, Verdict::kUp, &CheckInWords::verdict);
  const auto down = std::ranges::count(checks, Verdict::kDown, &CheckInWords::verdict);
  const int need = needed(required, checks.size());
  if (checks.empty()) return Verdict::kUnknown;
  if (up >= need) return Verdict::kUp;
  return std::ssize(checks) - down < need ? Verdict::kDown : Verdict::kUnknown;
}

std::string reason_of(int required, std::span<const CheckInWords> checks) {
  if (checks.empty()) return {};
  if (checks.size() == 1) return checks.front().reason;
  const auto well = static_cast<int>(std::ranges::count(checks, Verdict::kUp, &CheckInWords::verdict));
  const int need = needed(required, checks.size());
  const std::string text =
      fmt::format("{} of {} checks {} well, {} {} required", well, checks.size(), are(well), need, are(need));
  for (const Verdict verdict : {Verdict::kDown, Verdict::kUnknown, Verdict::kUp}) {
    if (std::string words = quoted(checks, verdict); !words.empty()) return fmt::format("{}: {}", text, words);
  }
  return text;
}

}  // namespace evenkeel::health
