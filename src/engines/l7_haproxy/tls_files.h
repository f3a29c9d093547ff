#pragma once
// The certificates in HAProxy's reach: as files, and as what its runtime API is told so that a worker needs no reload.
// Pure functions.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "desired/layer7.h"
#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {

using TlsFiles = std::map<std::string, std::string>;  // path -> content; most hold secrets

// plain/LABEL.pem and stapled/LABEL.pem (beside an .ocsp) have chain and key, authorities/LABEL.pem the certificates to
// verify others with, lists/VIRTUAL-SERVICE.list which certificates clients of it are shown.
TlsFiles tls_files(const desired::Layer7& want, const Paths& paths);

// By label, each virtual service that names a certificate that is not there, with the reason.
std::map<std::string, std::string> without_certificates(const desired::Layer7& want);

struct TlsCommands {
  std::vector<std::string> first;  // certificates that come or change
  std::vector<std::string> last;   // certificates that go
};
// None: it takes a reload.
std::optional<TlsCommands> tls_commands(const TlsFiles& from, const TlsFiles& to);

// Those that give a worker, which has the same files, their content.
std::vector<std::string> tls_commands_to(const TlsFiles& files);

}  // namespace evenkeel::engines::l7_haproxy
