#include "model/tls.h"

#include "model/kinds.h"
#include "model/tls_names.h"

namespace evenkeel::model {

template <>
const Table& table<Tls>() {
  static const Table table = make_table<Tls>(
      "tls", "How the load balancer speaks TLS with clients.",
      field<&Tls::certificates>(
          {.name = "certificates",
           .help = "The labels of the certificates that clients are shown: the one for the name that they ask for, "
                   "else the first. With none, there is no TLS."},
          labels(kMostCertificates)),
      field<&Tls::profile>({.name = "profile", .help = "Which versions of TLS and which ciphers clients may use."},
                           choice<TlsProfile>()),
      field<&Tls::minimum>({.name = "minimum", .help = "With the profile custom: the oldest version of TLS."},
                           choice<TlsVersion>()),
      field<&Tls::ciphers>({.name = "ciphers",
                            .help = "With the profile custom: the ciphers for TLS up to 1.2, as OpenSSL names them, "
                                    "separated by colons. Empty means OpenSSL's own choice."},
                           ciphers()),
      field<&Tls::ciphersuites>({.name = "ciphersuites",
                                 .help = "With the profile custom: the cipher suites for TLS 1.3, separated by colons. "
                                         "Empty means OpenSSL's own choice."},
                                ciphers()),
      field<&Tls::client_certificates>(
          {.name = "client_certificates", .help = "Whether clients show a certificate themselves."},
          choice<ClientCertificates>()),
      field<&Tls::client_authority>(
          {.name = "client_authority",
           .help = "The label of the certificates of the authorities that clients' certificates must be issued by."},
          label_text_or_empty()),
      field<&Tls::ocsp_stapling>(
          {.name = "ocsp_stapling",
           .help = "Ask the authority whether the certificates are still good, and give clients its answer."},
          boolean()));
  return table;
}

template <>
const Table& table<ServerTls>() {
  static const Table table = make_table<ServerTls>(
      "server_tls", "How the load balancer speaks TLS with real servers.",
      field<&ServerTls::enabled>({.name = "enabled", .help = "Speak TLS with real servers."}, boolean()),
      field<&ServerTls::verify>(
          {.name = "verify", .help = "Refuse real servers whose certificate is not issued by a known authority."},
          boolean()),
      field<&ServerTls::authority>(
          {.name = "authority",
           .help = "The label of the certificates that real servers' must be issued by. Empty means the authorities "
                   "that the system knows."},
          label_text_or_empty()),
      field<&ServerTls::server_name>(
          {.name = "server_name",
           .help = "The host name that real servers are asked for (SNI) and that their certificates must be for. Empty "
                   "means that any name will do."},
          host_name()));
  return table;
}

}  // namespace evenkeel::model
