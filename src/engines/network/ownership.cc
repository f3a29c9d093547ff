#include "engines/network/ownership.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/state_file.h"
#include "engines/network/message.h"

namespace evenkeel::engines::network {
namespace {

std::string file_in(const std::string& directory) {
  return directory + "/virtual-addresses";
}

}  // namespace

std::set<OwnedAddress> parse_owned(std::string_view text) {
  std::set<OwnedAddress> owned;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || space + 1 == line.size()) continue;
    auto address = IpAddress::parse(line.substr(0, space));
    if (address) owned.insert({*address, std::string(line.substr(space + 1))});
  }
  return owned;
}

std::string render_owned(const std::set<OwnedAddress>& owned) {
  std::string text;
  for (const auto& entry : owned) text += fmt::format("{} {}\n", entry.address.to_string(), entry.interface);
  return text;
}

Ownership::Ownership(std::string directory) : directory_(std::move(directory)) {
  owned_ = parse_owned(read_state_file(file_in(directory_)));
  is_written_ = std::filesystem::exists(file_in(directory_));
}

bool Ownership::is_ours(const InterfaceAddress& address, const std::string& interface) const {
  if (address.prefix.length != address.prefix.address.bits()) return false;
  if (address.protocol != 0) return address.protocol == kAddressProtocol;
  return owned_.contains({address.prefix.address, interface});
}

void Ownership::rename(const std::string& from, const std::string& to) {
  std::set<OwnedAddress> renamed;
  for (OwnedAddress entry : owned_) {
    if (entry.interface == from) entry.interface = to;
    renamed.insert(std::move(entry));
  }
  if (renamed == owned_) return;
  owned_ = std::move(renamed);
  is_written_ = false;
}

Result<> Ownership::remember(std::set<OwnedAddress> owned) {
  if (is_written_ && owned == owned_) return {};
  owned_ = std::move(owned);
  auto written = write_state_file(file_in(directory_), render_owned(owned_));
  is_written_ = written.has_value();
  return written;
}

}  // namespace evenkeel::engines::network
