#include "engines/l4_xdp/reasons.h"

#include <array>
#include <cstring>

#include "engines/l4_xdp/array_map.h"
#include "engines/l4_xdp/hash_map.h"

namespace evenkeel::engines::l4_xdp {
namespace {

struct ReasonWords {
  const char* name;
  const char* description;
  const char* remedy;
};
constexpr std::array<ReasonWords, EK_REASONS_COUNT> kReasons{{
#define EK_REASON_WORDS(id, name, text, remedy) {name, text, remedy},
    EK_REASONS(EK_REASON_WORDS)
#undef EK_REASON_WORDS
}};

uint64_t sum_of_cpus(const std::byte* values) {
  uint64_t sum = 0;
  for (size_t cpu = 0; cpu < ArrayMap::possible_cpus(); ++cpu) {
    uint64_t value = 0;
    std::memcpy(&value, values + cpu * sizeof value, sizeof value);
    sum += value;
  }
  return sum;
}

}  // namespace

std::map<std::pair<std::string, std::string>, uint64_t> by_label(std::span<const ServiceReasonCount> counts,
                                                                 const SlotOwners& owners) {
  std::map<std::pair<std::string, std::string>, uint64_t> named;
  for (const auto& [key, packets] : counts) {
    const auto owner = owners.find(key.service);
    if (owner == owners.end() || owner->second.generation != key.generation || key.reason >= kReasons.size()) continue;
    named[{owner->second.label, kReasons.at(key.reason).name}] += packets;
  }
  return named;
}

bool is_of_removed(const ek_service_reason& key, const ek_service& slot) {
  const bool in_use = slot.timeouts[EK_STATE_ESTABLISHED] != 0;  // a freed slot keeps its generation only
  return !in_use || slot.generation != key.generation;
}

ReasonCounts::ReasonCounts(const Program& program) : program_(program) {}

Result<std::vector<observed::Reason>> ReasonCounts::of_all() const {
  std::vector<observed::Reason> reasons;
  const ArrayMap map(program_.map("reasons"), "reasons", ArrayMap::per_cpu_value_size(sizeof(uint64_t)));
  auto read = map.visit(EK_REASONS_COUNT, [&reasons](uint32_t reason, const std::byte* values) {
    observed::Reason& row = reasons.emplace_back();
    row.name = kReasons.at(reason).name;
    row.description = kReasons.at(reason).description;
    row.remedy = kReasons.at(reason).remedy;
    row.packets = sum_of_cpus(values);
  });
  if (!read) return fail(read.error());
  return reasons;
}

Result<std::vector<ServiceReasonCount>> ReasonCounts::by_service() const {
  std::vector<ServiceReasonCount> counts, removed;
  const HashMap map(program_.map("service_reasons"), "service_reasons", sizeof(ek_service_reason),
                    ArrayMap::per_cpu_value_size(sizeof(uint64_t)));
  auto read = map.visit([&](const std::byte* key, const std::byte* values) {
    ServiceReasonCount count;
    std::memcpy(&count.key, key, sizeof count.key);
    count.packets = sum_of_cpus(values);
    (is_of_removed(count.key) ? removed : counts).push_back(count);
  });
  if (!read) return fail(read.error());
  for (const ServiceReasonCount& count : removed) {
    if (auto erased = map.erase(&count.key); !erased) return fail(erased.error());
  }
  return counts;
}

bool ReasonCounts::is_of_removed(const ek_service_reason& key) const {
  return key.service >= EK_MAX_SERVICES ||
         l4_xdp::is_of_removed(key, program_.tables().arrays->at<&ek_arrays::services>(key.service));
}

}  // namespace evenkeel::engines::l4_xdp
