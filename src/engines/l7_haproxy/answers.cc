#include "engines/l7_haproxy/answers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

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

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : Number{0};
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
  uint64_t count(std::string_view column) const { return number<uint64_t>(text(column)); }
  uint32_t small(std::string_view column) const { return number<uint32_t>(text(column)); }

 private:
  const Columns& columns_;
  std::vector<std::string_view> fields_;
};

void add_row(const Row& row, observed::Layer7Report& report) {
  enum class Type { kFrontend, kBackend, kServer };
  const std::string service(row.text("pxname"));
  const std::string_view type = row.text("type");
  if (service.empty() || type.empty()) return;
  switch (static_cast<Type>(number<int>(type))) {
    case Type::kFrontend: {
      auto& traffic = report.virtual_services[service];
      traffic.connections = row.small("scur");
      traffic.total = row.count("stot");
      traffic.rate = row.small("rate");
      traffic.request_rate = row.small("req_rate");
      traffic.bytes_in = row.count("bin");
      traffic.bytes_out = row.count("bout");
      return;
    }
    case Type::kBackend: {
      auto& traffic = report.virtual_services[service];
      traffic.queued = row.small("qcur");
      traffic.connect_errors = row.count("econ");
      traffic.server_errors = row.count("hrsp_5xx");
      return;
    }
    case Type::kServer:
      report.real_servers[{service, std::string(row.text("svname"))}] = {.connections = row.small("scur"),
                                                                         .queued = row.small("qcur"),
                                                                         .total = row.count("stot"),
                                                                         .rate = row.small("rate"),
                                                                         .request_rate = row.small("req_rate"),
                                                                         .bytes_in = row.count("bin"),
                                                                         .bytes_out = row.count("bout"),
                                                                         .connect_errors = row.count("econ"),
                                                                         .server_errors = row.count("hrsp_5xx")};
  }
}

}  // namespace

Processes parse_processes(std::string_view answer) {
  Processes processes;
  for_each_part(answer, '\n', [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3) return;
    const auto pid = number<pid_t>(words[0]);
    if (pid <= 0) return;
    if (words[1] == "master") {
      processes.master = pid;
      // 1 [failed: 1]
      if (words.size() > 4 && words[3] == "[failed:") processes.failed_reloads = number<int>(words[4]);
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
  return number<pid_t>(value_in_info(answer, "Pid: "));
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
