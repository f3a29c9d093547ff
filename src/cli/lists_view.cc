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

std::string safe_at(const json::value& value, std::string_view key, const Terminal& terminal) {
  return terminal.safe(text_at(value, key));
}

void add_counters(Table& table, const std::string& name, Colour colour, const json::value& owner) {
  const json::value none;
  const json::value* found = member(owner, "counters");
  const json::value& counters = found == nullptr ? none : *found;
  std::vector<Cell> row{{name, colour}};
  for (const char* key : {"active", "inactive", "connections", "packets", "bytes"}) {
    row.push_back({grouped(count_at(counters, key)), colour});
  }
  table.add_row(std::move(row));
}

Colour colour_of_event(std::string_view kind) {
  if (kind.ends_with("_down") || kind.ends_with("_failed") || kind == "lost" || kind == "address_conflict") {
    return Colour::kRed;
  }
  if (kind.ends_with("_up") || kind.ends_with("_recovered") || kind == "fallback_inactive") return Colour::kGreen;
  if (kind == "fallback_active") return Colour::kYellow;
  return kind == "operator_action" ? Colour::kBlue : Colour::kNone;
}

std::string revision_note(const json::value& revision, const Terminal& terminal) {
  const std::string comment = safe_at(revision, "comment", terminal);
  const uint64_t restores = count_at(revision, "restores");
  if (restores == 0) return comment;
  return fmt::format("restores {}{}{}", restores, comment.empty() ? "" : ": ", comment);
}

}  // namespace

std::string render_counters(const json::value& answer, const Terminal& terminal) {
  Table table({{"SERVICE / REAL SERVER"},
               {"ACTIVE", Align::kRight},
               {"INACTIVE", Align::kRight},
               {"TOTAL", Align::kRight},
               {"PACKETS", Align::kRight},
               {"BYTES", Align::kRight}});
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
  }
  return table.empty() ? "Nothing has been configured yet.\n" : table.render(terminal);
}

std::string render_revision(const json::value& revision, const Terminal& terminal) {
  std::string text = fmt::format("Revision {}, {}, by {}", count_at(revision, "number"),
                                 local_time(safe_at(revision, "at", terminal)), safe_at(revision, "author", terminal));
  const std::string note = revision_note(revision, terminal);
  text += note.empty() ? "\n" : fmt::format(": {}\n", note);
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
