// The command line's executable: finds out about the terminal and the environment, and runs.

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "cli/run.h"
#include "cli/secret_prompt.h"
#include "cli/unix_socket_transport.h"

namespace {

using evenkeel::cli::Terminal;

constexpr const char* kDefaultSocket = "/run/evenkeel/api.sock";

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread
  return value == nullptr ? std::string_view() : std::string_view(value);
}

size_t terminal_width() {
  size_t columns = 0;
  const std::string_view given = variable("COLUMNS");
  std::from_chars(given.data(), given.data() + given.size(), columns);
  if (columns > 0) return columns;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Terminal find_terminal() {
  std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): there is one thread
  Terminal terminal;
  terminal.unicode = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  if (::isatty(STDOUT_FILENO) == 1) {
    terminal.colour = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    terminal.width = terminal_width();
  }
  return terminal;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const evenkeel::SystemClock clock;
  const std::string_view socket = variable("EVENKEEL_SOCKET");
  evenkeel::cli::World world{
      .in = std::cin,
      .out = std::cout,
      .error = std::cerr,
      .clock = clock,
      .terminal = find_terminal(),
      .socket_path = std::string(socket.empty() ? kDefaultSocket : socket),
      .connect = [](const std::string& path) { return std::make_unique<evenkeel::cli::UnixSocketTransport>(path); },
      .pause =
          [](std::chrono::milliseconds time) {
            std::this_thread::sleep_for(time);
            return true;
          },
      .read_secret = evenkeel::cli::read_secret_from_terminal,
  };
  return static_cast<int>(evenkeel::cli::run({arguments + 1, arguments + argument_count}, world));
}
