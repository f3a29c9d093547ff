#include "engines/l7_haproxy/paths.h"

#include <sys/stat.h>

#include <filesystem>

namespace evenkeel::engines::l7_haproxy {

Result<> make_directories(const Paths& paths) {
  std::error_code error;
  std::filesystem::create_directories(paths.empty(), error);
  if (error) return fail(system_error(error.value(), "cannot create the directory", paths.empty()));
  constexpr mode_t kPrivate = 0700;
  constexpr mode_t kEmpty = 0555;
  if (chmod(paths.directory.c_str(), kPrivate) != 0 || chmod(paths.empty().c_str(), kEmpty) != 0) {
    return fail(system_error("cannot set the mode", paths.directory));
  }
  return {};
}

}  // namespace evenkeel::engines::l7_haproxy
