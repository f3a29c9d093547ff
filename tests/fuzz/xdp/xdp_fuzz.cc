// Captures in, the real XDP program's verdicts and frames out, by BPF_PROG_TEST_RUN. Judged for every frame: what
// leaves goes to a real server or back the way a client came, with lengths and checksums as right as before; what
// passes is unchanged; and every packet is in one counter.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

#include "capture_file.h"
#include "clients.h"
#include "coverage.h"
#include "decoded.h"
#include "farm.h"
#include "view.h"

namespace evenkeel::packet {
namespace {

struct Event {
  Bytes frame;
  Output output;
  std::vector<uint32_t> reasons;                         // one entry for each count
  uint32_t to_server = 0, from_server = 0, counted = 0;  // numbers; counts of either
};

void dump(const char* name, const Bytes& bytes) {
  fprintf(stderr, "%s (%zu):", name, bytes.size());
  for (uint8_t byte : bytes) fprintf(stderr, " %02x", byte);
  fprintf(stderr, "\n");
}

void require(bool holds, const char* what, const Event& event) {
  if (holds) return;
  fprintf(stderr, "%s; verdict %d, to real server %u, from %u\n", what, static_cast<int>(event.output.verdict),
          event.to_server, event.from_server);
  for (uint32_t reason : event.reasons) fprintf(stderr, "reason %u\n", reason);
  dump("in", event.frame);
  dump("out", event.output.bytes);
  std::abort();
}

bool has(const Event& event, ek_reason reason) {
  return std::ranges::find(event.reasons, static_cast<uint32_t>(reason)) != event.reasons.end();
}

bool tells_sender(const Event& event) {
  return has(event, EK_REASON_RESET) || has(event, EK_REASON_PACKET_TOO_BIG) || has(event, EK_REASON_SYN_COOKIE);
}

bool says_nothing_of_the_verdict(uint32_t reason) {
  return reason == EK_REASON_TABLE_FULL || reason == EK_REASON_TEMPLATE_TABLE_FULL ||
         reason == EK_REASON_EVICTED_HALF_OPEN;
}
bool is_reason_to_pass(uint32_t reason) {
  return reason == EK_REASON_FALLBACK || reason == EK_REASON_NOT_A_CONNECTION || reason == EK_REASON_ICMP_UNKNOWN;
}

Bytes part(const Bytes& bytes, size_t from, size_t to) {
  return {bytes.begin() + static_cast<ptrdiff_t>(from), bytes.begin() + static_cast<ptrdiff_t>(to)};
}

class Judge {
 public:
  explicit Judge(const Farm& farm) : farm_(farm) {}

  void judge(const Event& event) {
    require(event.output.verdict != Verdict::kAborted, "aborted", event);
    judge_counters(event);
    note_client(event);
    switch (event.output.verdict) {
      case Verdict::kPass:
        require(event.output.bytes == event.frame, "a frame that passes was changed", event);
        break;
      case Verdict::kTransmit:
      case Verdict::kRedirect:
        judge_sent(event);
        break;
      default:
        break;
    }
  }

 private:
  static void judge_counters(const Event& event) {
    const auto drops = std::ranges::count_if(event.reasons, [](uint32_t reason) {
      return !says_nothing_of_the_verdict(reason) && !is_reason_to_pass(reason);
    });
    const auto passes = std::ranges::count_if(event.reasons, is_reason_to_pass);
    if (event.output.verdict == Verdict::kPass) {
      require(event.counted == 0 && drops == 0 && passes <= 1, "counters of a packet that passes", event);
    } else if (event.output.verdict == Verdict::kDrop) {
      require(drops == 1 || has(event, EK_REASON_TABLE_FULL), "a drop without its one reason", event);
      require(passes == 0, "a drop that was counted as left to the local stack", event);
      require(event.counted == 0, "a drop that was counted as forwarded", event);
    } else if (!tells_sender(event)) {
      require(event.counted == 1 && drops == 0 && passes == 0, "counters of a forwarded packet", event);
    }
  }

  // Whoever sent a frame that was forwarded, or would have been with a hop to go, may get what answers it.
  void note_client(const Event& event) {
    const bool is_from_client = event.to_server != 0 || has(event, EK_REASON_TTL_EXPIRED);
    if (!is_from_client || event.frame.size() < 12) return;
    ways_back_.insert(part(event.frame, 6, 12));
    own_.insert(part(event.frame, 0, 6));
  }

  void judge_sent(const Event& event) {
    const auto in = view(event.frame), out = view(event.output.bytes);
    require(in.has_value(), "a frame that could not be read was forwarded", event);
    require(out.has_value(), "a frame that cannot be read left", event);
    require(out->end <= event.output.bytes.size(), "a packet longer than its frame left", event);
    if (tells_sender(event)) {
      judge_told(event, *in, *out);
    } else if (event.from_server != 0) {
      judge_answer(event, *in, *out);
    } else {
      judge_to_server(event, *in, *out);
    }
  }

  // Back to where it came from, and all right on its own.
  static void judge_told(const Event& event, const View& in, const View& out) {
    const Bytes& bytes = event.output.bytes;
    require(event.output.verdict == Verdict::kTransmit, "told by another interface", event);
    require(part(bytes, 0, 6) == part(event.frame, 6, 12) && part(bytes, 6, 12) == part(event.frame, 0, 6),
            "told somebody else", event);
    require(out.source == in.destination && out.destination == in.source, "told another address", event);
    require(out.ip_checksum_holds && out.l4_checksum_holds == true, "told with a wrong checksum", event);
  }

  void judge_answer(const Event& event, const View& in, const View& out) const {
    require(ways_back_.contains(part(event.output.bytes, 0, 6)), "an answer to a MAC address of no client", event);
    require(own_.contains(part(event.output.bytes, 6, 12)), "an answer from a MAC address that is not ours", event);
    judge_translated(event, in, out, farm_.server(event.from_server));
  }

  void judge_to_server(const Event& event, const View& in, const View& out) const {
    require(event.to_server != 0 && event.to_server <= farm_.server_count(), "to no real server", event);
    const Farm::Server& server = farm_.server(event.to_server);
    require(server.ipv6 == in.ipv6, "to a real server of the other family", event);
    require(part(event.output.bytes, 0, 6) == DataPlane::mac_of(event.to_server), "to another MAC address", event);
    require(part(event.output.bytes, 6, 12) == DataPlane::source_mac(), "from another MAC address", event);
    require((event.output.verdict == Verdict::kTransmit) == (server.options.interface_index == kIngress),
            "by another interface", event);
    judge_tag(event, in, out, server.options.vlan);
    switch (server.options.method) {
      case EK_METHOD_DIRECT_ROUTING:
        require(part(event.frame, in.ip, in.end) == part(event.output.bytes, out.ip, out.end),
                "direct routing changed the packet", event);
        break;
      case EK_METHOD_TUNNEL:
        judge_tunnel(event, in, out, server);
        break;
      default:
        judge_translated(event, in, out, server);
    }
  }

  static void judge_tag(const Event& event, const View& in, const View& out, uint16_t vlan) {
    if (vlan == 0) {
      require(out.tags == 0, "a tag that does not belong there", event);
      return;
    }
    require((out.innermost_tag & 0xfff) == vlan, "another VLAN", event);
    require(out.tags == 1 || out.tags == in.tags, "more tags than before", event);
  }

  static void judge_tunnel(const Event& event, const View& in, const View& out, const Farm::Server& server) {
    require(out.protocol == (in.ipv6 ? 41 : 4) && out.ipv6 == in.ipv6, "not in a tunnel", event);
    require(out.ip_checksum_holds, "outer header with a wrong checksum", event);
    require(out.end - out.l4 == in.end - in.ip, "the outer header's length is wrong", event);
    require(part(event.frame, in.ip, in.end) == part(event.output.bytes, out.l4, out.end),
            "the packet in the tunnel was changed", event);
    require(server.options.mtu == 0 || out.end - out.ip <= server.options.mtu, "larger than the way's MTU", event);
  }

  // Of a handshake that is made twice: the client's acknowledgement of a cookie becomes a SYN, the answer to that a
  // segment which opens the client's window.
  static bool is_made_anew(const Event& event, const View& in, const View& out, const Farm::Server& server) {
    constexpr size_t kFlags = 13;
    if (server.port != kCookiePort || !in.l4_known || !out.l4_known || in.protocol != kTcp) return false;
    const uint8_t before = event.frame[in.l4 + kFlags], after = event.output.bytes[out.l4 + kFlags];
    return ((before ^ after) & kSyn) != 0;
  }

  static void judge_made_anew(const Event& event, const View& in, const View& out) {
    constexpr size_t kSynLength = 28, kOpenerLength = 21;
    const size_t length = out.end - out.l4;
    require(out.protocol == kTcp && out.l4 - out.ip == in.l4 - in.ip, "another header before a segment made anew",
            event);
    require(length == (event.from_server != 0 ? kOpenerLength : kSynLength), "a segment made anew of another length",
            event);
    require(out.ip_checksum_holds && out.l4_checksum_holds == true, "a segment made anew with a wrong checksum", event);
  }

  static void judge_translated(const Event& event, const View& in, const View& out, const Farm::Server& server) {
    if (is_made_anew(event, in, out, server)) {
      judge_made_anew(event, in, out);
      return;
    }
    require(out.end - out.ip == in.end - in.ip, "translation changed the length", event);
    require(out.protocol == in.protocol && out.l4 - out.ip == in.l4 - in.ip, "translation changed the headers", event);
    require(!in.ip_checksum_holds || out.ip_checksum_holds, "the IP header's checksum is wrong now", event);
    require(in.l4_checksum_holds != true || out.l4_checksum_holds == true, "layer 4's checksum is wrong now", event);
    if (in.protocol == kTcp && in.l4_known) {
      require(part(event.frame, in.l4 + 20, in.end) == part(event.output.bytes, out.l4 + 20, out.end),
              "translation changed the payload", event);
    }
  }

  const Farm& farm_;
  std::set<Bytes> ways_back_, own_;  // MAC addresses
};

Event observe(const Bytes& frame, Output output, const Farm::Counts& before, const Farm::Counts& after) {
  Event event{frame, std::move(output), {}, 0, 0, 0};
  for (uint32_t reason = 0; reason < EK_REASONS_COUNT; ++reason) {
    event.reasons.insert(event.reasons.end(), after.reasons[reason] - before.reasons[reason], reason);
  }
  for (uint32_t id = 1; id < after.servers.size(); ++id) {
    const uint64_t sent = after.servers[id].packets - before.servers[id].packets;
    const uint64_t answered = after.servers[id].answer_packets - before.servers[id].answer_packets;
    if (sent != 0) event.to_server = id;
    if (answered != 0) event.from_server = id;
    event.counted += static_cast<uint32_t>(sent + answered);
  }
  return event;
}

void run(std::span<const uint8_t> file) {
  static Farm farm;
  static Coverage coverage(farm.plane());
  farm.forget();
  coverage.start();
  Judge judge(farm);
  Clients clients;
  const std::vector<Captured> frames = read_capture(file);
  Farm::Counts before = farm.counts();
  for (const Captured& captured : frames) {
    if (captured.frame.size() < 14) continue;  // the kernel refuses to run those
    farm.plane().set_tick(1000 + captured.second - frames.front().second);
    const Bytes frame = clients.acknowledging(captured.frame);
    Output output = farm.plane().run(frame);
    Farm::Counts after = farm.counts();
    const Event event = observe(frame, std::move(output), before, after);
    judge.judge(event);
    if (has(event, EK_REASON_SYN_COOKIE)) clients.note_cookie(event.frame, event.output.bytes);
    before = std::move(after);
  }
  coverage.collect();
}

}  // namespace
}  // namespace evenkeel::packet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  evenkeel::packet::run({data, size});
  return 0;
}
