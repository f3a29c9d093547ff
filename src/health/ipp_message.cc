#include "health/ipp_message.h"

#include <cups/ipp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

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
  const Message message(ippNew(), ippDelete);
  if (ippReadIO(&body, take, 1, nullptr, message.get()) != IPP_STATE_DATA) return std::nullopt;
  Printer printer;
  const ipp_status_t status = ippGetStatusCode(message.get());
  printer.status = status;
  printer.status_text = ippErrorString(status);
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
