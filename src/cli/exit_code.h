#pragma once
// What `evenkeel` tells the shell.

namespace evenkeel::cli {

enum class ExitCode : int {
  kOk = 0,
  kRefused = 1,      // evenkeeld answered, and the answer is an error
  kUsage = 2,        // the command line makes no sense
  kUnreachable = 3,  // evenkeeld did not answer at all
};

}  // namespace evenkeel::cli
