#include "engines/web_nginx/process.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "base/state_file.h"
#include "engines/ask.h"
#include "engines/child.h"
#include "engines/version.h"
#include "engines/web_nginx/frame.h"

namespace evenkeel::engines::web_nginx {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{5};
constexpr std::chrono::seconds kLongestStart{20};
constexpr std::chrono::seconds kLongestCheck{30};
constexpr size_t kMostWords = 2000;
constexpr size_t kMostComplaints = 3;
constexpr std::string_view kGivenUp = "still could not bind()";

Result<> make_directories(const Paths& paths) {
  constexpr mode_t kPassable = 0711;
  constexpr mode_t kPrivate = 0700;
  std::error_code error;
  for (const auto& [path, mode] : {std::pair(paths.directory, kPassable), std::pair(paths.temporary(), kPassable),
                                   std::pair(paths.files(), kPassable), std::pair(paths.control(), kPrivate)}) {
    std::filesystem::create_directories(path, error);
    if (error) return fail(system_error(error.value(), "cannot create the directory", path));
    if (::chmod(path.c_str(), mode) != 0) return fail(system_error("cannot set the mode", path));
  }
  return {};
}

// Workers read them, so everybody may, and from the first moment on: one may be asked for while it is replaced.
Result<> write_files(const Paths& paths, const std::map<std::string, std::string>& files) {
  constexpr mode_t kReadable = 0644;
  for (const auto& [name, text] : files) {
    const std::string path = paths.files() + "/" + name;
    if (read_state_file(path) == text) continue;
    const std::string next = paths.temporary() + "/" + name;
    if (auto written = write_state_file(next, text); !written) return written;
    if (::chmod(next.c_str(), kReadable) != 0) return fail(system_error("cannot set the mode", next));
    if (std::rename(next.c_str(), path.c_str()) != 0) return fail(system_error("cannot replace it", path));
  }
  return {};
}

void remove_other_files(const Paths& paths, const std::map<std::string, std::string>& files) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(paths.files(), ignored)) {
    if (!files.contains(entry.path().filename().string())) std::filesystem::remove(entry.path(), ignored);
  }
}

// A master from before our own start, if it is there; it shows its command line, by which it is known for ours.
struct Master {
  pid_t pid;
  Fd process;
};

Result<Master> running_master(const Paths& paths) {
  const auto pid = static_cast<pid_t>(std::atoi(read_state_file(paths.master_pid()).c_str()));
  if (pid <= 0) return fail(ErrorCode::kNotFound, "nginx was not started yet");
  auto process = open_process(pid);
  if (!process) return fail(process.error());
  if (has_ended(*process) || !runs_program(pid, paths.program)) return fail(ErrorCode::kNotFound, "nginx has ended");
  const std::string shown = read_state_file(fmt::format("/proc/{}/cmdline", pid));
  const bool is_ours = shown.find(paths.configuration()) != std::string::npos;
  if (!is_ours) return fail(ErrorCode::kNotFound, "this nginx is not ours");
  return Master{pid, std::move(*process)};
}

size_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

std::string read_from(const std::string& path, size_t position) {
  std::ifstream file(path);
  file.seekg(static_cast<std::streamoff>(position));
  return {std::istreambuf_iterator<char>(file), {}};
}

// Which file the workers have read: the last line of an answer over HTTP. Empty: nobody says.
std::string name_told(const Paths& paths) {
  const auto answer = ask(paths.control_socket(), "GET / HTTP/1.0\r\n\r");
  if (!answer) return {};
  return answer->substr(answer->rfind('\n') + 1);
}

Result<> send_signal(const Fd& process, int signal) {
  if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return {};
  return fail(system_error("cannot send nginx a signal"));
}

// They have their master's process group, even when it was killed.
std::vector<pid_t> workers_of(pid_t master, const std::string& program) {
  std::vector<pid_t> workers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
    if (pid <= 0 || pid == master || ::getpgid(pid) != master || !runs_program(pid, program)) continue;
    workers.push_back(pid);
  }
  return workers;
}

// Those of a master that was killed go on, and keep its ports.
std::vector<Fd> orphans_of(pid_t master, const std::string& program) {
  std::vector<Fd> orphans;
  for (const auto pid : workers_of(master, program)) {
    if (auto process = open_process(pid); process) orphans.push_back(std::move(*process));
  }
  return orphans;
}

// A worker that has closed its ports says so where its command line was.
bool takes_connections(pid_t worker) {
  const std::string shown = read_state_file(fmt::format("/proc/{}/cmdline", worker));
  return shown.find("worker process") != std::string::npos && shown.find("shutting down") == std::string::npos;
}

// Old and new ones share the ports for a moment.
void await_farewell(const std::vector<pid_t>& workers) {
  constexpr std::chrono::seconds kLongest{2};
  const auto deadline = steady_clock::now() + kLongest;
  while (std::ranges::any_of(workers, takes_connections) && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLook);
  }
}

// "2026/11/26 07:00:00 [emerg] 123#123: bind() to ..." or "nginx: [emerg] unknown directive ...": what follows, each
// once.
std::vector<std::string> emergencies(const std::string& text) {
  constexpr std::string_view kLevel = "[emerg] ";
  std::vector<std::string> sentences;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t level = line.find(kLevel);
    if (level == std::string::npos) continue;
    line.erase(0, level + kLevel.size());
    if (line.find('#') < line.find(' ')) line.erase(0, line.find(' ') + 1);
    if (std::ranges::find(sentences, line) == sentences.end()) sentences.push_back(std::move(line));
  }
  return sentences;
}

// A port that is taken is tried for a while; everything else is final.
bool has_given_up(const std::string& log) {
  return std::ranges::any_of(emergencies(log), [](const auto& line) { return !line.starts_with("bind() to"); });
}

// So that a file has another name each time that it is to be read, which is how that is known to have happened.
std::string with_readings(const std::string& http, int readings) {
  return readings == 0 ? http : fmt::format("{}\n    # Read again by hand: {}\n", http, readings);
}

Result<> bound_log(const std::string& path, size_t most) {
  if (size_of(path) < most) return {};
  std::error_code error;
  std::filesystem::copy_file(path, path + ".1", std::filesystem::copy_options::overwrite_existing, error);
  if (error) return fail(system_error(error.value(), "cannot copy it", path));
  // nginx appends, so it goes on at the new end.
  if (::truncate(path.c_str(), 0) != 0) return fail(system_error("cannot empty it", path));
  return {};
}

}  // namespace

Outcome Process::apply(const Site& site, Effort effort) {
  if (effort == Effort::kReadAgain) ++readings_;
  const auto way = realise(site);
  Outcome outcome;
  if (way) {
    outcome.way = *way;
  } else {
    outcome.done = fail(way.error());
  }
  if (!is_running()) return outcome;
  if (version_.empty()) version_ = version_of(paths_.program, "nginx/");  // "nginx version: nginx/1.22.1"
  outcome.master = master_;
  outcome.version = version_;
  return outcome;
}

Result<Way> Process::realise(const Site& site) {
  if (!is_running()) {
    forget();
    if (auto found = find_master(); found) {
      running_ = name_told(paths_);
    } else {
      end_orphans();
    }
  }
  if (site.http.empty()) return end();
  const std::string http = with_readings(site.http, readings_);
  if (auto made = make_directories(paths_); !made) return fail(made.error());
  // nginx opens a file for each answer: what stands in it is new from the next one on.
  if (auto written = write_files(paths_, site.files); !written) return fail(written.error());
  const std::string name = file_name(paths_, http);
  if (is_running() && running_ == name) return Way::kNothing;
  const bool was_running = is_running();
  if (auto done = was_running ? reload(http) : start(http); !done) return fail(done.error());
  running_ = name;
  remove_other_files(paths_, site.files);
  return was_running ? Way::kReload : Way::kStart;
}

// Answers that are under way are given.
Result<Way> Process::end() {
  if (!is_running()) return Way::kNothing;
  if (auto sent = send_signal(process_, SIGQUIT); !sent) return fail(sent.error());
  forget();
  return Way::kEnd;
}

Result<> Process::find_master() {
  auto found = running_master(paths_);
  if (!found) return fail(found.error());
  master_ = found->pid;
  process_ = std::move(found->process);
  return {};
}

// They close their ports at once, and end with their last answer.
void Process::end_orphans() const {
  constexpr std::chrono::milliseconds kLongest{500};
  const auto master = static_cast<pid_t>(std::atoi(read_state_file(paths_.master_pid()).c_str()));
  if (master <= 0) return;
  const auto orphans = orphans_of(master, paths_.program);
  for (const auto& orphan : orphans) (void)send_signal(orphan, SIGQUIT);
  const auto deadline = steady_clock::now() + kLongest;
  while (!orphans.empty() && !name_told(paths_).empty() && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLook);
  }
}

// nginx looks at the new file before the old one goes.
Result<> Process::put_file_in_place(const std::string& http) const {
  if (auto written = write_state_file(paths_.candidate(), render_file(paths_, http)); !written) return written;
  const auto checked =
      run_to_end({paths_.program, "-t", "-q", "-e", paths_.error_log(), "-c", paths_.candidate()}, kLongestCheck);
  if (!checked) return fail(checked.error());
  if (!checked->succeeded) {
    return fail(ErrorCode::kInvalidArgument, "nginx finds the configuration wrong: " + complaints(checked->text));
  }
  if (std::rename(paths_.candidate().c_str(), paths_.configuration().c_str()) == 0) return {};
  return fail(system_error("cannot replace it", paths_.configuration()));
}

Result<> Process::start(const std::string& http) {
  if (auto placed = put_file_in_place(http); !placed) return placed;
  ::unlink(paths_.control_socket().c_str());  // of one that was killed
  const size_t log_begins = size_of(paths_.error_log());
  const auto pid =
      start_daemon({paths_.program, "-c", paths_.configuration(), "-e", paths_.error_log(), "-g", "daemon off;"},
                   paths_.error_log());
  if (!pid) return fail(pid.error());
  // First of all: whoever comes after us must find it.
  if (auto noted = write_state_file(paths_.master_pid(), fmt::format("{}\n", *pid)); !noted) return noted;
  auto process = open_process(*pid);
  if (!process) return fail(process.error());
  if (auto up = await_name(file_name(paths_, http), *process, log_begins); !up) {
    if (!has_ended(*process)) (void)send_signal(*process, SIGTERM);
    reap(*pid);
    return up;
  }
  master_ = *pid;
  process_ = std::move(*process);
  return {};
}

// Old workers give the answers that they have begun, and take no new connection when this returns.
Result<> Process::reload(const std::string& http) {
  const std::string before = read_state_file(paths_.configuration());
  if (auto placed = put_file_in_place(http); !placed) return placed;
  const size_t log_begins = size_of(paths_.error_log());
  const auto old_workers = workers_of(master_, paths_.program);
  if (auto sent = send_signal(process_, SIGHUP); !sent) return sent;
  auto reloaded = await_name(file_name(paths_, http), process_, log_begins);
  if (reloaded) {
    await_farewell(old_workers);
    return {};
  }
  // What serves goes on; it is what a start or a reload by hand must find, too.
  if (auto restored = write_state_file(paths_.configuration(), before); !restored) return restored;
  return reloaded;
}

Result<> Process::await_name(const std::string& name, const Fd& master, size_t log_begins) const {
  constexpr int kRarely = 20;
  const auto deadline = steady_clock::now() + kLongestStart;
  for (int i = 1; steady_clock::now() < deadline; ++i) {
    if (name_told(paths_) == name) return {};
    const bool ended = has_ended(master);
    if (ended || i % kRarely == 0) {
      const std::string said = read_from(paths_.error_log(), log_begins);
      if (ended || has_given_up(said)) return fail(ErrorCode::kSystem, "nginx: " + complaints(said));
    }
    std::this_thread::sleep_for(kLook);
  }
  return fail(ErrorCode::kTimeout,
              fmt::format("nginx did not take its configuration within {} s: {}", kLongestStart.count(),
                          complaints(read_from(paths_.error_log(), log_begins))));
}

bool Process::is_running() const {
  return master_ != 0 && !has_ended(process_);
}

void Process::forget() {
  if (master_ != 0) reap(master_);
  master_ = 0;
  process_.reset();
  running_.clear();
  version_.clear();
}

Result<> Process::bound_logs(size_t most) const {
  if (auto bounded = bound_log(paths_.access_log(), most); !bounded) return bounded;
  return bound_log(paths_.error_log(), most);
}

std::set<Endpoint> held_endpoints(const Paths& paths) {
  if (!running_master(paths)) return {};
  constexpr std::string_view kListen = "listen ";
  std::set<Endpoint> endpoints;
  std::istringstream lines(read_state_file(paths.configuration()));
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find(kListen);
    if (begin == std::string::npos) continue;
    const size_t first = begin + kListen.size();
    const auto endpoint = Endpoint::parse(line.substr(first, line.find_first_of(" ;", first) - first));
    if (endpoint) endpoints.insert(*endpoint);
  }
  return endpoints;
}

std::string complaints(const std::string& text) {
  auto sentences = emergencies(text);
  std::erase_if(sentences, [](const auto& sentence) { return sentence.starts_with(kGivenUp); });
  sentences.resize(std::min(sentences.size(), kMostComplaints));
  std::string all;
  for (const auto& sentence : sentences) all += (all.empty() ? "" : "; ") + sentence;
  if (all.empty()) all = text.empty() ? "it says nothing" : text.substr(0, text.find('\n'));
  all.resize(std::min(all.size(), kMostWords));
  return all;
}

}  // namespace evenkeel::engines::web_nginx
