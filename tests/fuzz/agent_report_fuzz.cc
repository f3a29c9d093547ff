// Feeds the reader of feedback agents' answers any bytes: what it makes of them is a share of the weight, or nothing.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "health/agent_report.h"

using namespace evenkeel::health;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto bare_number : {BareNumber::kIsNothing, BareNumber::kIsPercent}) {
    const auto report = parse_agent_report(text, bare_number);
    if (!report && report.error().empty()) std::abort();
    if (report && *report == AgentReport{}) std::abort();
    if (report && (report->percent.value_or(0) < 0 || report->percent.value_or(0) > 100)) std::abort();
  }
  return 0;
}
