#include "daemon/statistics_keeper.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <set>
#include <utility>

#include "base/blocking.h"
#include "statistics/system.h"

namespace evenkeel::daemon {
namespace {

using engines::l4_xdp::L4Engine;

std::string object_of(const model::RealServerKey& key) {
  return fmt::format("{}{}/{}", statistics::kRealServer, key.virtual_service, key.real_server);
}

std::string object_of(const std::string& virtual_service) {
  return fmt::format("{}{}", statistics::kVirtualService, virtual_service);
}

statistics::Totals to_totals(const observed::Counters& counters) {
  return {counters.bytes, counters.bytes_out, counters.connections, counters.active};
}

statistics::Reading to_reading(const L4Engine::Counters& counters) {
  statistics::Reading reading;
  for (const auto& [label, counted] : counters.virtual_services) reading[object_of(label)] = to_totals(counted);
  for (const auto& [key, counted] : counters.real_servers) reading[object_of(key)] = to_totals(counted);
  return reading;
}

}  // namespace

StatisticsKeeper::StatisticsKeeper(boost::asio::io_context& io, const Clock& clock, std::string path)
    : io_(io), clock_(clock), path_(std::move(path)) {}

StatisticsKeeper::~StatisticsKeeper() {
  thread_.join();
}

void StatisticsKeeper::add(L4Engine::Counters counters) {
  const WallTime now = clock_.wall_now();
  if (is_busy_ || !sampler_.is_due(now)) return;
  is_busy_ = true;
  boost::asio::post(thread_, [this, at = clock_.steady_now(), now, taken = std::move(counters)] {
    take(at, now, taken);
    is_busy_ = false;
  });
}

void StatisticsKeeper::take(SteadyTime at, WallTime now, const L4Engine::Counters& counters) {
  const auto system = statistics::read_system();
  const auto step = sampler_.add(at, now, to_reading(counters), system.value_or(statistics::System{}));
  if (step) write(*step);
}

void StatisticsKeeper::follow(const std::vector<config::Rename>& renames) {
  std::vector<statistics::Database::Rename> names;
  std::set<std::string> services;
  for (const auto& [from, to] : renames) {
    names.push_back({object_of(from), object_of(to)});
    const bool is_moved = from.virtual_service != to.virtual_service;
    if (is_moved && services.insert(to.virtual_service).second) {
      names.push_back({object_of(from.virtual_service), object_of(to.virtual_service)});
    }
  }
  if (names.empty()) return;
  boost::asio::post(thread_, [this, names = std::move(names)] {
    const auto open = database();
    if (!open) return;
    if (auto renamed = (*open)->rename(names); !renamed) note_failure(renamed.error());
  });
}

boost::asio::awaitable<Result<statistics::Series>> StatisticsKeeper::read(statistics::Query query) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
  co_return co_await run_blocking(thread_, [&]() -> Result<statistics::Series> {
    const auto open = database();
    if (!open) return fail(open.error());
    auto series = (*open)->read(query, now);
    if (!series && series.error().code == ErrorCode::kCorrupt) database_.reset();
    return series;
  });
}

// Opened when it is first needed, and again after it was damaged or could not be opened.
Result<statistics::Database*> StatisticsKeeper::database() {
  if (database_) return database_.get();
  auto opened = statistics::Database::open(path_);
  if (!opened) return fail(opened.error());
  database_ = std::move(opened->database);
  if (opened->set_aside.empty()) return database_.get();
  const auto sentence =
      fmt::format("the file of statistics was damaged: it is now {}, and the past begins anew", opened->set_aside);
  spdlog::warn("{}", sentence);
  boost::asio::post(io_, [this, sentence] { notices_ = {{"statistics", sentence}}; });
  return database_.get();
}

void StatisticsKeeper::write(const statistics::Step& step) {
  const auto open = database();
  if (!open) return note_failure(open.error());
  if (auto added = (*open)->add(step); !added) return note_failure(added.error());
  if (std::exchange(is_failing_, false)) spdlog::info("statistics are written again");
}

// Said once, not every ten seconds.
void StatisticsKeeper::note_failure(const Error& error) {
  if (error.code == ErrorCode::kCorrupt) database_.reset();
  if (!std::exchange(is_failing_, true)) spdlog::warn("statistics are not written: {}", to_string(error));
}

}  // namespace evenkeel::daemon
