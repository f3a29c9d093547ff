#include "acme/account.h"

#include <sys/stat.h>

#include "base/state_file.h"
#include "certificates/issue.h"
#include "certificates/thumbprint.h"

namespace evenkeel::acme {

namespace {

// Where uacme looks for it.
std::string path_of(const std::string& directory) {
  return directory + "/private/key.pem";
}

}  // namespace

std::string read_account(const std::string& directory) {
  return read_state_file(path_of(directory));
}

Result<> write_account(const std::string& directory, const std::string& key) {
  constexpr mode_t kPrivate = 0700;
  if (auto written = write_state_file(path_of(directory), key); !written) return written;
  if (chmod(directory.c_str(), kPrivate) != 0) return fail(system_error("cannot set the mode", directory));
  return {};
}

Result<std::string> open_account(const std::string& directory) {
  auto key = read_account(directory);
  if (key.empty()) {
    auto made = certificates::make_key(certificates::KeyKind::kEcP256);
    if (!made) return fail(made.error());
    key = std::move(*made);
    if (auto written = write_account(directory, key); !written) return fail(written.error());
  }
  auto thumbprint = certificates::thumbprint_of(key);
  if (!thumbprint) thumbprint.error().object = path_of(directory);
  return thumbprint;
}

}  // namespace evenkeel::acme
