#include "model/configuration.h"

#include "model/kinds.h"

namespace evenkeel::model {

template <>
const Table& table<Configuration>() {
  static const Table table = make_table<Configuration>(
      "configuration", "Everything that one revision holds.",
      field<&Configuration::virtual_services>(
          {.name = "virtual_services",
           .help = "The virtual services: addresses and ports on which clients find groups of real servers."},
          list<VirtualService>()));
  return table;
}

}  // namespace evenkeel::model
