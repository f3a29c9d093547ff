#include "health/secret_mask.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/decode_view.hpp>
#include <boost/url/pct_string_view.hpp>

#include "base/base64.h"
#include "model/json.h"

namespace evenkeel::health {
namespace {

constexpr std::string_view kMasked = "****";
// Shorter values ("1") are masked behind their name only: replacing them everywhere would garble the sentence.
constexpr size_t kShortestToReplace = 4;

std::string percent_decoded(std::string_view text) {
  const auto valid = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!valid) return std::string(text);
  const boost::urls::decode_view decoded(*valid);
  return {decoded.begin(), decoded.end()};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

SecretMask::SecretMask(std::string_view request) {
  add_request(request);
}

SecretMask::SecretMask(const model::HealthCheck& check) {
  add_request(check.request);
  add_headers(check.headers);
  add(check.password);
  add(check.secret);
  if (!check.password.empty()) {
    const std::string nul(1, '\0');
    add(to_base64(fmt::format("{}:{}", check.login, check.password)));
    add(to_base64(nul + check.login + nul + check.password));
  }
}

void SecretMask::add(std::string secret) {
  if (secret.size() < kShortestToReplace) return;
  secrets_.push_back(std::move(secret));
  std::ranges::sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void SecretMask::add_request(std::string_view request) {
  size_t begin = std::min(request.find('?'), request.size());
  while (begin < request.size()) {
    const size_t end = std::min(request.find_first_of("&;", begin + 1), request.size());
    const std::string parameter = "?" + std::string(request.substr(begin + 1, end - begin - 1));
    begin = end;
    const size_t equals = parameter.find('=');
    if (equals == std::string::npos || model::mask_secrets(parameter) == parameter) continue;
    const std::string value = parameter.substr(equals + 1);
    for (const std::string& form : {value, percent_decoded(value)}) add(form);
  }
}

void SecretMask::add_headers(std::string_view headers) {
  while (!headers.empty()) {
    const size_t end = std::min(headers.find('\n'), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 1, headers.size()));
    if (model::mask_secrets(line) == line) continue;
    const size_t value = line.find_first_not_of(" \t", line.find(':') + 1);
    if (value != std::string_view::npos) add(std::string(line.substr(value)));
  }
}

std::string SecretMask::apply(std::string_view text) const {
  std::string masked(text);
  for (const std::string& secret : secrets_) replace_all(masked, secret, kMasked);
  return model::mask_secrets(masked);
}

}  // namespace evenkeel::health
