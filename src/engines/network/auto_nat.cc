#include "engines/network/auto_nat.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace evenkeel::engines::network {
namespace {

struct Family {
  AddressFamily family;
  const char* set;
  const char* type;
  const char* match;
};
constexpr std::array kFamilies{Family{AddressFamily::kIpv4, "real_servers4", "ipv4_addr", "ip saddr"},
                               Family{AddressFamily::kIpv6, "real_servers6", "ipv6_addr", "ip6 saddr"}};

std::vector<std::string> of_family(const std::vector<IpAddress>& addresses, AddressFamily family) {
  std::vector<std::string> texts;
  for (const IpAddress& address : addresses) {
    if (address.family() == family) texts.push_back(address.to_string());
  }
  return texts;
}

bool has_family(const desired::AutoNat& want, AddressFamily family) {
  return std::ranges::any_of(want.sources, [&](const IpAddress& address) { return address.family() == family; });
}

std::string render_interfaces(const std::vector<std::string>& interfaces) {
  if (interfaces.empty()) return "";
  if (interfaces.size() == 1) return fmt::format("oifname \"{}\" ", interfaces[0]);
  return fmt::format("oifname {{ \"{}\" }} ", fmt::join(interfaces, "\", \""));
}

std::vector<std::string> words(const std::string& text) {
  std::string plain = text;
  std::ranges::replace(plain, ',', ' ');
  std::istringstream stream(plain);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  std::ranges::sort(words);
  return words;
}

}  // namespace

std::string render_auto_nat(const desired::AutoNat& want) {
  std::string sets;
  std::string rules;
  for (const Family& family : kFamilies) {
    const auto addresses = of_family(want.sources, family.family);
    if (addresses.empty()) continue;
    sets += fmt::format("\tset {} {{\n\t\ttype {}\n\t\telements = {{ {} }}\n\t}}\n", family.set, family.type,
                        fmt::join(addresses, ", "));
    rules += fmt::format("\t\t{}{} @{} masquerade\n", render_interfaces(want.interfaces), family.match, family.set);
  }
  return fmt::format(
      "table {} {{\n{}\tchain auto_nat {{\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n{}\t}}\n}}\n",
      kNftablesTable, sets, rules);
}

bool says_the_same(const std::string& printed, const std::string& rendered) {
  return words(printed) == words(rendered);
}

std::vector<ObjectStatus> AutoNat::arrange(const desired::AutoNat& want) {
  const auto done = want.sources.empty() ? turn_off() : turn_on(want);
  if (done) return {};
  return {{"auto_nat", ObjectStatus::State::kFailed, to_string(done.error())}};
}

// The rules first: nothing is forwarded under an address that nobody outside can answer.
Result<> AutoNat::turn_on(const desired::AutoNat& want) {
  is_off_ = false;
  const std::string rules = render_auto_nat(want);
  if (!says_the_same(nftables_.our_table(), rules)) {
    // To delete a table that may not be there, it is added first.
    auto run = nftables_.run(fmt::format("add table {0}\ndelete table {0}\n{1}", kNftablesTable, rules));
    if (!run) return run;
  }
  for (const Family& family : kFamilies) {
    auto set =
        has_family(want, family.family) ? forwarding_.turn_on(family.family) : forwarding_.restore(family.family);
    if (!set) return set;
  }
  return {};
}

Result<> AutoNat::turn_off() {
  if (is_off_) return {};
  for (const Family& family : kFamilies) {
    if (auto restored = forwarding_.restore(family.family); !restored) return restored;
  }
  if (!nftables_.our_table().empty()) {
    if (auto run = nftables_.run(fmt::format("delete table {}\n", kNftablesTable)); !run) return run;
  }
  is_off_ = true;
  return {};
}

}  // namespace evenkeel::engines::network
