// Why packets were not simply forwarded: of the whole machine, with whose they were, or of one virtual service.

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "api/handlers.h"
#include "api/reply.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

using observed::Reason;
using observed::ReasonCount;
using observed::Snapshot;
using observed::VirtualService;

constexpr size_t kServicesShown = 100;  // of each reason

struct Share {
  std::string_view virtual_service;
  const ReasonCount* count = nullptr;
};
using Shares = std::map<std::string_view, std::vector<Share>>;  // by name of the reason

Shares shares_of(const std::vector<VirtualService>& services) {
  Shares shares;
  for (const VirtualService& service : services) {
    for (const ReasonCount& count : service.reasons)
      shares[count.name].push_back({service.configuration.label, &count});
  }
  return shares;
}

json::object report_of(const Reason& reason) {
  json::object row = observed::to_json(reason);
  row["remedy"] = reason.remedy;
  row["rates"] = observed::to_json(reason.rates);
  return row;
}

// Those with the most packets come first, and the list ends somewhere.
json::array list_of(std::vector<Share>& shares) {
  std::ranges::sort(shares, {},
                    [](const Share& share) { return std::pair(~share.count->packets, share.virtual_service); });
  json::array rows;
  for (const Share& share : shares) {
    if (rows.size() == kServicesShown) break;
    rows.push_back(json::object{{"label", share.virtual_service},
                                {"packets", share.count->packets},
                                {"rates", observed::to_json(share.count->rates)}});
  }
  return rows;
}

json::array reasons_of_all(const Snapshot& snapshot, bool all) {
  Shares shares = shares_of(snapshot.virtual_services);
  json::array rows;
  for (const Reason& reason : snapshot.reasons) {
    if (!all && reason.packets == 0) continue;
    std::vector<Share>& services = shares[reason.name];
    json::object row = report_of(reason);
    row["virtual_service_count"] = services.size();
    row["virtual_services"] = list_of(services);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array reasons_of_one(const Snapshot& snapshot, const std::vector<ReasonCount>& counts, bool all) {
  json::array rows;
  for (Reason reason : snapshot.reasons) {
    const auto count = std::ranges::find(counts, reason.name, &ReasonCount::name);
    reason.packets = count == counts.end() ? 0 : count->packets;
    reason.rates = count == counts.end() ? observed::Windows<double>{} : count->rates;
    if (all || reason.packets != 0) rows.push_back(report_of(reason));
  }
  return rows;
}

}  // namespace

Answer get_reasons(Call& call) {
  const auto all = call.query.boolean("all");
  if (!all) co_return refuse(all.error());
  const std::string* const label = call.query.find("virtual_service");
  const Snapshot snapshot = call.context.control.snapshot();
  if (label == nullptr)
    co_return reply(json::object{{"at", to_iso8601(snapshot.at)}, {"reasons", reasons_of_all(snapshot, *all)}});
  const auto& services = snapshot.virtual_services;
  const auto service =
      std::ranges::find(services, *label, [](const VirtualService& one) { return one.configuration.label; });
  if (service == services.end()) {
    co_return refuse(
        Error{ErrorCode::kNotFound, "there is no such virtual service of layer 4", "virtual_service/" + *label, 0});
  }
  co_return reply(
      json::object{{"at", to_iso8601(snapshot.at)}, {"reasons", reasons_of_one(snapshot, service->reasons, *all)}});
}

}  // namespace evenkeel::api
