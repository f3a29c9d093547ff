#include "certificates/ciphers.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

using Context = Owned<SSL_CTX, SSL_CTX_free>;

bool is_cipher(std::string word) {
  if (word.starts_with("@")) return word == "@STRENGTH" || (word.starts_with("@SECLEVEL=") && word.size() == 11);
  // What is taken out or moved must be known as well.
  if (word.starts_with("!") || word.starts_with("-") || word.starts_with("+")) word.erase(0, 1);
  const Context context(SSL_CTX_new(TLS_server_method()));
  // Those that the default level of security leaves out are known all the same; so are words for nothing at all.
  SSL_CTX_set_security_level(context.get(), 0);
  return word == "eNULL" || word == "aNULL" || word == "NULL" || word == "EXPORT" || word == "EXP" || word == "LOW" ||
         word == "MD5" || word == "RC4" || word == "DES" || word == "SSLv2" || word == "SSLv3" ||
         SSL_CTX_set_cipher_list(context.get(), word.c_str()) == 1;
}

bool is_suite(const std::string& word) {
  const Context context(SSL_CTX_new(TLS_server_method()));
  return SSL_CTX_set_ciphersuites(context.get(), word.c_str()) == 1;
}

template <class IsKnown>
std::vector<std::string> unknown(std::string_view list, std::string_view separators, IsKnown is_known) {
  std::vector<std::string> found;
  while (!list.empty()) {
    const size_t end = std::min(list.find_first_of(separators), list.size());
    std::string word(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!word.empty() && !is_known(word)) found.push_back(std::move(word));
  }
  ERR_clear_error();
  return found;
}

}  // namespace

std::vector<std::string> unknown_ciphers(std::string_view list) {
  return unknown(list, ":, ", is_cipher);
}

std::vector<std::string> unknown_suites(std::string_view list) {
  return unknown(list, ":", is_suite);
}

}  // namespace evenkeel::certificates
