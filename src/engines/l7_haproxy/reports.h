#pragma once
// The long reports of HAProxy, read as they come and given in pages: current connections, and the clients that stick
// tables remember. Every call blocks, for a thread that has nothing more urgent to do.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engines/ask.h"
#include "engines/l7_haproxy/paths.h"
#include "engines/l7_haproxy/session_parser.h"
#include "engines/l7_haproxy/table_parser.h"
#include "observed/connection.h"

namespace evenkeel::engines::l7_haproxy {

// The addresses of real servers by label, by label of their virtual service.
using Places = std::map<std::string, std::map<std::string, IpAddress>, std::less<>>;

// The connections of the worker that serves, then those of the old ones.
class SessionReport {
 public:
  SessionReport(Paths paths, Places places, observed::ConnectionFilter filter)
      : paths_(std::move(paths)), places_(std::move(places)), filter_(std::move(filter)) {}

  // The next page. kUnavailable, kTimeout: HAProxy does not answer.
  Result<observed::Page<observed::Connection>> next();

 private:
  struct Source {
    std::string socket, command;
  };
  Result<> find_sources();
  Result<bool> open_next();  // false: there is no further one
  void take(std::optional<observed::Connection> session, observed::Page<observed::Connection>& page) const;

  Paths paths_;
  Places places_;
  observed::ConnectionFilter filter_;
  std::vector<Source> sources_;  // still to be read, the last one first
  bool has_begun_ = false;
  std::optional<LineStream> lines_;
  SessionParser parser_;
};

// What the tables of the worker that serves remember.
class TableReport {
 public:
  TableReport(Paths paths, Places places, observed::ConnectionFilter filter)
      : paths_(std::move(paths)), places_(std::move(places)), filter_(std::move(filter)) {}

  Result<observed::Page<observed::PersistenceEntry>> next();

  // Forgets all that fit. How many.
  Result<uint64_t> clear();

 private:
  struct Row {
    TableEntry entry;
    std::optional<IpAddress> client;  // none: remembered by something else
  };
  Result<std::vector<TableHeading>> tables() const;
  Result<> begin();
  Result<std::optional<Row>> next_row();
  bool fits(const Row& row) const;
  observed::PersistenceEntry shown(const Row& row) const;
  Result<> send(std::string& commands) const;

  Paths paths_;
  Places places_;
  observed::ConnectionFilter filter_;
  std::vector<TableHeading> left_;  // still to be read, the last one first
  bool has_begun_ = false;
  TableHeading table_;
  std::optional<LineStream> lines_;
};

}  // namespace evenkeel::engines::l7_haproxy
