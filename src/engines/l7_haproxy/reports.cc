#include "engines/l7_haproxy/reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "engines/l7_haproxy/answers.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr size_t kPageRows = 1000;
constexpr uint64_t kMore = 1;              // the position of every page but the first: they come in order
constexpr size_t kMostCommandText = 8000;  // HAProxy takes a line of 16 KiB

bool fits_label(const std::string& wanted, const std::string& label) {
  return wanted.empty() || wanted == label;
}

bool fits(const observed::ConnectionFilter& filter, const observed::Connection& session) {
  return fits_label(filter.virtual_service, session.virtual_service) &&
         fits_label(filter.real_server, session.real_server) && fits_label(filter.state, session.state) &&
         fits_label(filter.protocol, session.protocol) &&
         (!filter.client || filter.client->contains(session.source.address));
}

// A space, a semicolon or a backslash in a key would be taken for the end of it.
std::string quoted(const std::string& key) {
  std::string text;
  for (const char letter : key) {
    if (letter == ' ' || letter == ';' || letter == '\\') text += '\\';
    text += letter;
  }
  return text;
}

// What stands for a person or a session is shown as far as it takes to tell two apart.
std::string masked(const std::string& key) {
  constexpr size_t kShown = 4;
  return key.substr(0, kShown) + "****";
}

}  // namespace

Result<> SessionReport::find_sources() {
  const auto answer = ask(paths_.master_socket(), "show proc");
  if (!answer) return fail(answer.error());
  for (const pid_t worker : parse_processes(*answer).old_workers) {
    sources_.push_back({paths_.master_socket(), fmt::format("@!{} show sess all", worker)});
  }
  sources_.push_back({paths_.runtime_socket(), "show sess all"});
  return {};
}

Result<bool> SessionReport::open_next() {
  if (!std::exchange(has_begun_, true)) {
    if (auto found = find_sources(); !found) return fail(found.error());
  }
  if (sources_.empty()) return false;
  auto opened = LineStream::open(sources_.back().socket, sources_.back().command);
  if (!opened) return fail(opened.error());
  sources_.pop_back();
  lines_ = std::move(*opened);
  return true;
}

void SessionReport::take(std::optional<observed::Connection> session,
                         observed::Page<observed::Connection>& page) const {
  if (session && places_.contains(session->virtual_service) && fits(filter_, *session)) {
    page.rows.push_back(std::move(*session));
  }
}

Result<observed::Page<observed::Connection>> SessionReport::next() {
  observed::Page<observed::Connection> page;
  while (page.rows.size() < kPageRows) {
    if (!lines_) {
      const auto opened = open_next();
      if (!opened) return fail(opened.error());
      if (!*opened) return page;
    }
    const auto line = lines_->next();
    if (!line) return fail(line.error());
    take(*line ? parser_.feed(**line) : parser_.finish(), page);
    if (!*line) lines_.reset();
  }
  page.next = kMore;
  return page;
}

Result<std::vector<TableHeading>> TableReport::tables() const {
  const auto answer = ask(paths_.runtime_socket(), "show table");
  if (!answer) return fail(answer.error());
  std::vector<TableHeading> found;
  for (const auto part : std::views::split(*answer, '\n')) {
    auto heading = parse_table_heading(std::string_view(part));
    if (!heading || !places_.contains(heading->name)) continue;
    if (fits_label(filter_.virtual_service, heading->name)) found.push_back(std::move(*heading));
  }
  std::ranges::reverse(found);
  return found;
}

Result<> TableReport::begin() {
  if (std::exchange(has_begun_, true)) return {};
  auto found = tables();
  if (!found) return fail(found.error());
  left_ = std::move(*found);
  return {};
}

// None: the end of the last table.
Result<std::optional<TableReport::Row>> TableReport::next_row() {
  for (;;) {
    if (!lines_) {
      if (left_.empty()) return std::nullopt;
      table_ = std::move(left_.back());
      left_.pop_back();
      auto opened = LineStream::open(paths_.runtime_socket(), "show table " + table_.name);
      if (!opened) return fail(opened.error());
      lines_ = std::move(*opened);
    }
    const auto line = lines_->next();
    if (!line) return fail(line.error());
    if (!*line) {
      lines_.reset();
      continue;
    }
    auto entry = parse_table_entry(**line);
    if (!entry) continue;
    const auto client = table_.has_addresses ? IpAddress::parse(entry->key) : fail(ErrorCode::kNotFound, "");
    Row row{std::move(*entry), client ? std::optional(*client) : std::nullopt};
    if (fits(row)) return row;
  }
}

bool TableReport::fits(const Row& row) const {
  if (!fits_label(filter_.real_server, row.entry.server)) return false;
  return !filter_.client || (row.client && filter_.client->contains(*row.client));
}

observed::PersistenceEntry TableReport::shown(const Row& row) const {
  observed::PersistenceEntry entry;
  if (row.client) {
    entry.client = {*row.client, row.client->is_ipv4() ? 32 : 128};
  } else {
    entry.key = masked(row.entry.key);
  }
  entry.virtual_service = table_.name;
  entry.real_server = row.entry.server;
  const auto& servers = places_.find(table_.name)->second;
  if (const auto place = servers.find(row.entry.server); place != servers.end()) entry.destination = place->second;
  entry.expire = row.entry.expire;
  entry.is_confirmed = true;
  return entry;
}

Result<observed::Page<observed::PersistenceEntry>> TableReport::next() {
  if (auto begun = begin(); !begun) return fail(begun.error());
  observed::Page<observed::PersistenceEntry> page;
  while (page.rows.size() < kPageRows) {
    const auto row = next_row();
    if (!row) return fail(row.error());
    if (!*row) return page;
    page.rows.push_back(shown(**row));
  }
  page.next = kMore;
  return page;
}

Result<> TableReport::send(std::string& commands) const {
  if (commands.empty()) return {};
  const auto answer = ask(paths_.runtime_socket(), std::exchange(commands, {}));
  if (!answer) return fail(answer.error());
  const auto words = objection(*answer);
  return words ? fail(ErrorCode::kSystem, "HAProxy does not forget them all: " + *words) : Result<>();
}

Result<uint64_t> TableReport::clear() {
  if (auto begun = begin(); !begun) return fail(begun.error());
  uint64_t cleared = 0;
  std::string commands;
  for (;;) {
    const auto row = next_row();
    if (!row) return fail(row.error());
    if (!*row || commands.size() > kMostCommandText) {
      if (auto sent = send(commands); !sent) return fail(sent.error());
    }
    if (!*row) return cleared;
    commands +=
        fmt::format("{}clear table {} key {}", commands.empty() ? "" : ";", table_.name, quoted((*row)->entry.key));
    ++cleared;
  }
}

}  // namespace evenkeel::engines::l7_haproxy
