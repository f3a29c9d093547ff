#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr int64_t kDefaultLimit = 100;
constexpr int64_t kMaximumLimit = 10'000;

Result<int64_t> parse_revision(const Call& call, std::string_view name) {
  return parse_integer("the revision", call.capture(name), 1, std::numeric_limits<int64_t>::max());
}

// Revisions have consecutive numbers: the newest ones down to this one are enough.
Result<config::Revision> find_revision(Control& control, int64_t number) {
  const int64_t newest = control.revision();
  if (number <= newest) {
    const auto known = control.revisions(static_cast<size_t>(newest - number) + 1);
    if (!known) return fail(known.error());
    const auto is_it = [number](const config::Revision& revision) { return revision.number == number; };
    const auto found = std::find_if(known->begin(), known->end(), is_it);
    if (found != known->end()) return *found;
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no revision {}; the newest is {}", number, newest));
}

Result<model::Configuration> read_revision(Call& call, std::string_view name) {
  const auto number = parse_revision(call, name);
  if (!number) return fail(number.error());
  return call.context.control.configuration_of(*number);
}

}  // namespace

Answer get_revisions(Call& call) {
  const auto limit = call.query.integer("limit", 1, kMaximumLimit);
  if (!limit) co_return refuse(limit.error());
  const auto known = call.context.control.revisions(static_cast<size_t>(limit->value_or(kDefaultLimit)));
  if (!known) co_return refuse(known.error());
  co_return co_await reply_with_list({}, "revisions", *known,
                                     [](const config::Revision& revision) { return to_json(revision); });
}

Answer get_revision(Call& call) {
  const auto number = parse_revision(call, "n");
  if (!number) co_return refuse(number.error());
  const auto revision = find_revision(call.context.control, *number);
  if (!revision) co_return refuse(revision.error());
  const auto configuration = call.context.control.configuration_of(*number);
  if (!configuration) co_return refuse(configuration.error());
  json::object object = to_json(*revision);
  object["configuration"] = model::to_json(*configuration, model::Secrets::kMasked);
  co_return reply(object);
}

Answer get_revision_diff(Call& call) {
  const auto from = read_revision(call, "n");
  if (!from) co_return refuse(from.error());
  const auto to = read_revision(call, "m");
  if (!to) co_return refuse(to.error());
  co_return reply(to_json(config::plan(*from, *to)));
}

Answer restore_revision(Call& call) {
  const auto number = parse_revision(call, "n");
  if (!number) co_return refuse(number.error());
  auto configuration = call.context.control.configuration_of(*number);
  if (!configuration) co_return refuse(configuration.error());
  co_return co_await change(
      call, [&](const model::Configuration& /*current*/) -> Changed<model::Configuration> { return *configuration; },
      *number);
}

}  // namespace evenkeel::api
