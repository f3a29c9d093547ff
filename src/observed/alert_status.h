#pragma once
// How it stands with the alerts of one way to be told: a webhook, or those who get the same mails.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace evenkeel::observed {

struct AlertStatus {
  std::string channel;                // "webhook", "e-mail from lb@print.example to admin@print.example"
  uint64_t waiting = 0;               // what has happened and was not sent yet
  std::optional<WallTime> last_sent;  // none: nothing since the start
  std::string last_subject;           // of that
  std::string error;                  // why the last attempt failed, secrets masked; empty: it did not
  std::optional<WallTime> failed_at;  // that attempt
};

}  // namespace evenkeel::observed
