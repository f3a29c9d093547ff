#pragma once
// Which object of one configuration is which of another: by label, and where a label is new, by what makes the object
// the same one for its clients.

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/layer7_service.h"
#include "model/virtual_service.h"

namespace evenkeel::config {

template <class T>
struct Matches {
  std::vector<std::pair<const T*, const T*>> pairs;  // before (null: added), after; in the order of `after`
  std::vector<const T*> removed;                     // in the order of before

  // What a matched object is now.
  const T& renamed(const T& before) const { return *now.at(&before); }
  std::map<const T*, const T*> now;
};

// Two objects with the same identity are the same one under another label.
inline auto identity(const model::VirtualService& service) {
  return std::tuple(service.address, service.ports.ranges(), service.protocol);
}
inline auto identity(const model::Layer7Service& service) {
  return std::tuple(service.address, service.ports.ranges());
}
inline auto identity(const model::Layer7Server& server) {
  return std::tuple(server.address, server.port);
}
inline auto identity(const model::RealServer& server) {
  return std::tuple(server.address, server.port);
}

template <class T>
Matches<T> match(const std::vector<T>& before, const std::vector<T>& after) {
  std::map<std::string, const T*> by_label;
  for (const T& object : before) by_label.emplace(object.label, &object);
  Matches<T> matches;
  for (const T& object : after) {
    const auto found = by_label.find(object.label);
    matches.pairs.emplace_back(found == by_label.end() ? nullptr : found->second, &object);
    if (found != by_label.end()) by_label.erase(found);
  }
  std::map<decltype(identity(std::declval<T>())), const T*> by_identity;
  for (const auto& [label, object] : by_label) by_identity.emplace(identity(*object), object);
  for (auto& [old_object, new_object] : matches.pairs) {
    if (old_object != nullptr) continue;
    const auto found = by_identity.find(identity(*new_object));
    if (found == by_identity.end()) continue;
    old_object = found->second;
    by_identity.erase(found);
  }
  for (const auto& [old_object, new_object] : matches.pairs) {
    if (old_object != nullptr) matches.now.emplace(old_object, new_object);
  }
  for (const T& object : before) {
    if (!matches.now.contains(&object)) matches.removed.push_back(&object);
  }
  return matches;
}

}  // namespace evenkeel::config
