#include "cli/secret_prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <string_view>

#include "base/fd.h"

namespace evenkeel::cli {
namespace {

constexpr size_t kMostBytes = 1024;

// As long as it exists, the terminal shows nothing of what is typed.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    is_silent_ = tcgetattr(terminal_, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_silent_ = is_silent_ && tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~Silence() {
    if (is_silent_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  bool is_silent() const { return is_silent_; }

 private:
  int terminal_;
  termios before_{};
  bool is_silent_ = false;
};

bool write_all(int terminal, std::string_view text) {
  return ::write(terminal, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<std::string> read_secret_from_terminal(const std::string& prompt) {
  const Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.is_open()) return fail(ErrorCode::kUnavailable, "there is no terminal to type a password at");
  const Silence silence(terminal.get());
  if (!silence.is_silent() || !write_all(terminal.get(), prompt)) {
    return fail(system_error("cannot use the terminal", "/dev/tty"));
  }
  std::string typed;
  char character = '\0';
  while (typed.size() < kMostBytes && ::read(terminal.get(), &character, 1) == 1 && character != '\n') {
    typed += character;
  }
  write_all(terminal.get(), "\n");
  return typed;
}

}  // namespace evenkeel::cli
