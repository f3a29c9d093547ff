#pragma once
// Why the Controller cannot do what is asked, whoever asks.

#include "base/result.h"

namespace evenkeel::daemon {

inline Error no_data_plane() {
  return {ErrorCode::kUnavailable, "the data plane is not loaded: see the notices of `evenkeel status`",
          "engine/l4_xdp", 0};
}

inline Error read_only_error() {
  return {ErrorCode::kUnavailable,
          "the store is damaged and changes are refused: restore a backup (see the notices of `evenkeel status`), then "
          "restart evenkeeld",
          "store", 0};
}

}  // namespace evenkeel::daemon
