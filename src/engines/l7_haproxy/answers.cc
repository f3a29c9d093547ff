#include "engines/l7_haproxy/answers.h"

#include <algorithm>
#include <array>
#include <map>

#include "engines/l7_haproxy/words.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

// Calls `take` with each part; a trailing separator makes no further one.
template <class Take>
void for_each_part(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for_each_part(line, ' ', [&](std::string_view word) {
    if (!word.empty()) words.push_back(word);
  });
  return words;
}

// One line of `show stat` by the names of its columns.
class Row {
 public:
  using Columns = std::map<std::string_view, size_t>;
  Row(const Columns& columns, std::string_view line) : columns_(columns) {
    for_each_part(line, ',', [&](std::string_view field) { fields_.push_back(field); });
  }
  std::string_view text(std::string_view column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() || found->second >= fields_.size() ? std::string_view() : fields_[found->second];
  }
  uint64_t count(std::string_view column) const { return to_number<uint64_t>(text(column)); }
  uint32_t small(std::string_view column) const { return to_number<uint32_t>(text(column)); }

 private:
  const Columns& columns_;
  std::vector<std::string_view> fields_;
};

std::chrono::milliseconds time(const Row& row, std::string_view column) {
  return std::chrono::milliseconds(row.small(column));
}

// What HAProxy tells of a real server, and of all of a virtual service's together.
void add_server_side(const Row& row, observed::Layer7Traffic& traffic) {
  traffic.queued = row.small("qcur");
  traffic.most_queued = row.small("qmax");
  traffic.connect_errors = row.count("econ");
  traffic.server_errors = row.count("hrsp_5xx");
  traffic.times = {.queue = {time(row, "qtime"), time(row, "qtime_max")},
                   .connect = {time(row, "ctime"), time(row, "ctime_max")},
                   .response = {time(row, "rtime"), time(row, "rtime_max")},
                   .total = {time(row, "ttime"), time(row, "ttime_max")}};
}

void add_connections(const Row& row, observed::Layer7Traffic& traffic) {
  static constexpr std::array kAnswers{"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"};
  traffic.connections = row.small("scur");
  traffic.most_connections = row.small("smax");
  traffic.total = row.count("stot");
  traffic.rate = row.small("rate");
  traffic.most_rate = row.small("rate_max");
  traffic.request_rate = row.small("req_rate");
  traffic.bytes_in = row.count("bin");
  traffic.bytes_out = row.count("bout");
  for (size_t i = 0; i < kAnswers.size(); ++i) traffic.answers.at(i) = row.count(kAnswers.at(i));
}

void add_row(const Row& row, observed::Layer7Report& report) {
  enum class Type { kFrontend, kBackend, kServer };
  const std::string service(row.text("pxname"));
  const std::string_view type = row.text("type");
  if (service.empty() || type.empty()) return;
  switch (static_cast<Type>(to_number<int>(type))) {
    case Type::kFrontend:
      return add_connections(row, report.virtual_services[service]);
    case Type::kBackend:
      return add_server_side(row, report.virtual_services[service]);
    case Type::kServer: {
      auto& traffic = report.real_servers[{service, std::string(row.text("svname"))}];
      add_connections(row, traffic);
      return add_server_side(row, traffic);
    }
  }
}

}  // namespace

Processes parse_processes(std::string_view answer) {
  Processes processes;
  for_each_part(answer, '\n', [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3) return;
    const auto pid = to_number<pid_t>(words[0]);
    if (pid <= 0) return;
    if (words.size() > 3 && words[1] == "worker") processes.ages[pid] = to_seconds(words[3]);
    if (words[1] == "master") {
      processes.master = pid;
      // 1 [failed: 1]
      if (words.size() > 4 && words[3] == "[failed:") processes.failed_reloads = to_number<int>(words[4]);
    } else if (words[1] == "worker") {
      (words[2] == "0" ? processes.workers : processes.old_workers).push_back(pid);
    }
  });
  // After a reload that failed, the worker from before it serves.
  if (processes.workers.empty() && !processes.old_workers.empty()) {
    processes.workers.push_back(processes.old_workers.front());
    processes.old_workers.erase(processes.old_workers.begin());
  }
  return processes;
}

namespace {

// What follows the name in a line of `show info`; empty: there is no such line.
std::string_view value_in_info(std::string_view answer, std::string_view name) {
  std::string_view value;
  for_each_part(answer, '\n', [&](std::string_view line) {
    if (line.starts_with(name)) value = line.substr(name.size());
  });
  return value;
}

}  // namespace

std::string parse_description(std::string_view answer) {
  return std::string(value_in_info(answer, "description: "));
}

pid_t parse_process(std::string_view answer) {
  return to_number<pid_t>(value_in_info(answer, "Pid: "));
}

observed::Layer7Report parse_statistics(std::string_view answer) {
  observed::Layer7Report report;
  Row::Columns columns;
  for_each_part(answer, '\n', [&](std::string_view line) {
    if (line.starts_with("# ")) {
      size_t index = 0;
      for_each_part(line.substr(2), ',', [&](std::string_view name) { columns.emplace(name, index++); });
    } else if (!line.empty()) {
      add_row(Row(columns, line), report);
    }
  });
  return report;
}

// 0x7f2c9002e5c0: proto=tcpv4 src=10.77.0.10:40000 fe=Web be=Web srv=RS1 ts=00 ...
std::vector<std::string> parse_sessions(std::string_view answer, const std::vector<std::string>& servers) {
  std::vector<std::string> sessions;
  for_each_part(answer, '\n', [&](std::string_view line) {
    const size_t colon = line.find(": ");
    if (!line.starts_with("0x") || colon == std::string_view::npos) return;
    std::string_view service, server;
    for (const std::string_view word : words_of(line.substr(colon + 2))) {
      if (word.starts_with("be=")) service = word.substr(3);
      if (word.starts_with("srv=")) server = word.substr(4);
    }
    if (std::ranges::find(servers, std::string(service) + "/" + std::string(server)) == servers.end()) return;
    sessions.emplace_back(line.substr(0, colon));
  });
  return sessions;
}

std::optional<std::string> objection(std::string_view answer) {
  static constexpr std::array<std::string_view, 14> kNews{"IP changed from",
                                                          "port changed from",
                                                          "no need to change",
                                                          "New server registered.",
                                                          "Server deleted.",
                                                          "New empty certificate store",
                                                          "Transaction created for ",
                                                          "Transaction updated for ",
                                                          "transaction created for CA ",
                                                          "transaction updated for CA ",
                                                          "Committing ",
                                                          "Inserting certificate ",
                                                          "Success!",
                                                          "OCSP Response updated!"};
  // "Certificate '...' deleted!", "Entry '...' deleted in crtlist '...'!"
  static constexpr std::array<std::string_view, 2> kDeleted{"' deleted!", "' deleted in crtlist '"};
  std::optional<std::string> found;
  for_each_part(answer, '\n', [&](std::string_view line) {
    const bool is_news =
        line.empty() || std::ranges::any_of(kNews, [&](std::string_view news) { return line.starts_with(news); }) ||
        std::ranges::any_of(kDeleted, [&](std::string_view news) { return line.find(news) != line.npos; });
    if (!is_news && !found) found = line;
  });
  return found;
}

}  // namespace evenkeel::engines::l7_haproxy
