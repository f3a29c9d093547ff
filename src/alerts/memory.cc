#include "alerts/memory.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

namespace evenkeel::alerts {
namespace {

namespace json = boost::json;
using observed::EventKind;

int64_t to_milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime time_at(const json::object& object) {
  return WallTime{} + std::chrono::milliseconds{object.at("at_ms").to_number<int64_t>()};
}

std::string text_at(const json::object& object, const char* key) {
  return json::value_to<std::string>(object.at(key));
}

EventKind kind_at(const json::object& object) {
  const auto kind = observed::event_kind(text_at(object, "kind"));
  if (!kind) throw std::invalid_argument("there is no such kind of event");
  return *kind;
}

json::object to_json(const Trouble& trouble) {
  return {{"kind", observed::to_string(trouble.kind)},
          {"object", trouble.object},
          {"message", trouble.message},
          {"at_ms", to_milliseconds(trouble.at)},
          {"over", trouble.is_over},
          {"told", trouble.was_told},
          {"times", trouble.times}};
}

Trouble trouble_from_json(const json::object& object) {
  return {.kind = kind_at(object),
          .object = text_at(object, "object"),
          .message = text_at(object, "message"),
          .at = time_at(object),
          .is_over = object.at("over").as_bool(),
          .was_told = object.at("told").as_bool(),
          .times = object.at("times").to_number<uint32_t>()};
}

json::object to_json(const observed::Event& event) {
  return {{"kind", observed::to_string(event.kind)},
          {"object", event.object},
          {"message", event.message},
          {"at_ms", to_milliseconds(event.at)}};
}

observed::Event event_from_json(const json::object& object) {
  return {.id = 0,
          .at = time_at(object),
          .kind = kind_at(object),
          .object = text_at(object, "object"),
          .message = text_at(object, "message")};
}

json::object to_json(const Gatherer::Memory& memory) {
  json::array troubles, happened;
  for (const auto& trouble : memory.troubles) troubles.emplace_back(to_json(trouble));
  for (const auto& event : memory.happened) happened.emplace_back(to_json(event));
  return {{"troubles", std::move(troubles)}, {"happened", std::move(happened)}, {"left_out", memory.left_out}};
}

Gatherer::Memory from_json(const json::object& object) {
  Gatherer::Memory memory;
  for (const auto& trouble : object.at("troubles").as_array()) {
    memory.troubles.push_back(trouble_from_json(trouble.as_object()));
  }
  for (const auto& event : object.at("happened").as_array()) {
    memory.happened.push_back(event_from_json(event.as_object()));
  }
  memory.left_out = object.at("left_out").to_number<uint64_t>();
  return memory;
}

}  // namespace

std::string to_text(const Memory& memory) {
  json::object channels;
  for (const auto& [name, gathered] : memory) channels[name] = to_json(gathered);
  return json::serialize(channels) + "\n";
}

Result<Memory> parse_memory(std::string_view text) {
  if (text.empty()) return Memory{};
  try {
    Memory memory;
    const json::value document = json::parse(text);
    for (const auto& [name, gathered] : document.as_object()) memory[name] = from_json(gathered.as_object());
    return memory;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kCorrupt, std::string("not what was remembered of the alerts: ") + error.what());
  }
}

}  // namespace evenkeel::alerts
