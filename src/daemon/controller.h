#pragma once
// The control loop's centre: holds what is configured, what health says and what the operator said, computes the
// desired state and has it reconciled; answers the API. Everything runs on one io_context's thread except what blocks,
// which goes to the worker.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "access/accounts.h"
#include "acme/uacme.h"
#include "api/control.h"
#include "backup/content.h"
#include "daemon/acme_watch.h"
#include "daemon/alert_sender.h"
#include "daemon/arp_doctor.h"
#include "daemon/certificate_shelf.h"
#include "daemon/connection_table_alarm.h"
#include "daemon/drain_deadline.h"
#include "daemon/expiry_alarm.h"
#include "daemon/host_names.h"
#include "daemon/layer4.h"
#include "daemon/ocsp_watch.h"
#include "daemon/path_watch.h"
#include "daemon/slow_start.h"
#include "daemon/source_port_alarm.h"
#include "daemon/source_port_exhaustion.h"
#include "daemon/statistics_keeper.h"
#include "daemon/syn_flood_alarm.h"
#include "daemon/traffic_meter.h"
#include "daemon/verdict_file.h"
#include "daemon/web_front.h"
#include "desired/compute.h"
#include "engines/l7_haproxy/engine.h"
#include "engines/network/engine.h"
#include "engines/web_nginx/fallback.h"
#include "health/feedback_monitor.h"
#include "health/monitor.h"
#include "health/out_of_turn.h"
#include "observed/event_log.h"
#include "reconcile/reconciler.h"

namespace evenkeel::daemon {

class Controller final : public api::Control {
 public:
  struct Parts {
    boost::asio::io_context& io;
    boost::asio::thread_pool& worker;  // one thread: what it is given runs in order
    const Clock& clock;
    config::Store* reader;  // null: the store is damaged, changes are refused
    config::Store* writer;  // the same file, used by the worker only
    Layer4& layer4;
    engines::l7_haproxy::HaproxyEngine& layer7;
    engines::web_nginx::FallbackEngine& fallback_pages;
    engines::network::NetworkEngine& network;
    const observed::ProgramLog& own_log;
    const observed::ProgramLog& nginx_log;
    observed::EventLog& events;
    AlertSender& alerts;
    HostNames& host_names;
    WebFront& web;
    StatisticsKeeper& statistics;
    access::Accounts* accounts;  // null: their store cannot be read
    std::string identity_path;   // of the key that signs backups
    VerdictFile verdicts;
    health::Scripts scripts;
    acme::Tools acme;
    std::string acme_thumbprint;            // of our account; empty: there is none
    std::vector<observed::Notice> notices;  // of the start-up
  };
  // What is known when the daemon starts.
  struct Start {
    model::Configuration configuration;
    int64_t revision = 0;
    std::vector<model::OperatorAction> operator_actions;
    std::vector<config::StoredCertificate> certificates;
    std::optional<config::Confirmation> confirmation = {};  // that still waits
    std::optional<config::Confirmation> expired = {};       // that nobody gave in time: the revision before is back
  };

  Controller(Parts parts, Start start);
  ~Controller() override;

  void start();
  void stop();  // ends probes and timers; the data plane goes on

  // From the network engine.
  void on_next_hop(const engines::NextHop& next_hop);
  void on_topology();

  // api::Control
  const model::Configuration& configuration() const override { return configuration_; }
  int64_t revision() const override { return revision_; }
  observed::Snapshot snapshot() override;
  boost::asio::awaitable<api::Changed<api::ChangeResult>> change(api::ChangeRequest request) override;
  std::optional<config::Confirmation> confirmation() const override { return confirmation_; }  // confirmation.cc
  boost::asio::awaitable<Result<config::Confirmation>> confirm(std::string author) override;
  boost::asio::awaitable<api::Changed<api::ChangeResult>> revert(std::string author) override;
  boost::asio::awaitable<Result<>> act(std::vector<model::OperatorAction> actions) override;
  Result<int> fail_back(const std::string& virtual_service, const std::string& author) override;
  Result<std::vector<config::Revision>> revisions(size_t limit) override;
  Result<model::Configuration> configuration_of(int64_t revision) override;
  boost::asio::awaitable<Result<observed::Page<observed::Connection>>> connections(observed::ConnectionFilter filter,
                                                                                   uint64_t position) override;
  boost::asio::awaitable<Result<observed::Page<observed::PersistenceEntry>>> persistence(
      observed::ConnectionFilter filter, uint64_t position) override;
  api::ReadPage<observed::Connection> layer7_connections(observed::ConnectionFilter filter) override;
  api::ReadPage<observed::PersistenceEntry> layer7_persistence(observed::ConnectionFilter filter) override;
  boost::asio::awaitable<Result<observed::ProxyLogPage>> proxy_log(observed::ProxyLogFilter filter, uint64_t after,
                                                                   size_t limit) override;
  boost::asio::awaitable<Result<uint64_t>> clear_persistence(observed::ConnectionFilter filter,
                                                             std::string author) override;
  boost::asio::awaitable<Result<std::vector<observed::SourcePorts>>> source_ports() override;
  boost::asio::awaitable<std::map<IpAddress, std::string>> host_names(std::vector<IpAddress> addresses,
                                                                      std::chrono::milliseconds within) override;
  Result<observed::Explanation> explain(const observed::ExplainQuery& query) override;
  boost::asio::awaitable<Result<std::vector<observed::ArpDiagnosis>>> diagnose_arp(
      std::optional<IpAddress> virtual_address) override;
  boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> test_alerts(std::string author) override;
  observed::WebStatus web() override { return parts_.web.status(); }  // web_certificate_use.cc
  boost::asio::awaitable<api::Changed<observed::WebStatus>> replace_web_certificate(std::string certificate,
                                                                                    std::string key,
                                                                                    std::string author) override;
  boost::asio::awaitable<api::Changed<observed::WebStatus>> use_web_certificate(std::string label,
                                                                                std::string author) override;
  boost::asio::awaitable<Result<statistics::Series>> statistics(statistics::Query query) override;
  std::vector<observed::NamedLog> logs() const override;  // programs.cc
  std::vector<observed::EngineStatus> engines() override;
  boost::asio::awaitable<Result<std::string>> engine_configuration(std::string name) override;
  boost::asio::awaitable<Result<observed::EngineRestart>> restart_engine(std::string name, std::string author) override;
  Result<observed::RealServerHealth> health(const model::RealServerKey& key) override;  // health_report.cc
  boost::asio::awaitable<Result<observed::TestResult>> test(const model::Configuration& wanted,
                                                            model::RealServerKey key) override;
  boost::asio::awaitable<Result<boost::json::object>> backup(std::string passphrase) override;  // backup.cc
  boost::asio::awaitable<api::Changed<api::RestoreResult>> restore(api::RestoreRequest request) override;
  std::vector<observed::Certificate> certificates() override;  // certificates.cc
  boost::asio::awaitable<Result<api::CertificateResult>> change_certificate(api::CertificateChange change) override;
  boost::asio::awaitable<Result<>> remove_certificate(std::string label, std::string author) override;
  Result<> renew_certificate(const std::string& label, const std::string& author) override;  // acme.cc
  std::shared_ptr<void> subscribe(std::optional<uint64_t> after,
                                  std::function<void(const observed::Event&)> listener) override;

 private:
  class Turn;  // one change at a time

  boost::asio::awaitable<std::vector<observed::Connection>> half_open_connections();  // doctor.cc

  // health_verdicts.cc
  void configure_health();
  void on_health(const health::Status& status);
  void on_path(const health::PathStatus& status);
  void on_feedback(const health::FeedbackStatus& status);
  void announce_health(const model::RealServerKey& key, bool up, const std::string& reason);
  void combine_health(const model::RealServerKey& key);
  void remember_verdicts();
  void write_verdicts();

  // controller.cc: keeping the engines in step
  void schedule_apply(const std::string& virtual_service);
  void apply_pending();
  void apply_now();
  void apply_services(const std::set<std::string>& labels);
  void announce(const desired::VirtualService& service);
  void announce_panic(const desired::VirtualService& service);
  void announce_fallback(const std::string& label, bool is_active);
  void note_tier(const desired::VirtualService& service);
  void settle(const std::vector<reconcile::StatusChange>& changes);
  std::map<model::RealServerKey, model::OperatorState> operator_said() const;
  desired::State compute(const model::Configuration& configuration) const;
  desired::State compute(const model::Configuration& configuration, const desired::Certificates& certificates) const;
  engines::ApplyReport attach();
  void arm_retry();
  void arm_slow_start();

  // traffic.cc
  void begin_counting();
  void arm_sweep();
  boost::asio::awaitable<void> sweep_and_count();
  boost::asio::awaitable<void> read_traffic();
  void look_for_syn_floods(const std::map<std::string, uint64_t>& half_open);
  void look_for_full_table(const std::vector<observed::Reason>& reasons);
  void look_for_exhausted_source_ports(const engines::l4_xdp::L4Engine::Counters& counters);
  void look_for_scarce_source_ports();
  boost::asio::awaitable<void> count_source_ports();

  // layer7.cc
  void listen_to_proxy();
  static std::string way_between(const desired::Layer7& from, const desired::Layer7& to);
  void set_way_of_layer7(const model::Configuration& wanted, api::ChangeResult& result) const;
  std::string failure_of_layer7() const;
  boost::asio::awaitable<void> note_failure(config::Revision& revision);
  boost::asio::awaitable<Result<uint64_t>> clear_layer7(observed::ConnectionFilter filter);
  void apply_layer7(const desired::Inputs& inputs);
  boost::asio::awaitable<void> layer7_settled();
  void announce(const desired::Layer7& layer7);

  // certificates.cc
  Result<> may_become(const api::CertificateChange& change) const;
  std::string way_of_certificates(const CertificateShelf& shelf) const;
  boost::asio::awaitable<void> put_in_force(config::StoredCertificate certificate);
  void look_at_certificates();
  void arm_certificates();
  void on_ocsp(const CertificateShelf::Question& question, const Result<certificates::OcspAnswer>& answer);
  void hear(const std::string& label, const Result<certificates::OcspAnswer>& answer);
  void note_stapling(const std::string& label, const certificates::OcspAnswer& answer);
  std::vector<observed::Notice> certificate_notices() const;

  // web_certificate_use.cc
  void start_web();
  void note_web_certificate();
  std::string objection_of_web(const CertificateShelf& shelf, const std::string& label) const;

  // acme.cc
  boost::asio::awaitable<Result<certificates::Bundle>> have_issued(certificates::AcmeRecord record);
  boost::asio::awaitable<void> on_issued(AcmeWatch::Order order, Result<certificates::Bundle> bundle);
  void tell_of_acme_failure(const std::string& label, const std::string& message);
  void tell_of_issue(const AcmeWatch::Order& order);

  void listen_to_fallback_pages();              // fallback_pages.cc
  std::array<engines::Program*, 3> programs();  // programs.cc
  Result<engines::Program*> find_program(const std::string& name);

  // doctor.cc: who else claims our addresses
  void watch_claims();
  void on_conflict(const IpAddress& address, const MacAddress& mac, bool is_claimed);
  std::vector<observed::Notice> conflict_notices() const;
  void add_keepers(observed::ArpDiagnosis& diagnosis, const std::vector<observed::Connection>& half_open) const;

  // confirmation.cc: changes that come back unless somebody confirms them
  void resume_confirmation();
  void await_confirmation(config::Confirmation confirmation);
  void arm_confirmation(std::chrono::nanoseconds remaining);
  boost::asio::awaitable<void> confirmation_expired();
  boost::asio::awaitable<api::Changed<api::ChangeResult>> bring_back(std::string author, std::string why);
  Error error_while_waiting() const;
  std::vector<observed::Notice> confirmation_notices() const;

  // backup.cc
  Result<backup::Content> content();
  backup::Files files() const;
  boost::asio::awaitable<Result<config::Revision>> commit(const backup::Content& wanted, backup::Access access,
                                                          std::string author, std::string comment);
  boost::asio::awaitable<Result<>> put_back(const backup::Files& files);
  void put_in_force(backup::Content content, CertificateShelf shelf, const config::Revision& revision);

  // changes.cc
  boost::asio::awaitable<api::Changed<api::ChangeResult>> carry_out(api::ChangeRequest request);
  std::optional<api::ChangeRefused> refuse(const model::Configuration& wanted,
                                           const CertificateShelf& certificates) const;
  std::vector<model::Problem> new_engine_problems(const model::Configuration& wanted,
                                                  const CertificateShelf& certificates) const;
  boost::asio::awaitable<Result<config::Revision>> commit(const api::ChangeRequest& request,
                                                          std::optional<WallTime> confirm_until);
  void follow_renames(const model::Configuration& wanted);
  void put_in_force(api::ChangeRequest request, const config::Revision& revision, const config::Plan& plan);
  std::vector<std::string> warnings_for(const model::Configuration& configuration) const;

  // operator_actions.cc
  boost::asio::awaitable<Result<>> say(std::vector<model::OperatorAction> actions);
  void put_in_force(model::OperatorAction action);
  void look_for_ended_drains();
  boost::asio::awaitable<void> end_drains();
  std::map<std::string, std::string> service_alarms() const;
  std::map<model::RealServerKey, observed::Counters> connections_of_real_servers() const;

  Parts parts_;
  model::Configuration configuration_;
  int64_t revision_ = 0;
  OperatorActions operator_actions_;
  std::map<model::RealServerKey, desired::Health> server_health_;  // what the checks at their own addresses say
  std::map<model::RealServerKey, desired::Health> health_;         // and what the paths make of it
  std::map<model::RealServerKey, desired::Feedback> feedback_said_;
  std::map<model::RealServerKey, observed::Feedback> feedback_announced_;
  std::map<model::RealServerKey, std::string> up_to_announce_;  // with the reason: as soon as the path is known
  std::map<model::RealServerKey, health::Verdict> path_announced_;
  std::set<std::string> fallback_active_;   // virtual services, as last announced
  std::set<std::string> in_panic_;          // likewise
  std::map<std::string, int> active_tier_;  // of each virtual service, as last computed
  CertificateShelf certificates_;
  ExpiryAlarm expiry_alarm_;
  acme::Uacme uacme_;
  AcmeWatch acme_;
  std::set<std::string> acme_failing_;  // labels, as last announced
  OcspWatch ocsp_;
  std::map<std::string, bool> ocsp_failing_;  // by label, as last announced; true: revoked
  std::optional<config::Confirmation> confirmation_;
  std::optional<config::Confirmation> expired_;  // before the start, until it is announced
  SlowStart slow_start_;
  SourcePortAlarm source_port_alarm_;
  SourcePortExhaustion source_port_exhaustion_;
  SynFloodAlarm syn_flood_alarm_;
  ConnectionTableAlarm connection_table_alarm_;
  TrafficMeter traffic_;
  SteadyTime traffic_due_;  // not read again before
  std::map<IpAddress, engines::NextHop> next_hops_;
  health::Monitor monitor_;
  health::OutOfTurn out_of_turn_;
  health::FeedbackMonitor feedback_;
  PathWatch paths_;
  ArpDoctor doctor_;
  reconcile::Reconciler reconciler_;
  boost::asio::steady_timer apply_timer_;
  SteadyTime apply_due_;  // not applied again before
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer slow_start_timer_;
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer topology_timer_;
  boost::asio::steady_timer verdicts_timer_;
  boost::asio::steady_timer certificates_timer_;
  boost::asio::steady_timer confirmation_timer_;
  boost::asio::steady_timer turn_freed_;
  bool changing_ = false;
  bool ending_drains_ = false;
  bool counting_source_ports_ = false;
  SteadyTime source_ports_due_;  // not counted again before
  bool topology_changed_ = false;
  bool verdicts_to_remember_ = false;
  SteadyTime verdicts_due_;                  // not written again before
  std::set<std::string> services_to_apply_;  // collected until the scheduled apply
  bool stopped_ = false;
};

}  // namespace evenkeel::daemon
