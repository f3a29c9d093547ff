#include "health/secret_mask.h"

#include <algorithm>
#include <boost/url/decode_view.hpp>
#include <boost/url/pct_string_view.hpp>

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
  size_t begin = std::min(request.find('?'), request.size());
  while (begin < request.size()) {
    const size_t end = std::min(request.find_first_of("&;", begin + 1), request.size());
    const std::string parameter = "?" + std::string(request.substr(begin + 1, end - begin - 1));
    begin = end;
    const size_t equals = parameter.find('=');
    if (equals == std::string::npos || model::mask_secrets(parameter) == parameter) continue;
    const std::string value = parameter.substr(equals + 1);
    for (const std::string& form : {value, percent_decoded(value)}) {
      if (form.size() >= kShortestToReplace) secrets_.push_back(form);
    }
  }
  std::ranges::sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string SecretMask::apply(std::string_view text) const {
  std::string masked(text);
  for (const std::string& secret : secrets_) replace_all(masked, secret, kMasked);
  return model::mask_secrets(masked);
}

}  // namespace evenkeel::health
