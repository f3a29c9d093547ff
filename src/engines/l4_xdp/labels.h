#pragma once
// What administrators call the slots. Written by the control loop, read by a worker too: the only part of the engine
// that has a lock.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/operator_action.h"

namespace evenkeel::engines::l4_xdp {

class LabelBook {
 public:
  void set_service(uint32_t id, const std::string& label);
  void set_real_server(uint32_t id, const model::RealServerKey& key);
  void erase_service(uint32_t id);
  void erase_real_server(uint32_t id);

  std::string service(uint32_t id) const;               // empty: not known
  model::RealServerKey real_server(uint32_t id) const;  // empty labels: not known
  std::optional<uint32_t> service_id(const std::string& label) const;
  // The ids that fit; an empty label fits all.
  std::vector<uint32_t> real_server_ids(const std::string& service, const std::string& real_server) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<uint32_t, std::string> services_;
  std::unordered_map<uint32_t, model::RealServerKey> real_servers_;
};

}  // namespace evenkeel::engines::l4_xdp
