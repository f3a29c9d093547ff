#pragma once
// The daemon as the API sees it, in memory.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "api/control.h"
#include "observed/event_log.h"

namespace evenkeel::api {

class FakeControl final : public Control {
 public:
  explicit FakeControl(const Clock& clock) : clock_(clock), log(clock) {}

  const model::Configuration& configuration() const override { return current; }
  int64_t revision() const override { return static_cast<int64_t>(history.size()); }
  observed::Snapshot snapshot() override { return shown; }

  boost::asio::awaitable<Changed<ChangeResult>> change(ChangeRequest request) override {
    last_change = request;
    if (before_change) std::exchange(before_change, nullptr)();
    // As the durable store does: let others run in between.
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (change_error) co_return std::unexpected(*change_error);
    if (request.expected_revision && *request.expected_revision != revision()) {
      co_return std::unexpected(ChangeRefused{{ErrorCode::kConflict, "another revision is in force", {}, 0}, {}});
    }
    ChangeResult result{config::plan(current, request.configuration), std::nullopt, warnings};
    if (!request.dry_run && !result.plan.empty()) {
      result.revision = commit(request.configuration, request.author, request.comment, request.restores);
    }
    co_return result;
  }

  std::optional<config::Confirmation> confirmation() const override { return waiting; }
  boost::asio::awaitable<Result<config::Confirmation>> confirm(std::string author) override {
    if (!waiting) co_return fail(ErrorCode::kNotFound, "no change waits to be confirmed");
    confirmed_by = std::move(author);
    co_return *std::exchange(waiting, std::nullopt);
  }
  boost::asio::awaitable<Changed<ChangeResult>> revert(std::string author) override {
    if (!waiting) {
      co_return std::unexpected(ChangeRefused{{ErrorCode::kNotFound, "no change waits to be confirmed", {}, 0}, {}});
    }
    ChangeResult result;
    result.revision = commit(current, std::move(author), "", std::exchange(waiting, std::nullopt)->back_to);
    co_return result;
  }
  boost::asio::awaitable<Result<boost::json::object>> backup(std::string passphrase) override {
    co_return boost::json::object{{"sealed_with", passphrase}};
  }
  boost::asio::awaitable<Changed<RestoreResult>> restore(RestoreRequest request) override {
    last_restore = request;
    if (request.passphrase == "wrong wrong") {
      co_return std::unexpected(ChangeRefused{{ErrorCode::kInvalidArgument, "the passphrase is wrong", {}, 0}, {}});
    }
    RestoreResult result;
    result.origin = {"2026-01-31T08:00:00.000Z", "0.1.0", "lb1", 7};
    result.is_own = true;
    result.replaces_users = restores_users;
    result.certificates = {{"new"}, {"other"}, {"old"}};
    result.users.added = {"ann"};
    result.operator_actions = 2;
    if (!request.dry_run) result.change.revision = commit(current, request.author, "restored");
    co_return result;
  }
  std::optional<RestoreRequest> last_restore;
  bool restores_users = true;

  std::optional<config::Confirmation> waiting;
  std::string confirmed_by;

  boost::asio::awaitable<Result<statistics::Series>> statistics(statistics::Query query) override {
    if (query.object == "virtual_service/unknown") co_return fail(ErrorCode::kNotFound, "there is no such object");
    last_statistics = std::move(query);
    co_return past;
  }
  statistics::Query last_statistics;
  statistics::Series past;

  boost::asio::awaitable<Result<>> act(std::vector<model::OperatorAction> wanted) override {
    for (const auto& action : wanted) {
      if (action.key.real_server == "unknown") co_return fail(ErrorCode::kNotFound, "there is no such real server");
    }
    actions = std::move(wanted);
    co_return Result<>();
  }

  Result<int> fail_back(const std::string& virtual_service, const std::string& author) override {
    if (virtual_service == "unknown") return fail(ErrorCode::kNotFound, "there is no such virtual service");
    failed_back = virtual_service + " by " + author;
    return 1;
  }

  Result<std::vector<config::Revision>> revisions(size_t limit) override {
    std::vector<config::Revision> newest;
    for (auto it = history.rbegin(); it != history.rend() && newest.size() < limit; ++it) newest.push_back(it->first);
    return newest;
  }

  Result<model::Configuration> configuration_of(int64_t number) override {
    if (number < 1 || number > revision()) return fail(ErrorCode::kNotFound, "there is no such revision");
    return history[static_cast<size_t>(number) - 1].second;
  }

  // Pages of two rows.
  boost::asio::awaitable<Result<observed::Page<observed::Connection>>> connections(observed::ConnectionFilter filter,
                                                                                   uint64_t position) override {
    last_filter = filter;
    ++pages_read;
    if (table_error && position >= table_fails_at) co_return fail(*table_error);
    observed::Page<observed::Connection> page;
    const size_t end = std::min(table.size(), static_cast<size_t>(position) + 2);
    for (size_t row = position; row < end; ++row) page.rows.push_back(table[row]);
    if (end < table.size()) page.next = end;
    co_return page;
  }

  boost::asio::awaitable<Result<observed::Page<observed::PersistenceEntry>>> persistence(
      observed::ConnectionFilter filter, uint64_t) override {
    last_filter = filter;
    co_return observed::Page<observed::PersistenceEntry>{remembered, std::nullopt};
  }

  ReadPage<observed::Connection> layer7_connections(observed::ConnectionFilter) override {
    return [this](uint64_t) { return once(layer7_table); };
  }
  ReadPage<observed::PersistenceEntry> layer7_persistence(observed::ConnectionFilter) override {
    return [this](uint64_t) { return once(layer7_remembered); };
  }
  template <class Row>
  static boost::asio::awaitable<Result<observed::Page<Row>>> once(std::vector<Row> rows) {
    co_return observed::Page<Row>{std::move(rows), std::nullopt};
  }
  boost::asio::awaitable<Result<observed::ProxyLogPage>> proxy_log(observed::ProxyLogFilter filter, uint64_t after,
                                                                   size_t limit) override {
    last_log_filter = filter;
    observed::ProxyLogPage page{{}, log_lines.empty() ? 0 : log_lines.back().id};
    for (const auto& line : log_lines) {
      if (line.id > after && page.entries.size() < limit) page.entries.push_back(line);
    }
    co_return page;
  }
  std::vector<observed::Connection> layer7_table;
  std::vector<observed::PersistenceEntry> layer7_remembered;
  std::vector<observed::ProxyLogEntry> log_lines;
  observed::ProxyLogFilter last_log_filter;

  boost::asio::awaitable<Result<uint64_t>> clear_persistence(observed::ConnectionFilter filter,
                                                             std::string author) override {
    if (filter.virtual_service == "unknown") co_return fail(ErrorCode::kNotFound, "there is no such virtual service");
    last_filter = filter;
    cleared_by = std::move(author);
    co_return 3;
  }

  boost::asio::awaitable<Result<std::vector<observed::SourcePorts>>> source_ports() override { co_return ports; }

  boost::asio::awaitable<std::map<IpAddress, std::string>> host_names(std::vector<IpAddress> addresses,
                                                                      std::chrono::milliseconds within) override {
    names_asked += addresses.size();
    std::map<IpAddress, std::string> found;
    if (within.count() == 0) co_return found;
    for (const auto& address : addresses) {
      if (names.contains(address)) found.insert(*names.find(address));
    }
    co_return found;
  }

  Result<observed::Explanation> explain(const observed::ExplainQuery& query) override {
    last_query = query;
    if (query.virtual_service == "unknown") return fail(ErrorCode::kNotFound, "there is no such virtual service");
    return observed::Explanation{"scheduler", "PS2 has the fewest connections", query.virtual_service, "PS2"};
  }

  boost::asio::awaitable<Result<std::vector<observed::ArpDiagnosis>>> diagnose_arp(
      std::optional<IpAddress> virtual_address) override {
    if (virtual_address && diagnosis.address != *virtual_address) {
      co_return fail(ErrorCode::kNotFound, "there is no such virtual address");
    }
    co_return std::vector{diagnosis};
  }

  observed::ArpDiagnosis diagnosis;

  boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> test_alerts(std::string author) override {
    if (alerts.empty()) co_return fail(ErrorCode::kNotFound, "nobody gets alerts");
    alerts_tested_by = std::move(author);
    co_return alerts;
  }

  std::vector<observed::AlertStatus> alerts;
  std::string alerts_tested_by;

  std::vector<observed::NamedLog> logs() const override { return {{"evenkeeld", "evenkeeld itself", &own_log}}; }
  observed::ProgramLog own_log;

  std::vector<observed::EngineStatus> engines() override { return engine_statuses; }
  boost::asio::awaitable<Result<std::string>> engine_configuration(std::string name) override {
    if (name != "haproxy") co_return fail(ErrorCode::kNotFound, "there is no engine " + name);
    co_return std::string("global\n    user haproxy\n");
  }
  boost::asio::awaitable<Result<observed::EngineRestart>> restart_engine(std::string name,
                                                                         std::string author) override {
    if (name != "haproxy") co_return fail(ErrorCode::kConflict, name + " is not running, and has nothing to do");
    co_return observed::EngineRestart{.engine = engine_statuses.front(),
                                      .sentence = "haproxy was reloaded by " + author};
  }
  std::vector<observed::EngineStatus> engine_statuses;

  observed::WebStatus web() override { return web_status; }
  boost::asio::awaitable<Changed<observed::WebStatus>> replace_web_certificate(std::string certificate, std::string key,
                                                                               std::string author) override {
    if (certificate != "CERTIFICATE" || key != "KEY") {
      co_return std::unexpected(ChangeRefused{{ErrorCode::kInvalidArgument, "the key: it is none", {}, 0},
                                              {{"$.key", "it is none", "give one"}}});
    }
    web_status.reason = "replaced by " + author;
    co_return web_status;
  }
  boost::asio::awaitable<Changed<observed::WebStatus>> use_web_certificate(std::string label, std::string) override {
    if (label != "www") {
      co_return std::unexpected(
          ChangeRefused{{ErrorCode::kInvalidArgument, "there is none", {}, 0}, {{"$.stored", "there is none", ""}}});
    }
    web_status.certificate.emplace().stored = label;
    co_return web_status;
  }

  observed::WebStatus web_status;

  Result<observed::RealServerHealth> health(const model::RealServerKey& key) override {
    if (key.real_server == "unknown") return fail(ErrorCode::kNotFound, "there is no such real server");
    observed::RealServerHealth health;
    health.virtual_service = key.virtual_service;
    health.real_server.configuration.label = key.real_server;
    health.real_server.state = observed::RealServerState::kDown;
    health.sentence = "it is down: GET /?Authorization=sesame";
    observed::ProbeEvidence evidence;
    evidence.rule = "allowed_status";
    evidence.first_byte = std::chrono::microseconds(2900);
    health.probes = {{"http on port 80", clock_.wall_now(), std::chrono::microseconds(3100), "failure", evidence},
                     {"http on port 80", clock_.wall_now(), std::chrono::microseconds(200), "success", std::nullopt}};
    return health;
  }

  boost::asio::awaitable<Result<observed::TestResult>> test(const model::Configuration& wanted,
                                                            model::RealServerKey key) override {
    if (key.real_server == "unknown") co_return fail(ErrorCode::kNotFound, "there is no such real server");
    const bool is_layer7 = !wanted.layer7_services.empty() && wanted.layer7_services[0].label == key.virtual_service;
    tested = is_layer7 ? wanted.layer7_services[0].health_check : wanted.virtual_services.at(0).health_check;
    observed::ProbeEvidence evidence;
    evidence.rule = "allowed_status";
    evidence.connected = std::chrono::microseconds(300);
    co_return observed::TestResult{
        .virtual_service = key.virtual_service,
        .real_server = key.real_server,
        .probe = {"http on port 80", clock_.wall_now(), std::chrono::microseconds(3100), "failure", evidence},
        .look_at = "see its log",
        .repeat_with = "curl -H 'Authorization: ****' http://10.0.0.1/"};
  }

  std::vector<observed::Certificate> certificates() override { return known_certificates; }

  boost::asio::awaitable<Result<CertificateResult>> change_certificate(CertificateChange change) override {
    if (change.label == "taken") co_return fail(ErrorCode::kConflict, "there is one already");
    last_certificate = std::move(change);
    CertificateResult result;
    result.certificate.label = last_certificate->label;
    result.layer7 = "commands";
    co_return result;
  }

  Result<> renew_certificate(const std::string& label, const std::string& author) override {
    if (label == "gone") return fail(ErrorCode::kNotFound, "there is no certificate gone");
    renewed_certificate = label + " by " + author;
    return {};
  }

  boost::asio::awaitable<Result<>> remove_certificate(std::string label, std::string author) override {
    if (label == "used") co_return fail(ErrorCode::kConflict, "Web uses it");
    removed_certificate = label + " by " + author;
    co_return Result<>();
  }

  std::vector<observed::Certificate> known_certificates;
  std::optional<CertificateChange> last_certificate;
  std::string renewed_certificate;
  std::string removed_certificate;

  std::shared_ptr<void> subscribe(std::optional<uint64_t> after,
                                  std::function<void(const observed::Event&)> listener) override {
    return log.subscribe(after, std::move(listener));
  }

  config::Revision commit(model::Configuration configuration, std::string author, std::string comment,
                          std::optional<int64_t> restores = std::nullopt) {
    current = std::move(configuration);
    history.emplace_back(
        config::Revision{revision() + 1, clock_.wall_now(), std::move(author), std::move(comment), restores, {}},
        current);
    return history.back().first;
  }

 private:
  const Clock& clock_;

 public:
  model::Configuration current;
  std::vector<std::pair<config::Revision, model::Configuration>> history;
  observed::Snapshot shown;
  observed::EventLog log;
  std::vector<observed::Connection> table;
  std::optional<Error> table_error;  // of all pages from this position on
  uint64_t table_fails_at = 0;
  size_t pages_read = 0;
  std::vector<observed::PersistenceEntry> remembered;
  std::string cleared_by;
  std::vector<observed::SourcePorts> ports;
  std::map<IpAddress, std::string> names;
  size_t names_asked = 0;
  std::optional<model::HealthCheck> tested;
  std::vector<std::string> warnings;
  std::optional<ChangeRefused> change_error;
  std::function<void()> before_change;  // once: what somebody else does meanwhile

  std::optional<ChangeRequest> last_change;
  std::vector<model::OperatorAction> actions;
  std::string failed_back;  // "label by author"
  std::optional<observed::ConnectionFilter> last_filter;
  std::optional<observed::ExplainQuery> last_query;
};

}  // namespace evenkeel::api
