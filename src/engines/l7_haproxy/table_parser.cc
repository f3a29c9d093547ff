#include "engines/l7_haproxy/table_parser.h"

#include "engines/l7_haproxy/words.h"

namespace evenkeel::engines::l7_haproxy {

std::optional<TableHeading> parse_table_heading(std::string_view line) {
  if (!line.starts_with("# table: ")) return std::nullopt;
  const auto type = value_of(line, " type: ");
  TableHeading heading{.name = std::string(value_of(line, " table: ")),
                       .has_addresses = type == "ip" || type == "ipv6",
                       .used = to_number<uint64_t>(value_of(line, " used:"))};
  if (heading.name.empty()) return std::nullopt;
  return heading;
}

// A key of text may have anything in it but what follows it, spaces behind backslashes.
std::optional<TableEntry> parse_table_entry(std::string_view line) {
  constexpr std::string_view kKey = ": key=";
  const size_t begin = line.find(kKey);
  const size_t end = line.rfind(" use=");
  if (!line.starts_with("0x") || begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  if (end < begin + kKey.size()) return std::nullopt;
  const auto rest = line.substr(end);
  const std::chrono::milliseconds expire(to_number<uint32_t>(value_of(rest, " exp=")));
  return TableEntry{.key = std::string(line.substr(begin + kKey.size(), end - begin - kKey.size())),
                    .server = std::string(value_of(rest, " server_key=")),
                    .expire = std::chrono::duration_cast<std::chrono::seconds>(expire)};
}

}  // namespace evenkeel::engines::l7_haproxy
