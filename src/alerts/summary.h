#pragma once
// A digest in words: one sentence for the subject, a text for people, JSON for programs.

#include <boost/json.hpp>
#include <string>

#include "alerts/gatherer.h"

namespace evenkeel::alerts {

// "14 servers down on 3 services", "PS1 of Print_Provider is down: connection refused", "all well again"
std::string sentence_of(const Digest& digest);
// Of each kind of news at most 100 lines.
std::string text_of(const Digest& digest);
// The lists of docs/alerts.md, at most 100 elements each.
boost::json::object to_json(const Digest& digest);

// "virtual_service/Print_Provider/real_server/PS1" as "PS1 of Print_Provider".
std::string in_words(const std::string& object);

}  // namespace evenkeel::alerts
