#include "daemon/traffic_meter.h"

#include <algorithm>
#include <functional>

namespace evenkeel::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Readings come about every second, a little late.
constexpr milliseconds kAllKept{11'000};
constexpr milliseconds kSomeKept{66'000};
constexpr milliseconds kSomeEvery{9'500};

}  // namespace

TrafficMeter::Totals TrafficMeter::totals_of(const observed::Counters& counters) {
  return {counters.connections, counters.packets, counters.bytes, counters.packets_out, counters.bytes_out};
}

void TrafficMeter::push(Series& series, const Totals& now) {
  if (!series.empty()) {
    const Totals& last = series.back().totals;
    const bool starts_over = !std::ranges::equal(last, now, std::less_equal());
    if (starts_over) series.clear();
  }
  if (series.empty() || series.back().totals != now) series.push_back({now, 0});
  ++series.back().readings;
}

size_t TrafficMeter::readings_of(const Series& series) {
  size_t readings = 0;
  for (const Run& run : series) readings += run.readings;
  return readings;
}

const TrafficMeter::Totals& TrafficMeter::reading_of(const Series& series, size_t reading) {
  auto run = series.begin();
  for (; reading >= run->readings; ++run) reading -= run->readings;
  return run->totals;
}

void TrafficMeter::erase(Series& series, size_t reading) {
  auto run = series.begin();
  for (; reading >= run->readings; ++run) reading -= run->readings;
  if (--run->readings == 0) series.erase(run);
}

// Both are in the same order, and mostly the same: walked once.
template <class Map>
void TrafficMeter::append(std::map<typename Map::key_type, Series>& all, const Map& read,
                          Totals (*totals)(const typename Map::mapped_type&)) {
  auto known = all.begin();
  for (const auto& [key, value] : read) {
    while (known != all.end() && known->first < key) known = all.erase(known);
    if (known == all.end() || key < known->first) known = all.emplace_hint(known, key, Series{});
    push(known->second, totals(value));
    ++known;
  }
  all.erase(known, all.end());
}

void TrafficMeter::add(SteadyTime at, const engines::l4_xdp::L4Engine::Counters& counters) {
  const auto last_kept = std::ranges::find_if(times_.rbegin(), times_.rend(), &Reading::is_kept_long);
  times_.push_back({at, last_kept == times_.rend() || at - last_kept->at >= kSomeEvery});
  append(real_servers_, counters.real_servers, &totals_of);
  append(virtual_services_, counters.virtual_services, &totals_of);
  std::map<std::string, uint64_t> reasons;
  for (const auto& reason : counters.reasons) reasons[reason.name] = reason.packets;
  const auto packets_only = +[](const uint64_t& packets) { return Totals{0, packets, 0, 0, 0}; };
  append(reasons_, reasons, packets_only);
  append(service_reasons_, counters.service_reasons, packets_only);
  for (const size_t reading : outdated()) {
    drop(real_servers_, reading);
    drop(virtual_services_, reading);
    drop(reasons_, reading);
    drop(service_reasons_, reading);
    times_.erase(times_.begin() + static_cast<ptrdiff_t>(reading));
  }
}

// The newest first, so that the others keep their places while they are dropped.
std::vector<size_t> TrafficMeter::outdated() const {
  std::vector<size_t> readings;
  for (size_t i = times_.size(); i-- > 0;) {
    const auto age = times_.back().at - times_[i].at;
    if (age > (times_[i].is_kept_long ? kSomeKept : kAllKept)) readings.push_back(i);
  }
  return readings;
}

template <class Key>
void TrafficMeter::drop(std::map<Key, Series>& all, size_t reading) const {
  for (auto& [key, series] : all) {
    const size_t missing = times_.size() - readings_of(series);  // it came later
    if (reading >= missing) erase(series, reading - missing);
  }
}

observed::Windows<observed::Rate> TrafficMeter::windows(const Series& series) const {
  return {rate(series, seconds(1)), rate(series, seconds(10)), rate(series, seconds(60))};
}

std::optional<observed::Rate> TrafficMeter::rate(const Series& series, SteadyTime::duration window) const {
  const SteadyTime last = times_.back().at;
  const size_t readings = readings_of(series);
  const size_t missing = times_.size() - readings;
  std::optional<size_t> from;
  for (size_t i = 0; i + 1 < readings; ++i) {
    const auto distance = [&](size_t reading) {
      const auto age = last - times_[missing + reading].at;
      return age > window ? age - window : window - age;
    };
    if (!from || distance(i) < distance(*from)) from = i;
  }
  if (!from) return std::nullopt;
  const auto elapsed = last - times_[missing + *from].at;
  if (elapsed < window / 2) return std::nullopt;
  const Totals& now = series.back().totals;
  const Totals& before = reading_of(series, *from);
  const double seconds_between = std::chrono::duration<double>(elapsed).count();
  const auto per_second = [&](size_t what) { return static_cast<double>(now[what] - before[what]) / seconds_between; };
  return observed::Rate{per_second(0), per_second(1), per_second(2), per_second(3), per_second(4)};
}

observed::Windows<observed::Rate> TrafficMeter::of(const model::RealServerKey& real_server) const {
  const auto found = real_servers_.find(real_server);
  return found == real_servers_.end() ? observed::Windows<observed::Rate>{} : windows(found->second);
}

observed::Windows<observed::Rate> TrafficMeter::of(const std::string& virtual_service) const {
  const auto found = virtual_services_.find(virtual_service);
  return found == virtual_services_.end() ? observed::Windows<observed::Rate>{} : windows(found->second);
}

template <class Key>
observed::Windows<double> TrafficMeter::packets_of(const std::map<Key, Series>& all, const Key& key) const {
  const auto found = all.find(key);
  if (found == all.end()) return {};
  const auto packets = [](const std::optional<observed::Rate>& rate) {
    return rate.transform([](const observed::Rate& value) { return value.packets; });
  };
  const auto rates = windows(found->second);
  return {packets(rates.second), packets(rates.ten_seconds), packets(rates.minute)};
}

observed::Windows<double> TrafficMeter::of_reason(const std::string& name) const {
  return packets_of(reasons_, name);
}

observed::Windows<double> TrafficMeter::of_reason(const engines::l4_xdp::L4Engine::ServiceReason& of_service) const {
  return packets_of(service_reasons_, of_service);
}

}  // namespace evenkeel::daemon
