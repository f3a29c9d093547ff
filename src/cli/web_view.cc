#include "cli/web_view.h"

#include <fmt/format.h>

#include "cli/json_text.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string joined(const json::value& owner, std::string_view key, const Terminal& terminal) {
  std::string text;
  for (const json::value& element : list_at(owner, key)) {
    if (element.is_string()) text += (text.empty() ? "" : ", ") + terminal.safe(element.get_string());
  }
  return text;
}

std::string render_certificate(const json::value& certificate, const Terminal& terminal) {
  const bool is_generated = flag_at(certificate, "generated");
  std::string text = fmt::format("Certificate  {}\n", terminal.safe(text_at(certificate, "subject")));
  text += fmt::format("  issued by    {}\n", is_generated ? "itself: made by evenkeeld, so browsers warn of it"
                                                          : terminal.safe(text_at(certificate, "issuer")));
  if (const auto stored = text_at(certificate, "stored"); !stored.empty()) {
    text += fmt::format("  follows      {}, of `evenkeel certificate list`\n", terminal.safe(stored));
  }
  text += fmt::format("  for          {}\n", joined(certificate, "names", terminal));
  text += fmt::format("  valid until  {}\n", terminal.safe(text_at(certificate, "not_after")));
  text += fmt::format("  SHA-256      {}\n", terminal.safe(text_at(certificate, "fingerprint")));
  return text;
}

}  // namespace

std::string render_web(const json::value& status, const Terminal& terminal) {
  const std::string reason = terminal.safe(text_at(status, "reason"));
  if (!flag_at(status, "on")) return fmt::format("The web interface is off: {}.\n", reason);
  std::string text;
  for (const json::value& address : list_at(status, "addresses")) {
    if (address.is_string()) text += fmt::format("https://{}/lbadmin/\n", terminal.safe(address.get_string()));
  }
  if (!flag_at(status, "serving")) text += terminal.paint("It does not serve.", Colour::kRed) + "\n";
  if (!reason.empty()) text += terminal.paint(reason, Colour::kRed) + "\n";
  const json::value* const certificate = member(status, "certificate");
  const bool has_one = certificate != nullptr && certificate->is_object();
  return has_one ? text + render_certificate(*certificate, terminal) : text;
}

}  // namespace evenkeel::cli
