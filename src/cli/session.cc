#include "cli/session.h"

#include <ostream>

#include "cli/json_text.h"

namespace evenkeel::cli {

ApiClient& Session::api() {
  if (api_ == nullptr) {
    transport_ = world_.connect(socket_path);
    api_ = std::make_unique<ApiClient>(*transport_);
  }
  return *api_;
}

void Session::print(std::string_view text) {
  world_.out << text << std::flush;
}

std::string Session::to_json_text(const boost::json::value& value) {
  return pretty(value);
}

}  // namespace evenkeel::cli
