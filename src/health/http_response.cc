#include "health/http_response.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/optional.hpp>
#include <cstdint>

namespace evenkeel::health {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr size_t kBeginning = 256;
constexpr int kMostInterimAnswers = 8;

}  // namespace

// Keeps the status, the Location field and the beginning of the body; everything else is checked and forgotten.
class HttpResponse::Parser final : public http::basic_parser<false> {
 public:
  explicit Parser(bool is_bodiless) {
    eager(true);
    skip(is_bodiless);
    header_limit(kHeaderLimit);
    body_limit(boost::none);
  }

  int status = 0;
  std::string body;
  std::string location;
  bool is_header_complete = false;
  bool is_truncated = false;

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code&) override { status = code; }
  void on_field_impl(http::field name, string_view, string_view value, error_code&) override {
    if (name == http::field::location) location.assign(value.data(), value.size());
  }
  void on_header_impl(error_code&) override { is_header_complete = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view part, error_code& error) override { return append(part, error); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& error) override {
    return append(part, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t append(string_view part, error_code& error) {
    const std::size_t room = kBodyLimit - body.size();
    body.append(part.data(), std::min(room, part.size()));
    if (part.size() > room) {
      is_truncated = true;
      error = http::error::body_limit;
    }
    return part.size();
  }
};

HttpResponse::HttpResponse(bool is_bodiless)
    : parser_(std::make_unique<Parser>(is_bodiless)), is_bodiless_(is_bodiless) {}
HttpResponse::~HttpResponse() = default;
HttpResponse::HttpResponse(HttpResponse&&) noexcept = default;
HttpResponse& HttpResponse::operator=(HttpResponse&&) noexcept = default;

HttpResponse::Progress HttpResponse::feed(std::string_view bytes) {
  if (!needs_more()) return progress_;
  if (beginning_.size() < kBeginning) beginning_.append(bytes.substr(0, kBeginning - beginning_.size()));
  pending_.append(bytes);
  return parse();
}

HttpResponse::Progress HttpResponse::parse() {
  error_code error;
  while (!pending_.empty() && !error) {
    const size_t understood = parser_->put(boost::asio::buffer(pending_), error);
    pending_.erase(0, understood);
    if (!parser_->is_done() && understood == 0) break;
    if (!parser_->is_done()) continue;
    const bool is_interim = parser_->status >= 100 && parser_->status < 200 && parser_->status != 101;
    if (!is_interim) return progress_ = Progress::kComplete;
    if (++interim_answers_ > kMostInterimAnswers) return break_off("too many interim answers");
    parser_ = std::make_unique<Parser>(is_bodiless_);
  }
  if (parser_->is_truncated) return progress_ = Progress::kTruncated;
  if (error && error != http::error::need_more) return break_off(error.message());
  // Chunk headers and trailers have no limit of their own.
  if (pending_.size() > kHeaderLimit) return break_off("header limit exceeded");
  return progress_ = parser_->is_header_complete ? Progress::kBody : Progress::kHeader;
}

HttpResponse::Progress HttpResponse::close() {
  if (!needs_more()) return progress_;
  if (!parser_->got_some()) return break_off("the connection was closed without an answer");
  error_code error;
  parser_->put_eof(error);
  if (!error && parser_->is_done()) return progress_ = Progress::kComplete;
  return break_off(parser_->is_header_complete ? "the connection was closed before the end of the body"
                                               : "the connection was closed before the end of the header");
}

HttpResponse::Progress HttpResponse::break_off(std::string problem) {
  problem_ = std::move(problem);
  return progress_ = Progress::kBroken;
}

int HttpResponse::status() const {
  return parser_->is_header_complete ? parser_->status : 0;
}

const std::string& HttpResponse::body() const {
  return parser_->body;
}

const std::string& HttpResponse::location() const {
  return parser_->location;
}

}  // namespace evenkeel::health
