#include "daemon/own_log.h"

#include <spdlog/sinks/base_sink.h>

#include <utility>

namespace evenkeel::daemon {
namespace {

observed::LogLevel level_of(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return observed::LogLevel::kDebug;
  if (level == spdlog::level::info) return observed::LogLevel::kInfo;
  return level == spdlog::level::warn ? observed::LogLevel::kWarning : observed::LogLevel::kError;
}

// The log has a lock of its own.
class Remembering final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit Remembering(std::shared_ptr<observed::ProgramLog> log) : log_(std::move(log)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    log_->add({message.time, level_of(message.level), std::string(message.payload.data(), message.payload.size())});
  }
  void flush_() override {}

 private:
  std::shared_ptr<observed::ProgramLog> log_;
};

}  // namespace

spdlog::sink_ptr remember_in(std::shared_ptr<observed::ProgramLog> log) {
  return std::make_shared<Remembering>(std::move(log));
}

}  // namespace evenkeel::daemon
