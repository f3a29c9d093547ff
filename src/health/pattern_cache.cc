#include "health/pattern_cache.h"

namespace evenkeel::health {

std::shared_ptr<const re2::RE2> PatternCache::get(const std::string& pattern) {
  std::shared_ptr<const re2::RE2>& compiled = patterns_[pattern];
  if (!compiled) {
    re2::RE2::Options options(re2::RE2::Quiet);
    // Bodies are bytes: a page in another encoding must not make an ASCII pattern fail.
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    compiled = std::make_shared<re2::RE2>(pattern, options);
  }
  return compiled;
}

}  // namespace evenkeel::health
