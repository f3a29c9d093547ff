#include "daemon/certificate_shelf.h"

#include <fmt/format.h>

#include <algorithm>

namespace evenkeel::daemon {
namespace {

using model::Layer7Service;
using model::Problem;

bool shows(const Layer7Service& service, const std::string& label) {
  return std::ranges::find(service.tls.certificates, label) != service.tls.certificates.end();
}

bool verifies_with(const Layer7Service& service, const std::string& label) {
  return service.tls.client_authority == label || service.server_tls.authority == label;
}

bool is_shown_by_http(const config::StoredCertificate& certificate) {
  return certificate.acme && certificate.acme->challenge == certificates::Challenge::kHttp01;
}

bool answers_on_the_web(const model::Configuration& configuration) {
  constexpr uint16_t kHttp = 80;
  return std::ranges::any_of(configuration.layer7_services, [](const Layer7Service& service) {
    return service.mode == model::Layer7Mode::kHttp && !service.tls.is_on() && service.ports.contains(kHttp);
  });
}

bool wants_stapling(const model::Configuration& configuration, const std::string& label) {
  return std::ranges::any_of(configuration.layer7_services, [&](const Layer7Service& service) {
    return service.tls.ocsp_stapling && shows(service, label);
  });
}

}  // namespace

std::vector<std::string> users_of(const model::Configuration& configuration, const std::string& label) {
  std::vector<std::string> users;
  for (const auto& service : configuration.layer7_services) {
    if (shows(service, label) || verifies_with(service, label)) users.push_back(service.label);
  }
  return users;
}

std::vector<std::string> CertificateShelf::users_in_words(const model::Configuration& configuration,
                                                          const std::string& label) const {
  auto users = users_of(configuration, label);
  if (label == web_.certificate) users.emplace_back("the web interface");
  return users;
}

std::vector<Error> CertificateShelf::load(std::vector<config::StoredCertificate> stored, WallTime now) {
  std::vector<Error> errors;
  for (auto& one : stored) {
    const auto label = one.label;
    const auto response = one.ocsp;
    const auto chain = one.chain;
    one.ocsp.clear();
    if (auto put_there = put(std::move(one)); !put_there) {
      put_there.error().object = "certificate/" + label;
      errors.push_back(put_there.error());
      continue;
    }
    // One that is too old by now is of no use.
    if (response.empty()) continue;
    if (const auto answer = certificates::read_ocsp_response(response, chain, now)) note_stapling(label, *answer);
  }
  return errors;
}

const CertificateShelf::Entry* CertificateShelf::entry(const std::string& label) const {
  const auto found = entries_.find(label);
  return found == entries_.end() ? nullptr : &found->second;
}

const config::StoredCertificate* CertificateShelf::find(const std::string& label) const {
  const auto* const found = entry(label);
  return found == nullptr ? nullptr : &found->stored;
}

Result<> CertificateShelf::put(config::StoredCertificate certificate) {
  Entry entry{.stored = std::move(certificate), .description = {}, .stapling = {}};
  const std::string label = entry.stored.label;
  certificates_.erase(label);
  if (!entry.stored.chain.empty()) {
    auto description = certificates::describe(entry.stored.chain);
    if (!description) return fail(description.error());
    entry.description = std::move(*description);
    certificates_[label] = {.chain = entry.stored.chain,
                            .key = entry.stored.key,
                            .ocsp = {},
                            .can_be_stapled = certificates::can_be_stapled(*entry.description),
                            .thumbprint = is_shown_by_http(entry.stored) ? thumbprint_ : ""};
  }
  entries_.insert_or_assign(label, std::move(entry));
  return {};
}

void CertificateShelf::remove(const std::string& label) {
  entries_.erase(label);
  certificates_.erase(label);
}

void CertificateShelf::note_stapling(const std::string& label, const certificates::OcspAnswer& answer) {
  const auto found = entries_.find(label);
  if (found == entries_.end()) return;
  found->second.stored.ocsp = answer.der;
  found->second.stapling = {answer.this_update, answer.next_update, answer.objection};
  certificates_[label].ocsp = answer.der;
}

void CertificateShelf::note_stapling_error(const std::string& label, std::string error) {
  const auto found = entries_.find(label);
  if (found != entries_.end()) found->second.stapling.error = std::move(error);
}

std::vector<observed::Certificate> CertificateShelf::observe(const model::Configuration& configuration,
                                                             WallTime now) const {
  std::vector<observed::Certificate> result;
  for (const auto& [label, entry] : entries_) {
    observed::Certificate one{.label = label,
                              .origin = entry.stored.origin,
                              .description = entry.description,
                              .has_key = !entry.stored.key.empty(),
                              .request = entry.stored.request,
                              .chain = entry.stored.chain,
                              .used_by = users_of(configuration, label),
                              .is_used_by_web = label == web_.certificate,
                              .warnings = {},
                              .days_left = 0,
                              .stapling = {},
                              .acme = {}};
    if (entry.stored.acme) one.acme.emplace(*entry.stored.acme);
    if (entry.description) {
      one.warnings = certificates::warnings_about(*entry.description, now);
      one.days_left = certificates::days_left(*entry.description, now);
      if (wants_stapling(configuration, label)) {
        one.stapling = entry.stapling;
        if (!certificates::can_be_stapled(*entry.description)) {
          one.stapling->error = entry.description->ocsp_responder.empty()
                                    ? "the certificate names no OCSP responder: nothing is stapled"
                                    : "the issuer is not in the chain: nothing can be stapled";
        }
      }
    }
    result.push_back(std::move(one));
  }
  return result;
}

// Whatever it is for.
std::optional<Problem> CertificateShelf::problem_of(const std::string& label, const std::string& path) const {
  const auto* const found = entry(label);
  if (found == nullptr) {
    return Problem{path, fmt::format("there is no certificate {}", label), "see `evenkeel certificate list`"};
  }
  if (found->description) return std::nullopt;
  return Problem{path, fmt::format("{} is a request that no authority has signed yet", label),
                 "add the signed certificate with `evenkeel certificate add`"};
}

std::optional<Problem> CertificateShelf::problem_of_server(const std::string& label, const std::string& path) const {
  if (auto problem = problem_of(label, path)) return problem;
  if (!entry(label)->stored.key.empty()) return std::nullopt;
  return Problem{path, fmt::format("{} has no private key: it can only verify others", label),
                 "add a certificate with its key"};
}

std::optional<Problem> CertificateShelf::problem_of_authority(const std::string& label, const std::string& path) const {
  if (auto problem = problem_of(label, path)) return problem;
  const auto& description = *entry(label)->description;
  if (description.is_authority || description.is_self_signed) return std::nullopt;
  return Problem{path, fmt::format("{} is no authority's certificate", label), "add the authority's own certificate"};
}

std::optional<Problem> CertificateShelf::problem_for_web(const std::string& label) const {
  constexpr const char* kPath = "$.stored";
  if (auto problem = problem_of_server(label, kPath)) return problem;
  const auto* const found = entry(label);
  if (!found->stored.acme || !found->description->is_self_signed) return std::nullopt;
  return Problem{
      kPath, fmt::format("{} is not issued yet: one that evenkeeld has signed itself stands in for it", label),
      fmt::format("wait until it is issued; `evenkeel certificate show {}` says what that waits for", label)};
}

std::vector<Problem> CertificateShelf::problems_of(const model::Configuration& configuration) const {
  std::vector<Problem> problems;
  const auto note = [&](std::optional<Problem> problem) {
    if (problem) problems.push_back(std::move(*problem));
  };
  for (size_t i = 0; i < configuration.layer7_services.size(); ++i) {
    const auto& service = configuration.layer7_services[i];
    const auto path = fmt::format("$.layer7_services[{}]", i);
    for (size_t j = 0; j < service.tls.certificates.size(); ++j) {
      note(problem_of_server(service.tls.certificates[j], fmt::format("{}.tls.certificates[{}]", path, j)));
    }
    const auto& client_authority = service.tls.client_authority;
    const auto& server_authority = service.server_tls.authority;
    if (!client_authority.empty()) note(problem_of_authority(client_authority, path + ".tls.client_authority"));
    if (!server_authority.empty()) note(problem_of_authority(server_authority, path + ".server_tls.authority"));
  }
  return problems;
}

std::vector<CertificateShelf::Question> CertificateShelf::questions(const model::Configuration& configuration) const {
  std::vector<Question> result;
  for (const auto& [label, entry] : entries_) {
    if (!entry.description || !certificates::can_be_stapled(*entry.description)) continue;
    if (!wants_stapling(configuration, label)) continue;
    result.push_back({label, entry.description->fingerprint, entry.stored.chain, entry.description->ocsp_responder,
                      entry.stapling.this_update, entry.stapling.next_update});
  }
  return result;
}

std::vector<CertificateShelf::Order> CertificateShelf::orders(const model::Configuration& configuration) const {
  const bool answers_http = web_.answers_acme || answers_on_the_web(configuration);
  std::vector<Order> result;
  for (const auto& [label, entry] : entries_) {
    if (!entry.stored.acme || !entry.description) continue;
    const bool is_shown = !is_shown_by_http(entry.stored) || answers_http || !users_of(configuration, label).empty();
    result.push_back({label, *entry.stored.acme, !entry.description->is_self_signed, entry.description->not_before,
                      entry.description->not_after, is_shown});
  }
  return result;
}

std::vector<CertificateShelf::Deadline> CertificateShelf::deadlines(const model::Configuration& configuration,
                                                                    WallTime now) const {
  std::vector<Deadline> result;
  for (const auto& [label, entry] : entries_) {
    if (!entry.description || users_in_words(configuration, label).empty()) continue;
    result.push_back({label, entry.description->fingerprint, entry.description->not_after,
                      certificates::days_left(*entry.description, now)});
  }
  return result;
}

}  // namespace evenkeel::daemon
