// Frames that get deep: valid ones of every kind, most of them of connections that there are, then damaged a little.
#include <algorithm>
#include <random>

#include "capture_file.h"
#include "farm.h"
#include "view.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace evenkeel::packet {
namespace {

constexpr size_t kMostFrames = 24;
constexpr uint16_t kLocalRealPort = 8445;
constexpr size_t kLastOfSourceMac = 11;

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  // What goes by when a client of a flooded service is answered with a cookie: to come upon that by chance takes too
  // long.
  std::vector<Bytes> handshake() {
    ipv6_ = below(2) != 0;
    const std::string who = client(), real = real_server_of_cookies();
    const uint16_t port = client_port();
    const bool is_nat = below(2) != 0;
    std::vector<Bytes> frames;
    const auto request = [&](const std::string& from, uint8_t flags) {
      frames.push_back(
          plain(from, virtual_address()).tcp(port, kCookiePort, flags, flags & kSyn ? 0 : payload()).bytes());
    };
    const auto answer = [&](uint8_t flags) {
      frames.push_back(plain(real, is_nat ? who : virtual_address())
                           .tcp(is_nat ? kLocalRealPort : kCookiePort, port, flags, flags & kSyn ? 0 : payload())
                           .bytes());
    };
    request(client(), kSyn);  // mostly another: now there is a flood
    request(who, kSyn);
    request(who, kAck);
    answer(one_of<uint8_t>({kSyn | kAck, kSyn | kAck, kSyn | kAck, kRst, kAck}));
    request(who, one_of<uint8_t>({kAck, kAck | kPsh, kFin | kAck, kRst}));
    answer(flags());
    for (Bytes& frame : frames) write_checksums(frame);
    return frames;
  }

  // A packet in pieces, mostly of one that came just before: chance hardly makes two frames with one number.
  std::vector<Bytes> fragments() {
    ipv6_ = below(2) != 0;
    const std::string who = client();
    const uint16_t port = service_port(), id = static_cast<uint16_t>(1 + below(3));
    const uint8_t protocol = below(2) != 0 ? kUdp : kTcp;
    std::vector<Bytes> frames;
    Frame first = piece(who, id, 0, protocol);
    if (protocol == kTcp) {
      first.tcp(client_port(), port, one_of<uint8_t>({kSyn, kAck}), 12);
    } else {
      first.udp(client_port(), port, 16);
    }
    frames.push_back(first.bytes());
    for (uint32_t more = 1 + below(2); more > 0; --more) {
      const auto number = static_cast<uint16_t>(below(4) == 0 ? 1 + below(3) : id);
      frames.push_back(piece(who, number, static_cast<uint16_t>(3 + below(9)), protocol).raw(Bytes(16, 1)).bytes());
    }
    return frames;
  }

  Bytes frame() {
    ipv6_ = below(2) != 0;
    Frame frame;
    for (uint32_t tags = below(4); tags < 2; ++tags)
      frame.vlan(below(2) != 0 ? 7 : 0x2009, tags == 0 ? 0x88a8 : 0x8100);
    switch (below(8)) {
      case 0:
        icmp_error(frame);
        break;
      case 1:
      case 2:
        answer(frame);
        break;
      case 3:
        later_fragment(frame);
        break;
      default:
        request(frame);
        break;
    }
    if (below(8) == 0) frame.padding(below(20));
    Bytes bytes = frame.bytes();
    if (below(4) == 0) bytes[kLastOfSourceMac] = static_cast<uint8_t>(below(4));  // by another gateway
    if (below(8) != 0) write_checksums(bytes);
    return bytes;
  }

 private:
  template <class Value>
  Value one_of(std::initializer_list<Value> values) {
    return values.begin()[below(static_cast<uint32_t>(values.size()))];
  }
  std::string virtual_address() const { return ipv6_ ? kFarm6 : kFarm4; }
  std::string client() { return (ipv6_ ? "fd77:1::" : "10.77.1.") + std::to_string(1 + below(12)); }
  std::string real_server() { return (ipv6_ ? "fd78::" : "10.78.0.") + std::to_string(21 + below(kFarmServers)); }
  std::string real_server_of_cookies() {
    return (ipv6_ ? "fd78::" : "10.78.0.") + std::to_string((ipv6_ ? 63 : 61) + below(2));
  }
  Frame plain(const std::string& source, const std::string& destination) const {
    return ipv6_ ? Frame().ipv6(source, destination) : Frame().ipv4(source, destination);
  }
  // `offset` in units of 8 bytes; 0: the first one.
  Frame piece(const std::string& who, uint16_t id, uint16_t offset, uint8_t protocol) const {
    if (ipv6_) {
      return Frame().ipv6(who, kFarm6).fragment_header(static_cast<uint16_t>(8 * offset | 1), id, protocol);
    }
    Ipv4Fields fields;
    fields.id = id;
    fields.fragment = static_cast<uint16_t>(0x2000 | offset);
    fields.protocol = protocol;
    return Frame().ipv4(who, kFarm4, fields);
  }
  uint16_t client_port() { return static_cast<uint16_t>(40000 + below(3)); }
  uint16_t service_port() {
    return below(6) == 0
               ? static_cast<uint16_t>(kFirstRangePort - 1 + below(103))
               : static_cast<uint16_t>(below(2) != 0 ? kDirectPort + below(4)
                                                     : kPersistentPort + below(kTwicePort - kPersistentPort + 1));
  }
  uint8_t flags() {
    return one_of<uint8_t>({kSyn, kSyn, kSyn, kAck, kAck, kAck | kPsh, kSyn | kAck, kFin | kAck, kRst, 0});
  }
  size_t payload() { return below(16) == 0 ? 1380 + below(90) : below(40); }

  void ip(Frame& frame, const std::string& source, const std::string& destination, bool whole = true) {
    if (ipv6_) {
      frame.ipv6(source, destination);
      for (uint32_t more = below(6); more < 2; ++more) {
        frame.extension(one_of<uint8_t>({kHopByHop, kRouting, kDestinationOptions, kAuthentication}),
                        8 * (1 + below(3)));
      }
      if (whole && below(8) == 0) frame.fragment_header(one_of<uint16_t>({0, 1}), 1 + below(3));
      return;
    }
    Ipv4Fields fields;
    fields.id = static_cast<uint16_t>(1 + below(3));
    fields.fragment = whole && below(8) == 0 ? 0x2000 : 0;
    if (below(6) == 0) fields.options = Bytes(4 * (1 + below(10)), 1);
    frame.ipv4(source, destination, fields);
  }
  void l4(Frame& frame, uint16_t source, uint16_t destination, bool tcp) {
    if (tcp) {
      frame.tcp(source, destination, flags(), payload());
    } else {
      frame.udp(source, destination, payload());
    }
  }
  void request(Frame& frame) {
    ip(frame, client(), virtual_address());
    l4(frame, client_port(), service_port(), below(3) != 0);
  }
  // Of a NAT real server to the client, of a SNAT one to the source address.
  void answer(Frame& frame) {
    const bool is_nat = below(2) != 0;
    ip(frame, real_server(), is_nat ? client() : virtual_address());
    l4(frame, is_nat ? kLocalRealPort : service_port(), client_port(), below(3) != 0);
  }
  void later_fragment(Frame& frame) {
    if (ipv6_) {
      frame.ipv6(client(), kFarm6).fragment_header(static_cast<uint16_t>(8 * (1 + below(200))), 1 + below(3), kUdp);
    } else {
      Ipv4Fields fields;
      fields.id = static_cast<uint16_t>(1 + below(3));
      fields.fragment = static_cast<uint16_t>(1 + below(200));
      fields.protocol = below(2) != 0 ? kUdp : kTcp;
      frame.ipv4(client(), kFarm4, fields);
    }
    frame.raw(Bytes(8 + below(64), 1));
  }
  // About an answer that went to a client, or about a packet that went to a real server.
  void icmp_error(Frame& frame) {
    Frame about;
    const bool to_client = below(2) != 0, tcp = below(2) != 0;
    const std::string who = below(2) != 0 ? client() : std::string(ipv6_ ? "fd99::1" : "10.99.0.1");
    if (to_client) {
      ip(about, virtual_address(), client(), false);
      l4(about, service_port(), client_port(), tcp);
      ip(frame, who, virtual_address(), false);
    } else {
      const std::string source = below(2) != 0 ? client() : virtual_address(), real = real_server();
      ip(about, source, real, false);
      l4(about, client_port(), below(2) != 0 ? kLocalRealPort : service_port(), tcp);
      ip(frame, below(2) != 0 ? real : who, source, false);
    }
    if (ipv6_) {
      frame.icmp(static_cast<uint8_t>(1 + below(4)), static_cast<uint8_t>(below(4)), true);
    } else {
      frame.icmp(one_of<uint8_t>({3, 3, 11, 12, 8}), static_cast<uint8_t>(below(5)));
    }
    frame.embedded(about, 20 + below(100));
  }

  std::minstd_rand random_;
  bool ipv6_ = false;
};

// A few bytes of the headers, mostly with checksums that are right afterwards.
void damage(Bytes& frame, Maker& maker) {
  const auto size = static_cast<uint32_t>(frame.size());
  if (size == 0) return;
  switch (maker.below(4)) {
    case 0:
      frame.resize(maker.below(size));
      return;
    case 1:
      frame[maker.below(std::min(size, 64U))] = static_cast<uint8_t>(maker.below(256));
      break;
    case 2:
      frame[maker.below(size)] ^= static_cast<uint8_t>(1U << maker.below(8));
      break;
    default: {
      frame.resize(size + 8);
      frame.resize(LLVMFuzzerMutate(frame.data(), size, size + 8));
    }
  }
  if (maker.below(2) != 0) write_checksums(frame);
}

void mutate(Capture& capture, Maker& maker) {
  std::vector<Captured>& frames = capture.frames;
  if (maker.below(64) == 0) capture.partial_checksums = !capture.partial_checksums;
  const auto count = static_cast<uint32_t>(frames.size());
  const uint32_t what = count == 0 ? 0 : maker.below(8);
  const uint32_t at = count == 0 ? 0 : maker.below(count);
  const auto where = frames.begin() + at;
  const uint32_t second = count == 0 ? 0 : where->second;
  if (what == 0 && maker.below(2) == 0) {
    std::vector<Captured> together;
    for (Bytes& frame : maker.below(2) != 0 ? maker.handshake() : maker.fragments())
      together.push_back({second, std::move(frame)});
    frames.insert(where, together.begin(), together.end());
  } else if (what < 3) {
    frames.insert(where, {second, maker.frame()});
    if (capture.partial_checksums && maker.below(2) != 0) write_partial_checksum(frames[at].frame);
  } else if (what < 6) {
    damage(where->frame, maker);
  } else if (what == 6) {
    const Captured copy = *where;
    frames.insert(frames.begin() + maker.below(count), copy);
  } else if (maker.below(2) != 0) {
    where->second += maker.below(400);
  } else {
    frames.erase(where);
  }
  if (frames.size() > kMostFrames) frames.resize(kMostFrames);
}

}  // namespace
}  // namespace evenkeel::packet

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  using namespace evenkeel::packet;
  Maker maker(seed);
  Capture capture = read_capture({data, size});
  for (uint32_t times = 1 + maker.below(4); times > 0; --times) mutate(capture, maker);
  Bytes file = write_capture(capture);
  while (file.size() > max_size && !capture.frames.empty()) {
    capture.frames.pop_back();
    file = write_capture(capture);
  }
  std::ranges::copy(file, data);
  return file.size();
}
