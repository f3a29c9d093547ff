#pragma once
// Has certificates issued by ACME servers, and again when a third of their life is left; one at a time. On the control
// loop; it asks nobody itself.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "certificates/bundle.h"
#include "daemon/certificate_shelf.h"

namespace evenkeel::daemon {

// When a third of its life is left, and up to a twentieth of it earlier, so that not all are renewed at once. The same
// for the same certificate.
WallTime renewal_due(const CertificateShelf::Order& order);

class AcmeWatch {
 public:
  using Order = CertificateShelf::Order;
  using Issue = std::function<boost::asio::awaitable<Result<certificates::Bundle>>(certificates::AcmeRecord)>;
  // Is awaited before the next one is issued: when it returns, configure() was called with the new certificate.
  using Issued = std::function<boost::asio::awaitable<void>(Order, Result<certificates::Bundle>)>;

  AcmeWatch(boost::asio::io_context& io, const Clock& clock, Issue issue, Issued issued);
  ~AcmeWatch();

  // All that there are; those that are due are issued at once.
  void configure(const std::vector<Order>& orders);
  // Whatever its due time. kNotFound: there is no such order. kConflict: nobody would answer the server's questions.
  Result<> issue_now(const std::string& label);
  // What `certificate` shows of it.
  void describe(observed::Certificate& certificate) const;
  void stop();  // no callback after it returns

 private:
  struct Round {
    Order order;
    WallTime due;
    int failures = 0;
    std::string error = {};
  };
  void start_what_is_due();
  boost::asio::awaitable<void> issue(Order order);
  void note(const Order& order, const Result<certificates::Bundle>& bundle);

  boost::asio::io_context& io_;
  const Clock& clock_;
  Issue issue_;
  Issued issued_;
  std::map<std::string, Round> rounds_;  // by label
  std::string running_;                  // label; empty: none is issued just now
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace evenkeel::daemon
