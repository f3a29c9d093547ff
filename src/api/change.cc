#include "api/change.h"

#include <fmt/format.h>

#include <limits>

#include "api/document.h"
#include "api/reply.h"
#include "model/json.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kAttempts = 5;
constexpr int64_t kShortestWait = 10;  // for a confirmation, in seconds
constexpr int64_t kLongestWait = 3600;

struct Options {
  bool dry_run = false;
  std::string comment;
  std::optional<int64_t> expected_revision;
  std::optional<std::chrono::seconds> confirm_within;
};

// "7", as GET configuration sends it; without quotes too.
Result<int64_t> parse_etag(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return parse_integer("If-Match", text, 0, std::numeric_limits<int64_t>::max());
}

Result<std::optional<int64_t>> parse_expected_revision(const Call& call) {
  auto expected = call.query.integer("expected_revision", 0, std::numeric_limits<int64_t>::max());
  const auto& if_match = call.request.if_match;
  if (!expected || !if_match || *if_match == "*") return expected;
  const auto tag = parse_etag(*if_match);
  if (!tag) return fail(tag.error());
  if (*expected && **expected != *tag) {
    return fail(ErrorCode::kInvalidArgument, "expected_revision and If-Match name different revisions");
  }
  return std::optional<int64_t>(*tag);
}

bool is_conditional(const Call& call) {
  return call.request.if_match && *call.request.if_match != "*";
}

// What the client does not know of: who made the revision in force, and what has changed since its own.
Response refuse_stale(Control& control, int64_t expected) {
  const std::string message =
      fmt::format("revision {} is in force, not {}: somebody else changed the configuration meanwhile",
                  control.revision(), expected);
  Response response = refuse(412, Error{ErrorCode::kConflict, message, {}, 0});
  json::object body = json::parse(response.body).as_object();
  body["expected_revision"] = expected;
  const auto newest = control.revisions(1);
  body["current_revision"] = newest && !newest->empty() ? json::value(to_json(newest->front())) : json::value();
  const auto known = control.configuration_of(expected);
  body["changed_meanwhile"] =
      known ? json::value(to_json(config::plan(*known, control.configuration()))) : json::value();
  response.body = json::serialize(body);
  return with_etag(std::move(response), control.revision());
}

Result<Options> parse_options(const Call& call) {
  const auto dry_run = call.query.boolean("dry_run");
  if (!dry_run) return fail(dry_run.error());
  auto comment = parse_sentence("comment", call.query.text("comment"));
  if (!comment) return fail(comment.error());
  const auto expected = parse_expected_revision(call);
  if (!expected) return fail(expected.error());
  const auto seconds = call.query.integer("confirm_within", kShortestWait, kLongestWait);
  if (!seconds) return fail(seconds.error());
  const auto within = seconds->transform([](int64_t count) { return std::chrono::seconds(count); });
  return Options{*dry_run, std::move(*comment), *expected, within};
}

const char* to_string(config::ObjectChange::Kind kind) {
  switch (kind) {
    case config::ObjectChange::Kind::kAdded:
      return "added";
    case config::ObjectChange::Kind::kRemoved:
      return "removed";
    case config::ObjectChange::Kind::kModified:
      return "modified";
  }
  return "modified";
}

}  // namespace

Response reply_change(const ChangeResult& result, bool dry_run) {
  constexpr double kMicrosecondsInMillisecond = 1000;
  json::array warnings;
  for (const std::string& warning : result.warnings) warnings.emplace_back(model::mask_secrets(warning));
  Response response = reply(
      json::object{{"revision", result.revision ? json::value(result.revision->number) : json::value()},
                   {"dry_run", dry_run},
                   {"plan", to_json(result.plan)},
                   {"warnings", std::move(warnings)},
                   {"layer7", result.layer7.empty() ? json::value() : json::value(result.layer7)},
                   {"layer7_reason", result.layer7_reason.empty() ? json::value() : json::value(result.layer7_reason)},
                   {"confirmation", to_json(result.confirmation)},
                   {"applied_ms", static_cast<double>(result.applied_in.count()) / kMicrosecondsInMillisecond}});
  if (result.revision) response = with_etag(std::move(response), result.revision->number);
  if (result.revision) response.note = fmt::format("revision {}", result.revision->number);
  response.is_noted = !result.revision;
  return response;
}

namespace {

json::value to_json(const std::optional<config::TextChange>& change) {
  if (!change) return nullptr;
  json::array lines;
  for (const std::string& line : change->lines) lines.emplace_back(model::mask_secrets(line));
  return json::object{{"lines", std::move(lines)}, {"left_out", change->left_out}};
}

json::object to_json(const config::FieldChange& change) {
  return {{"field", change.field},
          {"from", model::mask_secrets(change.from)},
          {"to", model::mask_secrets(change.to)},
          {"text", to_json(change.text)}};
}

}  // namespace

json::object to_json(const config::Plan& plan) {
  json::array changes;
  for (const config::ObjectChange& change : plan.changes) {
    json::array fields;
    for (const config::FieldChange& field : change.fields) fields.push_back(to_json(field));
    changes.push_back(json::object{{"kind", to_string(change.kind)},
                                   {"object", change.object},
                                   {"renamed_from", change.renamed_from},
                                   {"fields", std::move(fields)}});
  }
  return {{"changes", std::move(changes)}};
}

json::object to_json(const config::Revision& revision) {
  return {{"number", revision.number},
          {"at", to_iso8601(revision.at)},
          {"author", revision.author},
          {"comment", model::mask_secrets(revision.comment)},
          {"restores", revision.restores ? json::value(*revision.restores) : json::value()},
          {"failure", revision.failure.empty() ? json::value() : json::value(model::mask_secrets(revision.failure))}};
}

json::value to_json(const std::optional<config::Confirmation>& confirmation) {
  if (!confirmation) return nullptr;
  return json::object{{"revision", confirmation->revision},
                      {"until", to_iso8601(confirmation->until)},
                      {"author", confirmation->author},
                      {"back_to", confirmation->back_to}};
}

Response with_etag(Response response, int64_t revision) {
  response.headers.push_back({"ETag", fmt::format("\"{}\"", revision)});
  return response;
}

Changed<json::value> parse_body(const Request& request) {
  auto document = parse_json(request.body);
  if (document) return std::move(*document);
  const model::Problem& problem = document.error();
  return refused(Error{ErrorCode::kInvalidArgument, problem.message, {}, 0}, {problem});
}

// The edit is made on the revision that it names as the expected one, so that no other change is lost: one that came
// while this one waited is a conflict, and the edit is made anew.
asio::awaitable<Response> change(Call& call, Edit edit, std::optional<int64_t> restores) {
  const auto options = parse_options(call);
  if (!options) co_return refuse(options.error());
  Control& control = call.context.control;
  for (int attempt = 1;; ++attempt) {
    const int64_t current = control.revision();
    const bool is_stale = is_conditional(call) && *options->expected_revision != current;
    if (is_stale) co_return refuse_stale(control, *options->expected_revision);
    auto edited = edit(control.configuration());
    if (!edited) co_return refuse(edited.error());
    ChangeRequest request{std::move(*edited),
                          call.request.peer.name,
                          options->comment,
                          options->expected_revision.value_or(current),
                          restores,
                          options->dry_run,
                          options->confirm_within};
    const auto result = co_await control.change(std::move(request));
    if (result) co_return reply_change(*result, options->dry_run);
    const bool is_overtaken = result.error().error.code == ErrorCode::kConflict && control.revision() != current;
    if (is_overtaken && is_conditional(call)) co_return refuse_stale(control, current);
    if (!is_overtaken || options->expected_revision || attempt == kAttempts) co_return refuse(result.error());
  }
}

}  // namespace evenkeel::api
