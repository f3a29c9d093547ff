#include "engines/l4_xdp/labels.h"

namespace evenkeel::engines::l4_xdp {

void LabelBook::set_service(uint32_t id, const std::string& label) {
  const std::scoped_lock lock(mutex_);
  services_[id] = label;
}

void LabelBook::set_real_server(uint32_t id, const model::RealServerKey& key) {
  const std::scoped_lock lock(mutex_);
  real_servers_[id] = key;
}

void LabelBook::erase_service(uint32_t id) {
  const std::scoped_lock lock(mutex_);
  services_.erase(id);
}

void LabelBook::erase_real_server(uint32_t id) {
  const std::scoped_lock lock(mutex_);
  real_servers_.erase(id);
}

std::string LabelBook::service(uint32_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = services_.find(id);
  return found == services_.end() ? std::string() : found->second;
}

model::RealServerKey LabelBook::real_server(uint32_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = real_servers_.find(id);
  return found == real_servers_.end() ? model::RealServerKey{} : found->second;
}

std::optional<uint32_t> LabelBook::service_id(const std::string& label) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, known] : services_) {
    if (known == label) return id;
  }
  return std::nullopt;
}

std::vector<uint32_t> LabelBook::real_server_ids(const std::string& service, const std::string& real_server) const {
  const std::scoped_lock lock(mutex_);
  std::vector<uint32_t> ids;
  for (const auto& [id, key] : real_servers_) {
    const bool fits =
        (service.empty() || key.virtual_service == service) && (real_server.empty() || key.real_server == real_server);
    if (fits) ids.push_back(id);
  }
  return ids;
}

}  // namespace evenkeel::engines::l4_xdp
