#pragma once
// A program that runs beside the control loop, which never waits for it: it is watched through descriptors.

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::health {

class Child {
 public:
  static constexpr int kSignalled = 128;  // an exit status above: ended by that signal

  // Its descriptors are these alone: nothing to read, `output` for what it says and complains, and as 3 `trouble`.
  struct Pipes {
    Fd output, trouble;  // to read from
  };
  struct Started;

  // `command`: the program's path, then its arguments. `environment`: "NAME=value", all that there will be. `starter`
  // is where it is waited for that the program has begun, which takes a millisecond and more: a thread that lives on,
  // since children may end with the thread that has started them.
  static boost::asio::awaitable<Result<Started>> start(boost::asio::io_context& io, boost::asio::thread_pool& starter,
                                                       std::vector<std::string> command,
                                                       std::vector<std::string> environment);
  ~Child();  // kills it
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  // Its exit status as shells say it: 128 and more for a signal. Once; -1: it cannot be known.
  boost::asio::awaitable<int> wait();
  void kill();

 private:
  Child(boost::asio::io_context& io, pid_t pid, Fd handle);

  boost::asio::io_context& io_;
  pid_t pid_;  // 0: gathered, or moved from
  boost::asio::posix::stream_descriptor handle_;
};

struct Child::Started {
  Child child;
  Pipes pipes;
};

}  // namespace evenkeel::health
