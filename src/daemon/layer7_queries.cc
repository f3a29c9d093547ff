// What people ask to see of layer 7. HAProxy is read in a thread for that alone: one that is silent holds up nothing
// else.

#include "base/blocking.h"
#include "daemon/controller.h"

namespace evenkeel::daemon {
namespace {

template <class Row, class Report>
boost::asio::awaitable<Result<observed::Page<Row>>> next_page(engines::l7_haproxy::HaproxyEngine& engine,
                                                              std::shared_ptr<Report> report) {
  if (!engine.has_proxy()) co_return observed::Page<Row>{};
  co_return co_await run_blocking(engine.reader(), [&] { return report->next(); });
}

}  // namespace

api::ReadPage<observed::Connection> Controller::layer7_connections(observed::ConnectionFilter filter) {
  auto& engine = parts_.layer7;
  return [&engine, report = engine.sessions(std::move(filter))](uint64_t /*position*/) {
    return next_page<observed::Connection>(engine, report);
  };
}

api::ReadPage<observed::PersistenceEntry> Controller::layer7_persistence(observed::ConnectionFilter filter) {
  auto& engine = parts_.layer7;
  return [&engine, report = engine.tables(std::move(filter))](uint64_t /*position*/) {
    return next_page<observed::PersistenceEntry>(engine, report);
  };
}

boost::asio::awaitable<Result<uint64_t>> Controller::clear_layer7(observed::ConnectionFilter filter) {
  auto& engine = parts_.layer7;
  if (!engine.has_proxy()) co_return uint64_t{0};
  const auto report = engine.tables(std::move(filter));
  co_return co_await run_blocking(engine.reader(), [&] { return report->clear(); });
}

boost::asio::awaitable<Result<observed::ProxyLogPage>> Controller::proxy_log(observed::ProxyLogFilter filter,
                                                                             uint64_t after, size_t limit) {
  const auto& log = parts_.layer7.log();
  const uint64_t last = log.last_id();
  if (after >= last) co_return observed::ProxyLogPage{{}, last};
  co_return co_await run_blocking(parts_.layer7.reader(), [&] { return log.after(after, filter, limit); });
}

}  // namespace evenkeel::daemon
