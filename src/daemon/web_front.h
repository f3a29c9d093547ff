#pragma once
// The front of the web interface: an nginx of our own with a certificate of its own. Belongs to main; lives on the
// control loop, but for files and keys, which the worker handles.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "api/control.h"
#include "base/clock.h"
#include "engines/web_nginx/certificate.h"
#include "engines/web_nginx/front.h"
#include "engines/web_nginx/server.h"
#include "observed/event_log.h"
#include "observed/program_log.h"
#include "observed/snapshot.h"
#include "observed/web.h"

namespace evenkeel::daemon {

class WebFront {
 public:
  struct Options {
    std::vector<Endpoint> addresses;  // where browsers come; none: there is no web interface
    uint16_t plain_port = 0;          // redirects to HTTPS; 0: none
    std::string root;                 // the pages
    std::string socket;               // where evenkeeld serves the API to them
    std::string run_directory;        // nginx's own
    std::string state_directory;      // of the certificate
  };

  WebFront(boost::asio::io_context& io, boost::asio::thread_pool& worker, const Clock& clock,
           observed::EventLog& events, observed::ProgramLog& messages, Options options);

  // Also ends what an evenkeeld before us had been told to serve and we are not.
  void start();
  void stop();  // nginx goes on

  engines::Program& program() { return nginx_; }
  observed::WebStatus status() const;
  std::vector<observed::Notice> notices() const;  // that it should serve, and does not
  // In force when it returns, for new connections; those that are open go on. Refused: see web_nginx::join().
  boost::asio::awaitable<api::Changed<observed::WebStatus>> replace_certificate(std::string certificate,
                                                                                std::string key, std::string author);

 private:
  using Certificate = engines::web_nginx::Certificate;

  void listen();
  boost::asio::awaitable<void> prepare();
  boost::asio::awaitable<Result<>> put_in_force(std::string pem);
  Result<> make_site() const;
  Result<std::string> read_or_make_certificate(WallTime now) const;
  void serve();
  void fail_with(const Error& error);
  void arm_renewal();
  void arm_retry();
  std::string certificate_file() const { return options_.state_directory + "/certificate.pem"; }
  std::string site() const { return options_.run_directory + "/site"; }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& worker_;
  const Clock& clock_;
  observed::EventLog& events_;
  Options options_;
  engines::web_nginx::Server nginx_;
  std::optional<Certificate> certificate_;
  std::string reason_;  // why it does not serve, or not what is wanted
  bool is_replacing_ = false;
  boost::asio::steady_timer renewal_, retry_;
  bool stopped_ = false;
};

}  // namespace evenkeel::daemon
