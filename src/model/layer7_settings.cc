#include "model/layer7_settings.h"

#include "model/kinds.h"

namespace evenkeel::model {

template <>
const Table& table<Layer7Settings>() {
  static const Table table = make_table<Layer7Settings>(
      "layer7", "What holds for the proxy of layer 7 as a whole.",
      field<&Layer7Settings::old_worker_limit>(
          {.name = "old_worker_limit",
           .help = "How long an old worker of HAProxy goes on, after a reload, for the connections that it has. Then "
                   "it ends them.",
           .unit = "seconds"},
          integer<std::chrono::seconds>(60, 2592000)));
  return table;
}

}  // namespace evenkeel::model
