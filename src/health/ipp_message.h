#pragma once
// IPP Get-Printer-Attributes, written and read by libcups. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::health::ipp {

// printer_uri: "ipp://10.0.0.1:631/printers/queue"
std::string render_request(const std::string& printer_uri);

struct Printer {
  int status = 0;           // of the operation; below 0x100 is success
  std::string status_text;  // "client-error-not-found"
  int state = 0;            // 3 idle, 4 processing, 5 stopped; 0: not said
  std::optional<bool> is_accepting;
  std::vector<std::string> reasons;  // "media-empty-error"; without "none"
};
// None: no IPP, or broken.
std::optional<Printer> parse_answer(std::string_view body);

}  // namespace evenkeel::health::ipp
