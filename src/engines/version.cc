#include "engines/version.h"

#include <chrono>

#include "engines/child.h"

namespace evenkeel::engines {

std::string version_of(const std::string& program, std::string_view mark) {
  constexpr std::chrono::seconds kLongest{10};
  const auto said = run_to_end({program, "-v"}, kLongest);
  if (!said) return {};
  const size_t found = said->text.find(mark);
  if (found == std::string::npos) return {};
  const size_t begin = found + mark.size();
  return said->text.substr(begin, said->text.find_first_of(" \n", begin) - begin);
}

}  // namespace evenkeel::engines
