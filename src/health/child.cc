#include "health/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "base/blocking.h"

namespace evenkeel::health {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr int kTroubleFd = 3;

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("cannot make a pipe", "script"));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// What a new process gets: closed descriptors, no blocked or ignored signals.
class Preparation {
 public:
  Preparation(int output, int trouble) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, trouble, kTroubleFd);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kTroubleFd + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Preparation() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  Result<pid_t> spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    pid_t pid = 0;
    const int error = posix_spawn(&pid, command.front().c_str(), &actions_, &attributes_, pointers(command).data(),
                                  pointers(environment).data());
    if (error != 0) return fail(system_error(error, "cannot start", command.front()));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// Above the numbers that the child's own descriptors get, so that dup2 overwrites none of them.
Result<Fd> moved_up(Fd fd) {
  constexpr int kLowest = 10;
  Fd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, kLowest));
  if (!moved.is_open()) return fail(system_error("cannot duplicate a descriptor", "script"));
  return moved;
}

int gather(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFSIGNALED(status) ? Child::kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

// Its end is near, but may take the kernel a moment.
boost::asio::awaitable<void> gather_later(stream_descriptor handle, pid_t pid) {
  boost::system::error_code ignored;
  co_await handle.async_wait(stream_descriptor::wait_read,
                             boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  gather(pid);
}

// A program that has begun, until a Child takes it over; else it is killed.
struct Spawned {
  pid_t pid = 0;
  Fd handle;
  Child::Pipes pipes;

  Spawned() = default;
  Spawned(pid_t number, Fd watched, Child::Pipes to_read)
      : pid(number), handle(std::move(watched)), pipes(std::move(to_read)) {}
  Spawned(Spawned&& other) noexcept
      : pid(std::exchange(other.pid, 0)), handle(std::move(other.handle)), pipes(std::move(other.pipes)) {}
  Spawned& operator=(Spawned&&) = delete;
  ~Spawned() {
    if (pid == 0) return;
    ::kill(pid, SIGKILL);
    gather(pid);
  }
};

Result<Spawned> spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  auto output = make_pipe();
  if (!output) return fail(output.error());
  auto trouble = make_pipe();
  if (!trouble) return fail(trouble.error());
  const auto output_end = moved_up(std::move(output->write));
  if (!output_end) return fail(output_end.error());
  const auto trouble_end = moved_up(std::move(trouble->write));
  if (!trouble_end) return fail(trouble_end.error());
  const auto pid = Preparation(output_end->get(), trouble_end->get()).spawn(command, environment);
  if (!pid) return fail(pid.error());
  Fd handle(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  if (!handle.is_open()) {
    const Error error = system_error("cannot watch a process", "script");
    ::kill(*pid, SIGKILL);
    gather(*pid);
    return fail(error);
  }
  return Spawned(*pid, std::move(handle), {std::move(output->read), std::move(trouble->read)});
}

}  // namespace

boost::asio::awaitable<Result<Child::Started>> Child::start(boost::asio::io_context& io,
                                                            boost::asio::thread_pool& starter,
                                                            std::vector<std::string> command,
                                                            std::vector<std::string> environment) {
  auto spawned =
      co_await run_blocking(starter, [&] { return std::make_shared<Result<Spawned>>(spawn(command, environment)); });
  if (!*spawned) co_return fail(spawned->error());
  Spawned& begun = **spawned;
  Child child(io, std::exchange(begun.pid, 0), std::move(begun.handle));
  co_return Started{std::move(child), std::move(begun.pipes)};
}

Child::Child(boost::asio::io_context& io, pid_t pid, Fd handle) : io_(io), pid_(pid), handle_(io, handle.release()) {}

Child::Child(Child&& other) noexcept
    : io_(other.io_), pid_(std::exchange(other.pid_, 0)), handle_(std::move(other.handle_)) {}

Child::~Child() {
  kill();
}

boost::asio::awaitable<int> Child::wait() {
  boost::system::error_code error;
  co_await handle_.async_wait(stream_descriptor::wait_read,
                              boost::asio::redirect_error(boost::asio::use_awaitable, error));
  if (error || pid_ == 0) co_return -1;
  co_return gather(std::exchange(pid_, 0));
}

void Child::kill() {
  if (pid_ == 0) return;
  const pid_t pid = std::exchange(pid_, 0);
  ::kill(pid, SIGKILL);
  boost::asio::co_spawn(io_, gather_later(std::move(handle_), pid), boost::asio::detached);
}

}  // namespace evenkeel::health
