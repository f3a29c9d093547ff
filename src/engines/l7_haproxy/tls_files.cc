#include "engines/l7_haproxy/tls_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr std::string_view kResponse = ".ocsp";

bool is_response(const std::string& path) {
  return path.ends_with(kResponse);
}
bool is_list(const std::string& path) {
  return path.ends_with(".list");
}
bool is_authority(const std::string& path) {
  return path.find("/authorities/") != std::string::npos;
}

const desired::Certificate* find(const desired::Layer7& want, const std::string& label) {
  const auto found = want.certificates.find(label);
  return found == want.certificates.end() ? nullptr : &found->second;
}

bool is_stapled(const model::Layer7Service& service, const desired::Certificate& certificate) {
  return service.tls.ocsp_stapling && certificate.can_be_stapled;
}

void add_authority(TlsFiles& files, const desired::Layer7& want, const Paths& paths, const std::string& label) {
  const auto* const authority = find(want, label);
  if (authority != nullptr) files[paths.tls() + "/" + Paths::authority(label)] = authority->chain;
}

void add_files(TlsFiles& files, const desired::Layer7& want, const Paths& paths, const model::Layer7Service& service) {
  std::string list;
  for (const auto& label : service.tls.certificates) {
    const auto* const certificate = find(want, label);
    if (certificate == nullptr) continue;
    const bool stapled = is_stapled(service, *certificate);
    const auto path = paths.certificate(label, stapled);
    files[path] = certificate->chain + certificate->key;
    if (stapled) files[path + std::string(kResponse)] = certificate->ocsp;
    list += path + "\n";
  }
  if (service.tls.is_on()) files[paths.certificate_list(service.label)] = std::move(list);
  add_authority(files, want, paths, service.tls.client_authority);
  add_authority(files, want, paths, service.server_tls.authority);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What follows "<<" ends with an empty line.
std::string with_payload(std::string_view command, const std::string& path, const std::string& payload) {
  return fmt::format("{} {} <<\n{}{}", command, path, payload, payload.ends_with('\n') ? "" : "\n");
}

std::string response_command(const std::string& response) {
  return fmt::format("set ssl ocsp-response <<\n{}\n", to_base64(response));
}

class TlsChange {
 public:
  TlsChange(const TlsFiles& from, const TlsFiles& to) : from_(from), to_(to) {}

  std::optional<TlsCommands> commands() {
    for (const auto& [path, content] : to_) {
      const auto before = from_.find(path);
      if (before == from_.end() ? !add(path, content) : !change(path, before->second, content)) return std::nullopt;
    }
    for (const auto& [path, content] : from_) {
      if (!to_.contains(path) && !remove(path)) return std::nullopt;
    }
    // A list is told of a certificate when that is there, and has lost it before it goes.
    commands_.first.insert(commands_.first.end(), listed_.begin(), listed_.end());
    commands_.last.insert(commands_.last.begin(), unlisted_.begin(), unlisted_.end());
    return std::move(commands_);
  }

 private:
  const std::string& response_of(const TlsFiles& files, const std::string& path) const {
    static const std::string kNone;
    const auto found = files.find(path + std::string(kResponse));
    return found == files.end() ? kNone : found->second;
  }

  void set(const std::string& path, const std::string& content) {
    auto& first = commands_.first;
    first.push_back(with_payload("set ssl cert", path, content));
    const auto& response = response_of(to_, path);
    if (!response.empty()) {
      first.push_back(with_payload("set ssl cert", path + std::string(kResponse), to_base64(response)));
    }
    first.push_back("commit ssl cert " + path);
  }

  // A worker takes responses later only for a certificate that had one, or an empty file, when it was loaded.
  bool add(const std::string& path, const std::string& content) {
    if (is_list(path) || is_authority(path)) return false;  // a port that had no TLS, or verified nobody
    if (is_response(path)) return !content.empty();
    commands_.first.push_back("new ssl cert " + path);
    set(path, content);
    return true;
  }

  bool change(const std::string& path, const std::string& before, const std::string& after) {
    if (before == after) return true;
    if (is_list(path)) return change_list(path, lines_of(before), lines_of(after));
    if (is_authority(path)) {
      commands_.first.push_back(with_payload("set ssl ca-file", path, after));
      commands_.first.push_back("commit ssl ca-file " + path);
    } else if (is_response(path)) {
      const auto certificate = path.substr(0, path.size() - kResponse.size());
      const bool goes_along = from_.at(certificate) != to_.at(certificate);
      if (!goes_along && !after.empty()) commands_.first.push_back(response_command(after));
    } else {
      set(path, after);
    }
    return true;
  }

  // The first one is for clients without a name: HAProxy cannot change that.
  bool change_list(const std::string& path, const std::vector<std::string>& before,
                   const std::vector<std::string>& after) {
    if (before.empty() || after.empty() || before.front() != after.front()) return false;
    for (const auto& line : after) {
      if (std::ranges::find(before, line) == before.end()) {
        listed_.push_back(fmt::format("add ssl crt-list {} {}", path, line));
      }
    }
    for (const auto& line : before) {
      if (std::ranges::find(after, line) == after.end()) {
        unlisted_.push_back(fmt::format("del ssl crt-list {} {}", path, line));
      }
    }
    return true;
  }

  bool remove(const std::string& path) {
    if (is_list(path) || is_authority(path)) return false;
    if (!is_response(path)) commands_.last.push_back("del ssl cert " + path);
    return true;
  }

  const TlsFiles& from_;
  const TlsFiles& to_;
  TlsCommands commands_;
  std::vector<std::string> listed_, unlisted_;
};

}  // namespace

TlsFiles tls_files(const desired::Layer7& want, const Paths& paths) {
  TlsFiles files;
  for (const auto& service : want.services) add_files(files, want, paths, service.configuration);
  return files;
}

std::map<std::string, std::string> without_certificates(const desired::Layer7& want) {
  std::map<std::string, std::string> found;
  for (const auto& one : want.services) {
    const auto& service = one.configuration;
    auto labels = service.tls.certificates;
    for (const auto& authority : {service.tls.client_authority, service.server_tls.authority}) {
      if (!authority.empty()) labels.push_back(authority);
    }
    for (const auto& label : labels) {
      if (find(want, label) != nullptr) continue;
      found.emplace(service.label, fmt::format("there is no certificate {}: add it again", label));
    }
  }
  return found;
}

std::optional<TlsCommands> tls_commands(const TlsFiles& from, const TlsFiles& to) {
  return TlsChange(from, to).commands();
}

std::vector<std::string> tls_commands_to(const TlsFiles& files) {
  TlsFiles blank;
  for (const auto& [path, content] : files) blank[path] = is_list(path) ? content : "";
  auto commands = tls_commands(blank, files);
  return commands ? std::move(commands->first) : std::vector<std::string>();
}

}  // namespace evenkeel::engines::l7_haproxy
