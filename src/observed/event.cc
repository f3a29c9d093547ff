#include "observed/event.h"

namespace evenkeel::observed {

const char* to_string(EventKind kind) {
  switch (kind) {
#define EVENKEEL_EVENT_NAME(id, name, description) \
  case EventKind::id:                              \
    return name;
    EVENKEEL_EVENTS(EVENKEEL_EVENT_NAME)
#undef EVENKEEL_EVENT_NAME
  }
  return "unknown";
}

}  // namespace evenkeel::observed
