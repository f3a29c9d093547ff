// A directory of a test's own, with all that is in it as long as the test runs. A fixture's first member, so that it is
// removed last.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace evenkeel {

class TemporaryDirectory {
 public:
  // For its owner alone, as mkdtemp makes it.
  TemporaryDirectory() {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory " + path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
};

}  // namespace evenkeel
