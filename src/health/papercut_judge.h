#pragma once
// What the health API of a PaperCut Application Server, or the page of a passive one, says. Pure.

#include <string>

#include "health/http_response.h"

namespace evenkeel::health::papercut {

enum class State { kActive, kPassive, kStarting, kError, kNoAccess, kNotPapercut };

struct Opinion {
  State state = State::kNotPapercut;
  std::string detail;  // what the server itself says; may be empty
};

// For an answer that needs no more bytes. Code 200 and status OK, both, make it active: a passive server answers with
// its page, by 200 or by 503.
Opinion judge(const HttpResponse& response);

const char* to_string(State state);  // "active"

}  // namespace evenkeel::health::papercut
