#include "sandbox/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/trouble.h"

namespace evenkeel::sandbox {
namespace {

constexpr rlim_t kMegabyte = rlim_t{1} << 20;
constexpr rlim_t kMemory = 1024 * kMegabyte;  // address space of each process
constexpr rlim_t kFileSize = 16 * kMegabyte;
constexpr rlim_t kFiles = 256;
constexpr rlim_t kProcesses = 256;  // of this user on the whole machine: the kernel counts them together

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  if (setrlimit(resource, &both) != 0) give_up("cannot limit what the script uses");
}

void drop_capabilities() {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
  }
  if (errno != EINVAL) give_up("cannot drop capabilities");  // EINVAL: past the last one that the kernel knows
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) give_up("cannot drop ambient capabilities");
}

void clear_capability_sets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  if (syscall(SYS_capset, &header, none) != 0) give_up("cannot clear capabilities");
}

}  // namespace

User find_user(const char* name) {
  errno = 0;
  const passwd* const found = getpwnam(name);
  if (found == nullptr) {
    if (errno == 0) errno = ENOENT;
    give_up("there is no user for scripts");
  }
  if (found->pw_uid == 0) {
    errno = EPERM;
    give_up("scripts do not run as root");
  }
  return {found->pw_uid, found->pw_gid};
}

void limit_resources(rlim_t cpu_seconds) {
  limit(RLIMIT_CPU, cpu_seconds);
  limit(RLIMIT_AS, kMemory);
  limit(RLIMIT_FSIZE, kFileSize);
  limit(RLIMIT_NOFILE, kFiles);
  limit(RLIMIT_NPROC, kProcesses);
  limit(RLIMIT_CORE, 0);
}

void drop_privileges(const User& user) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("cannot refuse new privileges");
  drop_capabilities();
  if (setgroups(0, nullptr) != 0) give_up("cannot leave groups");
  if (setresgid(user.gid, user.gid, user.gid) != 0) give_up("cannot become the group for scripts");
  if (setresuid(user.uid, user.uid, user.uid) != 0) give_up("cannot become the user for scripts");
  clear_capability_sets();
}

}  // namespace evenkeel::sandbox
