#pragma once
// A probe written as a coroutine that must be through within a deadline. Takes care of what all such probes share: one
// answer, a deadline over everything, cancellation at any moment, and our own troubles kept apart from the server's.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "health/deadlines.h"
#include "health/probe.h"

namespace evenkeel::health {

class AwaitableProbe : public Probe, public std::enable_shared_from_this<AwaitableProbe> {
 public:
  AwaitableProbe(boost::asio::io_context& io, std::chrono::milliseconds timeout);

  void start(OnResult on_result) final;
  void cancel() final;

 protected:
  // What the probe does. May throw; an exception counts as our own trouble.
  virtual boost::asio::awaitable<ProbeResult> run() = 0;
  // Closes everything that run() may be waiting for or may still open: it then fails at once.
  virtual void abort() = 0;
  // How far it got, when the deadline has passed: "no answer from 10.0.0.1:80 within 5 s (...)".
  virtual std::string timed_out() const = 0;
  // What the passed deadline says of the server.
  virtual ProbeResult judge_timeout() const { return {Outcome::kFailure, timed_out(), "timeout"}; }

  boost::asio::io_context& io() { return io_; }
  // Filled by run() as it goes, so that it is there too when the deadline cuts run() off; becomes part of the result.
  Trace& trace() { return trace_; }
  // Called once, before the trace is handed on: for what is better worked out at the end than with every byte.
  virtual void complete_trace() {}

 private:
  void launch();
  void expire();
  void finish(ProbeResult result);

  boost::asio::io_context& io_;
  std::chrono::milliseconds timeout_;
  Deadline deadline_;
  Trace trace_;
  OnResult on_result_;  // empty: answered or cancelled
};

}  // namespace evenkeel::health
