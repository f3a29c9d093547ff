#include "engines/l7_haproxy/tls_line.h"

#include <fmt/format.h>

namespace evenkeel::engines::l7_haproxy {
namespace {

using model::ClientCertificates;
using model::TlsProfile;
using model::TlsVersion;

constexpr std::string_view kModern =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// After the modern ones: without AEAD, then without forward secrecy.
constexpr std::string_view kOlder =
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";

const char* name_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::k10:
      return "TLSv1.0";
    case TlsVersion::k11:
      return "TLSv1.1";
    case TlsVersion::k12:
      return "TLSv1.2";
    case TlsVersion::k13:
      return "TLSv1.3";
  }
  return "TLSv1.2";
}

std::string with_name(const char* name, const std::string& value) {
  return value.empty() ? std::string() : fmt::format(" {} {}", name, value);
}

std::string profile(const model::Tls& tls) {
  switch (tls.profile) {
    case TlsProfile::kModern:
      return fmt::format(" ssl-min-ver TLSv1.2 ciphers {}", kModern);
    case TlsProfile::kCompatible:
      return fmt::format(" ssl-min-ver TLSv1.2 ciphers {}:{}", kModern, kOlder);
    case TlsProfile::kCustom:
      return fmt::format(" ssl-min-ver {}{}{}", name_of(tls.minimum), with_name("ciphers", tls.ciphers),
                         with_name("ciphersuites", tls.ciphersuites));
  }
  return "";
}

std::string client_certificates(const model::Tls& tls) {
  if (tls.client_certificates == ClientCertificates::kOff) return "";
  return fmt::format(" ca-file {} verify {}", Paths::authority(tls.client_authority),
                     tls.client_certificates == ClientCertificates::kRequired ? "required" : "optional");
}

}  // namespace

std::string bind_tls(const model::Layer7Service& service, const Paths& paths) {
  const auto& tls = service.tls;
  if (!tls.is_on()) return "";
  const bool is_http = service.mode == model::Layer7Mode::kHttp;
  const char* const protocols = !is_http ? "" : service.http.h2 ? " alpn h2,http/1.1" : " alpn http/1.1";
  return fmt::format(" ssl crt-list {}{}{}{}", paths.certificate_list(service.label), protocols, profile(tls),
                     client_certificates(tls));
}

}  // namespace evenkeel::engines::l7_haproxy
