#pragma once
// The API as the commands see it: JSON in, JSON or a Failure out.

#include <boost/json.hpp>
#include <expected>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/transport.h"
#include "cli/url.h"
#include "model/problem.h"

namespace evenkeel::cli {

// Why a command did not do what it was asked.
struct Failure {
  ExitCode exit = ExitCode::kRefused;
  std::string message;                   // one sentence; may hold text from the server: not yet safe to print
  std::vector<model::Problem> problems;  // each with its path, when the server listed them
  std::string hint;                      // what to do about it; may be empty
};

template <class T = void>
using Answer = std::expected<T, Failure>;

inline std::unexpected<Failure> refuse(std::string message, std::string hint = {}) {
  return std::unexpected(Failure{ExitCode::kRefused, std::move(message), {}, std::move(hint)});
}
inline std::unexpected<Failure> misused(std::string message, std::string hint = {}) {
  return std::unexpected(Failure{ExitCode::kUsage, std::move(message), {}, std::move(hint)});
}

// What an Error of the transport, or an answer that is not a success, means for the person at the keyboard.
Failure failure_of(const Error& error);
Failure failure_of(const Response& response);

class ApiClient {
 public:
  explicit ApiClient(Transport& transport) : transport_(transport) {}

  Answer<boost::json::value> get(const Url& url) { return send("GET", url, {}); }
  // `body`: JSON text, empty for none.
  Answer<boost::json::value> send(std::string method, const Url& url, std::string body);
  Transport& transport() { return transport_; }

 private:
  Transport& transport_;
};

}  // namespace evenkeel::cli
