#include "sandbox/trouble.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace evenkeel::sandbox {

void give_up(const char* what) {
  dprintf(kTroubleFd, "%s: %s", what, std::strerror(errno));
  _exit(EXIT_FAILURE);
}

}  // namespace evenkeel::sandbox
