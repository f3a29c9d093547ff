// evenkeel-sandbox USER CPU-SECONDS DIRECTORY SCRIPT ARGUMENT...: runs one script where it can do no harm, and ends
// with its exit status, or 128 and the signal. Started by evenkeeld for external checks, as root; killing it kills all
// that the script has started.
//
// Three processes: this one waits outside; the first of the new process namespace is its init; the script is its child,
// so that signals and orphans are to it what they are elsewhere.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "sandbox/isolation.h"
#include "sandbox/privileges.h"
#include "sandbox/trouble.h"

namespace evenkeel::sandbox {
namespace {

constexpr int kFixedArguments = 5;  // with the program's own name

int exit_code(int status) {
  constexpr int kSignalled = 128;  // as shells say it
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

// Orphans that end meanwhile are gathered too.
int wait_for(pid_t child) {
  int status = 0;
  for (pid_t ended = 0; ended != child;) {
    ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) return EXIT_FAILURE;
  }
  return exit_code(status);
}

pid_t fork_or_give_up() {
  const pid_t child = fork();
  if (child < 0) give_up("cannot start a process for the script");
  return child;
}

// No descriptor but the three and the one for trouble, which exec closes.
void close_descriptors() {
  constexpr unsigned kLast = ~0U;
  close_range(kTroubleFd + 1, kLast, 0);
  fcntl(kTroubleFd, F_SETFD, FD_CLOEXEC);
}

void let_go_of_pipes() {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO, kTroubleFd}) close(fd);
}

// After a change of credentials, which undoes it; the parent may have died before.
void die_with(int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  pollfd ended{parent, POLLIN, 0};
  if (poll(&ended, 1, 0) != 0) _exit(EXIT_FAILURE);
}

[[noreturn]] void become_script(const std::string& name, char** arguments) {
  const std::string path = std::string(kScripts) + "/" + name;
  arguments[0] = const_cast<char*>(path.c_str());
  execve(path.c_str(), arguments, environ);
  if (errno == EACCES) give_up("the user for scripts may not read and execute it");
  if (errno == ENOENT) give_up("the interpreter that its first line names is not there");
  if (errno == ENOEXEC) give_up("it has no first line such as #!/bin/sh");
  give_up("cannot execute it");
}

int run(char** argv) {
  constexpr mode_t kPrivate = 077;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  close_descriptors();
  const User user = find_user(argv[1]);
  const rlim_t cpu_seconds = std::strtoul(argv[2], nullptr, 10);
  const int self = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  unshare_machine();
  if (const pid_t init = fork_or_give_up(); init != 0) {
    let_go_of_pipes();
    return wait_for(init);
  }
  setsid();
  hide_machine(argv[3]);
  umask(kPrivate);
  limit_resources(cpu_seconds);
  drop_privileges(user);
  die_with(self);
  close(self);
  if (const pid_t script = fork_or_give_up(); script != 0) {
    let_go_of_pipes();
    return wait_for(script);
  }
  become_script(argv[4], argv + kFixedArguments - 1);
}

}  // namespace
}  // namespace evenkeel::sandbox

int main(int argc, char** argv) {
  if (argc < evenkeel::sandbox::kFixedArguments) return EXIT_FAILURE;
  // Nothing is to be tidied up, and what tidies up at exit may not be able to any more.
  _exit(evenkeel::sandbox::run(argv));
}
