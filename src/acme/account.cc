#include "acme/account.h"

#include <sys/stat.h>

#include "base/state_file.h"
#include "certificates/issue.h"
#include "certificates/thumbprint.h"

namespace evenkeel::acme {

Result<std::string> open_account(const std::string& directory) {
  constexpr mode_t kPrivate = 0700;
  const auto path = directory + "/private/key.pem";  // where uacme looks for it
  auto key = read_state_file(path);
  if (key.empty()) {
    auto made = certificates::make_key(certificates::KeyKind::kEcP256);
    if (!made) return fail(made.error());
    if (auto written = write_state_file(path, *made); !written) return fail(written.error());
    key = std::move(*made);
  }
  if (chmod(directory.c_str(), kPrivate) != 0) return fail(system_error("cannot set the mode", directory));
  auto thumbprint = certificates::thumbprint_of(key);
  if (!thumbprint) thumbprint.error().object = path;
  return thumbprint;
}

}  // namespace evenkeel::acme
