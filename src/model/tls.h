#pragma once
// TLS of a layer-7 virtual service: towards clients, where the load balancer ends it, and towards real servers.

#include <cstddef>
#include <string>
#include <vector>

namespace evenkeel::model {

enum class TlsProfile { kModern, kCompatible, kCustom };
enum class TlsVersion { k10, k11, k12, k13 };
enum class ClientCertificates { kOff, kOptional, kRequired };

inline constexpr size_t kMostCertificates = 200;  // of one virtual service

struct Tls {
  std::vector<std::string> certificates;  // labels; the first for clients that ask for no name or another. None: no TLS
  TlsProfile profile = TlsProfile::kModern;
  // With the profile custom alone.
  TlsVersion minimum = TlsVersion::k12;
  std::string ciphers;       // of TLS up to 1.2, in OpenSSL's words; empty: OpenSSL's own
  std::string ciphersuites;  // of TLS 1.3; empty: OpenSSL's own
  ClientCertificates client_certificates = ClientCertificates::kOff;
  std::string client_authority;  // label of the certificates that clients' must be issued by
  bool ocsp_stapling = false;

  bool is_on() const { return !certificates.empty(); }
  bool operator==(const Tls&) const = default;
};

struct ServerTls {
  bool enabled = false;
  bool verify = true;       // the real server's certificate
  std::string authority;    // label of the certificates that it must be issued by; empty: those that the system knows
  std::string server_name;  // asked for (SNI), and what the certificate must be for; empty: no name

  bool operator==(const ServerTls&) const = default;
};

}  // namespace evenkeel::model
