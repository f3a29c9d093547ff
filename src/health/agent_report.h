#pragma once
// What a feedback agent says of its server: the words of HAProxy's agent-check ("up 75%", "drain", "down#no licence"),
// which agents for other load balancers speak too. Pure.

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health {

enum class AgentMode { kReady, kDrain, kMaint };

// One answer. What it does not mention stays as it was.
struct AgentReport {
  std::optional<bool> is_up{};
  std::optional<AgentMode> mode{};
  std::optional<int> percent{};  // 0..100 of the configured weight
  bool operator==(const AgentReport&) const = default;
};

inline constexpr size_t kLongestAgentAnswer = 1024;  // bytes that are looked at

// Of the first line, in any case of letters; what follows "#" is for people. A number without "%" counts where pages
// are read, not from agents. Error: why it says nothing, as a sentence.
enum class BareNumber { kIsNothing, kIsPercent };
std::expected<AgentReport, std::string> parse_agent_report(std::string_view text, BareNumber bare_number);

// What an agent has said so far.
struct AgentState {
  bool is_up = true;
  AgentMode mode = AgentMode::kReady;
  std::optional<int> percent{};  // none: never said
  bool operator==(const AgentState&) const = default;

  void take(const AgentReport& report);
  // No new connections, though nothing is wrong: drain, maint or 0 %.
  bool takes_none() const { return mode != AgentMode::kReady || percent == 0; }
};

}  // namespace evenkeel::health
