#include "reconcile/reconciler.h"

#include <algorithm>

namespace evenkeel::reconcile {

using engines::ApplyReport;
using engines::ObjectStatus;

std::chrono::seconds Backoff::next() {
  constexpr int kLargestShift = 6;
  constexpr std::chrono::seconds kLongest{60};
  const int shift = std::min(failures_++, kLargestShift);
  return std::min(std::chrono::seconds{1 << shift}, kLongest);
}

std::vector<ObjectStatus> Reconciler::check(const desired::State& want) const {
  auto problems = engines_.network.check(want.network);
  std::ranges::copy(engines_.layer4.check(want.layer4), std::back_inserter(problems));
  std::ranges::copy(engines_.layer7.check(want.layer7), std::back_inserter(problems));
  return problems;
}

// The data plane learns of a service before its address is announced, so that the first client already finds it.
std::vector<StatusChange> Reconciler::apply(desired::State want) {
  const bool layer4_differs = !applied_ || applied_->layer4 != want.layer4;
  const bool layer7_differs = !applied_ || applied_->layer7 != want.layer7;
  const bool network_differs = !applied_ || applied_->network != want.network;
  const bool pages_differ = !applied_ || applied_->fallback_pages != want.fallback_pages;
  applied_ = std::move(want);
  if (layer4_differs) apply_layer4();
  if (layer7_differs) apply_layer7();
  if (network_differs) apply_network();
  // They are bound to virtual addresses.
  if (pages_differ || network_differs) apply_fallback_pages();
  return settle();
}

std::vector<StatusChange> Reconciler::apply_services(std::vector<desired::VirtualService> changed) {
  bool differs = false;
  for (auto& service : changed) {
    for (auto& known : applied_->layer4.virtual_services) {
      if (known.label != service.label || known == service) continue;
      known = std::move(service);
      differs = true;
      break;
    }
  }
  if (!differs) return {};
  apply_layer4();
  return settle();
}

std::vector<StatusChange> Reconciler::apply_layer7(desired::Layer7 want) {
  if (applied_->layer7 == want) return {};
  applied_->layer7 = std::move(want);
  apply_layer7();
  return settle();
}

std::vector<StatusChange> Reconciler::note_layer7(const Result<ApplyReport>& report) {
  return note_later(Part::kLayer7, report, "engine/l7_haproxy");
}

std::vector<StatusChange> Reconciler::note_fallback_pages(const Result<ApplyReport>& report) {
  return note_later(Part::kFallbackPages, report, "engine/web_nginx/fallback");
}

// The same news again is no second failure.
std::vector<StatusChange> Reconciler::note_later(Part part, const Result<ApplyReport>& report,
                                                 const std::string& engine_name) {
  const auto before = parts_[part];
  note(part, report, engine_name);
  return parts_[part] == before ? std::vector<StatusChange>{} : settle();
}

void Reconciler::apply_fallback_pages() {
  note(Part::kFallbackPages, engines_.fallback_pages.apply(applied_->fallback_pages), "engine/web_nginx/fallback");
}

void Reconciler::apply_layer7() {
  note(Part::kLayer7, engines_.layer7.apply(applied_->layer7), "engine/l7_haproxy");
}

void Reconciler::apply_layer4() {
  note(Part::kLayer4, engines_.layer4.apply(applied_->layer4), "engine/l4_xdp");
}

void Reconciler::apply_network() {
  note(Part::kNetwork, engines_.network.apply(applied_->network), "engine/network");
  note(Part::kAttachment, engines_.attach(), "engine/l4_xdp");
}

std::vector<StatusChange> Reconciler::apply_again() {
  if (!applied_) return {};
  apply_layer4();
  apply_layer7();
  apply_network();
  apply_fallback_pages();
  return settle();
}

void Reconciler::note(Part part, const Result<ApplyReport>& report, const std::string& engine_name) {
  if (report) {
    parts_[part] = report->statuses;
  } else {
    parts_[part] = {{engine_name, ObjectStatus::State::kFailed, to_string(report.error())}};
  }
}

std::vector<StatusChange> Reconciler::settle() {
  std::map<std::string, ObjectStatus> now;
  for (const auto& [part, statuses] : parts_) {
    for (const auto& status : statuses) {
      if (status.state != ObjectStatus::State::kApplied) now.insert_or_assign(status.object, status);
    }
  }
  const auto failed = [](const ObjectStatus& status) { return status.state == ObjectStatus::State::kFailed; };
  std::vector<StatusChange> changes;
  for (const auto& [object, status] : now) {
    const auto before = statuses_.find(object);
    if (before == statuses_.end() || before->second != status) changes.push_back({status, false});
  }
  for (const auto& [object, status] : statuses_) {
    const auto after = now.find(object);
    if (failed(status) && (after == now.end() || !failed(after->second))) changes.push_back({status, true});
  }
  statuses_ = std::move(now);
  const bool any_failed = std::ranges::any_of(statuses_, [&](const auto& entry) { return failed(entry.second); });
  if (any_failed) {
    retry_at_ = clock_.steady_now() + backoff_.next();
  } else {
    retry_at_.reset();
    backoff_.reset();
  }
  return changes;
}

}  // namespace evenkeel::reconcile
