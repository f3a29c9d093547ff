#pragma once
// The front of the web interface, as nginx reads it: TLS, the pages as files, the API behind it.

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace evenkeel::engines::web_nginx {

struct Front {
  std::vector<Endpoint> addresses;  // where browsers come
  uint16_t plain_port = 0;          // of the same addresses, answers with a redirection to HTTPS, and ACME; 0: none
  std::string site;                 // directory with the pages in `lbadmin`
  std::string certificate;          // file: the private key and the chain
  std::string fingerprints;         // of that chain, so that another one is another configuration
  std::string upstream;             // evenkeeld's Unix socket
  std::string acme_thumbprint;      // of our account, which answers HTTP-01 on the plain port; empty: nothing does
};

// Lines of a configuration's http block. Paths must be such as quoted_path() takes.
std::string render_front(const Front& front);

}  // namespace evenkeel::engines::web_nginx
