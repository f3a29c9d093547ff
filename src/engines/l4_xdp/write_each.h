#pragma once
// Writing many entries so that one that fails does not stop the others. Used by the change only.

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace evenkeel::engines::l4_xdp {

struct EntryFailure {
  size_t entry = 0;
  Error error;
};

// All in one call; if that fails, one by one, so that each object's own error is known and the others still get done.
template <class Entry, class Write>
std::vector<EntryFailure> write_each(const std::vector<Entry>& entries, const Write& write) {
  std::vector<EntryFailure> failures;
  const std::span<const Entry> all(entries);
  if (entries.empty() || write(all)) return failures;
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (auto written = write(all.subspan(entry, 1)); !written) failures.push_back({entry, written.error()});
  }
  return failures;
}

inline std::string retried(const Error& error) {
  return to_string(error) + "; it will be tried again";
}

}  // namespace evenkeel::engines::l4_xdp
