#include "api/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "api/reply.h"

namespace evenkeel::api {
namespace {

using Segments = std::vector<std::string>;

bool is_capture(std::string_view segment) {
  return segment.starts_with('{');
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// Split first: an escaped slash belongs to its segment.
Result<Segments> decode_path(std::string_view path) {
  if (!path.starts_with('/')) return fail(ErrorCode::kInvalidArgument, "the path must begin with /");
  Segments decoded;
  for (const std::string_view segment : split_path(path)) {
    auto text = decode_percent(segment);
    if (!text) return fail(text.error());
    decoded.push_back(std::move(*text));
  }
  return decoded;
}

bool is_match(const Route& route, const Segments& path) {
  const auto pattern = split_path(route.pattern);
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](std::string_view expected, const std::string& actual) {
                      return is_capture(expected) ? !actual.empty() : expected == actual;
                    });
}

auto captures_of(const Route& route, const Segments& path) {
  std::map<std::string, std::string, std::less<>> captures;
  const auto pattern = split_path(route.pattern);
  for (size_t index = 0; index < pattern.size(); ++index) {
    if (is_capture(pattern[index])) captures.emplace(pattern[index].substr(1, pattern[index].size() - 2), path[index]);
  }
  return captures;
}

// Levenshtein. Long segments are cut: whoever sends them is not mistyping.
size_t edit_distance(std::string_view left, std::string_view right) {
  constexpr size_t kLongest = 64;
  left = left.substr(0, kLongest);
  right = right.substr(0, kLongest);
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < right.size(); ++j) {
      const size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

size_t distance(const Route& route, std::string_view method, const Segments& path) {
  constexpr size_t kMissingSegment = 6;
  constexpr size_t kOtherWord = 5;  // rather another word in its place than one segment less
  const auto pattern = split_path(route.pattern);
  const size_t common = std::min(pattern.size(), path.size());
  size_t total = (std::max(pattern.size(), path.size()) - common) * kMissingSegment;
  for (size_t index = 0; index < common; ++index) {
    total += is_capture(pattern[index]) ? 1 : std::min(kOtherWord, 2 * edit_distance(pattern[index], path[index]));
  }
  return 2 * total + (route.method == method ? 0 : 1);
}

Response refuse_path(std::span<const Route> table, const Request& request, const Segments& path) {
  const auto nearest = std::min_element(table.begin(), table.end(), [&](const Route& a, const Route& b) {
    return distance(a, request.method, path) < distance(b, request.method, path);
  });
  const std::string hint =
      nearest == table.end() ? "" : fmt::format("the nearest is {} {}", nearest->method, nearest->pattern);
  const std::string shown = fmt::format("/{}", fmt::join(path, "/")).substr(0, 200);
  const std::string message =
      fmt::format("there is no {}; {}", is_utf8(shown) ? shown : std::string("such path"), hint);
  return refuse(Error{ErrorCode::kNotFound, message, {}, 0});
}

Response refuse_method(const Request& request, const std::vector<const Route*>& matches) {
  std::vector<std::string_view> allowed;
  for (const Route* const route : matches) allowed.push_back(route->method);
  const std::string list = fmt::format("{}", fmt::join(allowed, ", "));
  Response response = refuse(
      405,
      Error{ErrorCode::kInvalidArgument, fmt::format("{} is not possible here, only {}", request.method, list), {}, 0});
  response.headers.push_back({"Allow", list});
  return response;
}

Result<Query> parse_query(const Route& route, std::string_view text) {
  auto query = Query::parse(text);
  if (!query) return query;
  for (const auto& [name, value] : query->entries()) {
    const auto is_named = [&](const Parameter& parameter) { return parameter.name == name; };
    if (std::any_of(route.parameters.begin(), route.parameters.end(), is_named)) continue;
    std::vector<std::string_view> known;
    for (const Parameter& parameter : route.parameters) known.push_back(parameter.name);
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the query parameter \"{}\" is unknown; {}", name,
                            known.empty() ? std::string("there are none here")
                                          : fmt::format("known are: {}", fmt::join(known, ", "))));
  }
  return query;
}

// None: go on.
std::optional<Response> refuse_role(const Request& request, access::Role needed) {
  if (needed == access::Role::kNobody) return std::nullopt;
  if (request.refusal) {
    return refuse(request.refusal->status, Error{ErrorCode::kPermission, request.refusal->message, {}, 0});
  }
  if (request.peer.role >= needed) return std::nullopt;
  return refuse(Error{ErrorCode::kPermission,
                      fmt::format("this needs the role {}; {} has the role {}", to_string(needed), request.peer.name,
                                  to_string(request.peer.role)),
                      {},
                      0});
}

}  // namespace

boost::asio::awaitable<Response> Router::serve(Request request) const {
  const std::string_view target = request.target;
  const size_t mark = std::min(target.find('?'), target.size());
  const auto path = decode_path(target.substr(0, mark));
  if (!path) co_return refuse(path.error());

  std::vector<const Route*> matches;
  for (const Route& route : table_) {
    if (is_match(route, *path)) matches.push_back(&route);
  }
  const auto match =
      std::find_if(matches.begin(), matches.end(), [&](const Route* r) { return r->method == request.method; });
  const auto needed = match == matches.end() ? access::Role::kViewer : (*match)->role();
  if (auto refusal = refuse_role(request, needed)) co_return *refusal;
  if (matches.empty()) co_return refuse_path(table_, request, *path);
  if (match == matches.end()) co_return refuse_method(request, matches);

  const Route& route = **match;
  auto query = parse_query(route, target.substr(std::min(mark + 1, target.size())));
  if (!query) co_return refuse(query.error());
  Call call{context_, request, std::move(*query), captures_of(route, *path)};
  Response response = co_await route.handler(call);
  co_await note(request, call.query, response);
  co_return response;
}

boost::asio::awaitable<void> Router::note(const Request& request, const Query& query, const Response& response) const {
  const bool is_change = request.method != "GET" && response.status < 300 && query.text("dry_run") != "true";
  if (!is_change || response.is_noted || context_.accounts == nullptr) co_return;
  const std::string path = request.target.substr(0, request.target.find('?'));
  co_await context_.accounts->note(
      {request.peer.name, request.peer.address},
      fmt::format("{} {}{}", request.method, path, response.note.empty() ? "" : fmt::format(" ({})", response.note)));
}

Serve serve_routes(Control& control, const Clock& clock, access::Accounts* accounts) {
  const auto router = std::make_shared<const Router>(Context{control, clock, {}, accounts}, routes());
  return [router](Request request) { return router->serve(std::move(request)); };
}

}  // namespace evenkeel::api
