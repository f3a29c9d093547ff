#pragma once
// How a layer-7 virtual service treats HTTP itself: what it adds, which versions it speaks, how long connections live.

#include <cstdint>

namespace evenkeel::model {

// What becomes of an X-Forwarded-For header that the client has sent already.
enum class ClientForwardedFor {
  kAdd,      // it stays, and the load balancer's own comes after it
  kKeep,     // it stays, and the load balancer adds none
  kReplace,  // it is removed first: only the load balancer's own is there
};

// What becomes of the two connections, the client's and the real server's, when a request is answered.
enum class ConnectionMode {
  kKeepAlive,    // both stay for the next request
  kServerClose,  // the client's stays
  kClose,        // neither
};

// Whether one client's request may go to a real server on a connection that was opened for another client.
enum class ConnectionReuse {
  kNever,
  kSafe,        // never a connection's first request: one that was just closed can be tried again
  kAggressive,  // the first one too, where the connection has proved its worth
  kAlways,
};

inline constexpr int kLeastHstsMonths = 3;
inline constexpr int kMostHstsMonths = 24;

struct Layer7Http {
  ClientForwardedFor client_x_forwarded_for = ClientForwardedFor::kAdd;
  bool hsts = false;
  int hsts_months = 6;  // 3..24
  bool compression = false;
  bool h2 = true;          // with clients
  bool server_h2 = false;  // with real servers
  ConnectionMode connections = ConnectionMode::kKeepAlive;
  ConnectionReuse reuse = ConnectionReuse::kSafe;
  bool pretend_keepalive = false;
  bool accept_invalid = false;

  bool operator==(const Layer7Http&) const = default;
};

}  // namespace evenkeel::model
