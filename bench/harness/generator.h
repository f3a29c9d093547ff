#pragma once
// Drives the benchmark programs: describes the frames to be made and runs them through a program under test.

#include <cstdint>
#include <string>

#include "bench/harness/traffic.h"
#include "packet_builder.h"

struct traffic_bpf;

namespace evenkeel::bench {

class Generator {
 public:
  Generator();
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  // The trivial forwarder, and what it costs together with the memory that cannot be done without: of a look-up, of a
  // new connection; and the least that a load balancer does with a new connection, and with one that is translated.
  enum class Program { kOurs, kTrivial, kTrivialWithMemory, kTrivialWithNew, kLeastNew, kLeastNewTranslated };

  struct Flows {
    uint64_t count = 1;              // a power of two
    uint32_t first = 0;              // number of the first one
    uint32_t interface_index = 0;    // live frames: where they are sent
    uint32_t virtual_addresses = 0;  // IPv4: this many from the frame's on, in turn; 0: the frame's
    std::string answers_to = {};     // the frame is an answer, to this client
  };
  // The last word of the frame's client is 10.80.0.0, or that of the one that it answers, plus flow / 16384, its port
  // 1024 plus flow % 16384.
  void describe(const packet::Frame& frame, bool ipv6, const Flows& flows);

  // Of the programs with memory: empties it, and has them use so much of it.
  void use_memory(uint32_t sets, uint32_t lines);

  // Nanoseconds per packet, the making of the frame included.
  double run(int program_fd, uint32_t repeat);
  // Live frames out of the described interface; returns nanoseconds per frame.
  double send_live(uint32_t repeat);
  uint64_t delivered() const;  // to count_and_drop

  int program_fd(Program program) const;  // any but kOurs
  int sink_fd() const;
  int pass_fd() const;

 private:
  traffic_bpf* skeleton_;
};

}  // namespace evenkeel::bench
