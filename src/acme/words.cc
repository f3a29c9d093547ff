#include "acme/words.h"

#include <algorithm>
#include <boost/json.hpp>
#include <vector>

#include "base/utf8.h"

namespace evenkeel::acme {
namespace json = boost::json;
namespace {

constexpr size_t kLongest = 600;
constexpr std::string_view kOwnName = "uacme: ";
constexpr std::string_view kServer = "the server reported the following error:\n";

std::string shortened(std::string_view text) {
  std::string shown = readable(text);
  shown.resize(start_of(shown, kLongest).size());
  return shown;
}

std::string detail_of(const json::value& problem) {
  const auto* const object = problem.if_object();
  const auto* const detail = object == nullptr ? nullptr : object->if_contains("detail");
  return detail == nullptr || !detail->is_string() ? "" : std::string(detail->get_string());
}

// A problem document (RFC 7807) with those that it is made of.
std::string words_of(const json::value& problem) {
  std::string words = detail_of(problem);
  const auto* const object = problem.if_object();
  const auto* const parts = object == nullptr ? nullptr : object->if_contains("subproblems");
  if (parts == nullptr || !parts->is_array()) return words;
  for (const auto& part : parts->get_array()) {
    if (const auto detail = detail_of(part); !detail.empty()) words += (words.empty() ? "" : "; ") + detail;
  }
  return words;
}

// The last problem that it has printed, which is a JSON document and ends with a brace in the first column.
std::string servers_words(std::string_view output) {
  const size_t at = output.rfind(kServer);
  if (at == std::string_view::npos) return {};
  output.remove_prefix(at + kServer.size());
  const size_t end = output.find("\n}");
  if (end == std::string_view::npos) return {};
  boost::system::error_code error;
  const auto problem = json::parse(output.substr(0, end + 2), error);
  return error ? std::string() : words_of(problem);
}

// What it tries again is said each time.
std::string own_words(std::string_view output) {
  std::vector<std::string_view> said;
  for (size_t begin = 0; begin < output.size();) {
    const size_t end = std::min(output.find('\n', begin), output.size());
    auto line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(kOwnName)) line.remove_prefix(kOwnName.size());
    const bool is_noise = line.empty() || line.find("before retrying") != std::string_view::npos ||
                          line.find("autoaccepted") != std::string_view::npos;
    if (!is_noise && std::ranges::find(said, line) == said.end()) said.push_back(line);
  }
  std::string words;
  for (const auto line : said) words += (words.empty() ? "" : "; ") + std::string(line);
  return words;
}

}  // namespace

std::string failure_words(std::string_view output) {
  const auto server = servers_words(output);
  if (!server.empty()) return shortened("the ACME server says: " + server);
  const auto own = own_words(output);
  return own.empty() ? "uacme failed and says nothing" : shortened(own);
}

bool has_account(std::string_view output) {
  return output.find("Account already exists") != std::string_view::npos;
}

}  // namespace evenkeel::acme
