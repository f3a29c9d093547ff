// evenkeel-acme-hook METHOD TYPE NAME TOKEN ANSWER: what uacme asks for every challenge that a server offers. It
// accepts the kind that evenkeeld has chosen. For http-01 HAProxy has the answer already; for dns-01 the operator's
// script is run in the sandbox, with the same arguments.
//
// In the environment: EVENKEEL_ACME_CHALLENGE, and for dns-01 EVENKEEL_ACME_SANDBOX, _USER, _DIRECTORY and _SCRIPT.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr int kArguments = 6;  // with the program's own name
constexpr int kDeclined = 1;
constexpr int kTroubleFd = 3;  // where the sandbox says what kept the script from being run

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int run_script(char** argv) {
  const char* const sandbox = setting("EVENKEEL_ACME_SANDBOX");
  const char* const cpu_seconds = "60";
  dup2(STDERR_FILENO, kTroubleFd);
  execl(sandbox, sandbox, setting("EVENKEEL_ACME_USER"), cpu_seconds, setting("EVENKEEL_ACME_DIRECTORY"),
        setting("EVENKEEL_ACME_SCRIPT"), argv[1], argv[2], argv[3], argv[4], argv[5], nullptr);
  std::perror(sandbox);
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != kArguments) return EXIT_FAILURE;
  const std::string_view wanted = setting("EVENKEEL_ACME_CHALLENGE");
  if (wanted != argv[2]) return kDeclined;
  return wanted == "dns-01" ? run_script(argv) : EXIT_SUCCESS;
}
