#include "desired/tiers.h"

namespace evenkeel::desired {
namespace {

struct Choice {
  Tiers tiers;
  bool suffices = false;
};

// From `first` on, as many tiers as it takes to have `minimum` usable real servers.
Choice starting_at(int first, const std::map<int, size_t>& usable, size_t minimum) {
  Choice choice{.tiers = {first, first}};
  size_t count = 0;
  for (auto tier = usable.find(first); tier != usable.end() && !choice.suffices; ++tier) {
    choice.tiers.last = tier->first;
    count += tier->second;
    choice.suffices = count >= minimum;
  }
  return choice;
}

}  // namespace

Tiers choose_tiers(const model::VirtualService& service, const std::map<int, size_t>& usable, int active) {
  if (usable.empty()) return {};
  const auto minimum = static_cast<size_t>(service.minimum_usable);
  if (!service.failback && usable.contains(active)) {
    const Choice held = starting_at(active, usable, minimum);
    // Too few from here on: then better ones that stand by must not be left idle.
    if (held.suffices) return held.tiers;
  }
  return starting_at(usable.begin()->first, usable, minimum).tiers;
}

}  // namespace evenkeel::desired
