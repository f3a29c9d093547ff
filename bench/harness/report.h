#pragma once
// What every benchmark prints: a table for people, or with --json one object for comparing runs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::bench {

struct Options {
  bool json = false;
  bool check = false;  // exit code 1 when a row misses its target; otherwise targets are only shown
  int rounds = 9;      // interleaved; medians are reported
  std::string only;    // packet: rows whose name has this in it; empty: all
};
// --json, --check, --rounds N, --only=TEXT, --help. Exits on anything else.
Options parse_options(int argc, char** argv, const std::string& purpose);

struct Row {
  std::string name;
  uint64_t flows = 0;
  double ns = 0;                            // per packet
  double ratio = 0;                         // to the trivial program
  std::optional<double> at_most, at_least;  // target for the ratio

  bool meets_target() const { return (!at_most || ratio <= *at_most) && (!at_least || ratio >= *at_least); }
};

struct Report {
  std::string bench;
  std::vector<Row> rows;
  std::vector<std::string> notes;
};
// The process's exit code.
int print(const Report& report, const Options& options);

double median(std::vector<double> values);

}  // namespace evenkeel::bench
