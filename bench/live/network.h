#pragma once
// Two network namespaces joined by a veth pair: the generator's and the load balancer's. Gone with the object.

#include <cstdint>
#include <string>

#include "packet_builder.h"

namespace evenkeel::bench {

class Network {
 public:
  explicit Network(const std::string& prefix);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Runs in the namespace of the generator from here on.
  void enter_generator();
  // Replaces what is attached.
  void attach_to_balancer(int program_fd);
  void attach_to_generator(int program_fd);

  uint32_t generator_index() const { return generator_index_; }
  uint32_t balancer_index() const { return balancer_index_; }
  static packet::Bytes balancer_mac() { return {0x02, 0, 0, 0, 0, 0x01}; }

 private:
  void enter(const std::string& name) const;

  std::string generator_, balancer_;
  uint32_t generator_index_ = 0, balancer_index_ = 0;
};

}  // namespace evenkeel::bench
