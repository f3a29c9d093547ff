#pragma once
// A view that is drawn again and again.

#include <boost/json.hpp>
#include <functional>
#include <string>

#include "cli/session.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace evenkeel::cli {

// --watch [SECONDS], 2 if not said; `seconds` stays 0 without it.
void add_watch_option(CLI::App& command, double& seconds, CLI::Option* not_with);

// Until the pause says so.
Answer<> watch(Session& session, const Url& url, double seconds,
               const std::function<std::string(const boost::json::value&, const Terminal&)>& render);

}  // namespace evenkeel::cli
