#include "cli/doctor_view.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string safe_at(const json::value& value, std::string_view key, const Terminal& terminal) {
  return terminal.safe(text_at(value, key));
}

std::string claimant_line(const json::value& claimant, const Terminal& terminal) {
  const std::string mac = safe_at(claimant, "mac", terminal);
  const std::string server = safe_at(claimant, "real_server", terminal);
  const std::string who =
      server.empty() ? mac + ", which is none of the real servers"
                     : fmt::format("real server {} ({}, {})", server, mac, safe_at(claimant, "address", terminal));
  return terminal.paint("  answered for by " + who + ": it must keep quiet about the address, or give it up",
                        Colour::kRed) +
         "\n";
}

void add_keeper(Table& table, const json::value& keeper, const Terminal& terminal) {
  const json::value* path = member(keeper, "path_check");
  const bool is_checked = path != nullptr && path->is_object();
  const uint64_t half_open = count_at(keeper, "half_open");
  table.add_row({{"  " + safe_at(keeper, "real_server", terminal)},
                 {safe_at(keeper, "address", terminal)},
                 is_checked ? state_cell(text_at(*path, "state"), terminal) : Cell{"not checked"},
                 flag_at(keeper, "claims_address") ? Cell{"yes", Colour::kRed} : Cell{"no", Colour::kGreen},
                 {std::to_string(half_open), half_open > 0 ? Colour::kYellow : Colour::kNone},
                 {safe_at(keeper, "virtual_service", terminal)}});
  if (is_checked && text_at(*path, "state") == "down") {
    for (std::string& line : terminal.paragraph(safe_at(*path, "reason", terminal), 4, 8))
      table.add_line(std::move(line));
  }
}

std::string address_section(const json::value& diagnosis, const Terminal& terminal) {
  const bool is_healthy = flag_at(diagnosis, "healthy");
  std::string text =
      terminal.paint(fmt::format("{} on {}: {}", safe_at(diagnosis, "address", terminal),
                                 safe_at(diagnosis, "interface", terminal),
                                 is_healthy ? "healthy, nobody else answers for it" : "something is wrong"),
                     is_healthy ? Colour::kGreen : Colour::kRed) +
      "\n";
  for (const json::value& claimant : list_at(diagnosis, "claimants")) text += claimant_line(claimant, terminal);
  Table table({{"  REAL SERVER"},
               {"ADDRESS"},
               {"VIP PATH"},
               {"ANSWERS ARP"},
               {"HALF-OPEN", Align::kRight},
               {"VIRTUAL SERVICE"}});
  for (const json::value& keeper : list_at(diagnosis, "keepers")) add_keeper(table, keeper, terminal);
  return table.empty() ? text + "\n" : text + table.render(terminal) + "\n";
}

// Line by line: the commands are to be copied as they are.
std::string commands(const json::value& remedy, const Terminal& terminal) {
  std::istringstream lines(text_at(remedy, "commands"));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += "    " + terminal.safe(line) + "\n";
  return text;
}

std::string remedies(const json::value& answer, const Terminal& terminal) {
  std::string text, server;
  for (const json::value& remedy : list_at(answer, "remedies")) {
    if (const std::string label = safe_at(remedy, "real_server", terminal); label != server) {
      server = label;
      text += terminal.paint(
                  fmt::format("What to do on {} ({}); as a script: evenkeel doctor arp --script linux {} > fix.sh",
                              label, safe_at(remedy, "address", terminal), label),
                  Colour::kBold) +
              "\n";
    }
    text += fmt::format("  {}: {}\n", safe_at(remedy, "system", terminal), safe_at(remedy, "title", terminal));
    text += commands(remedy, terminal);
    for (const std::string& line : terminal.paragraph(safe_at(remedy, "note", terminal), 4, 8)) text += line + "\n";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string render_arp_diagnosis(const json::value& answer, const Terminal& terminal) {
  std::string text;
  for (const json::value& diagnosis : list_at(answer, "virtual_addresses"))
    text += address_section(diagnosis, terminal);
  if (text.empty()) return "There is no virtual address.\n";
  return text + remedies(answer, terminal);
}

}  // namespace evenkeel::cli
