#include "engines/network/kernel_settings.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/fd.h"

namespace evenkeel::engines::network {

std::optional<int> KernelSettings::value(const std::string& name) const {
  std::ifstream file(root_ + "/" + name);
  int value = 0;
  if (!(file >> value)) return std::nullopt;
  return value;
}

int KernelSettings::highest_ipv4(const std::string& interface, const std::string& name) const {
  const auto value_of = [&](const std::string& of) { return value("net/ipv4/conf/" + of + "/" + name).value_or(0); };
  return std::max(value_of("all"), value_of(interface));
}

Result<> KernelSettings::set(const std::string& name, int value) const {
  const std::string path = root_ + "/" + name;
  const std::string text = std::to_string(value);
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open() || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail(system_error("cannot set it to " + text, path));
  }
  return {};
}

std::vector<std::string> KernelSettings::names_below(const std::string& name) const {
  std::vector<std::string> names;
  std::error_code error;  // nothing there: no names
  for (const auto& entry : std::filesystem::directory_iterator(root_ + "/" + name, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace evenkeel::engines::network
