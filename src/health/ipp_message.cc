#include "health/ipp_message.h"

#include <cups/ipp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "health/bytes.h"

namespace evenkeel::health::ipp {
namespace {

using Message = std::unique_ptr<ipp_t, decltype(&ippDelete)>;

constexpr int kMostReasons = 16;
constexpr std::array kAttributes{"printer-state", "printer-state-reasons", "printer-is-accepting-jobs"};

ssize_t append(void* text, ipp_uchar_t* bytes, size_t size) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
  return static_cast<ssize_t>(size);
}

ssize_t take(void* source, ipp_uchar_t* buffer, size_t size) {
  auto* const rest = static_cast<std::string_view*>(source);
  const size_t count = std::min(size, rest->size());
  std::memcpy(buffer, rest->data(), count);
  rest->remove_prefix(count);
  return static_cast<ssize_t>(count);
}

// The library knows names for these; other numbers are none of its enumeration.
std::string status_text(int status) {
  constexpr int kLastSuccess = 0x0007, kFirstError = 0x0400, kLastError = 0x050c;
  const bool is_known = status <= kLastSuccess || (status >= kFirstError && status <= kLastError);
  return is_known ? ippErrorString(static_cast<ipp_status_t>(status)) : fmt::format("status 0x{:04x}", status);
}

}  // namespace

std::string render_request(const std::string& printer_uri) {
  const Message message(ippNewRequest(IPP_OP_GET_PRINTER_ATTRIBUTES), ippDelete);
  ippAddString(message.get(), IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr, printer_uri.c_str());
  ippAddStrings(message.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", kAttributes.size(), nullptr,
                kAttributes.data());
  std::string bytes;
  ippWriteIO(&bytes, append, 1, nullptr, message.get());
  return bytes;
}

std::optional<Printer> parse_answer(std::string_view body) {
  constexpr size_t kStatusAt = 2, kStatusEnd = 4;
  if (body.size() < kStatusEnd) return std::nullopt;
  Printer printer;
  printer.status = static_cast<int>(big(body, kStatusAt, 2));
  printer.status_text = status_text(printer.status);
  const Message message(ippNew(), ippDelete);
  if (ippReadIO(&body, take, 1, nullptr, message.get()) != IPP_STATE_DATA) return std::nullopt;
  if (auto* state = ippFindAttribute(message.get(), "printer-state", IPP_TAG_ENUM)) {
    printer.state = ippGetInteger(state, 0);
  }
  if (auto* accepting = ippFindAttribute(message.get(), "printer-is-accepting-jobs", IPP_TAG_BOOLEAN)) {
    printer.is_accepting = ippGetBoolean(accepting, 0) != 0;
  }
  auto* reasons = ippFindAttribute(message.get(), "printer-state-reasons", IPP_TAG_KEYWORD);
  for (int i = 0; reasons != nullptr && i < std::min(ippGetCount(reasons), kMostReasons); ++i) {
    const char* reason = ippGetString(reasons, i, nullptr);
    if (reason != nullptr && std::strcmp(reason, "none") != 0) printer.reasons.emplace_back(reason);
  }
  return printer;
}

}  // namespace evenkeel::health::ipp
