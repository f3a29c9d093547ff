#pragma once
// Lists that may be longer than memory: the API sends a line for each row, and they are shown some hundred at a time.

#include <boost/json.hpp>
#include <string>

#include "cli/api_client.h"
#include "cli/session.h"
#include "cli/terminal.h"

namespace evenkeel::cli {

struct RowList {
  Url url;
  bool json = false;
  const char* none;  // what is said when there is no row
  std::string (*render)(const boost::json::array& rows, const Terminal& terminal);
};

Answer<> show_rows(Session& session, const RowList& list);

std::string render_connections(const boost::json::array& rows, const Terminal& terminal);
std::string render_persistence(const boost::json::array& rows, const Terminal& terminal);

}  // namespace evenkeel::cli
