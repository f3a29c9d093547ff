#include "engines/web_nginx/server.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "engines/child.h"

namespace evenkeel::engines::web_nginx {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRestartPause{500};  // for one that ends as soon as it is started
constexpr std::chrono::seconds kLogsEvery{10};
constexpr size_t kMostLog = size_t{8} << 20;

}  // namespace

Server::Server(boost::asio::io_context& io, Paths paths)
    : io_(io), process_(std::move(paths)), restart_(io), logs_(io), master_(io) {}

Server::~Server() {
  stop();
}

void Server::stop() {
  if (std::exchange(*stopped_, true)) return;
  restart_.cancel();
  logs_.cancel();
  master_.close();
  thread_.join();
}

void Server::serve(Site site) {
  want_ = std::move(site);
  is_due_ = true;
  begin();
}

void Server::begin() {
  if (is_busy_ || !is_due_ || *stopped_) return;
  is_busy_ = true;
  is_due_ = false;
  boost::asio::post(thread_, [this, tried = want_, stopped = stopped_]() mutable {
    const auto start = steady_clock::now();
    auto outcome = process_.apply(tried);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    boost::asio::post(io_, [this, outcome = std::move(outcome), tried = std::move(tried), took, stopped]() mutable {
      if (!*stopped) finish(std::move(outcome), tried, took);
    });
  });
}

void Server::finish(Outcome outcome, const Site& tried, std::chrono::milliseconds took) {
  is_busy_ = false;
  watch_master(outcome.master);
  if (outcome.way != Way::kNothing) listener_.changed(outcome.way, took);
  if (is_due_) return begin();
  if (tried == want_) listener_.settled(outcome.done);
}

void Server::watch_master(pid_t master) {
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
  arm_logs();
}

void Server::on_end() {
  boost::system::error_code ignored;
  master_.close(ignored);
  watched_ = 0;
  listener_.ended();
  const bool is_hasty = steady_clock::now() - started_ < kRestartPause;
  restart_.expires_after(is_hasty ? kRestartPause : std::chrono::milliseconds(0));
  restart_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    is_due_ = true;
    begin();
  });
}

void Server::arm_logs() {
  logs_.expires_after(kLogsEvery);
  logs_.async_wait([this](const boost::system::error_code& error) {
    if (error || watched_ == 0) return;
    boost::asio::post(thread_, [this] { (void)process_.bound_logs(kMostLog); });
    arm_logs();
  });
}

}  // namespace evenkeel::engines::web_nginx
