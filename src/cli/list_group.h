#pragma once
// A group of commands that is a list by itself, such as `evenkeel engines`.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <string>

#include "cli/session.h"

namespace evenkeel::cli {

// Without one of its commands the group shows the API's resource of the same name, with --json as JSON.
CLI::App* add_list_group(CLI::App& app, Session& session, const char* name, const char* summary,
                         std::string (*view)(const boost::json::value&, const Terminal&));

}  // namespace evenkeel::cli
