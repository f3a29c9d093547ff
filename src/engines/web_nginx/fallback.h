#pragma once
// The fallback pages: an nginx that has nothing but these, on port 9081 and where virtual services need it. Lives on
// the control loop.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <string>

#include "desired/fallback_pages.h"
#include "engines/engine.h"
#include "engines/web_nginx/server.h"

namespace evenkeel::engines::web_nginx {

// What is wanted as nginx reads it. `directory`: of the pages' files.
Site render_fallback(const desired::FallbackPages& want, const std::string& directory);

class FallbackEngine final : public Engine<desired::FallbackPages> {
 public:
  struct Listener {
    std::function<void(const ApplyReport&)> settled;
    std::function<void(Way, std::chrono::milliseconds)> changed;
    std::function<void()> ended;
  };

  // `messages`: see Server.
  FallbackEngine(boost::asio::io_context& io, const Clock& clock, const Paths& paths, observed::ProgramLog& messages)
      : paths_(paths), nginx_(io, clock, "nginx-fallback", paths, messages) {}

  // Before the first apply(); not called from within it.
  void listen(Listener listener);

  // Whether ports are free is known only at the time: in apply().
  std::vector<ObjectStatus> check(const desired::FallbackPages& want) const override;
  // Returns what was known before, and which addresses and ports it cannot have: there others answer.
  Result<ApplyReport> apply(const desired::FallbackPages& want) override;

  Program& program() { return nginx_; }

  // No callback after it returns; nginx goes on.
  void stop() { nginx_.stop(); }

 private:
  void leave_out_what_is_taken(desired::FallbackPages& want);

  Paths paths_;
  Server nginx_;
  ApplyReport taken_;  // notices
};

}  // namespace evenkeel::engines::web_nginx
