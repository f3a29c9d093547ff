#pragma once
// The current connections of layer 7 from the lines of a worker's `show sess all`. Pure.

#include <optional>
#include <string_view>

#include "observed/connection.h"

namespace evenkeel::engines::l7_haproxy {

class SessionParser {
 public:
  // A session that this line has completed: the one before it. Those that are no client's are left out.
  std::optional<observed::Connection> feed(std::string_view line);
  // The last one, when there are no more lines.
  std::optional<observed::Connection> finish();

 private:
  void begin(std::string_view line);

  observed::Connection session_;
  bool is_clients_ = false;  // what was fed has the address of a client
};

}  // namespace evenkeel::engines::l7_haproxy
