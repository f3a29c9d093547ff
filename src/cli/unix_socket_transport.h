#pragma once
// HTTP over evenkeeld's Unix socket, by libcurl.

#include <string>

#include "cli/transport.h"

namespace evenkeel::cli {

class UnixSocketTransport final : public Transport {
 public:
  explicit UnixSocketTransport(std::string socket_path) : socket_path_(std::move(socket_path)) {}

  Result<Response> send(const Request& request) override;
  Result<Response> stream(const StreamRequest& request, const std::function<void(std::string_view)>& sink) override;

 private:
  std::string socket_path_;
};

}  // namespace evenkeel::cli
