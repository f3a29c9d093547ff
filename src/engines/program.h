#pragma once
// A program of other people that does an engine's work, as operators see it: is it there, what is it told, read it
// again. Lives on the control loop.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "observed/engine.h"

namespace evenkeel::engines {

class Program {
 public:
  virtual ~Program() = default;

  virtual observed::EngineStatus status() const = 0;
  // The file in force, secrets masked; empty: there is none yet. Blocks: for a worker's thread.
  virtual std::string configuration() const = 0;
  // Has the program read its file again, without losing a connection; one that does not run is started. Returns at
  // once.
  virtual void restart() = 0;
  // Until what it was told is done, but no longer than that.
  virtual boost::asio::awaitable<void> settled(std::chrono::seconds longest) = 0;
};

}  // namespace evenkeel::engines
