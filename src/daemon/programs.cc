// The programs that do engines' work, as operators ask for them.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "base/blocking.h"
#include "daemon/controller.h"

namespace evenkeel::daemon {

std::array<engines::Program*, 3> Controller::programs() {
  return {&parts_.layer7, &parts_.web.program(), &parts_.fallback_pages.program()};
}

std::vector<observed::NamedLog> Controller::logs() const {
  return {{"evenkeeld", "evenkeeld itself", &parts_.own_log},
          {"haproxy-engine", "HAProxy's starts, reloads and complaints", &parts_.layer7.messages()},
          {"nginx", "nginx of the web interface and of the fallback page", &parts_.nginx_log}};
}

Result<engines::Program*> Controller::find_program(const std::string& name) {
  std::string names;
  for (engines::Program* const program : programs()) {
    const auto known = program->status().name;
    if (known == name) return program;
    names += (names.empty() ? "" : ", ") + known;
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no engine {}: there are {}", name, names));
}

std::vector<observed::EngineStatus> Controller::engines() {
  std::vector<observed::EngineStatus> statuses;
  std::ranges::transform(programs(), std::back_inserter(statuses),
                         [](const engines::Program* program) { return program->status(); });
  return statuses;
}

boost::asio::awaitable<Result<std::string>> Controller::engine_configuration(std::string name) {
  const auto program = find_program(name);
  if (!program) co_return fail(program.error());
  auto text = co_await run_blocking(parts_.worker, [program = *program] { return program->configuration(); });
  if (text.empty()) {
    co_return fail(ErrorCode::kNotFound, fmt::format("{} has no file: it was not needed yet", name));
  }
  co_return text;
}

boost::asio::awaitable<Result<observed::EngineRestart>> Controller::restart_engine(std::string name,
                                                                                   std::string author) {
  constexpr std::chrono::seconds kLongest{25};
  const auto found = find_program(name);
  if (!found) co_return fail(found.error());
  engines::Program& program = **found;
  const auto before = program.status();
  if (!before.is_wanted) {
    co_return fail(ErrorCode::kConflict, fmt::format("{} is not running, and has nothing to do", name));
  }
  spdlog::info("{} has {} read its file again", author, name);
  program.restart();
  co_await program.settled(kLongest);
  auto after = program.status();
  if (after.last_error_at != before.last_error_at) co_return fail(ErrorCode::kSystem, after.last_error);
  const char* const what =
      before.is_running ? "was reloaded: it has read its file again, and open connections go on" : "was started";
  co_return observed::EngineRestart{.engine = std::move(after), .sentence = fmt::format("{} {}", name, what)};
}

}  // namespace evenkeel::daemon
