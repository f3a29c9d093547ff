#pragma once
// The target of a request: path segments and query parameters, percent-encoded.

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::cli {

// Url("virtual-services").segment("My VS").query("dry_run", "true") is /api/v1/virtual-services/My%20VS?dry_run=true
class Url {
 public:
  explicit Url(std::string_view resource) : text_("/api/v1/" + std::string(resource)) {}

  Url& segment(std::string_view name);
  Url& segment(int64_t number) { return segment(std::to_string(number)); }
  Url& query(std::string_view name, std::string_view value);
  // Leaves an empty value out.
  Url& query_if(std::string_view name, std::string_view value) { return value.empty() ? *this : query(name, value); }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool has_query_ = false;
};

}  // namespace evenkeel::cli
