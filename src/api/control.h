#pragma once
// What the API can ask of the daemon. The daemon implements it; tests give the API a fake one. Every coroutine runs on
// the control loop.

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/both_layers.h"
#include "api/certificate_change.h"
#include "backup/document.h"
#include "base/result.h"
#include "config/plan.h"
#include "config/store.h"
#include "model/configuration.h"
#include "model/problem.h"
#include "observed/arp_report.h"
#include "observed/connection.h"
#include "observed/engine.h"
#include "observed/event.h"
#include "observed/health.h"
#include "observed/program_log.h"
#include "observed/proxy_log.h"
#include "observed/snapshot.h"
#include "observed/source_ports.h"
#include "observed/web.h"
#include "statistics/series.h"

namespace evenkeel::api {

struct ChangeRequest {
  model::Configuration configuration;  // the whole of it, as it should become
  std::string author;
  std::string comment;
  std::optional<int64_t> expected_revision;  // refuse with kConflict if another one is in force
  std::optional<int64_t> restores;           // this is a roll-back to that revision
  bool dry_run = false;                      // stop after the plan
  // Unless somebody confirms it within this time, the revision before comes back. None: it stays.
  std::optional<std::chrono::seconds> confirm_within = std::nullopt;
};

struct ChangeResult {
  config::Plan plan;
  std::optional<config::Revision> revision;  // none for a dry run, or when nothing differs
  std::vector<std::string> warnings;         // objects that an engine could not apply, notices
  std::chrono::microseconds applied_in{0};   // from the durable commit until the engines had it
  std::string layer7 = {};                   // what HAProxy takes for it: "commands", "reload"; empty: nothing
  std::string layer7_reason = {};            // why a reload
  std::optional<config::Confirmation> confirmation = std::nullopt;  // that it waits for
};

struct ChangeRefused {
  Error error;
  std::vector<model::Problem> problems;  // for kInvalidArgument
};

template <class T>
using Changed = std::expected<T, ChangeRefused>;

// Names.
struct ListChange {
  std::vector<std::string> added, changed, removed;
};

struct RestoreRequest {
  boost::json::value backup;
  std::string passphrase;
  std::string author;
  bool dry_run = false;  // stop after the plan
};

struct RestoreResult {
  backup::Origin origin;
  bool is_own = false;  // this appliance has made it
  ChangeResult change;
  ListChange certificates, users, tokens, files;
  bool replaces_users = false;  // not where the backup has no administrator: users and tokens stay as they are then
  size_t operator_actions = 0;
};

class Control {
 public:
  virtual ~Control() = default;

  virtual const model::Configuration& configuration() const = 0;
  virtual int64_t revision() const = 0;  // 0: none yet
  virtual observed::Snapshot snapshot() = 0;

  virtual boost::asio::awaitable<Changed<ChangeResult>> change(ChangeRequest request) = 0;
  // The change that waits for somebody to confirm it. Others are refused meanwhile, with kConflict.
  virtual std::optional<config::Confirmation> confirmation() const = 0;
  // kNotFound: none waits.
  virtual boost::asio::awaitable<Result<config::Confirmation>> confirm(std::string author) = 0;
  // Brings the revision before back, as a new one.
  virtual boost::asio::awaitable<Changed<ChangeResult>> revert(std::string author) = 0;
  // All or none: an unknown real server refuses the whole.
  virtual boost::asio::awaitable<Result<>> act(std::vector<model::OperatorAction> actions) = 0;

  // The most preferred usable tier of real servers takes over again. Returns the tier then in force; 0: none.
  virtual Result<int> fail_back(const std::string& virtual_service, const std::string& author) = 0;

  virtual Result<std::vector<config::Revision>> revisions(size_t limit) = 0;
  virtual Result<model::Configuration> configuration_of(int64_t revision) = 0;

  // A page from `position` on, which is 0 or what the page before named.
  virtual boost::asio::awaitable<Result<observed::Page<observed::Connection>>> connections(
      observed::ConnectionFilter filter, uint64_t position) = 0;
  virtual boost::asio::awaitable<Result<observed::Page<observed::PersistenceEntry>>> persistence(
      observed::ConnectionFilter filter, uint64_t position) = 0;
  // The same of layer 7, for reading once: pages come in order, whatever the position.
  virtual ReadPage<observed::Connection> layer7_connections(observed::ConnectionFilter filter) = 0;
  virtual ReadPage<observed::PersistenceEntry> layer7_persistence(observed::ConnectionFilter filter) = 0;
  // Lines of HAProxy's log with a higher id than `after`: at most `limit`, the newest of them.
  virtual boost::asio::awaitable<Result<observed::ProxyLogPage>> proxy_log(observed::ProxyLogFilter filter,
                                                                           uint64_t after, size_t limit) = 0;
  // All that fit, of both layers; how many were cleared. kNotFound: there is no such virtual service or real server.
  virtual boost::asio::awaitable<Result<uint64_t>> clear_persistence(observed::ConnectionFilter filter,
                                                                     std::string author) = 0;
  // SNAT's source ports in use, the fullest first.
  virtual boost::asio::awaitable<Result<std::vector<observed::SourcePorts>>> source_ports() = 0;
  // Host names, as far as they are known within this time; an address without one is missing.
  virtual boost::asio::awaitable<std::map<IpAddress, std::string>> host_names(std::vector<IpAddress> addresses,
                                                                              std::chrono::milliseconds within) = 0;
  virtual Result<observed::Explanation> explain(const observed::ExplainQuery& query) = 0;

  // Asks the segment who has the virtual address (none given: all of them). kNotFound: it is none of ours.
  virtual boost::asio::awaitable<Result<std::vector<observed::ArpDiagnosis>>> diagnose_arp(
      std::optional<IpAddress> virtual_address) = 0;
  // Sends a test message to everybody who gets alerts, now. One line for each way to be told: empty error, or why not.
  virtual boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> test_alerts(std::string author) = 0;
  // The web interface's front.
  virtual observed::WebStatus web() = 0;
  // PEM texts. In force for new connections when it returns.
  virtual boost::asio::awaitable<Changed<observed::WebStatus>> replace_web_certificate(std::string certificate,
                                                                                       std::string key,
                                                                                       std::string author) = 0;
  // One of certificates(), which it follows from now on. Likewise. kInvalidArgument: it cannot be used.
  virtual boost::asio::awaitable<Changed<observed::WebStatus>> use_web_certificate(std::string label,
                                                                                   std::string author) = 0;
  // kNotFound: there is no such object, and there was none.
  virtual boost::asio::awaitable<Result<statistics::Series>> statistics(statistics::Query query) = 0;
  // What programs say of themselves: evenkeeld and those that do an engine's work.
  virtual std::vector<observed::NamedLog> logs() const = 0;
  // The programs that do an engine's work.
  virtual std::vector<observed::EngineStatus> engines() = 0;
  // The file in force, secrets masked. kNotFound: there is no such engine, or no file yet.
  virtual boost::asio::awaitable<Result<std::string>> engine_configuration(std::string name) = 0;
  // Has it read its file again, without losing a connection. kNotFound; kConflict: it is not needed.
  virtual boost::asio::awaitable<Result<observed::EngineRestart>> restart_engine(std::string name,
                                                                                 std::string author) = 0;
  // Why a real server is in its state, with its last probes.
  virtual Result<observed::RealServerHealth> health(const model::RealServerKey& key) = 0;

  // Makes one probe now, as `wanted` says, which may not be in force; nothing counts it. kNotFound: there is no such
  // real server in it. kUnavailable: too many are being tested.
  virtual boost::asio::awaitable<Result<observed::TestResult>> test(const model::Configuration& wanted,
                                                                    model::RealServerKey key) = 0;

  virtual std::vector<observed::Certificate> certificates() = 0;  // by label
  // kInvalidArgument: the certificate will not do. kConflict: the label is taken. kNotFound: there is none to replace.
  virtual boost::asio::awaitable<Result<CertificateResult>> change_certificate(CertificateChange change) = 0;
  // Has the ACME server asked at once; how that fares is seen in certificates(). kNotFound; kInvalidArgument: it is not
  // issued by ACME. kConflict: nobody would answer the server's questions.
  virtual Result<> renew_certificate(const std::string& label, const std::string& author) = 0;
  // kConflict: virtual services or the web interface use it.
  virtual boost::asio::awaitable<Result<>> remove_certificate(std::string label, std::string author) = 0;

  // A document that restore() takes. kUnavailable: a store cannot be read.
  virtual boost::asio::awaitable<Result<boost::json::object>> backup(std::string passphrase) = 0;
  // All of it or nothing, durable when it returns.
  virtual boost::asio::awaitable<Changed<RestoreResult>> restore(RestoreRequest request) = 0;

  // The listener is called on the control loop until the returned handle is destroyed. `after`: first the remembered
  // events with a higher id.
  virtual std::shared_ptr<void> subscribe(std::optional<uint64_t> after,
                                          std::function<void(const observed::Event&)> listener) = 0;
};

}  // namespace evenkeel::api
