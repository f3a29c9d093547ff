#pragma once
// HTTP/1.1 on a Unix socket. Lives on the control loop. Whatever a client sends, it gets an answer or is disconnected;
// time, size and number of everything a client can cause are bounded.

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"

namespace evenkeel::api {

class ServerCore;  // of server.cc

class Server {
 public:
  struct Options {
    std::string socket_path = "/run/evenkeel/api.sock";
    mode_t mode = 0660;
    std::string group = "evenkeel";                   // owns the socket; its members may connect. May not exist
    bool trusts_peers = true;                         // who may connect is an administrator; else nobody is
    size_t maximum_connections = 512;                 // one more is answered 503
    size_t maximum_header = 16 << 10;                 // bytes
    size_t maximum_body = 16 << 20;                   // bytes, of one request
    size_t maximum_bodies = 64 << 20;                 // bytes, of all requests that are being received or answered
    std::chrono::milliseconds read_timeout{30'000};   // to wait for a request, until its last byte
    std::chrono::milliseconds write_timeout{30'000};  // for the client to take an answer or a batch of events
  };

  // Every request of a permitted peer goes to `serve`, on the io_context's thread.
  Server(boost::asio::io_context& io, Serve serve, Options options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // A stale socket file is replaced; kConflict when another process listens on it.
  Result<> listen();
  // Closes all connections and removes the socket file. Nothing is served after it, but a call to `serve` that is
  // under way goes on: what it uses must live as long as the io_context runs.
  void stop();

  size_t connections() const;

 private:
  std::shared_ptr<ServerCore> core_;
};

}  // namespace evenkeel::api
