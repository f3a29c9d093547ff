// Feeds the reader of HTTP answers anything at all, cut into pieces by the input itself. Its bounds must hold, and the
// result must not depend on how the bytes arrive.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "health/http_response.h"

using evenkeel::health::HttpResponse;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const size_t piece = size_t{data[0]} + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  HttpResponse pieces;
  for (size_t at = 0; at < bytes.size(); at += piece) pieces.feed(bytes.substr(at, piece));
  pieces.close();
  check(!pieces.needs_more());
  check(pieces.body().size() <= HttpResponse::kBodyLimit);
  check((pieces.progress() == HttpResponse::Progress::kBroken) != pieces.problem().empty());

  HttpResponse whole;
  whole.feed(bytes);
  whole.close();
  check(whole.progress() == pieces.progress());
  check(whole.status() == pieces.status());
  check(whole.body() == pieces.body());
  return 0;
}
