#pragma once
// What another program adds to a file of messages, remembered as it comes. For one thread, which may wait for the disk.

#include <functional>
#include <string>
#include <string_view>

#include "observed/program_log.h"

namespace evenkeel::engines {

class LogTail {
 public:
  // The line without its end; `at` is when it was found, none for what was there before the first look.
  using Parse = std::function<observed::LogLine(std::string_view line, std::optional<WallTime> at)>;

  LogTail(std::string file, observed::ProgramLog& log, Parse parse)
      : file_(std::move(file)), log_(log), parse_(std::move(parse)) {}

  // Takes over what is new: at most 1 MB at once, of more the end. A file that has become shorter is read from its
  // beginning. To be called before the file is emptied.
  void take();

 private:
  void take_lines(std::string_view text, std::optional<WallTime> at);

  std::string file_;
  observed::ProgramLog& log_;
  Parse parse_;
  size_t position_ = 0;
  bool has_looked_ = false;
};

}  // namespace evenkeel::engines
