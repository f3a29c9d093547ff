#pragma once
// A real server that has to carry virtual addresses and keep quiet about them. Pure.

#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "model/configuration.h"

namespace evenkeel::doctor {

struct Patient {
  std::string label;
  IpAddress address;                         // its own
  std::vector<IpAddress> virtual_addresses;  // of all virtual services by direct routing or tunnel; sorted, unique
  bool operator==(const Patient&) const = default;
};

// Every machine among the real servers that keeps virtual addresses, once, under the label that comes first.
std::vector<Patient> patients(const model::Configuration& configuration);

// By label, or by its own address. kNotFound where there is none; kInvalidArgument where two machines have that label.
Result<Patient> find_patient(const model::Configuration& configuration, const std::string& label_or_address);

}  // namespace evenkeel::doctor
