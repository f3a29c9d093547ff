// Any text at all as a configuration: it is refused with problems, or it survives the way to JSON and back.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/plan.h"
#include "model/json.h"

namespace {

using evenkeel::model::Layout;
using evenkeel::model::Secrets;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace evenkeel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string masked = model::mask_secrets(text);
  require(model::mask_secrets(masked) == masked);
  const auto configuration = model::parse_configuration(text);
  if (!configuration) {
    require(!configuration.error().empty());
    for (const model::Problem& problem : configuration.error()) {
      require(problem.path.starts_with('$') && !problem.message.empty() && !problem.hint.empty());
    }
    return 0;
  }
  for (const Layout layout : {Layout::kOneLine, Layout::kIndented}) {
    const auto again =
        model::parse_configuration(model::to_text(model::to_json(*configuration, Secrets::kPlain), layout));
    require(again && *again == *configuration);
  }
  config::lint(*configuration);
  // A plan relies on labels that name one object each.
  if (!config::validate(*configuration).empty()) return 0;
  require(config::plan(*configuration, *configuration).empty());
  require(config::plan({}, *configuration).empty() == configuration->virtual_services.empty());
  return 0;
}
