#include "engines/l7_haproxy/engine.h"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace evenkeel::engines::l7_haproxy {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kObserveEvery{1};
constexpr std::chrono::milliseconds kRestartPause{500};  // for one that ends as soon as it is started

}  // namespace

HaproxyEngine::HaproxyEngine(boost::asio::io_context& io, RenderOptions options, std::string log_file)
    : io_(io),
      paths_(options.paths),
      proxy_(std::move(options)),
      log_(paths_, std::move(log_file)),
      observation_(io),
      restart_(io),
      master_(io) {}

HaproxyEngine::~HaproxyEngine() {
  stop();
}

void HaproxyEngine::stop() {
  if (std::exchange(*stopped_, true)) return;
  observation_.cancel();
  restart_.cancel();
  master_.close();
  thread_.join();
  reader_.join();
}

std::vector<ObjectStatus> HaproxyEngine::check(const desired::Layer7& /*want*/) const {
  return {};
}

Result<ApplyReport> HaproxyEngine::apply(const desired::Layer7& want) {
  want_ = want;
  if (!want.services.empty()) {
    if (auto heard = log_.listen(); !heard) spdlog::warn("{}", to_string(heard.error()));
  }
  is_due_ = true;
  begin();
  return report_;
}

void HaproxyEngine::begin() {
  if (is_busy_ || !is_due_ || *stopped_) return;
  is_busy_ = true;
  is_due_ = false;
  boost::asio::post(thread_, [this, tried = want_, stopped = stopped_]() mutable {
    const auto start = steady_clock::now();
    auto outcome = proxy_.apply(tried);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    boost::asio::post(io_, [this, outcome = std::move(outcome), tried = std::move(tried), took, stopped]() mutable {
      if (!*stopped) finish(std::move(outcome), std::move(tried), took);
    });
  });
}

void HaproxyEngine::finish(Outcome outcome, desired::Layer7 tried, std::chrono::milliseconds took) {
  is_busy_ = false;
  report_ = {std::move(outcome.statuses)};
  watch_master(outcome.master);
  if (outcome.way != Way::kNothing) listener_.changed(outcome.way, took);
  if (is_due_) return begin();
  if (tried == want_) listener_.settled(report_);
}

void HaproxyEngine::watch_master(pid_t master) {
  if (master == watched_) return;
  boost::system::error_code ignored;
  master_.close(ignored);
  watched_ = 0;
  if (master == 0) return;
  auto process = open_process(master);
  if (!process) return on_end();
  watched_ = master;
  started_ = steady_clock::now();
  master_.assign(process->release());
  master_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) on_end();
  });
  arm_observation();
}

void HaproxyEngine::on_end() {
  boost::system::error_code ignored;
  master_.close(ignored);
  watched_ = 0;
  observed_ = {};
  listener_.ended();
  const bool is_hasty = steady_clock::now() - started_ < kRestartPause;
  restart_.expires_after(is_hasty ? kRestartPause : std::chrono::milliseconds(0));
  restart_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    is_due_ = true;
    begin();
  });
}

Places HaproxyEngine::places() const {
  Places places;
  for (const auto& service : want_.services) {
    auto& servers = places[service.configuration.label];
    for (const auto& server : service.configuration.real_servers) servers.emplace(server.label, server.address);
  }
  return places;
}

std::shared_ptr<SessionReport> HaproxyEngine::sessions(observed::ConnectionFilter filter) const {
  return std::make_shared<SessionReport>(paths_, places(), std::move(filter));
}

std::shared_ptr<TableReport> HaproxyEngine::tables(observed::ConnectionFilter filter) const {
  return std::make_shared<TableReport>(paths_, places(), std::move(filter));
}

void HaproxyEngine::arm_observation() {
  observation_.expires_after(kObserveEvery);
  observation_.async_wait([this](const boost::system::error_code& error) {
    if (error || watched_ == 0) return;
    boost::asio::post(thread_, [this, stopped = stopped_] {
      auto observed = proxy_.observe();
      boost::asio::post(io_, [this, observed = std::move(observed), stopped]() mutable {
        if (*stopped) return;
        observed_ = std::move(observed);
        arm_observation();
      });
    });
  });
}

}  // namespace evenkeel::engines::l7_haproxy
