#include "cli/certificates_view.h"

#include <fmt/format.h>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr int64_t kSoon = 30;  // days

std::string joined(const json::value& owner, std::string_view key, const Terminal& terminal) {
  std::string text;
  for (const json::value& one : list_at(owner, key)) {
    if (one.is_string()) text += (text.empty() ? "" : ", ") + terminal.safe(one.get_string());
  }
  return text;
}

int64_t days_of(const json::value& certificate) {
  const json::value* const days = member(certificate, "days_left");
  return days == nullptr || !days->is_int64() ? 0 : days->get_int64();
}

bool stands_in(const json::value& certificate) {
  const json::value* const acme = member(certificate, "acme");
  return acme != nullptr && !flag_at(*acme, "issued");
}

Cell days_cell(const json::value& certificate) {
  if (text_at(certificate, "state") == "requested") return {"requested", Colour::kYellow};
  if (stands_in(certificate)) return {"not issued yet", Colour::kYellow};
  const int64_t days = days_of(certificate);
  if (days < 0) return {"expired", Colour::kRed};
  return {fmt::format("{} days", days), days <= kSoon ? Colour::kYellow : Colour::kGreen};
}

std::string issuer_of(const json::value& certificate, const Terminal& terminal) {
  return flag_at(certificate, "self_signed") ? "itself" : terminal.safe(text_at(certificate, "issuer"));
}

void add_fact(std::string& text, const char* name, const std::string& value) {
  if (!value.empty()) text += fmt::format("  {:<12}{}\n", name, value);
}

std::string acme_of(const json::value& certificate, const Terminal& terminal) {
  const json::value* const acme = member(certificate, "acme");
  if (acme == nullptr) return {};
  const std::string next = text_at(*acme, "next_attempt");
  const std::string when = flag_at(*acme, "running") ? "the server is asked just now"
                           : next.empty()            ? "waits for a virtual service that uses it, or has port 80"
                                                     : "next " + local_time(next);
  return fmt::format("{} by {}{}; {}", text_at(*acme, "challenge"), terminal.safe(text_at(*acme, "directory")),
                     stands_in(certificate) ? ", not issued yet: one that stands in is shown" : "", when);
}

std::string acme_error_of(const json::value& certificate, const Terminal& terminal) {
  const json::value* const acme = member(certificate, "acme");
  return acme == nullptr ? "" : terminal.safe(text_at(*acme, "error"));
}

std::string users_of(const json::value& certificate, const Terminal& terminal) {
  std::string users = joined(certificate, "used_by", terminal);
  if (flag_at(certificate, "used_by_web")) users += users.empty() ? "web interface" : ", web interface";
  return users;
}

std::string stapling_of(const json::value& certificate, const Terminal& terminal) {
  const json::value* const stapling = member(certificate, "stapling");
  if (stapling == nullptr) return {};
  const std::string until = text_at(*stapling, "next_update");
  const std::string error = terminal.safe(text_at(*stapling, "error"));
  const std::string state = until.empty() ? "no answer yet" : "an answer, until " + local_time(until);
  return error.empty() ? state : state + "; " + error;
}

}  // namespace

std::string render_certificates(const json::value& answer, const Terminal& terminal) {
  Table table({{"CERTIFICATE"}, {"FOR"}, {"ISSUER"}, {"LEFT"}, {"USED BY"}});
  for (const json::value& one : list_at(answer, "certificates")) {
    table.add_row({{terminal.safe(text_at(one, "label")), Colour::kBold},
                   {joined(one, "names", terminal)},
                   {issuer_of(one, terminal)},
                   days_cell(one),
                   {users_of(one, terminal)}});
    if (const auto error = acme_error_of(one, terminal); !error.empty()) {
      table.add_line("  " + error, Colour::kRed);
    }
    for (const json::value& warning : list_at(one, "warnings")) {
      if (warning.is_string()) table.add_line("  " + terminal.safe(warning.get_string()), Colour::kYellow);
    }
  }
  return table.empty() ? "There is no certificate.\n" : table.render(terminal);
}

std::string render_certificate(const json::value& certificate, const Terminal& terminal) {
  std::string text = terminal.paint(terminal.safe(text_at(certificate, "label")), Colour::kBold) + "\n";
  const bool has_key = flag_at(certificate, "has_key");
  add_fact(text, "subject", terminal.safe(text_at(certificate, "subject")));
  add_fact(text, "for", joined(certificate, "names", terminal));
  if (text_at(certificate, "state") != "requested") {
    add_fact(text, "issuer", issuer_of(certificate, terminal));
    add_fact(text, "valid",
             fmt::format("{} to {} ({})", local_time(text_at(certificate, "not_before")),
                         local_time(text_at(certificate, "not_after")), days_cell(certificate).text));
  }
  add_fact(text, "key", terminal.safe(text_at(certificate, "key")) + (has_key ? "" : ", which is not here"));
  add_fact(text, "fingerprint", terminal.safe(text_at(certificate, "fingerprint")));
  add_fact(text, "chain", joined(certificate, "chain", terminal));
  add_fact(text, "OCSP", stapling_of(certificate, terminal));
  add_fact(text, "ACME", acme_of(certificate, terminal));
  if (const auto error = acme_error_of(certificate, terminal); !error.empty()) {
    text += "  " + terminal.paint(error, Colour::kRed) + "\n";
  }
  add_fact(text, "used by", users_of(certificate, terminal));
  for (const json::value& warning : list_at(certificate, "warnings")) {
    if (!warning.is_string()) continue;
    text += "  " + terminal.paint(terminal.safe(warning.get_string()), Colour::kYellow) + "\n";
  }
  return text;
}

std::string render_certificate_change(const json::value& answer, const Terminal& terminal) {
  const json::value* const certificate = member(answer, "certificate");
  if (certificate == nullptr) return "Done.\n";
  std::string text = render_certificate(*certificate, terminal);
  const std::string way = text_at(answer, "layer7");
  if (way == "commands") text += "HAProxy takes it without a reload.\n";
  if (way == "reload") text += "HAProxy is reloaded for it; established connections go on.\n";
  // For the authority, as it is: it came from evenkeeld, and is base64.
  if (text_at(*certificate, "state") == "requested") text += "\n" + text_at(*certificate, "request");
  return text;
}

}  // namespace evenkeel::cli
