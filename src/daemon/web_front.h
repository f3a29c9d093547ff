#pragma once
// The front of the web interface: an nginx of our own with a certificate of its own. Belongs to main; lives on the
// control loop, but for files and keys, which the worker handles.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/control.h"
#include "base/clock.h"
#include "daemon/web_certificate.h"
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
    uint16_t plain_port = 0;          // redirects to HTTPS, and answers ACME's HTTP-01; 0: none
    std::string root;                 // the pages
    std::string socket;               // where evenkeeld serves the API to them
    std::string run_directory;        // nginx's own
    std::string state_directory;      // of the certificate
  };

  WebFront(boost::asio::io_context& io, boost::asio::thread_pool& worker, const Clock& clock,
           observed::EventLog& events, observed::ProgramLog& messages, Options options);

  // Also ends what an evenkeeld before us had been told to serve and we are not. `acme_thumbprint`: of our account;
  // empty: there is none.
  void start(FindStored find_stored, std::string acme_thumbprint);
  void stop();  // nginx goes on

  engines::Program& program() { return nginx_; }
  observed::WebStatus status() const;
  std::vector<observed::Notice> notices() const;  // that it should serve, and does not
  // Where ACME servers ask.
  bool answers_acme() const { return is_on() && options_.plain_port == 80; }
  // The label of the stored certificate that it follows; empty: none, or there is no web interface.
  std::string stored_certificate() const { return is_on() ? stored_ : ""; }

  // In force when it returns, for new connections; those that are open go on. Refused: see web_nginx::join().
  boost::asio::awaitable<api::Changed<observed::WebStatus>> replace_certificate(std::string certificate,
                                                                                std::string key, std::string author);
  // Likewise with a stored one, which it follows from then on.
  boost::asio::awaitable<api::Changed<observed::WebStatus>> use_stored(std::string label, std::string author);
  // When stored certificates have changed: it has the new one when this returns. One that will not do, or is not there
  // any more, leaves it with its last one; events and status say so.
  boost::asio::awaitable<void> follow();

  // For backups: the file, and nothing where that is one of our own making. Blocks for moments.
  WebCertificateFile kept() const;
  // In force when it returns, if there is a web interface.
  boost::asio::awaitable<Result<>> restore(WebCertificateFile file);
  void answer_acme(std::string thumbprint);  // of another account of ours

 private:
  using Certificate = engines::web_nginx::Certificate;

  struct Prepared {
    Certificate certificate;
    bool is_new = false;  // the stored one has changed
    std::string trouble = {};
  };

  bool is_on() const { return !options_.addresses.empty(); }
  void listen();
  boost::asio::awaitable<void> prepare();
  boost::asio::awaitable<std::shared_ptr<void>> turn();
  boost::asio::awaitable<api::Changed<observed::WebStatus>> adopt(WebCertificateFile file, std::string author);
  boost::asio::awaitable<Result<>> put_in_force(WebCertificateFile file);
  Result<> make_site() const;
  Result<Prepared> prepare_files(const std::optional<desired::Certificate>& stored, WallTime now) const;
  Result<> write(const WebCertificateFile& file) const;
  void serve();
  void fail_with(const Error& error);
  void note_trouble(const std::string& trouble);
  void tell(const std::string& sentence);
  void arm_renewal();
  void arm_retry();
  std::string certificate_file() const { return web_certificate_file(options_.state_directory); }
  std::string site() const { return options_.run_directory + "/site"; }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& worker_;
  const Clock& clock_;
  observed::EventLog& events_;
  Options options_;
  engines::web_nginx::Server nginx_;
  std::optional<Certificate> certificate_;
  FindStored find_stored_;
  std::string stored_;   // label of the stored certificate that it follows; empty: none
  std::string trouble_;  // why it cannot follow
  std::string acme_thumbprint_;
  std::string reason_;    // why it does not serve, or not what is wanted
  bool is_busy_ = false;  // with file and nginx, which belong together
  boost::asio::steady_timer renewal_, retry_;
  bool stopped_ = false;
};

}  // namespace evenkeel::daemon
