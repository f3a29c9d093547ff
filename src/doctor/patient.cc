#include "doctor/patient.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace evenkeel::doctor {
namespace {

bool is_kept(const model::VirtualService& service) {
  return service.forwarding_method == model::ForwardingMethod::kDirectRouting ||
         service.forwarding_method == model::ForwardingMethod::kTunnel;
}

template <class Visit>
void for_each_keeper(const model::Configuration& configuration, Visit visit) {
  for (const auto& service : configuration.virtual_services) {
    if (!is_kept(service)) continue;
    for (const auto& server : service.real_servers) visit(service, server);
  }
}

// A machine may be a real server by its IPv4 address in one virtual service and by its IPv6 address in another.
bool is_one_machine(const std::set<IpAddress>& addresses) {
  constexpr size_t kFamilies = 2;
  return addresses.size() == 1 ||
         (addresses.size() == kFamilies && addresses.begin()->family() != addresses.rbegin()->family());
}

}  // namespace

std::vector<Patient> patients(const model::Configuration& configuration) {
  std::vector<Patient> found;
  for_each_keeper(configuration, [&](const model::VirtualService& service, const model::RealServer& server) {
    auto patient = std::ranges::find(found, server.address, &Patient::address);
    if (patient == found.end()) patient = found.insert(found.end(), {server.label, server.address, {}});
    patient->virtual_addresses.push_back(service.address);
  });
  for (Patient& patient : found) {
    std::ranges::sort(patient.virtual_addresses);
    const auto rest = std::ranges::unique(patient.virtual_addresses);
    patient.virtual_addresses.erase(rest.begin(), rest.end());
  }
  return found;
}

Result<Patient> find_patient(const model::Configuration& configuration, const std::string& label_or_address) {
  std::set<IpAddress> addresses;
  for_each_keeper(configuration, [&](const model::VirtualService&, const model::RealServer& server) {
    const bool is_meant = server.label == label_or_address || server.address.to_string() == label_or_address;
    if (is_meant) addresses.insert(server.address);
  });
  if (addresses.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("no real server {} keeps a virtual address: only those of direct "
                                                  "routing and tunnels do",
                                                  label_or_address));
  }
  if (!is_one_machine(addresses)) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} is the label of several machines: give the address of the one that is meant, such as {}",
                    label_or_address, addresses.begin()->to_string()));
  }
  const auto all = patients(configuration);
  Patient patient{label_or_address, *addresses.begin(), {}};
  for (const IpAddress& address : addresses) {
    const Patient& part = *std::ranges::find(all, address, &Patient::address);
    if (address.is_ipv4()) patient.address = address;
    if (label_or_address == address.to_string()) patient.label = part.label;
    patient.virtual_addresses.insert(patient.virtual_addresses.end(), part.virtual_addresses.begin(),
                                     part.virtual_addresses.end());
  }
  return patient;
}

}  // namespace evenkeel::doctor
