#pragma once

#include <map>

namespace evenkeel::desired {

template <class Key, class Value>
Value find_or(const std::map<Key, Value>& values, const Key& key, Value otherwise) {
  const auto found = values.find(key);
  return found == values.end() ? otherwise : found->second;
}

}  // namespace evenkeel::desired
