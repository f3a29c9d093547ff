#include "engines/l7_haproxy/log_line.h"

#include <array>

#include "engines/l7_haproxy/words.h"
#include "model/json.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr size_t kLongestLine = 4096;

// Takes words from the left.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    const auto word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(std::min(word.size() + 1, rest_.size()));
    return word;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// "<134>Nov 26 07:13:00 evenkeel[5194]: " goes.
std::string_view without_header(std::string_view datagram) {
  constexpr std::string_view kEnd = "]: ";
  constexpr size_t kLongestHeader = 80;
  if (!datagram.starts_with('<')) return datagram;
  const size_t end = datagram.substr(0, kLongestHeader).find(kEnd);
  return end == std::string_view::npos ? datagram : datagram.substr(end + kEnd.size());
}

// The last part of "0/0/0/1002/1002": all of it. "+1002" where bytes were still to come.
std::string_view last_part(std::string_view times) {
  const auto part = times.substr(times.rfind('/') + 1);
  return part.starts_with('+') ? part.substr(1) : part;
}

void set_server(std::string_view word, observed::ProxyLogEntry& entry) {
  const auto server = word.substr(std::min(word.find('/'), word.size() - 1) + 1);
  if (!server.starts_with('<')) entry.real_server = server;  // <NOSRV>, <STATS>
}

}  // namespace

std::string readable_line(std::string_view datagram) {
  std::string line;
  for (const char letter : without_header(datagram).substr(0, kLongestLine)) {
    const bool is_plain = letter >= ' ' && letter <= '~';
    if (is_plain) line += letter;
    if (!is_plain && letter != '\n' && letter != '\0') line += '?';
  }
  return model::mask_secrets(line);
}

// 10.77.0.10:56438 [26/Nov/2026:07:13:00.133] Web Web/RS1 0/0/0/1/1 200 116 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"
// 10.77.0.10:60008 [26/Nov/2026:07:13:03.001] Tcp Tcp/RS1 1/-1/3008 0 SC 1/1/0/0/3 0/0
observed::ProxyLogEntry parse_log_line(std::string_view line) {
  observed::ProxyLogEntry entry;
  entry.line = line;
  Words words(line);
  const auto client = to_endpoint(words.next());
  if (!client || !words.next().starts_with('[')) return entry;
  auto service = words.next();
  if (service.ends_with('~')) service.remove_suffix(1);  // it came by TLS
  const auto server = words.next();
  const auto times = words.next();
  if (service.empty() || server.empty() || times.empty()) return entry;
  entry.client = client;
  entry.virtual_service = service;
  set_server(server, entry);
  entry.total = std::chrono::milliseconds(to_number<uint32_t>(last_part(times)));
  const auto status_or_bytes = words.next();
  const size_t quote = line.find('"');
  const auto next = words.next();
  const bool is_http = !next.empty() && next.find_first_not_of("+0123456789") == std::string_view::npos;
  if (is_http) {
    if (const int status = to_number<int>(status_or_bytes); status > 0) entry.status = status;
    entry.bytes = to_number<uint64_t>(next.starts_with('+') ? next.substr(1) : next);
    words.next();
    words.next();  // cookies
    entry.ended = words.next().substr(0, 2);
    if (quote != std::string_view::npos) entry.request = line.substr(quote + 1, line.rfind('"') - quote - 1);
  } else {
    entry.bytes = to_number<uint64_t>(status_or_bytes);
    entry.ended = next;
  }
  return entry;
}

}  // namespace evenkeel::engines::l7_haproxy
