#include "api/handlers.h"
#include "api/row_stream.h"
#include "api/table_filter.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;

Answer get_persistence(Call& call) {
  const auto filter = parse_table_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  const auto limit = parse_row_limit(call.query);
  if (!limit) co_return refuse(limit.error());
  const auto format = parse_row_format(call.query);
  if (!format) co_return refuse(format.error());
  const auto layers = parse_layers(call.query);
  if (!layers) co_return refuse(layers.error());
  Control& control = call.context.control;
  co_return co_await reply_with_rows<observed::PersistenceEntry>(
      *format, "persistence", *limit,
      read_layers<observed::PersistenceEntry>(
          *layers, [&control, filter = *filter](uint64_t position) { return control.persistence(filter, position); },
          control.layer7_persistence(*filter)),
      [](const observed::PersistenceEntry& entry) { return observed::to_json(entry); });
}

// Nobody clears everything by leaving something out.
Answer delete_persistence(Call& call) {
  const auto filter = parse_table_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  const auto all = call.query.boolean("all");
  if (!all) co_return refuse(all.error());
  const bool is_narrowed = filter->client || !filter->virtual_service.empty() || !filter->real_server.empty();
  if (is_narrowed == *all) {
    co_return refuse(Error{ErrorCode::kInvalidArgument,
                           "say which entries: client, virtual_service or real_server; or all=true for every one",
                           {},
                           0});
  }
  const auto cleared = co_await call.context.control.clear_persistence(*filter, call.request.peer.name);
  if (!cleared) co_return refuse(cleared.error());
  co_return reply(json::object{{"cleared", *cleared}});
}

}  // namespace evenkeel::api
