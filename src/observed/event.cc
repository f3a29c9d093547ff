#include "observed/event.h"

#include <algorithm>
#include <array>

namespace evenkeel::observed {
namespace {

struct Row {
  EventKind kind;
  const char* name;
  model::Severity severity;
  EventKind about;
  const char* description;
};

constexpr std::array kRows = [] {
  using enum EventKind;
  using enum model::Severity;
  return std::array{
#define EVENKEEL_EVENT_ROW(id, name, severity, about, description) Row{id, name, severity, about, description},
      EVENKEEL_EVENTS(EVENKEEL_EVENT_ROW)
#undef EVENKEEL_EVENT_ROW
  };
}();

const Row& row_of(EventKind kind) {
  return kRows.at(static_cast<size_t>(kind));
}

}  // namespace

const char* to_string(EventKind kind) {
  return row_of(kind).name;
}

std::optional<EventKind> event_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kRows, name, &Row::name);
  return found == kRows.end() ? std::nullopt : std::optional(found->kind);
}

const char* description_of(EventKind kind) {
  return row_of(kind).description;
}

model::Severity severity_of(EventKind kind) {
  return row_of(kind).severity;
}

EventKind beginning_of(EventKind kind) {
  return row_of(kind).about;
}

bool is_end(EventKind kind) {
  return beginning_of(kind) != kind;
}

bool has_end(EventKind kind) {
  return std::ranges::any_of(kRows, [kind](const Row& row) { return row.about == kind && row.kind != kind; });
}

bool is_about_alerts(EventKind kind) {
  return beginning_of(kind) == EventKind::kAlertFailed;
}

}  // namespace evenkeel::observed
