#include "daemon/web_certificate.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/state_file.h"
#include "engines/web_nginx/certificate.h"

namespace evenkeel::daemon {
namespace {

namespace web = engines::web_nginx;

constexpr std::string_view kStored = "Stored certificate: ";

}  // namespace

std::string to_text(const WebCertificateFile& file) {
  return file.stored.empty() ? file.pem : fmt::format("{}{}\n{}", kStored, file.stored, file.pem);
}

WebCertificateFile parse_web_certificate(std::string_view text) {
  if (!text.starts_with(kStored)) return {.pem = std::string(text), .stored = {}};
  text.remove_prefix(kStored.size());
  const size_t end = std::min(text.find('\n'), text.size());
  return {.pem = std::string(text.substr(std::min(end + 1, text.size()))), .stored = std::string(text.substr(0, end))};
}

std::string web_certificate_file(const std::string& directory) {
  return directory + "/certificate.pem";
}

WebCertificateFile read_web_certificate(const std::string& directory) {
  return parse_web_certificate(read_state_file(web_certificate_file(directory)));
}

Result<> write_web_certificate(const std::string& directory, const WebCertificateFile& file) {
  constexpr mode_t kPrivate = 0700;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error || ::chmod(directory.c_str(), kPrivate) != 0) {
    return fail(system_error("cannot create the directory", directory));
  }
  return write_state_file(web_certificate_file(directory), to_text(file));
}

std::expected<std::string, std::string> pem_of_stored(const std::string& label,
                                                      const std::optional<desired::Certificate>& stored, WallTime now) {
  if (!stored) return std::unexpected(fmt::format("there is no certificate {} any more", label));
  auto pem = web::join(stored->chain, stored->key, now);
  if (pem) return std::move(*pem);
  const auto& problem = pem.error();
  const bool is_key = problem.where == web::PairProblem::Where::kKey;
  return std::unexpected(fmt::format("the {} of {} will not do: {}; {}", is_key ? "key" : "certificate", label,
                                     problem.message, problem.hint));
}

}  // namespace evenkeel::daemon
