#pragma once
// Ownership: which addresses on the interfaces are ours, across restarts and kill -9. The kernel keeps our label
// (IFA_PROTO, since 5.18); for older ones a file keeps the list, written before an address is added.

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engines/network/topology.h"

namespace evenkeel::engines::network {

struct OwnedAddress {
  IpAddress address;
  std::string interface;
  auto operator<=>(const OwnedAddress&) const = default;
};

// One line each: "10.0.0.1 eth0". Lines that are not such are left out: at worst an address of ours stays.
std::set<OwnedAddress> parse_owned(std::string_view text);
std::string render_owned(const std::set<OwnedAddress>& owned);

class Ownership {
 public:
  // Nothing is remembered when there is no readable file.
  explicit Ownership(std::string directory);

  bool is_ours(const InterfaceAddress& address, const std::string& interface) const;
  // An interface has another name now. Becomes durable with the next remember().
  void rename(const std::string& from, const std::string& to);
  // Durable when it returns. On an error the new list still holds until the process ends.
  Result<> remember(std::set<OwnedAddress> owned);
  const std::set<OwnedAddress>& remembered() const { return owned_; }

 private:
  std::string directory_;
  std::set<OwnedAddress> owned_;
  bool is_written_ = false;  // the file says what owned_ says
};

}  // namespace evenkeel::engines::network
