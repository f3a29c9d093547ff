#pragma once
// The web socket's side of the routes: nobody is trusted who does not bring a session's cookie or a token.

#include "access/accounts.h"
#include "api/http.h"

namespace evenkeel::api {

inline constexpr std::string_view kSessionCookie = "evenkeel_session";

// `serve` with requests that know who asks. `accounts` must outlive it.
Serve behind_gate(Serve serve, access::Accounts& accounts);

// The value of a cookie in a Cookie header; empty when it is not there.
std::string cookie_value(std::string_view header, std::string_view name);

// Whom our web server has the request from: the last address of X-Forwarded-For, since those before it are the client's
// own words. "unknown" when there is none.
std::string client_address(std::string_view forwarded_for);

}  // namespace evenkeel::api
