#pragma once
// Collects what libbpf has to say, instead of letting it write to standard error; for as long as it lives.

#include <bpf/libbpf.h>

#include <cstdarg>
#include <string>

namespace evenkeel::engines::l4_xdp {

class LibbpfMessages {
 public:
  LibbpfMessages();
  ~LibbpfMessages();
  LibbpfMessages(const LibbpfMessages&) = delete;
  LibbpfMessages& operator=(const LibbpfMessages&) = delete;

  const std::string& last() const { return last_; }  // the last warning; one line

 private:
  static int print(libbpf_print_level level, const char* format, va_list arguments);

  std::string last_;
  libbpf_print_fn_t previous_;
};

}  // namespace evenkeel::engines::l4_xdp
