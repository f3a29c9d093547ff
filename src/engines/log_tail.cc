#include "engines/log_tail.h"

#include <filesystem>
#include <fstream>

namespace evenkeel::engines {
namespace {

constexpr size_t kMostAtOnce = size_t{1} << 20;

std::string read_between(const std::string& path, size_t begin, size_t end) {
  std::string text(end - begin, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace

void LogTail::take() {
  const auto found_at =
      std::exchange(has_looked_, true) ? std::optional(std::chrono::system_clock::now()) : std::nullopt;
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  if (error || size == position_) return;
  if (size < position_) position_ = 0;
  if (size - position_ > kMostAtOnce) position_ = size - kMostAtOnce;
  const std::string text = read_between(file_, position_, size);
  // A line that is being written is read when it is whole.
  const size_t end = text.rfind('\n') + 1;
  position_ += end;
  take_lines(std::string_view(text).substr(0, end), found_at);
}

void LogTail::take_lines(std::string_view text, std::optional<WallTime> at) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    if (!line.empty()) log_.add(parse_(line, at));
  }
}

}  // namespace evenkeel::engines
