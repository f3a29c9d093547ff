// The fallback pages as the controller sees them.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/controller.h"

namespace evenkeel::daemon {
namespace {

using engines::web_nginx::Way;

constexpr const char* kObject = "engine/web_nginx/fallback";

}  // namespace

void Controller::listen_to_fallback_pages() {
  parts_.fallback_pages.listen({
      .settled = [this](const engines::ApplyReport& report) { settle(reconciler_.note_fallback_pages(report)); },
      .changed =
          [this](Way way, std::chrono::milliseconds took) {
            if (way == Way::kEnd) return spdlog::info("no virtual service needs the fallback page any more");
            const bool is_start = way == Way::kStart;
            const auto message = fmt::format("nginx of the fallback page was {} in {} ms",
                                             is_start ? "started" : "reloaded", took.count());
            spdlog::info("{}", message);
            parts_.events.append(is_start ? observed::EventKind::kNginxStarted : observed::EventKind::kNginxReloaded,
                                 kObject, message);
          },
      .ended =
          [this] {
            constexpr const char* kMessage = "nginx of the fallback page has ended, and is started again";
            spdlog::error("{}", kMessage);
            parts_.events.append(observed::EventKind::kNginxEnded, kObject, kMessage);
          },
  });
}

}  // namespace evenkeel::daemon
