#include "api/reply.h"

#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;

Response reply(const json::value& value) {
  Response response;
  response.body = json::serialize(value);
  return response;
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kPermission:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kUnsupported:
      return 422;
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
      return 503;
    case ErrorCode::kTimeout:
    case ErrorCode::kCorrupt:
    case ErrorCode::kSystem:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

Response refuse(int status, const Error& error, const std::vector<model::Problem>& problems) {
  json::object object{{"code", to_string(error.code)}, {"message", model::mask_secrets(to_string(error))}};
  if (!problems.empty()) {
    json::array& list = object["problems"].emplace_array();
    for (const model::Problem& problem : problems) {
      list.push_back(json::object{{"path", problem.path},
                                  {"message", model::mask_secrets(problem.message)},
                                  {"hint", model::mask_secrets(problem.hint)}});
    }
  }
  Response response = reply(json::object{{"error", std::move(object)}});
  response.status = status;
  return response;
}

Response refuse(const Error& error, const std::vector<model::Problem>& problems) {
  return refuse(http_status(error.code), error, problems);
}

Response refuse(const ChangeRefused& refused) {
  return refuse(refused.error, refused.problems);
}

}  // namespace evenkeel::api
