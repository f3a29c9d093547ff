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
          list<VirtualService>()),
      field<&Configuration::auto_nat>(
          {.name = "auto_nat",
           .help =
               "Let real servers whose gateway is the load balancer reach the outside under its address: true by any "
               "interface, or the list of those that lead outside. Turns the kernel's forwarding on."},
          auto_nat()),
      field<&Configuration::alerts>({.name = "alerts", .help = "Who is told what happens, and how often."},
                                    structure<Alerts>()),
      field<&Configuration::certificate_warnings>(
          {.name = "certificate_warnings",
           .help = "How many days before a certificate expires people are told. Empty means only when it has expired.",
           .unit = "days"},
          day_counts()),
      field<&Configuration::layer7_services>(
          {.name = "layer7_services",
           .help = "The layer-7 virtual services: addresses and TCP ports where the load balancer's proxy answers."},
          list<Layer7Service>()),
      field<&Configuration::layer7>({.name = "layer7", .help = "What holds for the proxy of layer 7 as a whole."},
                                    structure<Layer7Settings>()),
      field<&Configuration::fallback_page>(
          {.name = "fallback_page",
           .help =
               "HTML of the page that clients see while no real server takes them, where a virtual service has none "
               "of its own. Empty means the built-in page."},
          page_text()));
  return table;
}

}  // namespace evenkeel::model
