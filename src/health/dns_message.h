#pragma once
// A DNS query, and what its answer says, by the C library's own reader of DNS messages. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/health_check.h"

namespace evenkeel::health::dns {

// None: the name cannot be asked for.
std::optional<std::string> render_query(uint16_t id, const std::string& name, model::DnsRecordType type);

// Whether this is an answer to that query: number, question.
bool is_answer_to(std::string_view query, std::string_view message);

struct Answer {
  int code = 0;                      // 0: no error
  bool is_truncated = false;         // the rest has to be asked for over TCP
  std::vector<std::string> records;  // of the type asked for: "10.0.0.1", at most 256
};
// None: broken.
std::optional<Answer> parse_answer(std::string_view message, model::DnsRecordType type);

std::string code_text(int code);  // "NXDOMAIN (there is no such name)"

}  // namespace evenkeel::health::dns
