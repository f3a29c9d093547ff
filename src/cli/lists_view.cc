#include "cli/lists_view.h"

#include <fmt/format.h>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kFailureLines = 3;
constexpr size_t kServicesShown = 10;  // of a reason

std::string safe_at(const json::value& value, std::string_view key, const Terminal& terminal) {
  return terminal.safe(text_at(value, key));
}

void add_counters(Table& table, const std::string& name, Colour colour, const json::value& owner) {
  const json::value none;
  const json::value* found = member(owner, "counters");
  const json::value& counters = found == nullptr ? none : *found;
  std::vector<Cell> row{{name, colour}};
  for (const char* key : {"active", "inactive", "connections", "packets", "packets_out", "bytes", "bytes_out"}) {
    row.push_back({grouped(count_at(counters, key)), colour});
  }
  table.add_row(std::move(row));
}

// Small numbers with their tenths, large ones as people say them.
std::string per_second(double rate) {
  return rate < 100 ? fmt::format("{:.1f}", rate) : human_count(static_cast<uint64_t>(rate + 0.5));
}

const json::value& at_path(const json::value& value, std::string_view first, std::string_view second) {
  static const json::value none;
  const json::value* const outer = member(value, first);
  const json::value* const inner = outer == nullptr ? nullptr : member(*outer, second);
  return inner == nullptr ? none : *inner;
}

uint64_t active_of(const json::value& owner) {
  const json::value* const counters = member(owner, "counters");
  return counters == nullptr ? 0 : count_at(*counters, "active");
}

// Answers pass by here in NAT and SNAT only.
void add_rates(Table& table, const std::string& name, Colour colour, const json::value& owner,
               const std::string& window, bool has_answers, bool has_packets = true) {
  const json::value& rates = at_path(owner, "rates", window);
  const auto shown = [&](const char* key, bool is_bytes, bool is_known) -> Cell {
    if (rates.is_null() || !is_known) return {"-", colour};
    const double rate = number_at(rates, key);
    return {is_bytes ? human_bytes(static_cast<uint64_t>(rate + 0.5)) : per_second(rate), colour};
  };
  table.add_row({{name, colour},
                 {grouped(active_of(owner)), colour},
                 shown("connections", false, true),
                 shown("packets", false, has_packets),
                 shown("packets_out", false, has_answers && has_packets),
                 shown("bytes", true, true),
                 shown("bytes_out", true, has_answers)});
}

// The proxy knows of no packets.
void add_layer7_rates(Table& table, const json::value& answer, const std::string& window, const Terminal& terminal) {
  for (const json::value& service : list_at(answer, "layer7_services")) {
    add_rates(table, safe_at(service, "label", terminal), Colour::kBold, service, window, true, false);
    for (const json::value& server : list_at(service, "real_servers")) {
      add_rates(table, "  " + safe_at(server, "label", terminal), Colour::kNone, server, window, true, false);
    }
  }
}

std::string rate_of(const json::value& counted) {
  const json::value& rate = at_path(counted, "rates", "10s");
  return rate.is_null() ? "-" : per_second(rate.to_number<double>());
}

// Whose packets a reason was about, as far as that is known.
void add_services(Table& table, const json::value& reason, const Terminal& terminal) {
  size_t shown = 0;
  for (const json::value& service : list_at(reason, "virtual_services")) {
    if (shown == kServicesShown) break;
    table.add_row({{"  " + safe_at(service, "label", terminal)},
                   {grouped(count_at(service, "packets"))},
                   {rate_of(service)},
                   {}});
    ++shown;
  }
  const uint64_t all = count_at(reason, "virtual_service_count");
  if (all > shown) table.add_line(fmt::format("  and {} other virtual services", grouped(all - shown)));
}

Colour colour_of_event(std::string_view kind) {
  if (kind.ends_with("_down") || kind.ends_with("_failed") || kind == "lost" || kind == "address_conflict" ||
      kind == "connection_table_full" || kind == "source_ports_exhausted") {
    return Colour::kRed;
  }
  if (kind.ends_with("_up") || kind.ends_with("_recovered") || kind == "fallback_inactive") return Colour::kGreen;
  if (kind == "fallback_active" || kind == "source_ports_scarce") return Colour::kYellow;
  return kind == "operator_action" ? Colour::kBlue : Colour::kNone;
}

std::string revision_note(const json::value& revision, const Terminal& terminal) {
  const std::string comment = safe_at(revision, "comment", terminal);
  const uint64_t restores = count_at(revision, "restores");
  if (restores == 0) return comment;
  return fmt::format("restores {}{}{}", restores, comment.empty() ? "" : ": ", comment);
}

}  // namespace

std::string render_traffic(const json::value& answer, const std::string& window, const Terminal& terminal) {
  Table table({{"SERVICE / REAL SERVER"},
               {"ACTIVE", Align::kRight},
               {"CONNECTIONS/s", Align::kRight},
               {"PACKETS/s", Align::kRight},
               {"OUT", Align::kRight},
               {"BYTES/s", Align::kRight},
               {"OUT", Align::kRight}});
  for (const json::value& service : list_at(answer, "virtual_services")) {
    const std::string method = text_at(service, "forwarding_method");
    const bool has_answers = method == "nat" || method == "snat";
    add_rates(table, safe_at(service, "label", terminal), Colour::kBold, service, window, has_answers);
    for (const json::value& server : list_at(service, "real_servers")) {
      add_rates(table, "  " + safe_at(server, "label", terminal), Colour::kNone, server, window, has_answers);
    }
  }
  add_layer7_rates(table, answer, window, terminal);
  return table.empty() ? "There is no virtual service.\n" : table.render(terminal);
}

std::string render_reasons(const json::value& answer, const Terminal& terminal) {
  Table table({{"REASON"}, {"PACKETS", Align::kRight}, {"PER SECOND", Align::kRight}, {"MEANING"}});
  for (const json::value& reason : list_at(answer, "reasons")) {
    table.add_row({{safe_at(reason, "name", terminal)},
                   {grouped(count_at(reason, "packets"))},
                   {rate_of(reason)},
                   {safe_at(reason, "description", terminal)}});
    add_services(table, reason, terminal);
    table.add_line("  what to do: " + safe_at(reason, "remedy", terminal));
  }
  return table.empty() ? "Every packet was forwarded.\n" : table.render(terminal);
}

std::string render_source_ports(const json::value& answer, const Terminal& terminal) {
  Table table({{"source address"}, {"destination"}, {"pro"}, {"used", Align::kRight}, {"of", Align::kRight}});
  for (const json::value& row : list_at(answer, "source_ports")) {
    const uint64_t used = count_at(row, "used"), size = count_at(row, "size");
    const Colour colour = used * 10 >= size * 8 ? Colour::kYellow : Colour::kNone;
    table.add_row({{safe_at(row, "source_address", terminal)},
                   {safe_at(row, "destination", terminal)},
                   {safe_at(row, "protocol", terminal)},
                   {grouped(used), colour},
                   {grouped(size)}});
  }
  return table.empty() ? "No source port is in use.\n" : table.render(terminal);
}

std::string render_counters(const json::value& answer, const Terminal& terminal) {
  Table table({{"SERVICE / REAL SERVER"},
               {"ACTIVE", Align::kRight},
               {"INACTIVE", Align::kRight},
               {"TOTAL", Align::kRight},
               {"PACKETS", Align::kRight},
               {"PACKETS OUT", Align::kRight},
               {"BYTES", Align::kRight},
               {"BYTES OUT", Align::kRight}});
  for (const json::value& service : list_at(answer, "virtual_services")) {
    add_counters(table, safe_at(service, "label", terminal), Colour::kBold, service);
    for (const json::value& server : list_at(service, "real_servers")) {
      add_counters(table, "  " + safe_at(server, "label", terminal), Colour::kNone, server);
    }
  }
  Table reasons({{"REASON"}, {"PACKETS", Align::kRight}, {"MEANING"}});
  for (const json::value& reason : list_at(answer, "reasons")) {
    reasons.add_row({{safe_at(reason, "name", terminal)},
                     {grouped(count_at(reason, "packets"))},
                     {safe_at(reason, "description", terminal)}});
  }
  std::string text = table.empty() ? "There is no virtual service.\n" : table.render(terminal);
  return reasons.empty() ? text : text + "\n" + reasons.render(terminal);
}

std::string render_revisions(const json::value& answer, const Terminal& terminal) {
  Table table({{"REVISION", Align::kRight}, {"WHEN"}, {"WHO"}, {"COMMENT"}});
  for (const json::value& revision : list_at(answer, "revisions")) {
    table.add_row({{std::to_string(count_at(revision, "number"))},
                   {local_time(safe_at(revision, "at", terminal))},
                   {safe_at(revision, "author", terminal)},
                   {revision_note(revision, terminal)}});
    const std::string failure = safe_at(revision, "failure", terminal);
    for (std::string& line : terminal.paragraph(failure.empty() ? "" : "failed: " + failure, 4, kFailureLines)) {
      table.add_line(std::move(line), Colour::kRed);
    }
  }
  return table.empty() ? "Nothing has been configured yet.\n" : table.render(terminal);
}

std::string render_revision(const json::value& revision, const Terminal& terminal) {
  std::string text = fmt::format("Revision {}, {}, by {}", count_at(revision, "number"),
                                 local_time(safe_at(revision, "at", terminal)), safe_at(revision, "author", terminal));
  const std::string note = revision_note(revision, terminal);
  text += note.empty() ? "\n" : fmt::format(": {}\n", note);
  if (const std::string failure = safe_at(revision, "failure", terminal); !failure.empty()) {
    text += terminal.paint("failed: " + failure, Colour::kRed) + "\n";
  }
  const json::value* configuration = member(revision, "configuration");
  return configuration == nullptr ? text : text + pretty(*configuration);
}

std::string render_event(const json::value& event, const Terminal& terminal) {
  const std::string kind = text_at(event, "kind");
  const std::string object = object_in_words(safe_at(event, "object", terminal));
  std::string line = local_time(safe_at(event, "at", terminal));
  line += (line.empty() ? "" : "  ") + terminal.paint(in_words(terminal.safe(kind)), colour_of_event(kind));
  line += object.empty() ? "" : "  " + terminal.paint(object, Colour::kBold);
  const std::string message = safe_at(event, "message", terminal);
  return line + (message.empty() ? "" : ": " + message) + "\n";
}

std::string render_explanation(const json::value& answer, const Terminal& terminal) {
  const std::string server = safe_at(answer, "real_server", terminal);
  const std::string service = safe_at(answer, "virtual_service", terminal);
  const std::string decision = in_words(safe_at(answer, "decision", terminal));
  const std::string_view arrow = terminal.glyph(Glyph::kArrow);
  std::string heading = server.empty() ? fmt::format("{} {} {}", service, arrow, decision)
                                       : fmt::format("{} {} {} (by {})", service, arrow, server, decision);
  return terminal.paint(heading, server.empty() ? Colour::kYellow : Colour::kGreen) + "\n" +
         safe_at(answer, "sentence", terminal) + "\n";
}

}  // namespace evenkeel::cli
