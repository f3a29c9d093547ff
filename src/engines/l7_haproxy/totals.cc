#include "engines/l7_haproxy/totals.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using observed::Layer7Report;
using observed::Layer7Traffic;

void add_counts(const Layer7Traffic& from, Layer7Traffic& to) {
  to.total += from.total;
  to.bytes_in += from.bytes_in;
  to.bytes_out += from.bytes_out;
  to.connect_errors += from.connect_errors;
  to.server_errors += from.server_errors;
  for (size_t i = 0; i < to.answers.size(); ++i) to.answers.at(i) += from.answers.at(i);
}

void add_present(const Layer7Traffic& from, Layer7Traffic& to) {
  to.connections += from.connections;
  to.queued += from.queued;
}

// Calls `add` for all that both have.
template <class Add>
void add_report(const Layer7Report& from, Layer7Report& to, Add add) {
  const auto add_all = [&](const auto& ours, auto& theirs) {
    for (auto& [key, traffic] : theirs) {
      if (const auto found = ours.find(key); found != ours.end()) add(found->second, traffic);
    }
  };
  add_all(from.virtual_services, to.virtual_services);
  add_all(from.real_servers, to.real_servers);
}

// Enters what is not there yet, so that it is counted.
void keep(const Layer7Report& from, Layer7Report& to) {
  for (const auto& [key, traffic] : from.virtual_services) to.virtual_services.try_emplace(key);
  for (const auto& [key, traffic] : from.real_servers) to.real_servers.try_emplace(key);
  add_report(from, to, add_counts);
}

}  // namespace

Layer7Report Totals::add(const std::map<pid_t, Layer7Report>& seen, pid_t serving) {
  for (const auto& [pid, report] : known_) {
    if (!seen.contains(pid)) keep(report, ended_);
  }
  known_ = seen;
  const auto found = seen.find(serving);
  if (found == seen.end()) return {};
  Layer7Report all = found->second;
  std::erase_if(ended_.virtual_services, [&](const auto& one) { return !all.virtual_services.contains(one.first); });
  std::erase_if(ended_.real_servers, [&](const auto& one) { return !all.real_servers.contains(one.first); });
  add_report(ended_, all, add_counts);
  for (const auto& [pid, report] : seen) {
    if (pid == serving) continue;
    add_report(report, all, add_counts);
    add_report(report, all, add_present);
  }
  return all;
}

}  // namespace evenkeel::engines::l7_haproxy
