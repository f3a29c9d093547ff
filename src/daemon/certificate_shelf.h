#pragma once
// The certificates that there are, as the control loop knows them: what the store has, read, and what else is known of
// them. No file, no network, no clock.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "certificates/ocsp.h"
#include "config/stored_certificates.h"
#include "desired/layer7.h"
#include "model/configuration.h"
#include "model/problem.h"
#include "observed/certificate.h"

namespace evenkeel::daemon {

class CertificateShelf {
 public:
  // `thumbprint`: of our ACME account; empty: there is none, and nothing is issued by HTTP-01.
  explicit CertificateShelf(std::string thumbprint = {}) : thumbprint_(std::move(thumbprint)) {}

  // What cannot be read any more is left out, and said.
  std::vector<Error> load(std::vector<config::StoredCertificate> stored, WallTime now);

  // The web interface's part, which stands in no configuration.
  struct Web {
    std::string certificate;    // label of the one that it uses; empty: none of these
    bool answers_acme = false;  // HTTP-01, on a port 80 of its own
  };
  void note_web(Web web) { web_ = std::move(web); }

  const config::StoredCertificate* find(const std::string& label) const;
  Result<> put(config::StoredCertificate certificate);
  void remove(const std::string& label);

  void note_stapling(const std::string& label, const certificates::OcspAnswer& answer);
  void note_stapling_error(const std::string& label, std::string error);

  // For the engine.
  const desired::Certificates& certificates() const { return certificates_; }
  // Each with who uses it in this configuration, by label.
  std::vector<observed::Certificate> observe(const model::Configuration& configuration, WallTime now) const;

  // Whatever the configuration names is there, and of the kind that it must be.
  std::vector<model::Problem> problems_of(const model::Configuration& configuration) const;
  // Why a web interface that is told to use it cannot; none: it can.
  std::optional<model::Problem> problem_for_web(const std::string& label) const;
  // Who uses it, as people read it: labels of virtual services, "the web interface".
  std::vector<std::string> users_in_words(const model::Configuration& configuration, const std::string& label) const;

  struct Question {
    std::string label, fingerprint, chain, responder;
    std::optional<WallTime> this_update, next_update;  // of the answer that is known
  };
  // Those that are to be stapled.
  std::vector<Question> questions(const model::Configuration& configuration) const;

  // What is to be issued by ACME, now or some day.
  struct Order {
    std::string label;
    certificates::AcmeRecord record;
    bool is_issued = false;  // false: what is there is the one that we have signed to stand in for it
    WallTime not_before, not_after;
    // HTTP-01 is answered by HAProxy where a virtual service has the certificate, or port 80; and by the web interface
    // where that has port 80.
    bool can_be_shown = false;
    bool operator==(const Order&) const = default;
  };
  std::vector<Order> orders(const model::Configuration& configuration) const;

  struct Deadline {
    std::string label, fingerprint;
    WallTime not_after;
    int days_left;
  };
  // Those that are used, by the web interface too.
  std::vector<Deadline> deadlines(const model::Configuration& configuration, WallTime now) const;

 private:
  struct Entry {
    config::StoredCertificate stored;
    std::optional<certificates::Description> description;
    observed::Stapling stapling;
  };
  const Entry* entry(const std::string& label) const;
  std::optional<model::Problem> problem_of(const std::string& label, const std::string& path) const;
  std::optional<model::Problem> problem_of_server(const std::string& label, const std::string& path) const;
  std::optional<model::Problem> problem_of_authority(const std::string& label, const std::string& path) const;

  std::string thumbprint_;
  Web web_;
  std::map<std::string, Entry> entries_;
  desired::Certificates certificates_;
};

// The labels of the virtual services that use it.
std::vector<std::string> users_of(const model::Configuration& configuration, const std::string& label);

}  // namespace evenkeel::daemon
