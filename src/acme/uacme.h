#pragma once
// Has a certificate issued by an ACME server: uacme speaks with it, beside the control loop, which never waits. The
// certificate's key is made here and uacme never sees it: it is given a request (CSR).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "certificates/acme_record.h"
#include "certificates/bundle.h"
#include "health/monitor.h"

namespace evenkeel::acme {

struct Tools {
  std::string client;       // uacme
  std::string hook;         // evenkeel-acme-hook
  std::string directory;    // of the account's key and of what is being issued; root's alone
  health::Scripts scripts;  // for the operator's hooks
};

class Uacme {
 public:
  Uacme(boost::asio::io_context& io, Tools tools);
  ~Uacme();

  // One at a time; ends within 15 minutes. kUnavailable: in the ACME server's own words where it has said any.
  boost::asio::awaitable<Result<certificates::Bundle>> issue(certificates::AcmeRecord record);
  void stop();  // ends what runs

 private:
  struct Running;

  boost::asio::awaitable<Result<>> make_account(const certificates::AcmeRecord& record);
  boost::asio::awaitable<Result<>> ask_for_certificate(const certificates::AcmeRecord& record);
  boost::asio::awaitable<Result<std::string>> run(std::vector<std::string> arguments,
                                                  std::vector<std::string> environment);
  std::vector<std::string> environment_for(const certificates::AcmeRecord& record) const;
  std::string request() const { return work_ + "/request.csr"; }
  std::string answer() const { return work_ + "/request-cert.pem"; }  // as uacme calls it

  boost::asio::io_context& io_;
  const Tools tools_;
  const std::string work_;  // of this process: what one before us has left running must not mix with it
  std::shared_ptr<Running> running_;
  boost::asio::thread_pool worker_{1};
};

}  // namespace evenkeel::acme
