#include "base/state_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/fd.h"

namespace evenkeel {
namespace {

Result<> write_and_sync(const std::string& path, std::string_view text) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot create it", path));
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error("cannot write it", path));
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file.get()) != 0) return fail(system_error("cannot write it", path));
  return {};
}

}  // namespace

std::string read_state_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<> write_state_file(const std::string& path, std::string_view text) {
  const std::string directory = std::filesystem::path(path).parent_path();
  std::error_code ignored;  // what follows says why it does not work
  std::filesystem::create_directories(directory, ignored);
  const std::string temporary = path + ".new";
  if (auto written = write_and_sync(temporary, text); !written) return written;
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return fail(system_error("cannot replace it", path));
  const Fd folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::fsync(folder.get()) != 0) return fail(system_error("cannot write it", directory));
  return {};
}

}  // namespace evenkeel
