#include "engines/l4_xdp/libbpf_messages.h"

#include <array>
#include <cstdarg>
#include <cstdio>

namespace evenkeel::engines::l4_xdp {
namespace {

thread_local std::string* collector = nullptr;  // libbpf passes no context to its callback

}  // namespace

LibbpfMessages::LibbpfMessages() : previous_(libbpf_set_print(&LibbpfMessages::print)) {
  collector = &last_;
}

LibbpfMessages::~LibbpfMessages() {
  collector = nullptr;
  libbpf_set_print(previous_);
}

int LibbpfMessages::print(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN || collector == nullptr) return 0;
  std::array<char, 1024> text;
  const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
  *collector = text.data();
  while (!collector->empty() && collector->back() == '\n') collector->pop_back();
  return length;
}

}  // namespace evenkeel::engines::l4_xdp
