#pragma once
// Reads an HTTP/1.x answer that arrives in pieces of any size, and keeps what a check needs of it. Knows no socket, so
// that plain and TLS connections, tests and the fuzzer feed it alike. Memory is bounded whatever the server sends.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace evenkeel::health {

class HttpResponse {
 public:
  static constexpr size_t kHeaderLimit = size_t{32} * 1024;
  static constexpr size_t kBodyLimit = size_t{1024} * 1024;

  enum class Progress {
    kHeader,     // more bytes are needed before the status is known
    kBody,       // the status is known, the body is not complete
    kComplete,   // all there
    kTruncated,  // the body is longer than kBodyLimit: its beginning has been kept, the rest is not wanted
    kBroken,     // not HTTP, or cut short; see problem()
  };

  // is_bodiless: the answer to HEAD, which has none whatever its headers say.
  explicit HttpResponse(bool is_bodiless = false);
  ~HttpResponse();
  HttpResponse(HttpResponse&&) noexcept;
  HttpResponse& operator=(HttpResponse&&) noexcept;

  // Bytes after the answer's end are ignored.
  Progress feed(std::string_view bytes);
  // The server has closed its side.
  Progress close();

  Progress progress() const { return progress_; }
  bool needs_more() const { return progress_ == Progress::kHeader || progress_ == Progress::kBody; }
  int status() const;  // 0 while unknown
  const std::string& body() const;
  const std::string& location() const;                         // of a redirect; may be empty
  const std::string& problem() const { return problem_; }      // of kBroken
  const std::string& beginning() const { return beginning_; }  // the first bytes as they came

 private:
  class Parser;

  Progress parse();
  Progress break_off(std::string problem);

  std::unique_ptr<Parser> parser_;
  std::string pending_;  // received, not yet understood
  std::string beginning_;
  std::string problem_;
  Progress progress_ = Progress::kHeader;
  bool is_bodiless_;
  int interim_answers_ = 0;  // 1xx seen so far
};

}  // namespace evenkeel::health
