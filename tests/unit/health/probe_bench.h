#pragma once
// Runs single probes to their end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>

#include "health/probes.h"
#include "health/reason.h"
#include "loopback_server.h"

namespace evenkeel::health {

// Descriptors run out for as long as this lives. What is to be tested should have run once before: UBSan's check of a
// class that it meets for the first time needs a descriptor too.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    (void)not_checked(EMFILE);  // has run once before, see above
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(STDERR_FILENO);
    ::close(lowest_free);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

 private:
  rlimit before_{};
};

inline Target target_of(model::HealthCheckType type, uint16_t port, const char* address = "127.0.0.1") {
  Target target;
  target.key = {"Service", "Server"};
  target.address = *IpAddress::parse(address);
  target.port = port;
  target.check.type = type;
  target.check.timeout = std::chrono::seconds(5);
  return target;
}

class LoopTest : public testing::Test {
 protected:
  // False if it has not come true within ten seconds.
  bool run_until(const std::function<bool()>& is_done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!is_done() && std::chrono::steady_clock::now() < limit) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(100));
    }
    return is_done();
  }

  // As something else does that takes its time on the loop.
  static void keep_loop_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) continue;
  }

  // Both sides of connections that were left have seen it after this.
  void let_everything_close() {
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
  }

  boost::asio::io_context io_;
  SystemClock clock_;
};

class ProbeTest : public LoopTest {
 protected:
  ProbeResult probe(const Target& target) {
    std::optional<ProbeResult> result;
    const auto probe = make_probe(tools_, target);
    probe->start([&](ProbeResult answer) { result = std::move(answer); });
    EXPECT_FALSE(result) << "answered from within start()";
    EXPECT_TRUE(run_until([&] { return result.has_value(); }));
    return result.value_or(ProbeResult{Outcome::kNotChecked, "the probe never answered"});
  }

  ProbeTools tools_{io_, clock_};
};

}  // namespace evenkeel::health
