#pragma once
// Runs what blocks (fsync, a dump of a big map, the start of a program, a password's hash) in a worker, and goes on on
// the control loop with its result.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace evenkeel {

// What `function` refers to must outlive the call; it runs in the worker's thread.
template <class Function, class Value = std::invoke_result_t<Function>>
boost::asio::awaitable<Value> run_blocking(boost::asio::thread_pool& worker, Function function) {
  auto run = [&function]() -> boost::asio::awaitable<Value> { co_return function(); };
  co_return co_await boost::asio::co_spawn(worker, run(), boost::asio::use_awaitable);
}

}  // namespace evenkeel
