#include "harness/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace evenkeel::bench {
namespace {

std::string target_of(const Row& row) {
  if (row.at_most) {
    return fmt::format("<= {:.2f} {}", *row.at_most, row.meets_target() ? "yes" : "NO");
  }
  if (row.at_least) {
    return fmt::format(">= {:.2f} {}", *row.at_least, row.meets_target() ? "yes" : "NO");
  }
  return "";
}

void print_table(const Report& report) {
  fmt::print("{:<28} {:>9} {:>10} {:>8}  {}\n", report.bench, "flows", "ns/packet", "ratio", "target met");
  for (const Row& row : report.rows) {
    fmt::print("{:<28} {:>9} {:>10.1f} {:>8.2f}  {}\n", row.name, row.flows, row.ns, row.ratio, target_of(row));
  }
  for (const std::string& note : report.notes) {
    fmt::print("{}\n", note);
  }
}

void print_json(const Report& report) {
  fmt::print("{{\"bench\": \"{}\", \"rows\": [", report.bench);
  const char* separator = "";
  for (const Row& row : report.rows) {
    fmt::print("{}{{\"row\": \"{}\", \"flows\": {}, \"ns\": {:.2f}, \"ratio\": {:.3f}}}", separator, row.name,
               row.flows, row.ns, row.ratio);
    separator = ", ";
  }
  fmt::print("]}}\n");
}

[[noreturn]] void usage(const std::string& purpose, int code) {
  fmt::print(code ? stderr : stdout,
             "{}\n  --json      one JSON object instead of a table\n  --check     exit 1 when a target is missed\n"
             "  --rounds N  interleaved rounds, at least 9 (default 9)\n"
             "  --only=TEXT  packet: rows whose name has TEXT in it\n",
             purpose);
  std::exit(code);
}

}  // namespace

Options parse_options(int argc, char** argv, const std::string& purpose) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--json")) {
      options.json = true;
    } else if (!strcmp(argv[i], "--check")) {
      options.check = true;
    } else if (!strcmp(argv[i], "--rounds") && i + 1 < argc) {
      options.rounds = std::max(9, atoi(argv[++i]));
    } else if (!strncmp(argv[i], "--only=", strlen("--only="))) {
      options.only = argv[i] + strlen("--only=");
    } else {
      usage(purpose, strcmp(argv[i], "--help") ? 2 : 0);
    }
  }
  return options;
}

int print(const Report& report, const Options& options) {
  if (options.json) {
    print_json(report);
  } else {
    print_table(report);
  }
  bool met = std::all_of(report.rows.begin(), report.rows.end(), [](const Row& row) { return row.meets_target(); });
  return options.check && !met ? 1 : 0;
}

double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace evenkeel::bench
