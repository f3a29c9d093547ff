#include "daemon/arp_doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

namespace evenkeel::daemon {
namespace {

constexpr std::chrono::seconds kAskEvery{30};
constexpr std::chrono::seconds kForgetAfter{75};  // two questions without an answer
constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::milliseconds kAnswersTake{300};
constexpr int kQuestions = 2;

}  // namespace

ArpDoctor::ArpDoctor(boost::asio::io_context& io, const Clock& clock, const model::Configuration& configuration,
                     const PathWatch::NextHops& next_hops, OnConflict on_conflict)
    : io_(io),
      clock_(clock),
      configuration_(configuration),
      next_hops_(next_hops),
      on_conflict_(std::move(on_conflict)),
      timer_(io) {}

Result<> ArpDoctor::watch(std::vector<Place> places) {
  places_ = std::move(places);
  std::set<IpAddress> addresses;
  for (const Place& place : places_) addresses.insert(place.address);
  conflicts_.keep_only(addresses);
  if (!watch_) {
    auto opened = engines::network::ClaimWatch::open(io_, kAskEvery,
                                                     [this](const engines::network::Claim& claim) { hear(claim); });
    if (!opened) return fail(opened.error());
    watch_ = std::move(*opened);
    arm();
  }
  watch_->watch(places_);
  return {};
}

void ArpDoctor::stop() {
  watch_.reset();
  timer_.cancel();
}

void ArpDoctor::arm() {
  timer_.expires_after(kLookEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !watch_) return;
    forget_before(clock_.steady_now() - kForgetAfter, std::nullopt);
    arm();
  });
}

void ArpDoctor::hear(const engines::network::Claim& claim) {
  if (conflicts_.hear({claim.address, claim.mac}, clock_.steady_now())) on_conflict_(claim.address, claim.mac, true);
}

void ArpDoctor::forget_before(SteadyTime since, const std::optional<IpAddress>& address) {
  for (const auto& [ours, mac] : conflicts_.forget_before(since, address)) on_conflict_(ours, mac, false);
}

boost::asio::awaitable<void> ArpDoctor::ask(std::optional<IpAddress> address) {
  const auto began = clock_.steady_now();
  for (int i = 0; i < kQuestions && watch_; ++i) {
    for (const Place& place : std::vector(places_)) {
      if (!address || place.address == *address) watch_->ask(place.address);
    }
    boost::asio::steady_timer pause(io_, kAnswersTake);
    boost::system::error_code ignored;
    co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  if (watch_) forget_before(began, address);
}

observed::Claimant ArpDoctor::claimant(const MacAddress& mac) const {
  observed::Claimant found{mac, {}, {}};
  for (const auto& service : configuration_.virtual_services) {
    for (const auto& server : service.real_servers) {
      const auto hop = next_hops_.find(server.address);
      if (hop == next_hops_.end() || hop->second.mac != mac || !hop->second.gateway.is_unspecified()) continue;
      return {mac, server.label, server.address};
    }
  }
  return found;
}

std::string ArpDoctor::in_words(const MacAddress& mac) const {
  const auto who = claimant(mac);
  return who.real_server.empty() ? fmt::format("{}, which is none of the real servers", mac.to_string())
                                 : fmt::format("real server {} ({})", who.real_server, mac.to_string());
}

std::vector<observed::ArpDiagnosis> ArpDoctor::findings(const std::optional<IpAddress>& address) const {
  std::vector<observed::ArpDiagnosis> found;
  for (const Place& place : places_) {
    if (address && place.address != *address) continue;
    observed::ArpDiagnosis diagnosis{
        .address = place.address, .interface = place.interface, .claimants = {}, .keepers = {}};
    for (const auto& mac : conflicts_.claimants(place.address)) diagnosis.claimants.push_back(claimant(mac));
    found.push_back(std::move(diagnosis));
  }
  return found;
}

}  // namespace evenkeel::daemon
