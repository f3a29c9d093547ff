#include "health/tcp_segment.h"

#include "health/bytes.h"

namespace evenkeel::health {
namespace {

constexpr size_t kHeader = 24;  // with the option of the segment size
constexpr uint8_t kSyn = 0x02, kRst = 0x04, kAck = 0x10;

std::string_view address_bytes(const IpAddress& address) {
  const auto& bytes = address.bytes();
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return address.is_ipv4() ? all.substr(12) : all;
}

uint16_t checksum(std::string_view bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += big(bytes, i, 2);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

}  // namespace

std::string render_syn(const Syn& syn) {
  std::string header;
  append_big(header, syn.from.port, 2);
  append_big(header, syn.to.port, 2);
  append_big(header, syn.sequence, 4);
  append_big(header, 0, 4);
  append_big(header, (kHeader / 4) << 12 | kSyn, 2);
  append_big(header, 64240, 2);              // window
  append_big(header, 0, 4);                  // checksum, urgent pointer
  append_big(header, 0x02040000 | 1220, 4);  // segment size that fits everywhere
  std::string summed(address_bytes(syn.from.address));
  summed += address_bytes(syn.to.address);
  append_big(summed, 6, syn.from.address.is_ipv4() ? 2 : 4);  // TCP and length, in either order the same sum
  append_big(summed, kHeader, syn.from.address.is_ipv4() ? 2 : 4);
  const uint16_t sum = checksum(summed + header);
  header[16] = static_cast<char>(sum >> 8);
  header[17] = static_cast<char>(sum & 0xff);
  return header;
}

SynAnswer read_syn_answer(const Syn& syn, std::span<const uint8_t> received) {
  std::string_view bytes(reinterpret_cast<const char*>(received.data()), received.size());
  if (syn.from.address.is_ipv4()) {
    if (bytes.empty()) return SynAnswer::kNone;
    const size_t header = (static_cast<uint8_t>(bytes[0]) & 0x0f) * size_t{4};
    if (header < 20 || bytes.size() < header) return SynAnswer::kNone;
    bytes.remove_prefix(header);
  }
  if (bytes.size() < 20 || big(bytes, 0, 2) != syn.to.port || big(bytes, 2, 2) != syn.from.port)
    return SynAnswer::kNone;
  if (big(bytes, 8, 4) != syn.sequence + 1) return SynAnswer::kNone;
  const auto flags = static_cast<uint8_t>(bytes[13]);
  if ((flags & kRst) != 0) return SynAnswer::kRefused;
  return (flags & (kSyn | kAck)) == (kSyn | kAck) ? SynAnswer::kAccepted : SynAnswer::kNone;
}

}  // namespace evenkeel::health
