#pragma once
// evenkeeld's own log, remembered beside being written: what the API shows of it.

#include <spdlog/common.h>

#include <memory>

#include "observed/program_log.h"

namespace evenkeel::daemon {

// For spdlog's logger, from any thread. Gets what the logger's level lets through.
spdlog::sink_ptr remember_in(std::shared_ptr<observed::ProgramLog> log);

}  // namespace evenkeel::daemon
