#pragma once
// Compiled patterns, shared by all targets that expect the same answer: compiling one for every probe would cost more
// than the probe.

#include <re2/re2.h>

#include <map>
#include <memory>
#include <string>

namespace evenkeel::health {

class PatternCache {
 public:
  // Never null; a pattern that RE2 refuses comes back with !ok().
  std::shared_ptr<const re2::RE2> get(const std::string& pattern);
  // Forgets what no probe uses at the moment.
  void clear() { patterns_.clear(); }

 private:
  std::map<std::string, std::shared_ptr<const re2::RE2>> patterns_;
};

}  // namespace evenkeel::health
