#include "config/validate_tls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>

#include "certificates/ciphers.h"

namespace evenkeel::config {
namespace {

using model::ClientCertificates;
using model::Layer7Service;
using model::Problem;
using model::ServerTls;
using model::Tls;
using model::TlsProfile;
using model::TlsVersion;

class TlsCheck {
 public:
  TlsCheck(const Layer7Service& service, size_t index)
      : service_(service), path_(fmt::format("$.layer7_services[{}]", index)) {}

  std::vector<Problem> problems() {
    check_profile();
    check_ciphers("ciphers", certificates::unknown_ciphers(service_.tls.ciphers));
    check_ciphers("ciphersuites", certificates::unknown_suites(service_.tls.ciphersuites));
    check_client_certificates();
    check_without_certificates();
    check_server_tls();
    return std::move(problems_);
  }

  std::vector<Problem> warnings() {
    const Tls& tls = service_.tls;
    if (tls.profile == TlsProfile::kCustom && tls.minimum < TlsVersion::k12 &&
        tls.ciphers.find("@SECLEVEL=0") == std::string::npos) {
      add("tls.minimum", "OpenSSL does not speak TLS before 1.2 at its usual level of security",
          "add @SECLEVEL=0 to the ciphers, such as \"DEFAULT:@SECLEVEL=0\"");
    }
    if (service_.server_tls.enabled && !service_.server_tls.verify) {
      add("server_tls.verify", "whoever is between the load balancer and a real server can pretend to be it",
          "verify, with the authority that has issued the real servers' certificates");
    } else if (service_.server_tls.enabled && service_.server_tls.server_name.empty()) {
      add("server_tls.server_name", "any certificate of the authority will do, also one for somebody else's name",
          "give the name that the real servers' certificates are for");
    }
    return std::move(problems_);
  }

 private:
  void add(std::string_view field, std::string message, std::string hint) {
    problems_.push_back({fmt::format("{}.{}", path_, field), std::move(message), std::move(hint)});
  }

  void check_profile() {
    const Tls defaults;
    const Tls& tls = service_.tls;
    if (tls.profile == TlsProfile::kCustom) return;
    const auto refuse = [&](std::string_view field) {
      add(fmt::format("tls.{}", field), "only the profile custom looks at it",
          "make the profile custom, or leave it out");
    };
    if (tls.minimum != defaults.minimum) refuse("minimum");
    if (!tls.ciphers.empty()) refuse("ciphers");
    if (!tls.ciphersuites.empty()) refuse("ciphersuites");
  }

  void check_ciphers(std::string_view field, const std::vector<std::string>& unknown) {
    if (unknown.empty()) return;
    add(fmt::format("tls.{}", field), fmt::format("OpenSSL knows no cipher {}", fmt::join(unknown, ", ")),
        "see `openssl ciphers -v ALL`");
  }

  void check_client_certificates() {
    const Tls& tls = service_.tls;
    const bool are_asked_for = tls.client_certificates != ClientCertificates::kOff;
    if (are_asked_for && tls.client_authority.empty()) {
      add("tls.client_authority", "clients' certificates need an authority that they must be issued by",
          "add its certificate with `evenkeel certificate add`, and give its label");
    }
    if (!are_asked_for && !tls.client_authority.empty()) {
      add("tls.client_authority", "clients are not asked for certificates",
          "make client_certificates optional or required, or leave it out");
    }
  }

  void check_without_certificates() {
    const Tls& tls = service_.tls;
    if (tls.is_on()) return;
    if (tls.client_certificates != ClientCertificates::kOff) {
      add("tls.client_certificates", "without certificates of its own the virtual service does not speak TLS",
          "give tls.certificates");
    }
    if (tls.ocsp_stapling) add("tls.ocsp_stapling", "there is no certificate to ask about", "give tls.certificates");
  }

  void check_server_tls() {
    const ServerTls& tls = service_.server_tls;
    if (tls.enabled && (tls.verify || tls.authority.empty())) return;
    const auto refuse = [&](std::string_view field) {
      add(fmt::format("server_tls.{}", field),
          tls.enabled ? "real servers' certificates are not verified" : "TLS is not spoken with real servers",
          tls.enabled ? "set verify, or leave it out" : "set enabled, or leave it out");
    };
    if (!tls.authority.empty()) refuse("authority");
    if (!tls.enabled && !tls.server_name.empty()) refuse("server_name");
  }

  const Layer7Service& service_;
  std::string path_;
  std::vector<Problem> problems_;
};

template <class Look>
std::vector<Problem> of_all(const model::Configuration& configuration, Look look) {
  std::vector<Problem> all;
  for (size_t i = 0; i < configuration.layer7_services.size(); ++i) {
    for (auto& problem : look(TlsCheck(configuration.layer7_services[i], i))) all.push_back(std::move(problem));
  }
  return all;
}

}  // namespace

std::vector<Problem> validate_tls(const model::Configuration& configuration) {
  return of_all(configuration, [](TlsCheck check) { return check.problems(); });
}

std::vector<Problem> lint_tls(const model::Configuration& configuration) {
  return of_all(configuration, [](TlsCheck check) { return check.warnings(); });
}

}  // namespace evenkeel::config
