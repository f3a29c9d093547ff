#include "engines/l7_haproxy/proxy.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

#include "base/state_file.h"
#include "engines/ask.h"
#include "engines/l7_haproxy/blame.h"
#include "engines/l7_haproxy/ports.h"
#include "engines/l7_haproxy/structure.h"
#include "engines/l7_haproxy/subsets.h"
#include "engines/l7_haproxy/tls_files.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{5};
constexpr std::chrono::seconds kLongestStart{20};
constexpr std::chrono::seconds kLongestDeafness{10};
constexpr int kMostTries = 16;
constexpr const char* kEngine = "engine/l7_haproxy";

std::string object_of(const std::string& label) {
  return "virtual_service/" + label;
}

// "... for proxy Papercut_WUI: ..." or "... proxy 'Papercut_WUI' ..."
bool names(const std::string& words, const std::string& label) {
  return words.find(fmt::format("proxy {}:", label)) != std::string::npos ||
         words.find(fmt::format("'{}'", label)) != std::string::npos ||
         words.find(fmt::format("/{}:", label)) != std::string::npos;
}

// What runs, with the states that its real servers should have.
desired::Layer7 with_states(desired::Layer7 running, const desired::Layer7& want) {
  std::map<std::string, desired::Layer7Server> states;
  const auto for_each_server = [](auto& layer7, auto take) {
    for (auto& service : layer7.services) {
      for (size_t i = 0; i < service.real_servers.size(); ++i) {
        take(service.configuration.label + "/" + service.configuration.real_servers[i].label, service.real_servers[i]);
      }
    }
  };
  for_each_server(want, [&](const std::string& name, const desired::Layer7Server& state) { states[name] = state; });
  for_each_server(running, [&](const std::string& name, desired::Layer7Server& state) {
    if (const auto found = states.find(name); found != states.end()) state = found->second;
  });
  return running;
}

std::chrono::seconds age_of(const Processes& processes, pid_t worker) {
  const auto found = processes.ages.find(worker);
  return found == processes.ages.end() ? std::chrono::seconds(0) : found->second;
}

}  // namespace

Outcome Proxy::apply(const desired::Layer7& want, Effort effort) {
  Outcome outcome;
  attempt_ = want;
  leave_out(without_certificates(attempt_), want, outcome.statuses);
  std::ranges::move(leave_out_taken_responders(attempt_.challenge), std::back_inserter(outcome.statuses));
  for (int i = 0; i < kMostTries; ++i) {
    if (!running_ || structure_name(*running_, options_) != structure_name(attempt_, options_)) {
      leave_out(taken_ports(attempt_), want, outcome.statuses);
    }
    const auto halted = newly_halted(running_ ? &*running_ : nullptr, attempt_);
    const auto way = realise(effort);
    if (way) {
      outcome.way = *way;
      if (is_running()) {
        running_ = attempt_;
        remove_other_certificates();
        end_connections(halted);
      }
      break;
    }
    const auto refused = refused_by(way.error().message);
    if (refused.empty()) {
      outcome.statuses.push_back({kEngine, ObjectStatus::State::kFailed, to_string(way.error())});
      follow_states(want);
      break;
    }
    leave_out(refused, want, outcome.statuses);
  }
  if (!file_problem_.empty()) {
    outcome.statuses.push_back({kEngine, ObjectStatus::State::kFailed, file_problem_});
  }
  if (!is_running()) return outcome;
  const bool is_anew = outcome.way == Way::kStart || outcome.way == Way::kReload;
  if (is_anew || version_.empty()) version_ = version_of(options_.paths);
  outcome.master = master_;
  outcome.version = version_;
  return outcome;
}

Result<Way> Proxy::realise(Effort effort) {
  if (auto made = make_directories(options_.paths); !made) return fail(made.error());
  if (auto placed = put_certificates_in_place(); !placed) return fail(placed.error());
  if (!is_running()) {
    forget();
    if (auto adopted = adopt(); adopted || is_running()) return adopted;
    if (attempt_.services.empty()) return Way::kNothing;
    if (auto started = start(); !started) return fail(started.error());
    return Way::kStart;
  }
  const bool may_suffice = running_ && effort == Effort::kWhereNeeded;
  if (may_suffice && *running_ == attempt_) {
    if (!file_problem_.empty()) keep_file_up_to_date();
    return Way::kNothing;
  }
  if (may_suffice) {
    const auto commands = commands_between(*running_, attempt_, options_.paths);
    if (commands && run(*commands)) {
      keep_file_up_to_date();
      return commands->empty() ? Way::kNothing : Way::kCommands;
    }
  }
  if (auto reloaded = reload(); !reloaded) return fail(reloaded.error());
  return Way::kReload;
}

// What cannot be had at the moment keeps no drain and no failure from the worker that serves.
void Proxy::follow_states(const desired::Layer7& want) {
  if (!running_ || !is_running()) return;
  auto next = with_states(*running_, want);
  const auto commands = commands_between(*running_, next, options_.paths);
  if (!commands || !run(*commands)) return;
  const auto halted = newly_halted(&*running_, next);
  running_ = std::move(next);
  end_connections(halted);
}

// A master from before our own start goes on. Its worker says which file it has read: where that is the one that is
// wanted, commands bring it up to date.
Result<Way> Proxy::adopt() {
  if (auto found = find_master(); !found) return fail(found.error());
  const auto info = ask_worker("show info");
  if (info && parse_description(*info) == structure_name(attempt_, options_) &&
      run(commands_to(attempt_, options_.paths))) {
    keep_file_up_to_date();
    return Way::kCommands;
  }
  if (auto reloaded = reload(); !reloaded) return fail(reloaded.error());
  return Way::kReload;
}

// HAProxy may be started from it, or told to reload by hand. It has been told already: where the file cannot be written
// the change is in force all the same.
void Proxy::keep_file_up_to_date() {
  const auto written = write_state_file(options_.paths.configuration(), render(attempt_, options_));
  file_problem_ =
      written ? std::string() : "HAProxy does what is wanted, but a restart would not: " + to_string(written.error());
}

Result<> Proxy::find_master() {
  const auto pid = static_cast<pid_t>(std::atoi(read_state_file(options_.paths.pid_file()).c_str()));
  if (pid <= 0) return fail(ErrorCode::kNotFound, "HAProxy was not started yet");
  if (!runs_program(pid, options_.paths.program)) return fail(ErrorCode::kNotFound, "HAProxy does not run");
  auto process = open_process(pid);
  if (!process) return fail(process.error());
  if (has_ended(*process)) return fail(ErrorCode::kNotFound, "HAProxy has ended");
  master_ = pid;
  process_ = std::move(*process);
  if (const auto answering = ask_master(); !answering) return fail(answering.error());
  return {};
}

// While it reads a file anew, the master does not listen for a moment.
Result<Processes> Proxy::ask_master() const {
  const auto deadline = steady_clock::now() + kLongestDeafness;
  for (;;) {
    const auto answer = ask(options_.paths.master_socket(), "show proc");
    if (answer) {
      const auto processes = parse_processes(*answer);
      if (processes.master == master_) return processes;
    }
    if (has_ended(process_) || steady_clock::now() > deadline) {
      return answer ? fail(ErrorCode::kUnavailable, "HAProxy's master does not answer for itself")
                    : fail(answer.error());
    }
    std::this_thread::sleep_for(kLook);
  }
}

// Whatever comes next finds them: the worker, a reload by hand, a start. Nobody but root may read them.
Result<> Proxy::put_certificates_in_place() const {
  for (const auto& [path, content] : tls_files(attempt_, options_.paths)) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && read_state_file(path) == content) continue;
    if (auto written = write_state_file(path, content); !written) return written;
  }
  return {};
}

// A key that is of no use any more is not left lying about.
void Proxy::remove_other_certificates() const {
  const auto wanted = tls_files(attempt_, options_.paths);
  std::vector<std::filesystem::path> others;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.paths.tls(), error)) {
    if (entry.is_regular_file(error) && !wanted.contains(entry.path().string())) others.push_back(entry.path());
  }
  for (const auto& path : others) std::filesystem::remove(path, error);
}

// Where its own socket is gone the master passes the question on.
Result<std::string> Proxy::ask_worker(const std::string& command) const {
  auto answer = ask(options_.paths.runtime_socket(), command);
  if (answer || answer.error().code != ErrorCode::kUnavailable) return answer;
  return ask(options_.paths.master_socket(), "@1 " + command);
}

// HAProxy looks at the new file before the old one goes.
Result<> Proxy::put_file_in_place() {
  const Paths& paths = options_.paths;
  const auto text = render(attempt_, options_);
  if (text != read_state_file(paths.configuration())) {  // else it is one that has run already
    if (auto written = write_state_file(paths.candidate(), text); !written) return written;
    if (auto checked = check_file(paths, paths.candidate()); !checked) return checked;
    if (std::rename(paths.candidate().c_str(), paths.configuration().c_str()) != 0) {
      return fail(system_error("cannot replace it", paths.configuration()));
    }
  }
  file_problem_.clear();
  messages_.take();
  if (::truncate(paths.log().c_str(), 0) != 0 && errno != ENOENT) {
    return fail(system_error("cannot empty it", paths.log()));
  }
  messages_.take();  // it begins anew, however long it becomes
  return {};
}

Result<> Proxy::start() {
  if (auto placed = put_file_in_place(); !placed) return placed;
  const auto pid = start_master(options_.paths);
  if (!pid) return fail(pid.error());
  // First of all: whoever comes after us must find it.
  if (auto noted = write_state_file(options_.paths.pid_file(), fmt::format("{}\n", *pid)); !noted) return noted;
  auto process = open_process(*pid);
  if (!process) return fail(process.error());
  if (auto up = await_worker(structure_name(attempt_, options_), *process, 0, 0); !up) {
    if (!has_ended(*process)) ::kill(*pid, SIGTERM);
    reap(*pid);
    return up;
  }
  master_ = *pid;
  process_ = std::move(*process);
  return {};
}

// The old worker hands its open ports over and goes on for the connections that it has.
Result<> Proxy::reload() {
  const Paths& paths = options_.paths;
  const std::string before = read_state_file(paths.configuration());
  if (auto placed = put_file_in_place(); !placed) return placed;
  const auto state = ask_master();
  if (!state) return fail(state.error());
  const int failed_before = state->failed_reloads;
  const auto info = ask_worker("show info");
  const pid_t old_worker = info ? parse_process(*info) : 0;
  if (const auto asked = ask(paths.master_socket(), "reload"); !asked) return fail(asked.error());
  auto reloaded = await_worker(structure_name(attempt_, options_), process_, failed_before, old_worker);
  if (reloaded) return {};
  // What serves goes on; it is what a start or a reload by hand must find, too.
  if (auto restored = write_state_file(paths.configuration(), before); !restored) return restored;
  return fail(reloaded.error());
}

// HAProxy 2.6 says nothing when a reload succeeds: another worker, that has the new file's name, does.
Result<> Proxy::await_worker(const std::string& name, const Fd& master, int failed_before, pid_t old_worker) const {
  constexpr int kRarely = 20;
  const auto deadline = steady_clock::now() + kLongestStart;
  for (int i = 1; steady_clock::now() < deadline; ++i) {
    const auto info = ask_worker("show info");
    if (info && parse_description(*info) == name && parse_process(*info) != old_worker) return {};
    const bool ended = has_ended(master);
    const auto state = !ended && i % kRarely == 0 ? ask(options_.paths.master_socket(), "show proc")
                                                  : Result<std::string>(std::string());
    // After it has failed the count is one higher; after it has succeeded it is zero.
    if (ended || (state && parse_processes(*state).failed_reloads > failed_before)) {
      return fail(ErrorCode::kSystem, "HAProxy: " + complaints(read_state_file(options_.paths.log())));
    }
    std::this_thread::sleep_for(kLook);
  }
  return fail(ErrorCode::kTimeout,
              fmt::format("HAProxy did not take its configuration within {} s: {}", kLongestStart.count(),
                          complaints(read_state_file(options_.paths.log()))));
}

Result<> Proxy::run(const std::vector<std::string>& commands) const {
  for (const auto& command : commands) {
    const auto answer = ask_worker(command);
    if (!answer) return fail(answer.error());
    if (auto words = objection(*answer)) {
      // Only the first line: others hold certificates and keys.
      return fail(ErrorCode::kSystem,
                  fmt::format("HAProxy refuses \"{}\": {}", command.substr(0, command.find('\n')), *words));
    }
  }
  return {};
}

// An old worker no longer takes commands about its servers, so each session is named to it.
void Proxy::end_connections(const std::vector<std::string>& servers) const {
  if (servers.empty()) return;
  const auto processes = ask_master();
  if (!processes) return;
  for (const auto& server : servers) {
    (void)ask_worker("shutdown sessions server " + server);
  }
  for (const pid_t worker : processes->old_workers) {
    const auto sessions = ask(options_.paths.master_socket(), fmt::format("@!{} show sess", worker));
    if (!sessions) continue;
    for (const auto& session : parse_sessions(*sessions, servers)) {
      (void)ask(options_.paths.master_socket(), fmt::format("@!{} shutdown session {}", worker, session));
    }
  }
}

Proxy::Refused Proxy::refused_by(const std::string& words) const {
  Refused refused = blamed_by_line(words, render(attempt_, options_));
  for (const auto& service : attempt_.services) {
    if (names(words, service.configuration.label)) refused.emplace(service.configuration.label, words);
  }
  return refused;
}

// The last good state of each stays, and where there is none or that too is refused, it is left out.
void Proxy::leave_out(const Refused& refused, const desired::Layer7& want, std::vector<ObjectStatus>& statuses) {
  for (const auto& [label, reason] : refused) {
    const auto is_it = [&](const desired::Layer7Service& service) { return service.configuration.label == label; };
    const auto here = std::ranges::find_if(attempt_.services, is_it);
    const bool is_first_refusal = *here == *std::ranges::find_if(want.services, is_it);
    if (is_first_refusal) statuses.push_back({object_of(label), ObjectStatus::State::kFailed, reason});
    const auto* const good = is_first_refusal ? find_running(label) : nullptr;
    if (good != nullptr && *good != *here) {
      *here = *good;
      // With the certificates that it names: they need not be wanted any more.
      attempt_.certificates.insert(running_->certificates.begin(), running_->certificates.end());
    } else {
      attempt_.services.erase(here);
    }
  }
}

const desired::Layer7Service* Proxy::find_running(const std::string& label) const {
  if (!running_) return nullptr;
  for (const auto& service : running_->services) {
    if (service.configuration.label == label) return &service;
  }
  return nullptr;
}

// A worker that does not answer is left out this time.
observed::Layer7Report Proxy::observe() {
  if (!is_running()) return {};
  const auto answer = ask(options_.paths.master_socket(), "show proc");
  if (!answer) return {};
  const auto processes = parse_processes(*answer);
  std::map<pid_t, observed::Layer7Report> seen;
  const auto note = [&](pid_t worker, const Result<std::string>& statistics) {
    if (statistics) seen.emplace(worker, parse_statistics(*statistics));
  };
  const pid_t serving = processes.workers.empty() ? 0 : processes.workers.front();
  if (serving != 0) note(serving, ask_worker("show stat"));
  for (const pid_t worker : processes.old_workers) {
    note(worker, ask(options_.paths.master_socket(), fmt::format("@!{} show stat", worker)));
  }
  auto report = totals_.add(seen, serving);
  report.old_workers = static_cast<int>(processes.old_workers.size());
  for (const auto& [pid, traffic] : seen) {
    observed::ProxyWorker worker{.pid = pid, .age = age_of(processes, pid), .is_old = pid != serving};
    for (const auto& [label, service] : traffic.virtual_services) worker.connections += service.connections;
    report.workers.push_back(worker);
  }
  merge_subsets(report);
  return report;
}

void Proxy::forget() {
  if (master_ != 0) reap(master_);
  master_ = 0;
  process_.reset();
  running_.reset();
  file_problem_.clear();
}

}  // namespace evenkeel::engines::l7_haproxy
