#include "cli/api_client.h"

#include <fmt/format.h>

#include <cerrno>

#include "cli/json_text.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr const char* kWhoMay =
    "root and the members of the group evenkeel may: use sudo, or add yourself with\n"
    "  sudo usermod -aG evenkeel \"$USER\"   (then log in again)";

std::string hint_for(const Error& error) {
  if (error.code == ErrorCode::kPermission) return kWhoMay;
  if (error.system_errno == ENOENT || error.system_errno == ECONNREFUSED) {
    return "start it with\n"
           "  sudo systemctl start evenkeeld\n"
           "or name the socket that it listens on: --socket PATH or EVENKEEL_SOCKET";
  }
  if (error.code == ErrorCode::kTimeout) return "see what it is doing: journalctl -u evenkeeld";
  return {};
}

}  // namespace

Failure failure_of(const Error& error) {
  const bool is_ours = error.code == ErrorCode::kInternal;
  return {ExitCode::kUnreachable,
          is_ours ? to_string(error) : "evenkeeld cannot be reached: " + to_string(error),
          {},
          hint_for(error)};
}

Failure failure_of(const Response& response) {
  std::error_code parse_error;
  const json::value document = json::parse(response.body, parse_error);
  const json::value* error = parse_error ? nullptr : member(document, "error");
  if (error == nullptr) {
    return {ExitCode::kRefused, fmt::format("evenkeeld answered with HTTP status {}", response.status), {}, {}};
  }
  Failure failure{ExitCode::kRefused, text_at(*error, "message"), {}, {}};
  for (const json::value& problem : list_at(*error, "problems")) {
    failure.problems.push_back({text_at(problem, "path"), text_at(problem, "message"), text_at(problem, "hint")});
  }
  return failure;
}

Answer<json::value> ApiClient::send(std::string method, const Url& url, std::string body) {
  auto response = transport_.send({std::move(method), url.text(), std::move(body)});
  if (!response) return std::unexpected(failure_of(response.error()));
  if (response->status < 200 || response->status > 299) return std::unexpected(failure_of(*response));
  std::error_code parse_error;
  json::value document = json::parse(response->body, parse_error);
  if (parse_error) return refuse("evenkeeld's answer is not JSON: is something else listening on that socket?");
  return document;
}

}  // namespace evenkeel::cli
