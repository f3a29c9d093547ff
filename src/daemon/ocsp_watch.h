#pragma once
// Asks authorities again and again whether certificates are still good, in a thread of its own; answers come back on
// the control loop. An answer is renewed at half of the time in which HAProxy staples it, so that there is time for a
// responder that is down.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/certificate_shelf.h"

namespace evenkeel::daemon {

class OcspWatch {
 public:
  using Answered = std::function<void(const CertificateShelf::Question&, Result<certificates::OcspAnswer>)>;

  OcspWatch(boost::asio::io_context& io, const Clock& clock, Answered answered);
  ~OcspWatch();

  // All that are wanted; those that are new are asked at once.
  void configure(std::vector<CertificateShelf::Question> questions);
  // Now, for one that is not in use yet.
  boost::asio::awaitable<Result<certificates::OcspAnswer>> fetch(CertificateShelf::Question question);
  void stop();  // no callback after it returns

 private:
  struct Round {
    CertificateShelf::Question question;
    WallTime due;
    int failures = 0;
    bool is_asked = false;
  };
  void ask_what_is_due();
  void ask(Round& round);
  void note(const CertificateShelf::Question& question, Result<certificates::OcspAnswer> answer);

  boost::asio::io_context& io_;
  const Clock& clock_;
  Answered answered_;
  std::map<std::string, Round> rounds_;  // by label
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::daemon
