#include "engines/network/ownership.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/fd.h"
#include "engines/network/message.h"

namespace evenkeel::engines::network {
namespace {

std::string file_in(const std::string& directory) {
  return directory + "/virtual-addresses";
}

Result<> write_and_sync(const std::string& path, std::string_view text) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot create it", path));
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error("cannot write it", path));
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file.get()) != 0) return fail(system_error("cannot write it", path));
  return {};
}

Result<> replace_file(const std::string& directory, std::string_view text) {
  std::error_code ignored;  // what follows says why it does not work
  std::filesystem::create_directories(directory, ignored);
  const std::string path = file_in(directory);
  const std::string temporary = path + ".new";
  if (auto written = write_and_sync(temporary, text); !written) return written;
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return fail(system_error("cannot replace it", path));
  const Fd folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::fsync(folder.get()) != 0) return fail(system_error("cannot write it", directory));
  return {};
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
  std::ifstream file(file_in(directory_));
  if (!file) return;
  owned_ = parse_owned(std::string(std::istreambuf_iterator<char>(file), {}));
  is_written_ = true;
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
  auto written = replace_file(directory_, render_owned(owned_));
  is_written_ = written.has_value();
  return written;
}

}  // namespace evenkeel::engines::network
