// Any layer-7 virtual service that validation lets through is written to HAProxy's file as what it is: an independent
// reader finds every text again, as one word in its place, and no section or line that was not meant.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "config/plan.h"
#include "engines/l7_haproxy/render.h"
#include "model/json.h"
#include "unit/l7_haproxy/random_service.h"
#include "unit/l7_haproxy/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace evenkeel;
  using namespace evenkeel::engines::l7_haproxy;
  const boost::json::value document{{"layer7_services", boost::json::array{RandomService({data, size}).make()}}};
  const auto configuration = model::parse_configuration(document);
  if (!configuration || !config::validate(*configuration).empty()) return 0;
  const auto& service = configuration->layer7_services.front();
  desired::Layer7 want;
  want.services.push_back({service, std::vector<desired::Layer7Server>(service.real_servers.size()), false});
  const auto wrong = wrong_with(render(want, {.paths = {.directory = "/run/evenkeel/haproxy"}}), service);
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n%s\n", wrong.c_str(), render(want, {}).c_str());
  std::abort();
}
