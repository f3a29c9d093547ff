#pragma once
// Servers on loopback that behave as a script says, well or badly, on the test's own io_context.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace evenkeel::health {

enum class Ending { kFin, kReset };

// What the server saw of its clients.
struct Visits {
  int connections = 0;
  std::vector<std::string> requests;
  std::vector<Ending> endings;
  std::string server_name;  // asked for in the last TLS handshake
};

class LoopbackServer {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Script = std::function<boost::asio::awaitable<void>(Socket&, Visits&)>;

  // Accepts any number of connections, plays the script on each, then waits for the client's end.
  LoopbackServer(boost::asio::io_context& io, Script script, const std::string& address = "127.0.0.1");
  ~LoopbackServer();

  uint16_t port() const;
  const Visits& visits() const;
  // From now on the connections are played another script.
  void play(Script script);

 private:
  struct State;
  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
  static boost::asio::awaitable<void> serve(std::shared_ptr<State> state, Socket socket);

  std::shared_ptr<State> state_;
};

// Scripts.
LoopbackServer::Script accept_only();
LoopbackServer::Script say(const std::string& answer);            // reads the request, answers, sends FIN
LoopbackServer::Script greet(const std::string& greeting);        // speaks first, as SSH does
LoopbackServer::Script drip(const std::string& answer);           // one byte at a time, a millisecond apart
LoopbackServer::Script drip_for_ever(const std::string& answer);  // then one byte of body a millisecond, for ever
LoopbackServer::Script flood(const std::string& answer);          // then body without end
LoopbackServer::Script reset_after(const std::string& answer);    // then RST
LoopbackServer::Script say_over_tls(const std::string& answer);   // with a self-signed certificate
LoopbackServer::Script say_over_tls_and_cut(const std::string& answer);  // no close_notify

std::string http_answer(int status, const std::string& body, const std::string& fields = "");

// A port of 127.0.0.1 at which nobody listens.
uint16_t closed_port(boost::asio::io_context& io);

// Listens, but its queue is full: SYNs are dropped, as by a dead host or a firewall.
class FullServer {
 public:
  explicit FullServer(boost::asio::io_context& io);
  uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> fillers_;
};

}  // namespace evenkeel::health
