#include "api/row_stream.h"

#include <fmt/format.h>

namespace evenkeel::api {
namespace json = boost::json;

Result<RowFormat> parse_row_format(const Query& query) {
  const std::string name = query.text("format");
  if (name.empty() || name == "json") return RowFormat::kJson;
  if (name == "ndjson") return RowFormat::kNdjson;
  return fail(ErrorCode::kInvalidArgument, "format must be json or ndjson");
}

const char* content_type_of(RowFormat format) {
  return format == RowFormat::kNdjson ? "application/x-ndjson" : "application/json";
}

std::string RowText::head() const {
  return format_ == RowFormat::kNdjson ? "" : fmt::format("{{\"{}\":[", name_);
}

void RowText::add(std::string& text, const json::object& row) {
  const bool is_first = std::exchange(is_first_, false);
  if (format_ == RowFormat::kJson) text += is_first ? "\n" : ",\n";
  text += json::serialize(row);
  if (format_ == RowFormat::kNdjson) text += '\n';
}

std::string RowText::tail(bool is_truncated) const {
  const char* const truncated = is_truncated ? "true" : "false";
  return fmt::format("{}\"truncated\":{}}}\n", format_ == RowFormat::kNdjson ? "{" : "],", truncated);
}

}  // namespace evenkeel::api
