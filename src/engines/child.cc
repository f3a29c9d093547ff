#include "engines/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "base/state_file.h"

namespace evenkeel::engines {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr size_t kMostText = size_t{64} << 10;

// What a child does between fork and exec.
class Actions {
 public:
  Actions() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Actions() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void write_to(const std::string& file) {
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files_, STDOUT_FILENO, STDERR_FILENO);
  }
  void write_to(int descriptor) {
    posix_spawn_file_actions_adddup2(&files_, descriptor, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, descriptor, STDERR_FILENO);
  }

  Result<pid_t> spawn(const std::vector<std::string>& arguments) {
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    pid_t pid = 0;
    const int error = posix_spawn(&pid, argv[0], &files_, &attributes_, argv.data(), environment.data());
    if (error == 0) return pid;
    const auto package = std::filesystem::path(arguments[0]).filename().string();
    auto failure =
        system_error(error, fmt::format("cannot start it: is the package {} installed?", package), arguments[0]);
    if (error == ENOENT) failure.code = ErrorCode::kUnsupported;
    return fail(std::move(failure));
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

struct Pipe {
  Fd out, in;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("cannot make a pipe"));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// Until all who write have ended, or until the deadline.
std::string read_all(const Fd& from, Deadline deadline) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waited{from.get(), POLLIN, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return text;
    const ssize_t count = ::read(from.get(), part.data(), part.size());
    if (count <= 0) return text;
    if (text.size() < kMostText) text.append(part.data(), static_cast<size_t>(count));
  }
}

}  // namespace

Result<pid_t> start_daemon(const std::vector<std::string>& arguments, const std::string& log) {
  Actions actions;
  actions.write_to(log);
  return actions.spawn(arguments);
}

Result<Finished> run_to_end(const std::vector<std::string>& arguments, std::chrono::milliseconds within) {
  auto pipe = make_pipe();
  if (!pipe) return fail(pipe.error());
  Actions actions;
  actions.write_to(pipe->in.get());
  const auto pid = actions.spawn(arguments);
  if (!pid) return fail(pid.error());
  pipe->in.reset();
  Finished finished;
  finished.text = read_all(pipe->out, std::chrono::steady_clock::now() + within);
  const auto process = open_process(*pid);
  if (process && !has_ended(*process)) {
    pollfd waited{process->get(), POLLIN, 0};
    constexpr int kMoment = 1000;
    if (::poll(&waited, 1, kMoment) <= 0) ::kill(*pid, SIGKILL);
  }
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  finished.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return finished;
}

Result<Fd> open_process(pid_t pid) {
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.is_open()) return fail(system_error("cannot watch the process"));
  return process;
}

bool has_ended(const Fd& process) {
  pollfd waited{process.get(), POLLIN, 0};
  return ::poll(&waited, 1, 0) != 0;
}

void reap(pid_t pid) {
  ::waitpid(pid, nullptr, WNOHANG);
}

// The 22nd word of its `stat`, in ticks since the machine was started; the 2nd, in parentheses, may have spaces.
std::optional<WallTime> start_of(pid_t pid, const Clock& clock) {
  constexpr int kWordsBefore = 19;  // after the parenthesis
  const std::string stat = read_state_file(fmt::format("/proc/{}/stat", pid));
  const size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream words(stat.substr(end_of_name + 1));
  std::string skipped;
  for (int i = 0; i < kWordsBefore; ++i) words >> skipped;
  int64_t ticks = 0;
  timespec since_boot{};
  if (!(words >> ticks) || ::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return std::nullopt;
  const auto age = std::chrono::seconds(since_boot.tv_sec) -
                   std::chrono::milliseconds(ticks * 1000 / std::max<int64_t>(1, ::sysconf(_SC_CLK_TCK)));
  return clock.wall_now() - age;
}

// After an upgrade of the package it is "/usr/sbin/haproxy (deleted)".
bool runs_program(pid_t pid, const std::string& program) {
  std::error_code error;
  const auto running = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
  return !error && running.filename().string().starts_with(std::filesystem::path(program).filename().string());
}

}  // namespace evenkeel::engines
