#pragma once
// Stick tables from the lines of a worker's `show table`. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::engines::l7_haproxy {

struct TableHeading {
  std::string name;  // of the virtual service
  bool has_addresses = false;
  uint64_t used = 0;  // entries
};
// "# table: Web, type: ip, size:102400, used:2"
std::optional<TableHeading> parse_table_heading(std::string_view line);

struct TableEntry {
  std::string key;     // as HAProxy writes it
  std::string server;  // empty: none is remembered
  std::chrono::seconds expire{0};
};
// "0x5653d1f9d060: key=10.77.0.10 use=0 exp=1798375 server_id=1 server_key=RS1"
std::optional<TableEntry> parse_table_entry(std::string_view line);

}  // namespace evenkeel::engines::l7_haproxy
