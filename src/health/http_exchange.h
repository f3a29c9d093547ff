#pragma once
// One HTTP request and its answer on a Conversation: what all checks over HTTP share.

#include "health/conversation.h"
#include "health/http_response.h"

namespace evenkeel::health {

Wire http_wire(const Target& target);

// Opens the conversation, sends, and reads until the response needs no more.
boost::asio::awaitable<Trouble> exchange(Conversation& conversation, std::string request, HttpResponse& response);

// "(TCP connected, no HTTP answer)" and the like, for the sentence of a timeout.
std::string timed_out_text(const Conversation& conversation, const HttpResponse& response, const Target& target);

}  // namespace evenkeel::health
