#pragma once
// The file with the web interface's key and certificates, as nginx reads it. Which stored certificate they are of
// stands before them, where nginx does not look: so both are replaced in one step.

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "desired/layer7.h"

namespace evenkeel::daemon {

struct WebCertificateFile {
  std::string pem;     // the key first
  std::string stored;  // label of the stored certificate that is followed; empty: none
  bool operator==(const WebCertificateFile&) const = default;
};

std::string to_text(const WebCertificateFile& file);
WebCertificateFile parse_web_certificate(std::string_view text);

// In a directory of the web interface's own. Nothing where there is no file; durable when the other returns. Both
// block.
std::string web_certificate_file(const std::string& directory);
WebCertificateFile read_web_certificate(const std::string& directory);
Result<> write_web_certificate(const std::string& directory, const WebCertificateFile& file);

// The stored certificate of that label, if there is one now.
using FindStored = std::function<std::optional<desired::Certificate>(const std::string& label)>;

// What the web interface has of the stored certificate `label`. Error: one sentence that says why it cannot use it.
std::expected<std::string, std::string> pem_of_stored(const std::string& label,
                                                      const std::optional<desired::Certificate>& stored, WallTime now);

}  // namespace evenkeel::daemon
